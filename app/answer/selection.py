"""Choosing spans: a fitted model says how probably a span holds what a question asks for.

Features compare the question with the span and, where the span is an answer, with the question it answers. What all
spans of the entries have in common, above all their names, tells them apart the least and counts the least
("contrast", "rare"). ``python -m evals --calibrate`` fits the model; ``selection.json`` holds it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from heapq import merge
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.answer.aspects import count_figures, shipped_aspects
from app.answer.spans import by_passage
from index.encoders.static import StaticEncoder
from index.query.intent import shipped_intents
from index.query.tokens import folded, tidy
from index.retrieval.comparing import Reading, compare, read_texts
from index.storage.store import Store
from index.text.analysis import content_words, held_words
from index.text.spans import Span, without_end_mark
from index.types import Hit, ParsedQuery
from ingest.documents.answers import ASPECTS
from ingest.types import Entry, Passage, PassageKind

Floats = NDArray[np.float32]
FITTED = Path(__file__).parent / "selection.json"
FEATURES = (
    "question", "question_back", "question_cosine", "text", "text_back", "text_cosine", "contrast", "rare", "covered",
    "rank", "score", "named", "others", "aspect", "asks", "speaks", "figure", "figures", "versus",
    "answer", "note", "length", "lead", "steps", "procedure", "passage_words", "passage",
)  # fmt: skip
_THE_SAME_WORDS, CERTAIN, _TO_THE_LETTER = 0.9, 0.98, 0.999
_LONG, _MANY = 400, 6  # characters and figures from which on more make no difference
_SUREST = 30.0  # log-odds
MOST_PASSAGES = 32  # of all entries together, whose spans are compared
_MOST_WORDINGS = 30_000  # whose intents are remembered
_LEAST = 0.01  # of a probability, under its logarithm
_UNSEEN = (0.0, -1.0)  # scores of a passage that the search has not looked at
_ASKING, _LEAST_ALIKE, _NOT_ASKED = 2, 0.02, -1.5  # wordings of a question, whose intents are compared with that asked


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span with the entry it is of.

    Attributes:
        span: The span.
        hit: The ranked entry.
        probability: That the span holds what is asked for, in [0, 1].
        named: Whether the question names the entry.
        vector: Mean of the vectors of its distinct tokens, shape (dimension,).
        wording: The way to put the question it answers that is most like the question; empty where it answers none.
    """

    span: Span
    hit: Hit
    probability: float
    named: bool
    vector: Floats
    wording: str = ""

    @property
    def odds(self) -> float:
        """The probability as odds."""
        return self.probability / max(1.0 - self.probability, 1e-9)


@cache
def fitted() -> dict[str, Any]:
    """Returns the fitted model."""
    model: dict[str, Any] = json.loads(FITTED.read_text(encoding="utf-8"))
    return model


def candidate_spans(
    store: Store, hits: Sequence[Hit], language: str, most: int = MOST_PASSAGES
) -> list[tuple[Span, Hit]]:
    """Returns the spans of some entries, each with its entry, in a language or else in the other one.

    Only those of the ``most`` passages that the search liked best, and at least of one for each entry: the likeliest
    span of ``rank_spans`` is always among them, and a third of the spans take a third of the time.
    """
    streams: list[Iterator[_Place]] = []
    chosen: dict[tuple[int, int], list[Span]] = {}
    for number, hit in enumerate(hits):
        stream = _best_first(store.passages_of(hit.entry.entry_id), number, hit, language)
        for first in islice(stream, 1):
            chosen[first.at] = first.spans
            streams.append(chain([first], stream))
    chosen |= {place.at: place.spans for place in islice(merge(*streams, key=lambda place: place.order), most)}
    return [(span, hits[at[0]]) for at in sorted(chosen) for span in chosen[at]]


class _Place(NamedTuple):
    """A passage of a hit with its spans: what it is ordered by, and which hit and passage it is."""

    order: tuple[float, int, str]
    at: tuple[int, int]
    spans: list[Span]


