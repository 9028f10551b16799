"""Combining scores of different kinds: a convex combination after min-max scaling.

After Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (ACM TOIS 2023): better than
reciprocal rank fusion when one of the two systems cannot read the question, which is the rule across languages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


def min_max(scores: Scores) -> Scores:
    """Scales scores to [0, 1]; scores that are all alike become 0, since they tell nothing apart."""
    if not len(scores):
        return scores
    low, high = float(scores.min()), float(scores.max())
    if high - low < 1e-9:
        return np.zeros_like(scores)
    return ((scores - low) / (high - low)).astype(np.float32)


def fuse(scored: Sequence[tuple[float, Scores]]) -> Scores:
    """Returns the weighted sum of min-max scaled scores, divided by the sum of the weights; shape unchanged."""
    total = sum(weight for weight, _ in scored) or 1.0
    fused: Scores = np.sum([weight / total * min_max(scores) for weight, scores in scored], axis=0, dtype=np.float32)
    return fused


def lexical_across(scores: Mapping[str, Scores], own: NDArray[np.bool_], *, least: int = 5) -> Scores:
    """Returns the lexical scores of candidates as if all were in the question's language.

    A passage in the other language shares no words with the question however well it answers, so its lexical score
    says nothing. It gets what passages of the question's language have that are as near to it in meaning: a line
    through (dense, late) and lexical, by least squares over this question's candidates, never less than its own score.

    Args:
        scores: "lexical", "dense" and "late" of every candidate, shape (m,) each.
        own: Which candidates are in the question's language, shape (m,).
        least: With fewer candidates of one side than this nothing can be compared.
    """
    lexical = scores["lexical"]
    if own.sum() < least or (~own).sum() < least:
        return lexical
    ones = np.ones(len(own), dtype=np.float32)
    meaning: Scores = np.stack((ones, min_max(scores["dense"]), min_max(scores["late"])), axis=1)
    line, *_ = np.linalg.lstsq(meaning[own], lexical[own], rcond=None)
    expected = np.clip(meaning[~own] @ line, 0.0, float(lexical[own].max()))
    filled = lexical.copy()
    filled[~own] = np.maximum(lexical[~own], expected)
    return filled
