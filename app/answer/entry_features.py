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

from app.answer.comparing import compare, read_texts
from app.answer.spans import is_bare
from index.catalogue.facets import organisation_names
from index.catalogue.gazetteer import kind_words
from index.catalogue.names import name_units
from index.encoders.static import StaticEncoder
from index.storage.store import Store
from index.text.analysis import content_text, term_set
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
    "texts", "bare", "words",
)  # fmt: skip
_CITED = re.compile(r"\[((?:arxiv|url|note):[^\]\s]+)\]")
_ID = re.compile(r"(?:arxiv|url|note):[^\]\s\"',]+")
_SHORTEST_NAME = 3
_FEW, _MANY = 3, 8  # passages


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
    texts = [_read(passage) for passage in passages]
    titles, places = [_title(hit.entry) for hit in hits], [_place(hit.entry) for hit in hits]
    question_read, *read = read_texts(table, [asked, *titles, *places, *texts])
    similar = compare(table, question_read, read).similarities()
    of_passage = _best_of(similar[2 * n :], owner, n)
    top = max(hit.score for hit in hits) or 1.0
    words, at_once = _covered(question, [_terms(passage) for passage in passages], owner, n)
    asked_names = _names_asked(question, passages, owner, n)
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
        ],
        axis=1,
    ).astype(np.float32)
    vectors = np.zeros((n, table.dimension), dtype=np.float32)
    np.add.at(vectors, owner, table.pool([text.distinct for text in read[2 * n :]]))
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    roles = np.asarray([int(hit.entry.kind is Kind.CONCEPT) for hit in hits], dtype=np.int64)
    shares = np.asarray([match.score / top for hit in hits for match in hit.matches], dtype=np.float32)
    names = _naming(hits, passages)
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
        brief = [match for match in hit.matches if _is_brief(match.passage)]
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
    question: ParsedQuery, terms: Sequence[frozenset[str]], owner: NDArray[np.int64], n: int
) -> tuple[Floats, Floats]:
    """Returns how much of the question's words an entry's passages hold, all together and the best one alone.

    Words count by how rare they are among the passages found; those that no passage holds do not count.
    """
    held = np.asarray([[word in own for word in question.words] for own in terms], dtype=np.float32)
    held = held.reshape(len(terms), len(question.words))
    uses = held.sum(axis=0)
    rare = np.where(uses > 0, np.log1p(len(terms) / np.maximum(uses, 1.0)), 0.0)
    total = max(float(rare.sum()), 1e-6)
    at_once = _best_of((held @ rare / total)[:, None].astype(np.float32), owner, n)[:, 0]
    return (_best_of(held, owner, n) @ rare / total).astype(np.float32), at_once


def _names_asked(question: ParsedQuery, passages: Sequence[Passage], owner: NDArray[np.int64], n: int) -> Floats:
    """Returns how much of the names and terms in the question an entry's best passage holds; rare ones count more."""
    places: dict[tuple[int, int], set[tuple[str, ...]]] = {}
    for entity in question.entities:
        if entity.slot in (Slot.NAME, Slot.TERM):
            forms = places.setdefault((entity.first, entity.end), {name_units(entity.name)})
            if entity.slot is Slot.TERM:
                forms.add(name_units(entity.value))
    if not places:
        return np.zeros(n, dtype=np.float32)
    held = np.asarray([[_says(passage, forms) for forms in places.values()] for passage in passages], dtype=np.float32)
    rare = np.log1p(len(passages) / np.maximum(held.sum(axis=0), 1.0)) * (held.sum(axis=0) > 0)
    share = held @ rare / max(float(rare.sum()), 1e-6)
    return _best_of(share[:, None].astype(np.float32), owner, n)[:, 0]


def _answered(hit: Hit) -> float:
    """Returns the best MaxSim of an answered question among the matches."""
    return max((match.late for match in hit.matches if _is_answer(match.passage)), default=0.0)


def _topics(hits: Sequence[Hit]) -> Floats:
    """Returns which topic each entry has, as log(1 + entries / uses), shape (entries, topics)."""
    names = {topic: i for i, topic in enumerate(sorted({t for hit in hits for t in hit.entry.topics}))}
    held = np.zeros((len(hits), len(names)), dtype=np.float32)
    for i, hit in enumerate(hits):
        held[i, [names[topic] for topic in hit.entry.topics]] = 1.0
    return np.asarray(held * np.log1p(len(hits) / np.maximum(held.sum(axis=0), 1.0)), dtype=np.float32)


def _naming(hits: Sequence[Hit], passages: Sequence[Passage]) -> Floats:
    """Returns which passage names which entry, by id or by name, shape (passages, entries)."""
    ids = {hit.entry.entry_id: i for i, hit in enumerate(hits)}
    called = [(name, i) for i, hit in enumerate(hits) for name in _names(hit.entry)]
    uses = Counter(unit for name, _ in called for unit in set(name))
    names: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for name, i in called:
        names.setdefault(min(name, key=uses.__getitem__), []).append((name, i))  # by what few names have
    found = np.zeros((len(passages), len(hits)), dtype=np.float32)
    for row, passage in enumerate(passages):
        found[row, [ids[key] for key in _bracketed(passage.text) if key in ids]] = 1.0
        distinct = _distinct_units(passage)
        for unit in names.keys() & distinct:
            for name, i in names[unit]:
                if len(name) == 1 or (distinct.issuperset(name) and _holds(passage, name)):
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


def _says(passage: Passage, names: Iterable[tuple[str, ...]]) -> bool:
    distinct = _distinct_units(passage)
    return any(name and distinct.issuperset(name) and _holds(passage, name) for name in names)


def _holds(passage: Passage, name: tuple[str, ...]) -> bool:
    return "\n{}\n".format("\n".join(name)) in _in_a_column(passage)


@lru_cache(maxsize=16384)
def _in_a_column(passage: Passage) -> str:
    """Returns the units of a passage, one a line: so a run of them is found without a loop."""
    return "\n{}\n".format("\n".join(_units(passage)))


@lru_cache(maxsize=16384)
def _units(passage: Passage) -> tuple[str, ...]:
    return name_units(passage.text)


@lru_cache(maxsize=16384)
def _distinct_units(passage: Passage) -> frozenset[str]:
    return frozenset(_units(passage))


@lru_cache(maxsize=16384)
def _bracketed(text: str) -> tuple[str, ...]:
    return tuple(_CITED.findall(text))


@lru_cache(maxsize=65536)
def _cites(text: str) -> tuple[str, ...]:
    """Returns the ids of the entries that a passage cites, or names in the front matter of its card."""
    return tuple(dict.fromkeys(_ID.findall(text)))


@lru_cache(maxsize=16384)
def _is_brief(passage: Passage) -> bool:
    """Tells a passage that says what its entry is."""
    asked = read_answered(passage.text)
    return asked.aspect == "what" if asked else passage.kind is not PassageKind.PDF


@lru_cache(maxsize=16384)
def _is_answer(passage: Passage) -> bool:
    return read_answered(passage.text) is not None


@lru_cache(maxsize=16384)
def _read(passage: Passage) -> str:
    """Returns what a passage says, its question in front when it answers one."""
    asked = read_answered(passage.text)
    return f"{asked.question} {asked.answer}" if asked else passage.text


@lru_cache(maxsize=16384)
def _terms(passage: Passage) -> frozenset[str]:
    return term_set(passage.text)


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