def _best_first(passages: Sequence[Passage], number: int, hit: Hit, language: str) -> Iterator[_Place]:
    """Yields the passages of a hit that have spans, those first that the search liked best.

    What the search has not looked at comes last, and pages of a PDF that it has not looked at not at all.
    """
    orders = {
        passage.passage_id: ((-hit.passages.get(passage.passage_id, _UNSEEN)[1], hit.row, passage.passage_id), place)
        for place, passage in enumerate(passages)
        if passage.kind is not PassageKind.PDF or passage.passage_id in hit.passages
    }
    near = sorted((p for p in passages if p.passage_id in orders), key=lambda passage: orders[passage.passage_id])
    for passage, spans in by_passage(near, language):
        order, place = orders[passage.passage_id]
        yield _Place(order, (number, place), spans)


def rank_spans(
    question: ParsedQuery,
    spans: Sequence[tuple[Span, Hit]],
    table: StaticEncoder,
    model: Mapping[str, Any] | None = None,
) -> list[Candidate]:
    """Returns spans with their probabilities, best first; equals in the order given."""
    if not spans:
        return []
    model = model or fitted()
    compared = compare_spans(question, spans, table)
    odds = compared.features @ np.asarray(model["weights"], dtype=np.float32) + model["bias"]
    chances = 1.0 / (1.0 + np.exp(-np.clip(odds, -_SUREST, _SUREST)))
    heard = compared.features[:, :2].min(axis=1) >= _THE_SAME_WORDS  # asked in the very words of an answered question
    chances = np.where(heard, np.maximum(chances, CERTAIN), chances)
    asked = folded(without_end_mark(question.text))
    for i in np.flatnonzero(heard).tolist():  # "encoder-only or decoder-only" has the words of "encoder-decoder or …"
        if asked in map(folded, spans[i][0].bare_wordings):
            chances[i] = _TO_THE_LETTER
    order = np.argsort(-chances, kind="stable")
    named = set().union(*question.named())
    found = []
    for i in order.tolist():
        span, hit = spans[i]
        chance, vector = float(chances[i]), compared.vectors[i]
        found.append(Candidate(span, hit, chance, hit.row in named, vector, compared.wordings[i]))
    return found


@dataclass(frozen=True, slots=True)
class Compared:
    """A question compared with spans.

    Attributes:
        features: Shape (spans, FEATURES).
        vectors: Unit vectors of the spans, shape (spans, dimension).
        wordings: Of each span the wording that is most like the question; empty where it has none.
    """

    features: Floats
    vectors: Floats
    wordings: list[str]


def compare_spans(question: ParsedQuery, spans: Sequence[tuple[Span, Hit]], table: StaticEncoder) -> Compared:
    """Compares a question with spans; there must be one."""
    n = len(spans)
    wordings = [span.bare_wordings for span, _ in spans]
    read = read_texts(
        table,
        [without_end_mark(question.text), *(span.plain for span, _ in spans), *(w for ws in wordings for w in ws)],
    )
    asked, texts = read[0], read[1 : n + 1]
    like = compare(table, asked, read[1:])
    similar = like.similarities()
    ends = n + np.cumsum([len(several) for several in wordings])
    rows = np.zeros((n, len(FEATURES)), dtype=np.float32)
    column = {name: rows[:, i] for i, name in enumerate(FEATURES)}
    holds, likest = like.best[:n].copy(), [""] * n
    for i, (several, end) in enumerate(zip(wordings, ends.tolist(), strict=True)):
        if several:
            start = end - len(several)
            best = int(similar[start:end, :2].sum(axis=1).argmax())
            rows[i, :3], likest[i] = similar[start + best], several[best]
            np.maximum(holds[i], like.best[start:end].max(axis=0), out=holds[i])
    rows[:, 3:6] = similar[:n]
    contrast = like.weights * (1.0 - holds.mean(axis=0))  # what all have in common tells none of them apart
    column["contrast"][:] = holds @ contrast / max(float(contrast.sum()), 1e-9)
    _by_words(column, question, spans, wordings)
    _by_search(column, question, spans)
    _by_aspect(column, spans, asked, texts)
    _by_intent(column, question, [span.wordings for span, _ in spans])
    return Compared(rows, table.pool([text.distinct for text in texts]), likest)


