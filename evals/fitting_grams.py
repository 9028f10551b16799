"""What the models over n-grams (``index.query.grams``) have in common when they are fitted.

Each has two steps: n-grams tell how a question sounds, and a few signs weigh that against what else is known. The
second learns from log-odds that a model gave which had not seen the question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.query.grams import gram_rows
from index.query.intent import BUCKETS
from index.search import Searcher
from ingest.documents.answers import read_answered
from ingest.types import PassageKind

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

FOLDS = 5
WORDING_WEIGHT = 0.25  # a wording of an answered question counts less than a question that somebody might ask
_WORDINGS = 12_000  # evenly spread over the corpus
_RIDGE_INVERSE = 30.0  # chosen by cross-validation

Floats = NDArray[np.float64]


def gram_features(texts: Sequence[str]) -> csr_matrix:
    """Returns the n-grams of texts, shape (texts, BUCKETS), each row of length one."""
    from scipy.sparse import csr_matrix

    rows = [gram_rows(text) for text in texts]
    values = np.concatenate([np.full(len(own), len(own) ** -0.5) for own in rows])
    starts = np.concatenate(([0], np.cumsum([len(own) for own in rows])))
    return csr_matrix((values, np.concatenate(rows), starts), shape=(len(rows), BUCKETS))


def fit_odds(features: csr_matrix, labels: Floats, weights: Floats) -> LogisticRegression:
    """Fits how texts sound, by features, labels of 0 and 1, and weights of texts."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=_RIDGE_INVERSE, max_iter=3000).fit(features, labels, sample_weight=weights)


def held_out_odds(features: csr_matrix, labels: Floats, weights: Floats, folds: NDArray[np.int64]) -> Floats:
    """Returns the log-odds of each text from a model that has not seen its fold, shape (texts,)."""
    odds = np.zeros(len(labels))
    for fold in range(FOLDS):
        learned = folds != fold
        model = fit_odds(features[learned], labels[learned], weights[learned])
        odds[~learned] = model.decision_function(features[~learned])
    return odds


def weigh_signs(signs: Floats, labels: Floats, weights: Floats | None = None) -> tuple[Floats, float]:
    """Returns weights of signs, shape (signs,), and a bias, from a logistic regression on standardised signs.

    Args:
        signs: Shape (texts, signs).
        labels: 0 or 1, shape (texts,).
        weights: Of texts, shape (texts,); all the same by default.
    """
    from sklearn.linear_model import LogisticRegression

    mean, spread = signs.mean(axis=0), signs.std(axis=0) + 1e-6
    model = LogisticRegression(max_iter=2000).fit((signs - mean) / spread, labels, sample_weight=weights)
    found = model.coef_[0] / spread
    return found, float(model.intercept_[0] - found @ mean)


def spread_wordings(searcher: Searcher) -> list[str]:
    """Returns wordings of answered questions, evenly spread over a corpus."""
    wordings = list(_wordings(searcher))
    return wordings[:: max(1, len(wordings) // _WORDINGS)]


def _wordings(searcher: Searcher) -> Iterator[str]:
    for passage in searcher.store.all_passages():
        if passage.kind is PassageKind.ANSWER and (asked := read_answered(passage.text)):
            yield asked.question
            yield from asked.wordings
