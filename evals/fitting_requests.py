"""Fitting what tells a request for a list, on requests and on questions that ask for something else.

``data/requests.jsonl`` holds both, written to be confused: "what kinds of attention are there?" asks for no works.
Further requests are those of ``data/lists.jsonl`` and the wordings of lists that the intent model learns from. For
something else ask the calibration questions, those of ``data/fields.jsonl`` and the wordings of answered questions; the
few among them that ask for a list are errors that the model bears.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np

from evals.calibration import SHIPPED_CALIBRATION
from evals.fitting_field import read_fields
from evals.fitting_grams import FOLDS, WORDING_WEIGHT, fit_odds, gram_features, held_out_odds, spread_wordings
from evals.fitting_lists import read_lists
from evals.lines import read_rows
from index.query.grams import GramModel
from index.search import Searcher
from index.training.intents.train import EXAMPLES, read_wordings

SHIPPED_REQUESTS = Path(__file__).parent / "data" / "requests.jsonl"
_MOST_OTHERS = 0.02  # share of the other questions that may be taken for requests, where the recall is reported


def read_requests(file: Path = SHIPPED_REQUESTS) -> list[tuple[str, bool]]:
    """Reads (question, whether it asks for a list) from JSON lines.

    Raises:
        EvaluationError: The file cannot be read, or a line is malformed; the message names it.
    """
    return read_rows(file, _labelled, "a question that asks for a list or not")


def fit_requests(searcher: Searcher) -> tuple[GramModel, float]:
    """Fits the model of ``index.query.list_request``.

    Args:
        searcher: Searches the shipped corpus.

    Returns:
        The model, and which share of the requests it finds that it was not fitted on, where 2 % of the calibration
        questions and those of fields are taken for such. The wordings of one list are not on both sides.
    """
    others = [*read_rows(SHIPPED_CALIBRATION, _asked, "a calibration question"), *(text for text, _ in read_fields())]
    lists, both = read_lists(), read_requests()
    wordings, learned = spread_wordings(searcher), read_wordings(EXAMPLES)
    asked = [*(one.text for one in lists), *others, *(text for text, _ in both), *wordings]
    texts = [*asked, *(one.text for one in learned)]
    groups = [*(one.topic for one in lists), *asked[len(lists) :], *(one.family for one in learned)]
    sizes = [len(lists), len(others), len(both), len(wordings), len(learned)]
    known = [*(listed for _, listed in both), *([False] * len(wordings)), *(one.intent == "list" for one in learned)]
    asks = np.asarray([*([True] * len(lists)), *([False] * len(others)), *known], dtype=np.float64)
    weights = np.repeat([1.0, 1.0, 1.0, WORDING_WEIGHT, 1.0], sizes)
    features = gram_features(texts)
    folds = np.asarray([zlib.crc32(group.encode()) % FOLDS for group in groups])
    odds = held_out_odds(features, asks, weights, folds)
    bound = np.quantile(odds[len(lists) :][: len(others)], 1 - _MOST_OTHERS)
    fitted = fit_odds(features, asks, weights)
    return GramModel.of(fitted.coef_[0], fitted.intercept_), float((odds[: len(lists)] > bound).mean())


def _labelled(row: dict[str, Any]) -> tuple[str, bool]:
    if not isinstance(row["list"], bool):
        raise ValueError("list is true or false")
    return str(row["q"]), row["list"]


def _asked(row: dict[str, Any]) -> str:
    return str(row["q"])
