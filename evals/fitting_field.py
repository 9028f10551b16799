"""Fitting what tells questions of another field, on questions of both sides and on all that the corpus answers.

``data/fields.jsonl`` holds everyday questions, questions of other sciences and such as borrow the field's words, beside
odd ones of the field itself: without a technical word, about animals that are models, on study or law. The calibration
questions and the wordings of answered questions are of the field, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.answer.field import SIGNS, FieldModel, signs_of
from evals.calibration import SHIPPED_CALIBRATION
from evals.fitting_grams import (
    FOLDS,
    WORDING_WEIGHT,
    Floats,
    fit_odds,
    gram_features,
    held_out_odds,
    spread_wordings,
    weigh_signs,
)
from evals.lines import read_rows
from index.query.grams import GramModel
from index.query.intent import BUCKETS
from index.search import Searcher

SHIPPED_FIELDS = Path(__file__).parent / "data" / "fields.jsonl"


def read_fields(file: Path = SHIPPED_FIELDS) -> list[tuple[str, bool]]:
    """Reads (question, whether it is of the field) from JSON lines.

    Raises:
        EvaluationError: The file cannot be read, or a line is malformed; the message names it.
    """
    return read_rows(file, _sided, "a question of a field")


def _sided(row: dict[str, Any]) -> tuple[str, bool]:
    if not isinstance(row["inside"], bool):
        raise ValueError("inside is true or false")
    return str(row["q"]), row["inside"]


def fit_field(searcher: Searcher, progress: Callable[[int, int], None] = lambda *_: None) -> FieldModel:
    """Fits the model of ``app.answer.field``.

    Args:
        searcher: Searches the shipped corpus.
        progress: Called with the number of questions looked up and their total.
    """
    from scipy.sparse import csr_matrix, hstack

    people = [*read_fields(), *read_rows(SHIPPED_CALIBRATION, _calibration, "a calibration question")]
    wordings = spread_wordings(searcher)
    texts = [*(text for text, _ in people), *wordings]
    outside = np.asarray([*(not inside for _, inside in people), *([False] * len(wordings))], dtype=np.float64)
    weights = np.where(np.arange(len(texts)) < len(people), 1.0, WORDING_WEIGHT)
    features = hstack([gram_features(texts), csr_matrix(searcher.table.encode(texts))]).tocsr()
    # What is weighed against the search comes from models that have not seen the question.
    sounds = held_out_odds(features, outside, weights, np.arange(len(texts)) % FOLDS)
    signs, second = _weigh(searcher, people, sounds[: len(people)], progress)
    first = fit_odds(features, outside, weights)
    of_grams, of_vector = np.split(first.coef_[0], [BUCKETS])
    return FieldModel(
        grams=GramModel.of(of_grams, first.intercept_),
        vector=of_vector.astype(np.float32),
        signs=signs.astype(np.float32),
        signs_bias=np.asarray([second], dtype=np.float32),
    )


def _weigh(
    searcher: Searcher, people: Sequence[tuple[str, bool]], sounds: Floats, progress: Callable[[int, int], None]
) -> tuple[Floats, float]:
    """Returns weights and bias of what the search says of people's questions."""
    rows, outside = [], []
    for number, ((text, inside), sound) in enumerate(zip(people, sounds.tolist(), strict=True), start=1):
        found = searcher.find(text)
        rows.append(signs_of(found.question, found.hits, searcher, sound))
        outside.append(not inside)
        progress(number, len(people))
    weights, bias = weigh_signs(np.asarray(rows), np.asarray(outside, dtype=np.float64))
    assert weights.shape == (len(SIGNS),)
    return weights, bias


def _calibration(row: dict[str, Any]) -> tuple[str, bool]:
    return str(row["q"]), row["label"] != "out-of-scope"
