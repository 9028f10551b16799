"""Questions whose answer was there a moment ago: the corpus itself says what it would be like not to know.

An answered question of a card or note is asked as if nobody had put it in these words. Then it is asked again with all
passages hidden that say what the answer says, in either language, and again with everything hidden that speaks of the
entry. Where something as good is still left, the example is dropped: it would be wrong to decline.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.answer.answerability import Evidence, gather_evidence
from app.answer.selection import Candidate, candidate_spans, rank_spans
from index.search import Searcher
from index.text.spans import Span, spans_of
from index.types import Hit
from ingest.text.folding import fold
from ingest.types import Entry, PassageKind

_SEED = 23
_LOOKED_AT = 5
_ALIKE = 0.6  # cosine from which on a passage goes with the hidden answer
_AS_GOOD = 0.7  # cosine from which on what is left answers the question as well
_MIN_NAME = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """One wording of an answered question.

    Attributes:
        wording: As asked.
        entry: The entry that answers.
        span: The answer.
    """

    wording: str
    entry: Entry
    span: Span


def answered_wordings(searcher: Searcher, limit: int) -> list[Asked]:
    """Returns wordings that are whole questions, in an order that a seed decides."""
    found = [
        Asked(span.asked.question, entry, span)
        for entry in searcher.store.entries()
        for passage in searcher.store.passages_of(entry.entry_id)
        if passage.kind is PassageKind.ANSWER
        for span in spans_of(passage)
        if span.asked is not None
    ]
    random.Random(_SEED).shuffle(found)
    return found[:limit]


def ask_with_hidden(
    searcher: Searcher, limit: int, progress: Callable[[int, int], None] = lambda *_: None
) -> Iterator[tuple[Evidence, str, bool]]:
    """Yields (evidence, language, whether the corpus answers) of questions with and without what answers them.

    Args:
        searcher: Searches the shipped corpus.
        limit: How many questions are asked, each up to three times.
        progress: Called with the number of questions asked and their total.
    """
    asked = answered_wordings(searcher, limit)
    for number, one in enumerate(asked, start=1):
        yield from _three_times(searcher, one)
        progress(number, len(asked))


def _three_times(searcher: Searcher, asked: Asked) -> Iterator[tuple[Evidence, str, bool]]:
    own = asked.span.passage.passage_id
    found = searcher.find(asked.wording, hidden=[own])
    if not found.question.search_text:
        return
    answer = searcher.table.encode([asked.span.plain])[0]
    spans = _unheard(candidate_spans(searcher.store, found.hits[:_LOOKED_AT], found.question.language), asked)
    ranked = rank_spans(found.question, spans, searcher.table)
    language = found.question.language
    if any(candidate.span.passage.passage_id == own for candidate in ranked):
        yield gather_evidence(found.question, found.hits, searcher, ranked, [own]), language, True
    for hidden in (_saying(searcher, found.hits, answer), _speaking_of(searcher, found.hits, asked.entry)):
        gone = {*hidden, own}
        left = searcher.find(asked.wording, hidden=gone)
        spans = candidate_spans(searcher.store, left.hits[:_LOOKED_AT], language)
        ranked = rank_spans(left.question, [s for s in spans if s[0].passage.passage_id not in gone], searcher.table)
        if left.hits and not _as_good(ranked, answer):
            yield gather_evidence(left.question, left.hits, searcher, ranked, gone), language, False


def _unheard(spans: Sequence[tuple[Span, Hit]], asked: Asked) -> list[tuple[Span, Hit]]:
    """Returns spans as if the wording had never been written."""
    return [
        (replace(span, asked=replace(span.asked, question="")), hit)
        if span.asked is not None and span.asked.question == asked.wording
        else (span, hit)
        for span, hit in spans
    ]


def _saying(searcher: Searcher, hits: Sequence[Hit], answer: np.ndarray) -> set[str]:
    """Returns the passages of the hits, in both languages, that say what an answer says."""
    spans = [s for hit in hits for p in searcher.store.passages_of(hit.entry.entry_id) for s in spans_of(p)]
    near = searcher.table.encode([span.plain for span in spans]) @ answer if spans else np.zeros(0)
    return {span.passage.passage_id for span, cosine in zip(spans, near, strict=True) if cosine >= _ALIKE}


def _speaking_of(searcher: Searcher, hits: Sequence[Hit], entry: Entry) -> set[str]:
    """Returns the passages of an entry, and those of the hits that hold one of its names."""
    names = [fold(name) for name in (entry.title, entry.title_zh, *entry.aliases) if len(name) >= _MIN_NAME]
    others = [p for hit in hits for p in searcher.store.passages_of(hit.entry.entry_id)]
    own = searcher.store.passages_of(entry.entry_id)
    return {p.passage_id for p in own} | {p.passage_id for p in others if any(name in fold(p.text) for name in names)}


def _as_good(ranked: Sequence[Candidate], answer: np.ndarray) -> bool:
    return bool(ranked) and max(float(candidate.vector @ answer) for candidate in ranked) >= _AS_GOOD
