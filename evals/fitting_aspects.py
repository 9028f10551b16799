"""Fitting what tells the aspect of a question and of a text, on the answered questions of cards and notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.answer.aspects import BITS, AspectModel, buckets, count_figures
from index.encoders.static import StaticEncoder
from index.storage.store import Store
from index.text.spans import spans_of
from ingest.documents.answers import ASPECTS, AnsweredQuestion
from ingest.types import PassageKind

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float64]
_STRENGTH = 5.0  # inverse of the ridge; chosen on entries held out


def fit_aspects(table: StaticEncoder, answered: Sequence[AnsweredQuestion]) -> AspectModel:
    """Fits the models; the same answers give the same weights.

    Args:
        table: Its tokens are what is counted.
        answered: From ``answered_questions_of``; every aspect must occur.
    """
    answered = [one for one in answered if one.aspect in ASPECTS]
    wordings = [(w, one) for one in answered for w in (one.question, *one.wordings) if w]
    questions = _counted(table, [text for text, _ in wordings])
    texts = _counted(table, [one.answer for one in answered])
    aspects = [ASPECTS.index(one.aspect) for one in answered]
    fitted = [
        _fit(questions, [ASPECTS.index(one.aspect) for _, one in wordings]),
        _fit(questions, [int(count_figures(one.answer) > 0) for _, one in wordings]),
        _fit(texts, aspects),
    ]
    weights = np.hstack([weights for weights, _ in fitted])
    bias = np.concatenate([bias for _, bias in fitted]).astype(np.float32)
    scales = np.maximum(np.abs(weights).max(axis=0) / 127.0, 1e-9).astype(np.float32)
    steps = np.rint(weights / scales).astype(np.int8)
    shares = (np.bincount(aspects, minlength=len(ASPECTS)) / len(aspects)).astype(np.float32)
    return AspectModel(
        np.ascontiguousarray(steps[:, : -len(ASPECTS)]), np.ascontiguousarray(steps[:, -len(ASPECTS) :]),
        scales, bias, shares,
    )  # fmt: skip


def answered_questions_of(store: Store) -> Iterator[AnsweredQuestion]:
    """Yields every answered question of a store."""
    for entry in store.entries():
        for passage in store.passages_of(entry.entry_id):
            if passage.kind is PassageKind.ANSWER:
                yield from (span.asked for span in spans_of(passage) if span.asked)


def _counted(table: StaticEncoder, texts: Sequence[str]) -> csr_matrix:
    """Returns the features of texts, shape (texts, buckets); the rows are unit vectors."""
    from scipy.sparse import csr_matrix

    rows = buckets(table.tokenize(texts))
    values = np.concatenate([np.full(len(row), 1.0 / np.sqrt(len(row))) for row in rows])
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows])))
    return csr_matrix((values, np.concatenate(rows), starts), shape=(len(rows), 1 << BITS))


def _fit(features: csr_matrix, labels: Sequence[int]) -> tuple[Floats, Floats]:
    """Returns weights, shape (buckets, columns), and bias of a logistic regression; one column for two classes."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=_STRENGTH, max_iter=500).fit(features, labels)
    return model.coef_.T, model.intercept_
