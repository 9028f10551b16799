"""An index in a cluster: refreshed, interrupted, rolled back, away. The cluster is Qdrant's own, in memory."""

import sys
from contextlib import contextmanager

import pytest

from index.errors import IndexUnavailableError
from index.refresh import refresh_index, roll_back_index, verify_index
from index.retrieval import cluster, qdrant
from index.retrieval.placement import read_placement
from index.search import Searcher
from index.storage.generations import current_generation

qdrant_client = pytest.importorskip("qdrant_client")
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*(Payload indexes have no effect|Local mode performs exact):UserWarning"
)
CONNECTING = qdrant_client.QdrantClient
URL = "http://127.0.0.1:9#mine"
QUESTIONS = ("低秩矩阵怎么训练？", "key-value cache", "Who calls a calculator?", "papers since 2023")


class Silent:
    def say(self, message, *, warning=False):
        pass

    @contextmanager
    def progress(self, title):
        yield lambda done, total: None


class Shared(qdrant_client.QdrantClient):
    """One cluster for all who connect to it; may fail after some upserts."""

    def __init__(self):
        super().__init__(":memory:", force_disable_check_same_thread=True)
        self.put, self.puts, self.fails_after = [], 0, None

    def close(self, **_):
        pass

    def upsert(self, collection_name, points, **options):
        if self.puts == self.fails_after:
            raise KeyboardInterrupt
        self.put.extend(point.id for point in points)
        self.puts += 1
        return super().upsert(collection_name, points, **options)

    def live(self):
        return {alias.alias_name: alias.collection_name for alias in self.get_aliases().aliases}


@pytest.fixture
def shared(monkeypatch):
    shared = Shared()
    monkeypatch.setattr(qdrant_client, "QdrantClient", lambda **_: shared)
    return shared


@pytest.fixture
def ingest(corpus, tmp_path, encoder):
    def ingest(place=None, **options):
        refresh_index(corpus, tmp_path, Silent(), offline=True, encoder=encoder, index_url=place, **options)
        return read_placement(current_generation(tmp_path / "index")[0]).get("collection")

    return ingest


def hits(folder, encoder):
    searcher = Searcher.open(folder, encoder)
    found = [searcher.search(question) for question in QUESTIONS]
    searcher.close()
    return [[(hit.entry.entry_id, pytest.approx(hit.score, abs=1e-5)) for hit in hits] for hits in found]


def test_a_cluster_gives_the_answers_of_this_machine(shared, ingest, tmp_path, encoder):
    assert ingest() is None
    here = hits(tmp_path / "index", encoder)

    collection = ingest(URL)

    assert shared.live() == {"mine": collection}
    assert shared.count(collection).count == len(shared.put)
    assert hits(tmp_path / "index", encoder) == here
    verify_index(tmp_path, Silent(), encoder)
    assert ingest("local") is None
    assert hits(tmp_path / "index", encoder) == here


def test_a_refresh_moves_the_alias_and_a_rollback_moves_it_back(shared, ingest, corpus, tmp_path):
    first = ingest(URL)
    assert ingest() == first  # nothing changed, and the cluster is remembered
    more = corpus / "lists" / "more.md"
    more.write_text("## S\n\n- **More**\n", encoding="utf-8")
    second = ingest()

    assert shared.live() == {"mine": second, "mine-previous": first}
    roll_back_index(tmp_path, Silent())
    assert shared.live() == {"mine": first, "mine-previous": second}
    roll_back_index(tmp_path, Silent())
    more.write_text("## S\n\n- **Still more**\n", encoding="utf-8")
    third = ingest()

    assert shared.live() == {"mine": third, "mine-previous": second}
    assert {each.name for each in shared.get_collections().collections} == {second, third}


def test_collections_of_others_are_left_alone(shared, ingest):
    vectors = qdrant_client.models.VectorParams(size=2, distance="Dot")
    for name in ("mine-notes", "theirs-0123456789abcdef"):
        shared.create_collection(name, vectors_config=vectors)

    collection = ingest(URL)

    assert {each.name for each in shared.get_collections().collections} == {
        collection,
        "mine-notes",
        "theirs-0123456789abcdef",
    }


def test_an_upload_goes_on_where_it_was_interrupted(shared, ingest, monkeypatch, tmp_path):
    monkeypatch.setattr(qdrant, "_STEP", 3)
    shared.fails_after = 2
    with pytest.raises(KeyboardInterrupt):
        ingest(URL)
    (begun,) = shared.get_collections().collections
    assert shared.live() == {}

    shared.fails_after = None
    collection = ingest(URL)

    assert collection == begun.name
    assert shared.put == list(range(shared.count(collection).count))  # each passage once
    assert shared.live() == {"mine": collection}


def test_building_all_again_leaves_the_live_collection_as_it_is(shared, ingest):
    first = ingest(URL)
    put = len(shared.put)

    second = ingest(full=True)

    assert second != first
    assert len(shared.put) == 2 * put


def test_away_the_questions_say_so_and_the_library_can_be_read(shared, ingest, monkeypatch, tmp_path, encoder):
    ingest(URL)
    monkeypatch.setattr(qdrant_client, "QdrantClient", CONNECTING)

    searcher = Searcher.open(tmp_path / "index", encoder)

    with pytest.raises(IndexUnavailableError, match=r"没有响应.*does not answer \(ConnectError"):
        searcher.search("LoRA")
    assert searcher.store.passages_of("arxiv:2106.09685")
    searcher.close()


def test_without_the_client_the_way_to_get_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "qdrant_client", None)

    with pytest.raises(IndexUnavailableError, match=r"pip install '\.\[qdrant\]'"):
        cluster.Cluster(cluster.Address.parse(URL)).collections()
