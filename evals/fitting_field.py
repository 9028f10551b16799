"""Fitting what tells questions of another field, on questions of both sides and on all that the corpus answers.

``data/fields.jsonl`` holds everyday questions, questions of other sciences and such as borrow the field's words, beside
odd ones of the field itself: without a technical word, about animals that are models, on study or law. The calibration
questions and the wordings of answered questions are of the field, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.answer.field import SIGNS, FieldModel, gram_rows, signs_of
from evals.calibration import SHIPPED_CALIBRATION
from evals.lines import read_rows
from index.query.intent import BUCKETS
from index.search import Searcher
from ingest.documents.answers import read_answered
from ingest.types import PassageKind

SHIPPED_FIELDS = Path(__file__).parent / "data" / "fields.jsonl"
_WORDINGS = 12_000  # of answered questions, evenly spread …
_WORDING_WEIGHT = 0.25  # … each of which counts less than a question that somebody might ask
_RIDGE_INVERSE = 30.0  # chosen by cross-validation
_FOLDS = 5

Floats = NDArray[np.float64]


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
    from sklearn.linear_model import LogisticRegression

    people = [*read_fields(), *read_rows(SHIPPED_CALIBRATION, _calibration, "a calibration question")]
    wordings = list(_wordings(searcher))
    wordings = wordings[:: max(1, len(wordings) // _WORDINGS)]
    texts = [*(text for text, _ in people), *wordings]
    outside = np.asarray([*(not inside for _, inside in people), *([False] * len(wordings))], dtype=np.float64)
    weights = np.where(np.arange(len(texts)) < len(people), 1.0, _WORDING_WEIGHT)
    rows = [gram_rows(text) for text in texts]
    values = np.concatenate([np.full(len(own), len(own) ** -0.5) for own in rows])
    starts = np.concatenate(([0], np.cumsum([len(own) for own in rows])))
    grams = csr_matrix((values, np.concatenate(rows), starts), shape=(len(rows), BUCKETS))
    features = hstack([grams, csr_matrix(searcher.table.encode(texts))]).tocsr()

    def fitted(chosen: NDArray[np.intp]) -> LogisticRegression:
        model = LogisticRegression(C=_RIDGE_INVERSE, max_iter=3000)
        return model.fit(features[chosen], outside[chosen], sample_weight=weights[chosen])

    folds = np.arange(len(texts)) % _FOLDS
    sounds = np.zeros(len(texts))
    for fold in range(_FOLDS):  # what is weighed against the search comes from models that have not seen the question
        sounds[folds == fold] = fitted(np.flatnonzero(folds != fold)).decision_function(features[folds == fold])
    signs, second = _weigh(searcher, people, sounds[: len(people)], progress)
    first = fitted(np.arange(len(texts)))
    of_grams, of_vector = np.split(first.coef_[0], [BUCKETS])
    scale = float(np.abs(of_grams).max()) / 127.0
    return FieldModel(
        grams=np.rint(of_grams / scale).astype(np.int8),
        scale=np.asarray([scale], dtype=np.float32),
        vector=of_vector.astype(np.float32),
        bias=first.intercept_.astype(np.float32),
        signs=signs.astype(np.float32),
        signs_bias=np.asarray([second], dtype=np.float32),
    )


def _weigh(
    searcher: Searcher, people: Sequence[tuple[str, bool]], sounds: Floats, progress: Callable[[int, int], None]
) -> tuple[Floats, float]:
    """Returns weights and bias of what the search says of people's questions."""
    from sklearn.linear_model import LogisticRegression

    rows, outside = [], []
    for number, ((text, inside), sound) in enumerate(zip(people, sounds.tolist(), strict=True), start=1):
        found = searcher.find(text)
        rows.append(signs_of(found.question, found.hits, searcher, sound))
        outside.append(not inside)
        progress(number, len(people))
    signs = np.asarray(rows, dtype=np.float64)
    mean, spread = signs.mean(axis=0), signs.std(axis=0) + 1e-6
    model = LogisticRegression(max_iter=2000).fit((signs - mean) / spread, outside)
    weights = model.coef_[0] / spread
    assert weights.shape == (len(SIGNS),)
    return weights, float(model.intercept_[0] - weights @ mean)


def _calibration(row: dict[str, Any]) -> tuple[str, bool]:
    return str(row["q"]), row["label"] != "out-of-scope"


def _wordings(searcher: Searcher) -> Iterator[str]:
    for passage in searcher.store.all_passages():
        if passage.kind is PassageKind.ANSWER and (asked := read_answered(passage.text)):
            yield asked.question
            yield from asked.wordings
