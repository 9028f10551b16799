"""Fitting what chooses the spans of an answer, on the answers of cards and notes.

Each rewording of an answered question is asked as if nobody had written it down: it is taken out of the features, its
answer must be found among all spans of the best entries. Prose is learned apart: there the span most like the answer
must be found among the other prose. A second stage corrects both by the dev questions of the suite, whose words are
people's own.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.answer.selection import FEATURES, FITTED, KINDS, candidate_spans, fitted, span_features
from app.answer.spans import Span, by_entry
from evals.questions import Question
from index.query.intent import LABELS
from index.search import Searcher
from index.types import Hit
from ingest.documents.answers import ASPECTS, AnsweredQuestion
from ingest.types import PassageKind

Floats = NDArray[np.float64]
ENTRIES = 5
_ALIKE, _UNLIKE = 0.72, 0.5  # cosines from which on prose says what an answer says, and below which it does not
_RIDGE = 1.0
_SECOND_RIDGE = 100.0  # chosen by cross-validation on dev
_THE_SAME = 0.85  # cosine from which on a span says what the gold quote says
_SEED = 11
_HEARD = 2
_OF_SEARCH = [FEATURES.index(name) for name in ("passage_words", "passage")]
_NEVER_AGAINST = frozenset((*FEATURES[:9], "score", "language", "passage_words", "passage"))


@dataclass(frozen=True, slots=True)
class Examples:
    """Features and labels of one kind of span, with the number of the question each belongs to."""

    features: Floats
    labels: Floats
    groups: NDArray[np.int64]


def fit_selection(
    searcher: Searcher,
    questions: Sequence[Question],
    limit: int,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> dict[str, Any]:
    """Fits the model of ``app.answer.selection`` and keeps it.

    Args:
        searcher: Searches the shipped corpus.
        questions: The suite's; those of the dev split with gold are learned from.
        limit: How many rewordings to learn from.
        progress: Called with the number of questions asked and their total.

    Returns:
        The model, with how often the best span was the right one on the questions held out.
    """
    asked = _rewordings(searcher, limit)
    aspects = _aspect_table(searcher, asked)
    _keep({**fitted(), "aspects": aspects})
    answers: list[tuple[Floats, Floats, int]] = []
    prose: list[tuple[Floats, Floats, int]] = []
    for number, (wording, question, entry_id, passage_id) in enumerate(asked, start=1):
        found = searcher.find(wording, k=ENTRIES, hidden=[passage_id])
        spans = candidate_spans(searcher.store, found.hits, found.question.language)
        if number % _HEARD:  # now and then somebody asks in the very words
            spans = [(_unheard(span, wording), hit) for span, hit in spans]
        right = [
            span.asked is not None and span.asked.answer == question.answer and hit.entry.entry_id == entry_id
            for span, hit in spans
        ]
        if any(right):
            features, vectors = span_features(found.question, spans, searcher.table)
            features[:, _OF_SEARCH] = 0.0  # a hidden passage was not searched, which would give it away
            like = vectors @ vectors[right.index(True)]
            is_prose = np.asarray([span.asked is None for span, _ in spans])
            labels = np.asarray(right, dtype=np.float64)
            answers.append((features[~is_prose].astype(np.float64), labels[~is_prose], number))
            same = np.asarray([hit.entry.entry_id == entry_id for _, hit in spans])
            good, bad = is_prose & same & (like >= _ALIKE), is_prose & (like < _UNLIKE)
            if good.any():
                chosen = good | bad
                prose.append((features[chosen].astype(np.float64), good[chosen].astype(np.float64), number))
        progress(number, len(asked))
    model: dict[str, Any] = {"features": list(FEATURES), "aspects": aspects}
    for kind, rows in (("answer", answers), ("prose", prose)):
        train, test = ([row for row in rows if (row[2] % 5 == 0) == held] for held in (False, True))
        weights, bias = _fit(train)
        hit = [float(labels[int(np.argmax(features @ weights + bias))]) for features, labels, _ in test]
        model[kind] = {
            "weights": [round(float(w), 4) for w in weights],
            "bias": round(float(bias), 4),
            "questions": len(rows),
            "first": round(float(np.mean(hit)), 4),
        }
    _refine(searcher, [q for q in questions if q.split == "dev" and q.gold], model)
    _keep(model)
    return model


def _keep(model: dict[str, Any]) -> None:
    """Makes a model the shipped one."""
    FITTED.write_text(json.dumps(model, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    fitted.cache_clear()


def _refine(searcher: Searcher, questions: Sequence[Question], model: dict[str, Any]) -> None:
    """Corrects a model by questions whose answers are known, keeping near to what the first stage found."""
    rows: dict[str, list[tuple[Floats, Floats, int]]] = {kind: [] for kind in KINDS}
    for number, question in enumerate(questions):
        found = searcher.find(question.text, history=question.history)
        spans = candidate_spans(searcher.store, found.hits[:ENTRIES], found.question.language)
        if spans:
            features, vectors = span_features(found.question, spans, searcher.table)
            right = _right(question, spans, vectors, searcher)
            prose = np.asarray([span.asked is None for span, _ in spans])
            for kind, chosen in zip(KINDS, (~prose, prose), strict=True):
                if chosen.any():
                    rows[kind].append((features[chosen].astype(np.float64), right[chosen], number))
    for kind in KINDS:
        before = (np.asarray(model[kind]["weights"]), float(model[kind]["bias"]))
        weights, bias = _fit(rows[kind], before)
        model[kind]["weights"] = [round(float(w), 4) for w in weights]
        model[kind]["bias"] = round(bias, 4)


def _right(
    question: Question, spans: Sequence[tuple[Span, Hit]], vectors: NDArray[np.float32], searcher: Searcher
) -> Floats:
    """Tells the spans of entries that answer which hold the words that show it, say the same, or say a needed fact."""
    gold = {g.entry_id: g.quote for g in question.gold}
    like = (vectors @ searcher.table.encode(list(gold.values())).T).max(axis=1)
    right = [
        hit.entry.entry_id in gold
        and (
            gold[hit.entry.entry_id] in span.text
            or span.text in gold[hit.entry.entry_id]
            or float(cosine) > _THE_SAME
            or any(re.search(fact, span.plain, re.I) for fact in question.facts)
        )
        for (span, hit), cosine in zip(spans, like, strict=True)
    ]
    return np.asarray(right, dtype=np.float64)


def _rewordings(searcher: Searcher, limit: int) -> list[tuple[str, AnsweredQuestion, str, str]]:
    """Returns (wording, question, entry id, passage id) of answered questions, in an order that a seed decides."""
    found = []
    for entry in searcher.store.entries():
        for passage in searcher.store.passages_of(entry.entry_id):
            if passage.kind is PassageKind.ANSWER:
                for span in by_entry([passage], passage.language):
                    if span.asked:
                        found += [
                            (w, span.asked, entry.entry_id, passage.passage_id)
                            for w in (span.asked.question, *span.asked.wordings)
                        ]
    random.Random(_SEED).shuffle(found)
    return found[:limit]


def _unheard(span: Span, wording: str) -> Span:
    """Returns a span as if one wording of its question had never been written."""
    asked = span.asked
    if asked is None:
        return span
    kept = tuple(other for other in asked.wordings if other != wording)
    return replace(
        span, asked=replace(asked, question="" if asked.question == wording else asked.question, wordings=kept)
    )


def _aspect_table(
    searcher: Searcher, asked: Sequence[tuple[str, AnsweredQuestion, str, str]]
) -> dict[str, dict[str, float]]:
    """Returns log P(aspect | intent) / P(aspect), from how the intent model reads the wordings of each aspect."""
    counts: Counter[tuple[str, str]] = Counter()
    for wording, question, *_ in asked:
        counts[searcher.read(wording).intent.label, question.aspect] += 1
    total = sum(counts.values())
    by_label = {label: sum(counts[label, aspect] for aspect in ASPECTS) for label in LABELS}
    by_aspect = {aspect: sum(counts[label, aspect] for label in LABELS) for aspect in ASPECTS}
    table: dict[str, dict[str, float]] = {}
    for label in LABELS:
        table[label] = {}
        for aspect in ASPECTS:
            expected = by_aspect[aspect] / max(total, 1)
            share = (counts[label, aspect] + 5 * expected) / (by_label[label] + 5)
            table[label][aspect] = round(float(np.log(share / max(expected, 1e-6))), 3)
    return table


def _fit(
    rows: Sequence[tuple[Floats, Floats, int]], before: tuple[Floats, float] | None = None
) -> tuple[Floats, float]:
    """Returns weights and bias of a logistic regression with a ridge; likeness never speaks against a span.

    Args:
        rows: Features, labels and number of each question.
        before: Weights and bias that the ridge pulls towards, instead of towards nothing.
    """
    from scipy.optimize import minimize

    features = np.concatenate([features for features, _, _ in rows])
    labels = np.concatenate([labels for _, labels, _ in rows])
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    scaled = (features - mean) / spread
    prior = np.zeros(len(FEATURES)) if before is None else before[0] * spread
    ridge = _RIDGE if before is None else _SECOND_RIDGE

    def loss(values: Floats) -> tuple[float, Floats]:
        odds = scaled @ values[:-1] + values[-1]
        away = values[:-1] - prior
        cost = float(np.logaddexp(0.0, odds).sum() - odds @ labels + 0.5 * ridge * away @ away)
        error = 1.0 / (1.0 + np.exp(-odds)) - labels
        return cost, np.append(scaled.T @ error + ridge * away, error.sum())

    bounds = [(0.0, None) if name in _NEVER_AGAINST else (None, None) for name in FEATURES]
    start = np.append(prior, 0.0 if before is None else before[1] + float(before[0] @ mean))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)])
    weights = found.x[:-1] / spread
    return weights, float(found.x[-1] - weights @ mean)
