"""Combining scores of different kinds: a convex combination after min-max scaling.

After Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (ACM TOIS 2023): better than
reciprocal rank fusion when one of the two systems cannot read the question, which is the rule across languages.
"""

from __future__ import annotations

from collections.abc import Sequence

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
