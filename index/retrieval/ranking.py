"""From scored passages to ranked entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ranked:
    """An entry's row, its score, and the positions of its passages among the candidates, best first."""

    entry_row: int
    score: float
    positions: tuple[int, ...]


def best_rows(scores: Scores, k: int) -> Rows:
    """Returns the rows of the k best positive scores, and of every score equal to the last of them."""
    cut = np.partition(scores, -k)[-k] if len(scores) > k else 0.0
    return np.flatnonzero((scores >= cut) & (scores > 0.0))


def rank_entries(
    scores: Scores, rows: Rows, entry_of: Rows, *, second: float, bonus: Mapping[int, float]
) -> list[Ranked]:
    """Ranks entries by their passages.

    Args:
        scores: Fused scores of the candidates, shape (m,).
        rows: Their passage rows, shape (m,); they decide between equal passages.
        entry_of: The entry row of each, shape (m,).
        second: Weight of an entry's second-best passage beside its best.
        bonus: Added to an entry's score, by entry row.

    Returns:
        Entries by score, best first; equals by entry row.
    """
    order = np.lexsort((rows, -scores))
    order = order[np.argsort(entry_of[order], kind="stable")]  # entry by entry, the best passage of each first
    entries, begins, sizes = np.unique(entry_of[order], return_index=True, return_counts=True)
    best, following = scores[order].astype(np.float64), np.minimum(begins + 1, len(order) - 1)
    support = np.where(sizes > 1, best[following], 0.0)
    totals = (best[begins] + second * support) / (1.0 + second)
    totals += [bonus.get(entry_row, 0.0) for entry_row in entries.tolist()]
    places = order.tolist()
    found = zip(entries.tolist(), totals.tolist(), begins.tolist(), sizes.tolist(), strict=True)
    ranked = [Ranked(row, total, tuple(places[begin : begin + size])) for row, total, begin, size in found]
    return sorted(ranked, key=lambda entry: (-entry.score, entry.entry_row))


def ranks_by_entry(scores: Scores, entry_of: Rows) -> dict[int, tuple[float, int]]:
    """Returns each entry's best score and its rank by it, from 1, by entry row; equals share the better rank."""
    best: dict[int, float] = {}
    for entry_row, score in zip(entry_of.tolist(), scores.tolist(), strict=True):
        best[entry_row] = max(score, best.get(entry_row, score))
    order = np.sort(-np.fromiter(best.values(), dtype=np.float64))
    return {row: (score, 1 + int(np.searchsorted(order, -score))) for row, score in best.items()}
