"""Comparing whole entries with a question, each for itself: what ``app.answer.membership`` judges them by."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.answer.held import bucket, buckets, in_buckets
from app.answer.spans import is_bare
from index.catalogue.facets import organisation_names
from index.catalogue.gazetteer import kind_words
from index.catalogue.names import name_units
from index.encoders.static import StaticEncoder
from index.retrieval.comparing import compare, read_texts
from index.retrieval.subjects import NEARNESS
from index.storage.store import Store
from index.text.analysis import content_text, held_words
from index.types import Hit, ParsedQuery, Slot
from ingest.documents.answers import read_answered
from ingest.text.folding import fold
from ingest.types import Entry, Kind, Passage, PassageKind

Floats = NDArray[np.float32]
ALONE = (
    "share", "score", "rank", "late", "late_share", "late_second", "dense", "dense_share", "lexical_share",
    "passage", "passage_back", "passage_cosine", "answered", "title", "title_back", "title_cosine",
    "place", "place_back", "place_cosine", "covered", "covered_at_once", "names_asked", "kind", "other_kind",
    "maker", "other_maker", "named", "survey", "reading",
    "score_three", "score_eight", "late_three", "dense_three", "lexical_three", "above", "brief", "brief_late", "best",
    "texts", "bare", "words", *NEARNESS,
)  # fmt: skip
_CITED = re.compile(r"\[((?:arxiv|url|note):[^\]\s]+)\]")
_ID = re.compile(r"(?:arxiv|url|note):[^\]\s\"',]+")
_SHORTEST_NAME = 3
_FEW, _MANY = 3, 8  # passages
_NO_SUBJECTS = (0.0,) * len(NEARNESS)


@dataclass(frozen=True, slots=True)
class Compared:
    """Entries compared with a question, each for itself.

    Attributes:
        alone: Shape (entries, ALONE).
        roles: Places in ``ROLES``, shape (entries,).
        topics: Which topics each entry has, each topic by how rare it is, shape (entries, topics).
        vectors: Of what was found of each entry, shape (entries, dimension), of unit length.
        names: Which passage names which entry, shape (passages, entries).
        owner: The entry of each passage, shape (passages,).
        shares: Scores of the passages as shares of the best entry's, shape (passages,).
        linked: Whether a text of either of two entries cites the other, shape (entries, entries).
        together: Whether a text of a note cites both, shape (entries, entries).
    """

    alone: Floats
    roles: NDArray[np.int64]
    topics: Floats
    vectors: Floats
    names: Floats
    owner: NDArray[np.int64]
    shares: Floats
    linked: Floats
    together: Floats


def compare_entries(question: ParsedQuery, hits: Sequence[Hit], store: Store, table: StaticEncoder) -> Compared:
    """Compares entries with a question, each for itself."""
    asked = content_text(question.search_text) or question.search_text or question.text
    n = len(hits)
    texts_of = [store.passages_of(hit.entry.entry_id) for hit in hits]
    passages = [match.passage for hit in hits for match in hit.matches]
    owner = np.asarray([i for i, hit in enumerate(hits) for _ in hit.matches], dtype=np.int64)
    looked = [_look_at(passage) for passage in passages]
    texts = [one.says for one in looked]
    titles, places = [_title(hit.entry) for hit in hits], [_place(hit.entry) for hit in hits]
    question_read, *read = read_texts(table, [asked, *titles, *places, *texts])
    similar = compare(table, question_read, read).similarities()
    of_passage = _best_of(similar[2 * n :], owner, n)
    top = max(hit.score for hit in hits) or 1.0
    words, at_once = _covered(question, passages, owner, n)
    asked_names = _names_asked(question, looked, owner, n)
    alone = np.concatenate(
        [
            _search_features(hits, top),
            of_passage,
            np.asarray([[_answered(hit)] for hit in hits]),
            similar[:n],
            similar[n : 2 * n],
            np.stack([words, at_once, asked_names], axis=1),
            np.asarray([list(_catalogue_features(question, hit)) for hit in hits]),
            _depth_features(hits),
            _sizes(question, texts_of),
            np.asarray([hit.subjects or _NO_SUBJECTS for hit in hits]),
        ],
        axis=1,
    ).astype(np.float32)
    vectors = np.zeros((n, table.dimension), dtype=np.float32)
    np.add.at(vectors, owner, table.pool([text.distinct for text in read[2 * n :]]))
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    roles = np.asarray([int(hit.entry.kind is Kind.CONCEPT) for hit in hits], dtype=np.int64)
    shares = np.asarray([match.score / top for hit in hits for match in hit.matches], dtype=np.float32)
    names = _naming(hits, looked)
    return Compared(alone, roles, _topics(hits), vectors, names, owner, shares, *_citing(hits, roles, texts_of))


def _search_features(hits: Sequence[Hit], top: float) -> Floats:
    rows = []
    for hit in hits:
        lates = sorted((match.late for match in hit.matches), reverse=True)
        dense = max(match.dense for match in hit.matches)
        lexical = max(match.lexical for match in hit.matches)
        rows.append((hit.score / top, hit.score, 1.0 / math.sqrt(hit.rank), lates[0], lates[0],
                     lates[1] if len(lates) > 1 else 0.0, dense, dense, lexical))  # fmt: skip
    found = np.asarray(rows, dtype=np.float32)
    for column in (4, 7, 8):  # as shares of the best
        found[:, column] /= max(float(found[:, column].max()), 1e-6)
    return found


def _depth_features(hits: Sequence[Hit]) -> Floats:
    """Returns how well the best few passages of each entry fare together, and those that say what it is."""
    rows = []
    for hit in hits:
        fused = sorted((score for _, score in hit.passages.values()), reverse=True)
        words = sorted((word for word, _ in hit.passages.values()), reverse=True)
        first = hit.matches[:_FEW]
        brief = [match for match in hit.matches if _look_at(match.passage).brief]
        rows.append((
            sum(fused[:_FEW]) / _FEW, sum(fused[:_MANY]) / _MANY, sum(match.late for match in first) / _FEW,
            sum(match.dense for match in first) / _FEW, sum(words[:_FEW]) / _FEW, 0.0,
            max((match.score for match in brief), default=0.0), max((match.late for match in brief), default=0.0), 0.0,
        ))  # fmt: skip
    found = np.asarray(rows, dtype=np.float32)
    found[:, 5] = (found[:, 0] - found[:, 0].mean()) / max(float(found[:, 0].std()), 1e-6)
    found[:, 8] = max(hit.score for hit in hits)
    return found


def _catalogue_features(question: ParsedQuery, hit: Hit) -> Iterator[float]:
    entry = hit.entry
    kinds = [kind_words()[entity.value] for entity in question.entities if entity.slot is Slot.KIND]
    wanted = {kind for words in kinds for kind in words.kinds}
    fits = entry.kind in wanted or any(topic in entry.topics for words in kinds for topic in words.topics)
    yield from (float(fits), float(bool(wanted) and not fits))
    makers = {fold(name) for filters in (question.soft, question.filters) for name in filters.organisations}
    made = bool(makers) and not makers.isdisjoint(fold(name) for name in organisation_names(entry))
    yield from (float(made), float(bool(makers) and not made))
    yield float(any(hit.row in rows for rows in question.named()))
    yield float("survey" in entry.title.casefold() or "surveys" in entry.topics)
    yield float("learning-resources" in entry.topics)


def _best_of(values: Floats, owner: NDArray[np.int64], n: int) -> Floats:
    """Returns the largest value of each column among the passages of each entry, shape (n, columns)."""
    best = np.zeros((n, values.shape[1]), dtype=np.float32)
    np.maximum.at(best, owner, values)
    return best


def _covered(
    question: ParsedQuery, passages: Sequence[Passage], owner: NDArray[np.int64], n: int
) -> tuple[Floats, Floats]:
    """Returns how much of the question's words an entry's passages hold, all together and the best one alone.

    Words count by how rare they are among the passages found; those that no passage holds do not count.
    """
    found = held_words(question.words, [passage.text for passage in passages])
    uses = found.sum(axis=0)
    rare = np.where(uses > 0, np.log1p(len(passages) / np.maximum(uses, 1.0)), 0.0)
    total = max(float(rare.sum()), 1e-6)
    at_once = _best_of((found @ rare / total)[:, None].astype(np.float32), owner, n)[:, 0]
    return (_best_of(found, owner, n) @ rare / total).astype(np.float32), at_once


def _names_asked(question: ParsedQuery, looked: Sequence[_Looked], owner: NDArray[np.int64], n: int) -> Floats:
    """Returns how much of the names and terms in the question an entry's best passage holds; rare ones count more."""
    places: dict[tuple[int, int], set[tuple[str, ...]]] = {}
    for entity in question.entities:
        if entity.slot in (Slot.NAME, Slot.TERM):
            forms = places.setdefault((entity.first, entity.end), {name_units(entity.name)})
            if entity.slot is Slot.TERM:
                forms.add(name_units(entity.value))
    if not places:
        return np.zeros(n, dtype=np.float32)
    wanted = [[_in_a_column(name) for name in forms if name] for forms in places.values()]
    said = np.asarray([[any(n in one.column for n in names) for names in wanted] for one in looked], dtype=np.float32)
    rare = np.log1p(len(looked) / np.maximum(said.sum(axis=0), 1.0)) * (said.sum(axis=0) > 0)
    share = said @ rare / max(float(rare.sum()), 1e-6)
    return _best_of(share[:, None].astype(np.float32), owner, n)[:, 0]


