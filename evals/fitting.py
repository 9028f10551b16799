"""Fitting what chooses the spans of an answer, on the dev questions of the suite.

Each question is asked twice, the second time with the answered questions of cards and notes hidden, as lists without
cards have none. Of all spans of the best entries those must rank first that hold what the question needs: a listwise
softmax with a ridge. A second fit gives the ranks their probabilities.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.answer import rereading
from app.answer.selection import CERTAIN, FEATURES, FITTED, candidate_spans, compare_spans, fitted, rank_spans
from evals.errors import EvaluationError
from evals.grades import SHIPPED_COMMON, key_of, read_grades
from evals.questions import Question
from index.retrieval.reranker import shipped_reranker
from index.search import Searcher
from index.text.spans import Span
from index.types import Hit
from ingest.types import PassageKind

Floats = NDArray[np.float64]
ENTRIES = 5
_RIDGE = 50.0  # chosen by cross-validation on dev
_HELPS = 2  # grade from which on a quote is right, where none is better
_THE_SAME = 0.85  # cosine from which on a span says what the gold quote says


@dataclass(frozen=True, slots=True)
class Example:
    """The spans found for a question: their features, shape (spans, FEATURES), and which are right, shape (spans,)."""

    features: Floats
    right: NDArray[np.bool_]


def fit_selection(examples: Sequence[Example]) -> dict[str, Any]:
    """Fits the model of ``app.answer.selection``; examples without a right span teach nothing about the order."""
    weights = _fit_order([example for example in examples if example.right.any()])
    sums = np.concatenate([example.features @ weights for example in examples])
    right = np.concatenate([example.right for example in examples]).astype(np.float64)
    slope, bias = _fit_logistic(sums, right)
    return {
        "features": list(FEATURES),
        "weights": [round(float(weight), 4) for weight in weights * slope],
        "bias": round(bias, 4),
        "questions": len(examples),
        "first": round(float(np.mean([e.right[int(np.argmax(e.features @ weights))] for e in examples])), 4),
    }


def fit_rereading(examples: Sequence[Example]) -> dict[str, Any]:
    """Fits the order of ``app.answer.rereading``; what was known before has a weight of 1."""
    telling = [example for example in examples if example.right.any() and not example.right.all()]
    order = _fit_order(telling, ridge=1.0)
    weights = order / order[0]
    return {
        "features": list(rereading.FEATURES),
        "weights": [round(float(weight), 4) for weight in weights],
        "questions": len(examples),
        "first": round(float(np.mean([e.right[int(np.argmax(e.features @ weights))] for e in examples])), 4),
    }


def keep_selection(model: dict[str, Any]) -> None:
    """Makes a model the shipped one."""
    FITTED.write_text(json.dumps(model, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    fitted.cache_clear()


def keep_rereading(model: dict[str, Any]) -> None:
    """Makes a model of ``app.answer.rereading`` the shipped one."""
    rereading.FITTED.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
    rereading.fitted.cache_clear()


def gather_spans(
    searcher: Searcher, questions: Sequence[Question], progress: Callable[[int, int], None] = lambda *_: None
) -> list[Example]:
    """Returns the spans found for the questions that the corpus answers; of what a list names, no span is right."""
    asked = [question for question in questions if question.answerable and question.kind != "list"]
    answers = frozenset(searcher.store.passage_ids_of(PassageKind.ANSWER))
    examples = []
    for number, question in enumerate(asked, start=1):
        for hidden in (frozenset[str](), answers):
            found = searcher.find(question.text, history=question.history, hidden=hidden)
            spans = candidate_spans(searcher.store, found.hits[:ENTRIES], found.question.language)
            spans = [(span, hit) for span, hit in spans if span.passage.passage_id not in hidden]
            if spans:
                compared = compare_spans(found.question, spans, searcher.table)
                right = _right(question, spans, compared.vectors, searcher)
                examples.append(Example(compared.features.astype(np.float64), right))
        progress(number, len(asked))
    return examples


def gather_readings(
    searcher: Searcher, questions: Sequence[Question], progress: Callable[[int, int], None] = lambda *_: None
) -> list[Example]:
    """Returns the likeliest spans of the questions whose quotes readers have graded, as they are read again.

    Right are those with the best grade, of spans that have one. The most common questions of the field come with those
    of the suite: there nothing is asked in words that stand in the library.

    Raises:
        EvaluationError: The searcher's table is not the one that the reranker was trained with.
    """
    reranker = shipped_reranker(searcher.table)
    if reranker is None:
        raise EvaluationError("the reranker was trained with another table of token vectors")
    grades = read_grades()
    asked = [(q.text, q.history, grades[q.id]) for q in questions if q.id in grades and q.kind != "list"]
    asked += [(text, (), of_quotes) for text, of_quotes in read_grades(SHIPPED_COMMON).items()]
    examples = []
    for number, (text, history, of_quotes) in enumerate(asked, start=1):
        progress(number, len(asked))
        found = searcher.find(text, history=history)
        spans = candidate_spans(searcher.store, found.hits[:ENTRIES], found.question.language)
        ranked = rank_spans(found.question, spans, searcher.table)[: rereading.READ_AGAIN]
        if ranked and ranked[0].probability >= CERTAIN:
            continue  # asked in the very words of an answered question: nothing is read again
        told = [of_quotes.get(key_of(candidate.span.text)) for candidate in ranked]
        graded = [place for place, grade in enumerate(told) if grade is not None]
        if graded:
            features = rereading.compare_readings(found.question, ranked, searcher.table, reranker)
            best = max(grade for grade in told if grade is not None)
            right = np.asarray([told[place] == best for place in graded], dtype=np.bool_)
            examples.append(Example(features[graded], right & (best >= _HELPS)))
    return examples


def _right(
    question: Question, spans: Sequence[tuple[Span, Hit]], vectors: NDArray[np.float32], searcher: Searcher
) -> NDArray[np.bool_]:
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
    return np.asarray(right, dtype=np.bool_)


def _fit_order(examples: Sequence[Example], ridge: float = _RIDGE) -> Floats:
    """Returns weights that put right spans before the others of the same question."""
    from scipy.optimize import minimize

    together = np.concatenate([example.features for example in examples])
    mean, spread = together.mean(axis=0), together.std(axis=0) + 1e-6
    scaled = [((example.features - mean) / spread, example.right) for example in examples]

    def loss(weights: Floats) -> tuple[float, Floats]:
        cost, slope = 0.5 * ridge * float(weights @ weights), ridge * weights
        for features, right in scaled:
            powers = features @ weights
            powers = np.exp(powers - powers.max())
            of_right = powers[right].sum()
            cost -= float(np.log(of_right / powers.sum()))
            slope += features.T @ (powers / powers.sum() - np.where(right, powers, 0.0) / of_right)
        return cost, slope

    weights: Floats = minimize(loss, np.zeros(together.shape[1]), jac=True, method="L-BFGS-B").x / spread
    return weights


def _fit_logistic(sums: Floats, right: Floats) -> tuple[float, float]:
    """Returns slope and bias of the logistic curve through ranks and outcomes."""
    from scipy.optimize import minimize

    def loss(values: Floats) -> tuple[float, Floats]:
        odds = values[0] * sums + values[1]
        error = 1.0 / (1.0 + np.exp(-odds)) - right
        return float(np.logaddexp(0.0, odds).sum() - odds @ right), np.asarray([error @ sums, error.sum()])

    slope, bias = minimize(loss, np.asarray([1.0, 0.0]), jac=True, method="L-BFGS-B").x
    return float(slope), float(bias)
