"""The contract of ``index.candidates.PassageIndex``, held by every way of finding passages."""

import os
from concurrent.futures import ThreadPoolExecutor
from math import log
from uuid import uuid4

import numpy as np
import pytest

from index.candidates import ALL, Batch, Wanted
from index.catalogue.filters import Filters
from index.retrieval.allowed import AllowedRows
from index.retrieval.cluster import Address, Cluster
from index.retrieval.local import CompressedIndex, LocalIndex
from index.retrieval.postings import Postings
from index.retrieval.qdrant import QdrantIndex
from index.retrieval.quantised import Quantisation, QuantisedIndex
from index.storage.store import Store, write_store
from ingest.types import Entry, Kind, Library, Listing, Passage, PassageKind

# In memory Qdrant compares all there is, and says that it does.
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*(Payload indexes have no effect|Local mode performs exact):UserWarning"
)
DIMENSION, PASSAGES, SEED = 16, 300, 11
WORDS = [*"attention quantization retrieval lora gpt4 decoding alignment tokenizer".split(), "注意", "量化", "检", "索"]


class Scanned(QuantisedIndex):
    """Looks through the compressed vectors although there are few."""

    def __init__(self, flat, compressed, _):
        super().__init__(flat, compressed, Quantisation(compared=20))


class ScannedIndex(CompressedIndex):
    dense_type = Scanned


def on_disk(kind):
    return lambda folder, batches: kind.empty(folder, DIMENSION).write(batches), kind.open


def in_qdrant(make_client):
    clusters = {}

    def write(folder, batches):
        clusters[folder] = Cluster(Address("http://test", f"test-{uuid4().hex}"), client=make_client())
        QdrantIndex.empty(folder, clusters[folder], "0" * 16, DIMENSION).write(batches)

    def read(folder, _):
        return QdrantIndex.open(folder, clusters[folder])

    return write, read


def local_qdrant():
    return pytest.importorskip("qdrant_client").QdrantClient(":memory:", force_disable_check_same_thread=True)


def served_qdrant():
    client = pytest.importorskip("qdrant_client")
    return client.QdrantClient(url=os.environ["QDRANT_URL"], api_key=os.environ.get("QDRANT_API_KEY"))


needs_a_server = (
    pytest.mark.qdrant_server,
    pytest.mark.skipif("QDRANT_URL" not in os.environ, reason="QDRANT_URL names no Qdrant server"),
)
IMPLEMENTATIONS = {
    "local": on_disk(LocalIndex),
    "local-pq": on_disk(CompressedIndex),
    "local-pq, scanned": on_disk(ScannedIndex),
    "qdrant, in memory": in_qdrant(local_qdrant),
    "qdrant, a server": in_qdrant(served_qdrant),
}
PARAMETERS = [pytest.param(name, marks=needs_a_server if "server" in name else ()) for name in IMPLEMENTATIONS]