def _answered(hit: Hit) -> float:
    """Returns the best MaxSim of an answered question among the matches."""
    return max((match.late for match in hit.matches if _look_at(match.passage).answers), default=0.0)


def _topics(hits: Sequence[Hit]) -> Floats:
    """Returns which topic each entry has, as log(1 + entries / uses), shape (entries, topics)."""
    names = {topic: i for i, topic in enumerate(sorted({t for hit in hits for t in hit.entry.topics}))}
    held = np.zeros((len(hits), len(names)), dtype=np.float32)
    for i, hit in enumerate(hits):
        held[i, [names[topic] for topic in hit.entry.topics]] = 1.0
    return np.asarray(held * np.log1p(len(hits) / np.maximum(held.sum(axis=0), 1.0)), dtype=np.float32)


def _naming(hits: Sequence[Hit], looked: Sequence[_Looked]) -> Floats:
    """Returns which passage names which entry, by id or by name, shape (passages, entries)."""
    ids = {hit.entry.entry_id: i for i, hit in enumerate(hits)}
    called = [(name, i) for i, hit in enumerate(hits) for name in _names(hit.entry)]
    uses = Counter(unit for name, _ in called for unit in set(name))
    names: dict[int, list[tuple[str, int]]] = {}
    for name, i in called:  # by what few names have
        names.setdefault(bucket(min(name, key=uses.__getitem__)), []).append((_in_a_column(name), i))
    found = np.zeros((len(looked), len(hits)), dtype=np.float32)
    for row, one in enumerate(looked):
        found[row, [ids[key] for key in one.cited if key in ids]] = 1.0
    for row, place in zip(*in_buckets(names, [one.units for one in looked]), strict=True):
        column = looked[row].column
        for lines, i in names[place]:
            if lines in column:
                found[row, i] = 1.0
    return found