def _by_words(
    column: Mapping[str, Floats],
    question: ParsedQuery,
    spans: Sequence[tuple[Span, Hit]],
    wordings: Sequence[Sequence[str]],
) -> None:
    """Fills in the shares of the question's words that the spans hold, with their wordings."""
    words = question.words
    texts = [" ".join((*several, span.plain)) for (span, _), several in zip(spans, wordings, strict=True)]
    found = held_words(words, texts)
    shares = found.mean(axis=0)
    weights = np.maximum(-np.log(shares + 1.0 / len(spans)), 0.05) * (shares > 0)
    column["rare"][:] = found @ weights / weights.sum() if weights.any() else 1.0
    names = {row: _name_terms(entry) for row, entry in {hit.row: hit.entry for _, hit in spans}.items()}
    unnamed = {row: [word not in terms for word in words] for row, terms in names.items()}
    for i, (_, hit) in enumerate(spans):
        wanted = unnamed[hit.row]
        column["covered"][i] = found[i][wanted].mean() if any(wanted) else 1.0


def _by_search(column: Mapping[str, Floats], question: ParsedQuery, spans: Sequence[tuple[Span, Hit]]) -> None:
    """Fills in how entry and passage fared in the search, what the question names, and of what kind the spans are."""
    top = max(hit.score for _, hit in spans) or 1.0
    named = set().union(*question.named())
    ids = {hit.entry.entry_id for _, hit in spans if hit.row in named}
    for i, (span, hit) in enumerate(spans):
        is_named, other = hit.row in named, span.asked.other if span.asked else ""
        kind = span.passage.kind
        values = {
            "rank": 1.0 / hit.rank, "score": hit.score / top, "named": is_named, "others": bool(named) and not is_named,
            "versus": (1.0 if is_named and other in ids else -1.0) if other else 0.0,
            "answer": kind is PassageKind.ANSWER, "note": kind is PassageKind.NOTE,
            "length": min(len(span.plain), _LONG) / _LONG, "lead": span.position == 0, "steps": span.steps,
            "procedure": span.steps * question.intent.probabilities["how-to"],
        }  # fmt: skip
        values["passage_words"], values["passage"] = hit.passages.get(span.passage.passage_id, (0.0, 0.0))
        for name, value in values.items():
            column[name][i] = value


def _by_aspect(
    column: Mapping[str, Floats],
    spans: Sequence[tuple[Span, Hit]],
    asked: Reading,
    texts: Sequence[Reading],
) -> None:
    """Fills in whether spans speak of the aspect that is asked for, and hold figures where one is."""
    wanted, figure = shipped_aspects().asked(asked.tokens)
    column["speaks"][:] = np.log(shipped_aspects().spoken_of([text.tokens for text in texts]) @ wanted + _LEAST)
    for i, (span, _) in enumerate(spans):
        figures = count_figures(span.plain)
        if span.asked and span.asked.aspect in ASPECTS:
            column["aspect"][i] = np.log(wanted[ASPECTS.index(span.asked.aspect)] + _LEAST)
        column["figure"][i] = np.log((figure if figures else 1.0 - figure) + _LEAST)
        column["figures"][i] = min(figures, _MANY) / _MANY


def _by_intent(column: Mapping[str, Floats], question: ParsedQuery, wordings: Sequence[Sequence[str]]) -> None:
    """Fills in how probably the answered questions ask for the same as the question: what it is, which kinds, why."""
    wanted = np.fromiter(question.intent.probabilities.values(), dtype=np.float32)
    intents = _intents_of([wording for several in wordings for wording in several[:_ASKING]])
    column["asks"][:] = _NOT_ASKED
    for i, several in enumerate(wordings):
        if several:
            alike = max(float(wanted @ intents[wording]) for wording in several[:_ASKING])
            column["asks"][i] = np.log(alike + _LEAST_ALIKE)


_INTENTS: dict[str, Floats] = {}


def _intents_of(wordings: Sequence[str]) -> dict[str, Floats]:
    """Returns how probably each wording asks for what, shape (labels,), remembered."""
    known = {wording: found for wording in wordings if (found := _INTENTS.get(wording)) is not None}
    if new := [wording for wording in dict.fromkeys(wordings) if wording not in known]:
        learned = dict(zip(new, shipped_intents().probabilities([folded(tidy(text)) for text in new]), strict=True))
        if len(_INTENTS) > _MOST_WORDINGS:
            _INTENTS.clear()
        _INTENTS.update(learned)
        known |= learned
    return known


@lru_cache(maxsize=4096)
def _name_terms(entry: Entry) -> frozenset[str]:
    return frozenset(content_words(" ".join((entry.title, entry.title_zh, entry.title_en, *entry.aliases))))