class Shelf:
    """Passages whose terms and vectors are drawn by lot, two to an entry, and what is true of them, computed slowly."""

    def __init__(self):
        chance = np.random.default_rng(SEED)
        self.terms = [[str(w) for w in chance.choice(WORDS, size=chance.integers(1, 30))] for _ in range(PASSAGES)]
        self.terms[7] = []
        drawn = chance.normal(size=(PASSAGES, DIMENSION)).astype(np.float32)
        self.vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        self.questions = self.vectors[::30] + chance.normal(size=(10, DIMENSION)).astype(np.float32) / 8
        self.questions /= np.linalg.norm(self.questions, axis=1, keepdims=True)
        entries = [self._entry(n) for n in range(PASSAGES // 2)]
        self.library = Library(tuple(entries), tuple(self._passage(n) for n in range(PASSAGES)), (), ())

    @staticmethod
    def _entry(n):
        listing = Listing(f"list-{n % 3}", ("Methods",), "corpus/lists/list.md", 1, f"Work {n}")
        authors = ("Tom B. Brown",) if n % 10 == 0 else ()
        kind = Kind.MODEL if n % 4 == 0 else Kind.PAPER
        return Entry(
            f"e{n}", f"Work {n}", "", kind, 2015 + n % 10, "", authors, (), None, (listing,), ("peft",) * (n % 2), ()
        )

    @staticmethod
    def _passage(n):
        language = "zh" if n % 3 == 0 else "en"
        return Passage(f"p{n}", f"e{n // 2}", PassageKind.LISTING, language, "text", "corpus/lists/list.md", n, n, 9)

    def batches(self, *starts):
        for start, end in zip((0, *starts), (*starts, PASSAGES), strict=True):
            owners = [self.library.entries[n // 2] for n in range(start, end)]
            postings = Postings.count(self.terms[start:end])
            yield Batch(self.library.passages[start:end], owners, postings, self.vectors[start:end])

    def bm25(self, asked):
        """ln(1 + (N - n + 0.5) / (n + 0.5)) * f / (f + k1 * (1 - b + b * length / mean)) for every term asked for"""
        lengths = np.asarray([max(len(terms), 1) for terms in self.terms])
        scores = np.zeros(PASSAGES)
        for term in asked:
            f = np.asarray([terms.count(term) for terms in self.terms])
            n = (f > 0).sum()
            scores += (
                log(1 + (PASSAGES - n + 0.5) / (n + 0.5)) * f / (f + 1.2 * (0.25 + 0.75 * lengths / lengths.mean()))
            )
        return scores

    def fitting(self, test):
        """Returns the rows whose number, entry and language a test is true of."""
        passages = enumerate(self.library.passages)
        return {n for n, passage in passages if test(n, self.library.entries[n // 2], passage.language)}


@pytest.fixture(scope="module")
def shelf():
    return Shelf()


@pytest.fixture(scope="module", params=PARAMETERS)
def write_and_open(request, tmp_path_factory, shelf):
    """Writes batches into a new index of each kind, and opens it."""
    write, read = IMPLEMENTATIONS[request.param]
    opened = []

    def write_and_open(batches):
        folder = tmp_path_factory.mktemp(request.param)
        write_store(folder / "store.sqlite", shelf.library)
        write(folder, batches)
        store = Store(folder / "store.sqlite")
        opened.append(store)
        opened.append(read(folder, AllowedRows(store)))
        return opened[-1]

    yield write_and_open
    for part in opened:
        part.close()


@pytest.fixture(scope="module")
def index(write_and_open, shelf):
    return write_and_open(shelf.batches())


FILTERS = {
    "since": (Wanted(Filters(since=2020)), lambda n, entry, language: entry.year >= 2020),
    "years": (Wanted(Filters(since=2016, until=2017)), lambda n, entry, language: entry.year in (2016, 2017)),
    "kind": (Wanted(Filters(kinds=(Kind.MODEL,))), lambda n, entry, language: entry.kind is Kind.MODEL),
    "lists": (
        Wanted(Filters(lists=("list-1", "list-2"))),
        lambda n, entry, language: entry.listings[0].list_id != "list-0",
    ),
    "language": (Wanted(Filters(languages=("zh",))), lambda n, entry, language: language == "zh"),
    "author": (Wanted(Filters(authors=("Tom Brown",))), lambda n, entry, language: bool(entry.authors)),
    "hidden": (Wanted(hidden=frozenset({0, 1, 30, 60})), lambda n, entry, language: n not in (0, 1, 30, 60)),
    "several": (
        Wanted(Filters(topics=("PEFT",), until=2019, languages=("en",)), frozenset(range(0, 100, 7))),
        lambda n, entry, language: (
            entry.topics and entry.year <= 2019 and language == "en" and n not in range(0, 100, 7)
        ),
    ),
    "nothing fits": (Wanted(Filters(venues=("ICLR",))), lambda n, entry, language: False),
    "all": (ALL, lambda n, entry, language: True),
}


def test_it_has_every_passage(index):
    assert index.size == PASSAGES


@pytest.mark.parametrize(
    "terms", [["lora"], ["lora", "注意"], ["lora", "lora", "检"], ["gpt4", "unheard"], ["unheard"], []]
)
def test_scores_are_bm25_and_cosines_of_the_rows_asked_for_in_their_order(index, shelf, terms):
    rows = np.asarray([250, 3, 7, 0, 299])

    lexical, dense = index.scores(rows, terms, shelf.questions[2])

    np.testing.assert_allclose(lexical, shelf.bm25(terms)[rows], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(dense, shelf.vectors[rows] @ shelf.questions[2], atol=1e-6)
    assert lexical.dtype == dense.dtype == np.float32
    assert lexical[2] == 0.0  # it has no terms at all


def test_no_rows_have_no_scores(index, shelf):
    lexical, dense = index.scores(np.zeros(0, dtype=np.int64), ["lora"], shelf.questions[0])

    assert lexical.shape == dense.shape == (0,)


@pytest.mark.parametrize(("wanted", "test"), FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("terms", [["lora", "注意"], ["lora", "lora", "quantization"]])
def test_the_best_by_words_are_those_of_a_full_sort(index, shelf, terms, wanted, test):
    scores, k = shelf.bm25(terms), 12
    possible = sorted((row for row in shelf.fitting(test) if scores[row] > 0), key=lambda row: -scores[row])

    found = index.by_words(terms, k, wanted).tolist()

    least = scores[possible[:k][-1]] if possible else 0.0
    assert {row for row in possible if scores[row] > least + 1e-5} <= set(found)
    assert all(row in possible and scores[row] > least - 1e-5 for row in found)
    assert len(set(found)) == len(found) >= min(k, len(possible))


@pytest.mark.parametrize("terms", [[], ["unheard"]])
def test_nothing_is_found_by_words_that_nothing_holds(index, terms):
    assert index.by_words(terms, 5).tolist() == []


@pytest.mark.parametrize(("wanted", "test"), FILTERS.values(), ids=FILTERS)
def test_the_nearest_are_those_of_a_full_sort(index, shelf, wanted, test):
    possible, k = sorted(shelf.fitting(test)), 10
    kept = expected = 0

    for question in shelf.questions:
        cosines = shelf.vectors[possible] @ question
        best = {possible[place] for place in np.argsort(-cosines)[:k]}
        found = index.nearest(question, k, wanted).tolist()
        assert len(found) == len(set(found)) == min(k, len(possible))
        assert set(found) <= set(possible)
        kept, expected = kept + len(best & set(found)), expected + len(best)

    assert kept >= 0.98 * expected


def test_more_than_there_are_is_all_there_is(index, shelf):
    assert sorted(index.nearest(shelf.questions[0], 1_000)) == list(range(PASSAGES))
    assert sorted(index.by_words(["lora"], 1_000)) == [n for n, terms in enumerate(shelf.terms) if "lora" in terms]


@pytest.mark.parametrize(
    ("term", "holds", "knows"),
    [
        ("attention", True, True),
        ("atention", False, True),
        ("attentoin", False, True),  # two slips in a long word
        ("atentoins", False, False),  # three
        ("attention-lora", False, True),
        ("attention-mamba", False, False),
        ("lorb", False, False),  # too short for a slip
        ("gpt4", True, True),
        ("gpt5", False, False),
        ("注意", True, True),
        ("意注", False, False),
    ],
)
def test_words_are_known_as_they_are_or_up_to_a_slip(index, term, holds, knows):
    assert index.holds(term) is holds
    assert index.knows(term) is knows


def test_the_share_of_known_words_is_of_those_that_occur_as_they_are(index):
    assert index.known_share(["lora", "unheard", "atention", "注意"]) == 0.5
    assert index.known_share([]) == 1.0


def test_passages_tell_which_words_they_hold(index, shelf):
    rows, words = np.asarray([299, 7, 0, 41]), ["lora", "unheard", "注意"]

    held = index.held(words, rows)

    assert held.tolist() == [[word in shelf.terms[row] for word in words] for row in rows]


def test_batches_are_one_index_however_they_are_cut(write_and_open, shelf):
    whole, cut = write_and_open(shelf.batches()), write_and_open(shelf.batches(1, 130, 131))
    rows = np.arange(PASSAGES)

    assert cut.size == PASSAGES
    for one, other in zip(*(i.scores(rows, ["lora", "索"], shelf.questions[0]) for i in (whole, cut)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)
    assert sorted(cut.nearest(shelf.questions[1], 5)) == sorted(whole.nearest(shelf.questions[1], 5))


def test_threads_do_not_disturb_each_other(index, shelf):
    asked = [[word, other] for word in WORDS for other in WORDS]

    def ask(number):
        wanted = list(FILTERS.values())[number % len(FILTERS)][0]
        rows = index.by_words(asked[number], 9, wanted)
        return rows.tolist(), index.scores(rows, asked[number], shelf.questions[0])[0].tolist()

    alone = [ask(number) for number in range(len(asked))]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(ask, range(len(asked))))

    assert together == alone
