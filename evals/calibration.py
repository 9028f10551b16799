"""Fitting the decision to answer: a logistic regression on questions that are used for nothing else, and on dev.

``python -m evals --calibrate`` gathers the evidence of every question as the assistant does, and of questions whose
answers are taken out of the index (``evals.hiding``). It fits one weight a sign and one bias a language, and writes
``app/answer/answerability.json``. The thresholds are chosen on people's questions alone. The test split is never seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.answer.answerability import SIGNS, AnswerabilityConfig, Evidence, aspect_vector
from app.assistant import Assistant
from evals.hiding import ask_with_hidden
from evals.lines import read_rows
from evals.questions import Question
from index.types import Turn
from ingest.types import PassageKind

SHIPPED_CALIBRATION = Path(__file__).parent / "data" / "calibration.jsonl"
LABELS = ("answerable", "near-miss", "out-of-scope")
DECLINED = 0.015  # of the answerable questions; fewer means more guesses at unanswerable ones (DECISIONS.md)
UNSURE = 0.07  # of them are told that no direct answer was found, and get what is nearest
HIDDEN_WEIGHT = 0.03  # of all questions with hidden answers together, where people's weigh 1
_PENALTY = 1.0
_USUAL_PENALTY = 400.0  # chosen by cross-validation
_BARE = 3
_FOLDS = 5
_OWN_WORDS = ("injection", "small-talk")  # met before anything is estimated

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """The evidence of a question.

    Attributes:
        evidence: What speaks for an answer.
        language: "zh" or "en".
        answerable: Whether the corpus answers it.
        asked: Whether somebody asked it of the corpus as it is; the thresholds are chosen by these.
        weight: How much it counts.
        aspect: Vector of what is asked of a work, shape (dimension,), for those that people asked.
    """

    evidence: Evidence
    language: str
    answerable: bool
    asked: bool = True
    weight: float = 1.0
    aspect: Floats | None = None


def read_calibration(file: Path = SHIPPED_CALIBRATION) -> list[tuple[str, str, bool]]:
    """Reads (question, language, answerable) from JSON lines.

    Raises:
        EvaluationError: The file cannot be read, or a line is malformed; the message names it.
    """
    return read_rows(file, _labelled, "a calibration question")


def _labelled(row: dict[str, Any]) -> tuple[str, str, bool]:
    if row["label"] not in LABELS or row["language"] not in ("zh", "en"):
        raise ValueError("unknown label or language")
    return str(row["q"]), str(row["language"]), row["label"] == "answerable"


def gather_examples(
    assistant: Assistant,
    questions: Sequence[Question],
    hidden: int = 0,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> list[Example]:
    """Returns the evidence of the calibration questions and of the dev questions; injections are refused by rule.

    Every third question is asked a second time with the answered questions of cards and notes hidden, as lists without
    cards have none.

    Args:
        assistant: Gathers evidence from the shipped corpus.
        questions: The suite's; the dev split is taken.
        hidden: How many answered questions are asked besides, with and without what answers them.
        progress: Called with the number of questions asked and their total.
    """
    answers = frozenset(assistant.searcher.store.passage_ids_of(PassageKind.ANSWER))
    asked: list[tuple[str, str, bool, tuple[Turn, ...]]] = [(*row, ()) for row in read_calibration()]
    dev = [question for question in questions if question.split == "dev" and question.kind not in _OWN_WORDS]
    asked += [(question.text, question.language, question.answerable, question.history) for question in dev]
    total = len(asked) + hidden
    examples = []
    for number, (text, language, answerable, history) in enumerate(asked, start=1):
        for gone in (frozenset[str](), answers)[: 1 if number % _BARE else 2]:
            found = assistant.searcher.find(text, history=history, hidden=gone)
            lone = found.question.unknown and not found.question.named()  # a name that no text has decides by itself
            if found.question.search_text and not lone:
                evidence = assistant.evidence(found.question, found.hits, gone)
                aspect = aspect_vector(found.question, assistant.searcher).astype(np.float64)
                examples.append(Example(evidence, language, answerable, not gone, aspect=aspect))
        progress(number, total)
    made = list(ask_with_hidden(assistant.searcher, hidden, lambda done, _: progress(len(asked) + done, total)))
    weight = HIDDEN_WEIGHT * len(examples) / max(len(made), 1)
    return examples + [Example(*example, asked=False, weight=weight) for example in made]


def fit_answerability(
    examples: Sequence[Example], declined: float = DECLINED, unsure: float = UNSURE
) -> AnswerabilityConfig:
    """Fits the weights and the thresholds.

    Args:
        examples: What to learn from.
        declined: Share of the answerable examples that people asked which the threshold declines, when each is judged
            by a model that was fitted without it.
        unsure: Share of them below the higher threshold, under which no direct answer was found.
    """
    features = np.asarray([(*e.evidence.signs(), e.language == "zh") for e in examples], dtype=np.float64)
    answerable = np.asarray([example.answerable for example in examples], dtype=np.float64)
    importance = np.asarray([example.weight for example in examples], dtype=np.float64)
    usual, features[:, SIGNS.index("usual")] = _fit_usual(examples, features[:, SIGNS.index("usual")])
    held_out = _held_out(features, answerable, importance)
    weights, bias = _fit(features, answerable, importance)
    asked = np.asarray([example.asked and example.answerable for example in examples])
    threshold = float(np.quantile(held_out[asked], declined))
    biases = {"zh": float(bias + weights[-1]), "en": float(bias)}
    odds = _log_odds(held_out)
    for name, of_language in (("zh", features[:, -1] == 1), ("en", features[:, -1] == 0)):
        own = odds[asked & of_language]
        if len(own):  # both languages are declined as often
            shift = float(_log_odds(np.asarray(threshold))) - float(np.quantile(own, declined))
            biases[name] += shift
            odds[of_language] += shift
    return AnswerabilityConfig(
        weights=dict(zip(SIGNS, (round(float(weight), 3) for weight in weights[:-1]), strict=True)),
        bias={name: round(value, 3) for name, value in biases.items()},
        threshold=round(threshold, 3),
        usual=[round(float(weight), 3) for weight in usual],
        sure=round(max(threshold, float(1.0 / (1.0 + np.exp(-np.quantile(odds[asked], unsure))))), 3),
    )


def _fit_usual(examples: Sequence[Example], before: Floats) -> tuple[Floats, Floats]:
    """Fits the sign ``usual`` on the wordings of people's questions.

    Args:
        examples: Those without an aspect keep the value they have.
        before: The values so far, shape (examples,).

    Returns:
        The weights, one a dimension, and new values: of each example by weights that were fitted without its question.
    """
    rows = np.asarray([row for row, example in enumerate(examples) if example.aspect is not None], dtype=int)
    values = before.copy()
    if not len(rows):
        return np.asarray(AnswerabilityConfig().usual), values
    aspects = np.stack([aspect for example in examples if (aspect := example.aspect) is not None])
    answerable = np.asarray([examples[row].answerable for row in rows], dtype=np.float64)
    ones = np.ones(len(rows))
    _, group = np.unique(aspects.round(4), axis=0, return_inverse=True)  # a question asked twice is in one fold
    for number in range(_FOLDS):
        rest = group % _FOLDS != number
        values[rows[~rest]] = aspects[~rest] @ _fit(aspects[rest], answerable[rest], ones[rest], _USUAL_PENALTY)[0]
    return _fit(aspects, answerable, ones, _USUAL_PENALTY)[0], values


def _held_out(features: Floats, answerable: Floats, importance: Floats) -> Floats:
    """Returns the probability of every example by a model that was fitted without it."""
    fold = np.arange(len(features)) % _FOLDS
    found = np.zeros(len(features))
    for number in range(_FOLDS):
        rest = fold != number
        found[~rest] = _probability(features[~rest], *_fit(features[rest], answerable[rest], importance[rest]))
    return found


def _log_odds(probability: Floats) -> Floats:
    inside = np.clip(probability, 1e-9, 1.0 - 1e-9)
    odds: Floats = np.log(inside / (1.0 - inside))
    return odds


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


def _fit(
    features: Floats, answerable: Floats, importance: Floats, penalty: float | None = None
) -> tuple[Floats, float]:
    """Returns weights and bias of a logistic regression with an L2 penalty; a sign never speaks against an answer.

    The last feature, the language, may have either sign; with a penalty of its own everything may.
    """
    from scipy.optimize import minimize

    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    scaled = (features - mean) / spread
    ridge = _PENALTY if penalty is None else penalty

    def loss(values: Floats) -> tuple[float, Floats]:
        odds = scaled @ values[:-1] + values[-1]
        cost = importance @ (np.logaddexp(0.0, odds) - odds * answerable) + 0.5 * ridge * values[:-1] @ values[:-1]
        error = importance * (1.0 / (1.0 + np.exp(-odds)) - answerable)
        return float(cost), np.append(scaled.T @ error + ridge * values[:-1], error.sum())

    size = features.shape[1]
    bounds = [(0.0 if penalty is None else None, None)] * (size - 1) + [(None, None)] * 2
    found = minimize(loss, np.zeros(size + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    weights = found.x[:-1] / spread
    return weights, float(found.x[-1] - weights @ mean)


def _probability(features: Floats, weights: Floats, bias: float) -> Floats:
    probability: Floats = 1.0 / (1.0 + np.exp(-(features @ weights + bias)))
    return probability
