"""Ordering the likeliest spans anew, each read together with the question.

The features of ``app.answer.selection`` compare question and span apart, and often put a neighbouring answer before the
right one. The few likeliest are read once more by ``index.retrieval.reranker``; what that says is weighed against what
was known before. ``python -m evals --calibrate`` fits the weights; ``rereading.json`` holds them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.answer.selection import CERTAIN, Candidate
from index.encoders.static import StaticEncoder
from index.retrieval.comparing import read_texts
from index.retrieval.reranker import Reranker
from index.text.spans import without_end_mark
from index.types import ParsedQuery

Floats = NDArray[np.float64]
FITTED = Path(__file__).parent / "rereading.json"
FEATURES = ("before", "read", "share")
READ_AGAIN = 8  # likeliest spans; the right one is hardly ever behind them


@cache
def fitted() -> dict[str, Any]:
    """Returns the fitted model."""
    model: dict[str, Any] = json.loads(FITTED.read_text(encoding="utf-8"))
    return model


def reread(
    question: ParsedQuery,
    ranked: Sequence[Candidate],
    table: StaticEncoder,
    reranker: Reranker,
    model: Mapping[str, Any] | None = None,
) -> list[Candidate]:
    """Returns candidates in their new order, best first; asked in the very words of an answered question, as they are.

    The probabilities stay where they stood, as others are fitted on them: the first candidate gets that of the first.

    Args:
        question: The question.
        ranked: From ``rank_spans``.
        table: The table of the reranker.
        reranker: Reads the likeliest of them.
        model: The weights; the shipped ones by default.
    """
    if len(ranked) < 2 or ranked[0].probability >= CERTAIN:
        return list(ranked)
    model = model or fitted()
    found = compare_readings(question, ranked, table, reranker) @ np.asarray(model["weights"])
    order = np.argsort(-found, kind="stable").tolist()
    again = [replace(ranked[old], probability=ranked[new].probability) for new, old in enumerate(order)]
    return [*again, *ranked[len(again) :]]


def compare_readings(
    question: ParsedQuery, ranked: Sequence[Candidate], table: StaticEncoder, reranker: Reranker
) -> Floats:
    """Returns what the likeliest candidates are ordered by, shape (candidates, FEATURES): two log-odds and a share."""
    first = ranked[:READ_AGAIN]
    texts = [*(one.wording for one in first), *(one.span.plain for one in first)]
    asked, *read = (text.tokens for text in read_texts(table, [without_end_mark(question.text), *texts]))
    scores = reranker.scores(asked, list(zip(read[: len(first)], read[len(first) :], strict=True))).astype(np.float64)
    powers = np.exp(scores - scores.max())
    return np.stack([[np.log(one.odds) for one in first], scores, powers / powers.sum()], axis=1)
