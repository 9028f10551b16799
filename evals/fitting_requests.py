"""Fitting what tells a request for a list, on requests and on questions that ask for something else.

Requests are those of ``data/lists.jsonl`` and the wordings of lists that the intent model learns from. For something
else ask the calibration questions, those of ``data/fields.jsonl`` and the wordings of answered questions; the few
among them that ask for a list are errors that the model bears.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from app.answer.grams import GramModel
from evals.calibration import SHIPPED_CALIBRATION
from evals.fitting_field import read_fields
from evals.fitting_grams import FOLDS, WORDING_WEIGHT, fit_odds, gram_features, held_out_odds, spread_wordings
from evals.fitting_lists import read_lists
from evals.lines import read_rows
from index.search import Searcher
from index.training.intents.train import EXAMPLES, read_wordings

_MOST_OTHERS = 0.02  # share of the other questions that may be taken for requests, where the recall is reported


def fit_requests(searcher: Searcher) -> tuple[GramModel, float]:
    """Fits the model of ``app.answer.list_request``.

    Args:
        searcher: Searches the shipped corpus.

    Returns:
        The model, and which share of the requests it finds that it was not fitted on, where 2 % of the other questions
        are taken for such. The wordings of one list are not on both sides.
    """
    others = [*read_rows(SHIPPED_CALIBRATION, _asked, "a calibration question"), *(text for text, _ in read_fields())]
    lists, wordings, learned = read_lists(), spread_wordings(searcher), read_wordings(EXAMPLES)
    texts = [*(one.text for one in lists), *others, *wordings, *(one.text for one in learned)]
    groups = [*(one.topic for one in lists), *others, *wordings, *(one.family for one in learned)]
    sizes = [len(lists), len(others), len(wordings), len(learned)]
    asks = np.repeat([1.0, 0.0, 0.0, 0.0], sizes)
    asks[-len(learned) :] = [one.intent == "list" for one in learned]
    weights = np.repeat([1.0, 1.0, WORDING_WEIGHT, 1.0], sizes)
    features = gram_features(texts)
    folds = np.asarray([zlib.crc32(group.encode()) % FOLDS for group in groups])
    odds = held_out_odds(features, asks, weights, folds)
    bound = np.quantile(odds[len(lists) :][: len(others)], 1 - _MOST_OTHERS)
    fitted = fit_odds(features, asks, weights)
    return GramModel.of(fitted.coef_[0], fitted.intercept_), float((odds[: len(lists)] > bound).mean())


def _asked(row: dict[str, Any]) -> str:
    return str(row["q"])
