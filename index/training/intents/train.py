"""Fitting the intent model: multinomial and binary logistic regression over hashed n-grams, stored in 8 bits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import TrainingError
from index.query.intent import BUCKETS, LABELS, IntentModel, buckets, words_of
from index.query.tokens import folded, tidy

EXAMPLES = Path(__file__).parent / "examples.jsonl"
_COMMON = 8  # a Latin word in so many wordings is one that questions have in common
_STRENGTH = 25.0  # inverse of the ridge
_LEANING_WEIGHT = 3.0  # leaning wordings are rarer in the examples than in conversations


@dataclass(frozen=True, slots=True)
class Wording:
    """A way of asking.

    Attributes:
        text: The question.
        intent: What it asks for.
        leans: Whether it cannot be understood without the turn before.
        language: "zh" or "en".
        family: Wordings of one template share it, and are never on both sides of a split.
    """

    text: str
    intent: str
    leans: bool
    language: str
    family: str


def read_wordings(file: Path) -> list[Wording]:
    """Reads wordings, one JSON object a line.

    Raises:
        TrainingError: A line is not a wording; the message names it.
    """
    wordings = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            wording = Wording(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise TrainingError(f"{file}:{number}: not a wording ({error})") from error
        if wording.intent not in LABELS:
            raise TrainingError(f"{file}:{number}: unknown intent {wording.intent!r}; use one of {', '.join(LABELS)}")
        wordings.append(wording)
    return wordings


def fit_intents(wordings: Sequence[Wording]) -> IntentModel:
    """Fits the model; the same wordings give the same weights."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    texts = [folded(tidy(wording.text)) for wording in wordings]
    uses = Counter(word for text in texts for word in set(words_of(text)) if word.isascii() and word[0].isalpha())
    common = frozenset(word for word, count in uses.items() if count >= _COMMON)
    rows = [buckets(text, common) for text in texts]
    values = np.concatenate([np.full(len(row), 1.0 / np.sqrt(len(row))) for row in rows])
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows])))
    features = csr_matrix((values, np.concatenate(rows), starts), shape=(len(rows), BUCKETS))
    intents = LogisticRegression(C=_STRENGTH, max_iter=300)
    intents.fit(features, [LABELS.index(wording.intent) for wording in wordings])
    leaning = LogisticRegression(C=_STRENGTH, max_iter=300, class_weight={0: 1.0, 1: _LEANING_WEIGHT})
    leaning.fit(features, [int(wording.leans) for wording in wordings])
    weights = np.vstack((intents.coef_, leaning.coef_)).T
    bias = np.concatenate((intents.intercept_, leaning.intercept_)).astype(np.float32)
    return _in_8_bits(weights, bias, common)


def _in_8_bits(weights: NDArray[np.float64], bias: NDArray[np.float32], common: frozenset[str]) -> IntentModel:
    scales = np.maximum(np.abs(weights).max(axis=0) / 127.0, 1e-9)
    steps = np.rint(weights / scales).astype(np.int8)
    return IntentModel(steps, scales.astype(np.float32), bias, common)