def _sizes(question: ParsedQuery, texts: Sequence[Sequence[Passage]]) -> Floats:
    """Returns how much there is of each entry, whether only lists speak of it, and how much is asked."""
    words = len(question.words)
    return np.asarray([(math.log1p(len(own)), is_bare(own), words) for own in texts], dtype=np.float32)


def _citing(hits: Sequence[Hit], roles: NDArray[np.int64], texts: Sequence[Sequence[Passage]]) -> tuple[Floats, Floats]:
    """Returns which entries cite each other anywhere, and which a text of a note cites together."""
    n = len(hits)
    place = {hit.entry.entry_id: i for i, hit in enumerate(hits)}
    linked = np.zeros((n, n), dtype=np.float32)
    of_notes: list[Floats] = [np.zeros(n, dtype=np.float32)]
    for i, own in enumerate(texts):
        for passage in own:
            if cited := [place[key] for key in _cites(passage.text) if key in place]:
                linked[i, cited] = 1.0
                if roles[i]:
                    of_notes.append(np.bincount(cited, minlength=n).astype(np.float32))
    linked = np.maximum(linked, linked.T)
    several = np.stack(of_notes)
    together = np.minimum(several.T @ several, 1.0)
    np.fill_diagonal(linked, 0.0)
    np.fill_diagonal(together, 0.0)
    return linked, together


def _in_a_column(units: Iterable[str]) -> str:
    """Returns units, one a line: so a run of them is found without a loop."""
    return "\n{}\n".format("\n".join(units))


@dataclass(frozen=True, slots=True)
class _Looked:
    """What entries are compared by in a passage.

    Attributes:
        says: Its text, its question in front when it answers one.
        answers: Whether it does.
        brief: Whether it says what its entry is.
        cited: Ids that it cites in brackets.
        units: Buckets of the units of names in it.
        column: These units in reading order, one a line.
    """

    says: str
    answers: bool
    brief: bool
    cited: tuple[str, ...]
    units: bytes
    column: str


@lru_cache(maxsize=16384)
def _look_at(passage: Passage) -> _Looked:
    """Takes a passage apart, remembered: the same ones come back for many questions."""
    asked = read_answered(passage.text)
    units = name_units(passage.text)
    return _Looked(
        f"{asked.question} {asked.answer}" if asked else passage.text,
        asked is not None,
        asked.aspect == "what" if asked else passage.kind is not PassageKind.PDF,
        tuple(_CITED.findall(passage.text)),
        buckets(units),
        _in_a_column(units),
    )


@lru_cache(maxsize=65536)
def _cites(text: str) -> tuple[str, ...]:
    """Returns the ids of the entries that a passage cites, or names in the front matter of its card."""
    return tuple(dict.fromkeys(_ID.findall(text)))


@lru_cache(maxsize=4096)
def _title(entry: Entry) -> str:
    return f"{entry.title} {entry.title_zh}".strip()


@lru_cache(maxsize=4096)
def _place(entry: Entry) -> str:
    headings = [heading for listing in entry.listings for heading in listing.section[-1:]]
    return " ".join(dict.fromkeys([*(topic.replace("-", " ") for topic in entry.topics), *headings]))


@lru_cache(maxsize=4096)
def _names(entry: Entry) -> tuple[tuple[str, ...], ...]:
    """Returns the names of an entry that a text may call it by, in comparable form."""
    names = (name for name in (entry.title, entry.title_zh, *entry.aliases) if len(name) >= _SHORTEST_NAME)
    return tuple(dict.fromkeys(units for name in names if (units := name_units(name))))
