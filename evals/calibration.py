"""Fitting the decision to answer: a logistic regression on questions that are used for nothing else, and on dev.

``python -m evals --calibrate`` gathers the evidence of every question as the assistant does, fits one weight a sign and
one bias a language, and writes ``app/answer/answerability.json``. The test split is never seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.answer.answerability import SIGNS, AnswerabilityConfig, Evidence
from app.assistant import Assistant
from evals.errors import EvaluationError
from evals.questions import Question
from index.types import Turn
from ingest.types import PassageKind

SHIPPED_CALIBRATION = Path(__file__).parent / "data" / "calibration.jsonl"
LABELS = ("answerable", "near-miss", "out-of-scope")
DECLINED = 0.015  # of the answerable questions; fewer means more guesses at unanswerable ones (DECISIONS.md)
_PENALTY = 1.0
_STEPS, _RATE = 4_000, 1.0
_FOLDS = 5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """The evidence of a question, its language, and whether the corpus answers it."""

    evidence: Evidence
    language: str
    answerable: bool


def read_calibration(file: Path = SHIPPED_CALIBRATION) -> list[tuple[str, str, bool]]:
    """Reads (question, language, answerable) from JSON lines.

    Raises:
        EvaluationError: The file cannot be read, or a line is malformed; the message names it.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise EvaluationError(f"cannot read {file}: {error.strerror}") from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            if row["label"] not in LABELS or row["language"] not in ("zh", "en"):
                raise ValueError("unknown label or language")
            found.append((str(row["q"]), str(row["language"]), row["label"] == "answerable"))
        except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise EvaluationError(f"{file}:{number}: not a calibration question ({error!r})") from error
    return found


def gather_examples(
    assistant: Assistant, questions: Sequence[Question], progress: Callable[[int, int], None] = lambda *_: None
) -> list[Example]:
    """Returns the evidence of the calibration questions and of the dev questions; injections are refused by rule.

    Every question is asked a second time with the answered questions of cards and notes hidden, as lists without cards
    have none.
    """
    answers = frozenset(assistant.searcher.store.passage_ids_of(PassageKind.ANSWER))
    asked: list[tuple[str, str, bool, tuple[Turn, ...]]] = [(*row, ()) for row in read_calibration()]
    dev = [question for question in questions if question.split == "dev" and question.kind != "injection"]
    asked += [(question.text, question.language, question.answerable, question.history) for question in dev]
    examples = []
    for number, (text, language, answerable, history) in enumerate(asked, start=1):
        for hidden in (frozenset[str](), answers):
            found = assistant.searcher.find(text, history=history, hidden=hidden)
            if found.question.search_text:  # nothing is estimated where only filters are asked for
                evidence = assistant.evidence(found.question, found.hits, hidden)
                examples.append(Example(evidence, language, answerable))
        progress(number, len(asked))
    return examples


def fit_answerability(examples: Sequence[Example], declined: float = DECLINED) -> AnswerabilityConfig:
    """Fits the weights and the threshold.

    Args:
        examples: What to learn from.
        declined: Share of the answerable examples that the threshold declines when each is judged by a model that
            was fitted without it.
    """
    signs = np.asarray([example.evidence.signs() for example in examples], dtype=np.float64)
    chinese = np.asarray([example.language == "zh" for example in examples], dtype=np.float64)
    answerable = np.asarray([example.answerable for example in examples], dtype=np.float64)
    features = np.column_stack([signs, chinese])
    fold = np.arange(len(examples)) % _FOLDS
    held_out = np.zeros(len(examples))
    for number in range(_FOLDS):
        weights, bias = _fit(features[fold != number], answerable[fold != number])
        held_out[fold == number] = _probability(features[fold == number], weights, bias)
    weights, bias = _fit(features, answerable)
    threshold = float(np.quantile(held_out[answerable == 1], declined))
    biases = {"zh": float(bias + weights[-1]), "en": float(bias)}
    for name, of_language in (("zh", chinese == 1), ("en", chinese == 0)):  # both languages are declined as often
        own = held_out[(answerable == 1) & of_language]
        if len(own):
            biases[name] += _log_odds(threshold) - _log_odds(float(np.quantile(own, declined)))
    return AnswerabilityConfig(
        weights=dict(zip(SIGNS, (round(float(weight), 3) for weight in weights[:-1]), strict=True)),
        bias={name: round(value, 3) for name, value in biases.items()},
        threshold=round(threshold, 3),
    )


def _log_odds(probability: float) -> float:
    return float(np.log(probability / (1.0 - probability)))


def reliability(estimates: Sequence[tuple[float, bool]], bins: int = 5) -> list[tuple[float, float, int]]:
    """Returns (mean estimate, share that is answerable, number) of each non-empty bin of equal width."""
    found = []
    for number in range(bins):
        inside = [
            pair
            for pair in estimates
            if number <= pair[0] * bins < number + 1 or (pair[0] == 1.0 and number == bins - 1)
        ]
        if inside:
            means = (sum(p for p, _ in inside) / len(inside), sum(truth for _, truth in inside) / len(inside))
            found.append((*means, len(inside)))
    return found


def _fit(features: Floats, answerable: Floats) -> tuple[Floats, float]:
    """Returns weights and bias of a logistic regression with an L2 penalty; a sign never speaks against an answer.

    Projected gradient descent on standardised features; the last one, the language, may have either sign.
    """
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    scaled = (features - mean) / spread
    weights, bias = np.zeros(features.shape[1]), 0.0
    for _ in range(_STEPS):
        error = _probability(scaled, weights, bias) - answerable
        weights = weights - _RATE * (scaled.T @ error + _PENALTY * weights) / len(answerable)
        weights[:-1] = np.maximum(weights[:-1], 0.0)
        bias -= _RATE * float(error.mean())
    weights = weights / spread
    return weights, bias - float(weights @ mean)


def _probability(features: Floats, weights: Floats, bias: float) -> Floats:
    probability: Floats = 1.0 / (1.0 + np.exp(-(features @ weights + bias)))
    return probability
