"""How sure a mean is, and whether two systems differ: bootstrap intervals and a paired randomisation test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_SEED = 20_261_120
_RESAMPLES = 2_000
_PERMUTATIONS = 10_000


def bootstrap_interval(values: Sequence[float], *, level: float = 0.95) -> tuple[float, float]:
    """Returns the percentile bootstrap interval of a mean (Efron 1979); the same values give the same interval."""
    if not values:
        return 0.0, 0.0
    sample = np.asarray(values, dtype=np.float64)
    chosen = np.random.default_rng(_SEED).integers(len(sample), size=(_RESAMPLES, len(sample)))
    low, high = np.quantile(sample[chosen].mean(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def paired_p_value(first: Sequence[float], second: Sequence[float]) -> float:
    """Returns the two-sided p of a paired randomisation test (Fisher 1935; Smucker and others, CIKM 2007).

    Under the hypothesis that the two systems are alike, the sign of each question's difference is a coin toss.

    Raises:
        ValueError: The two have different lengths.
    """
    if len(first) != len(second):
        raise ValueError(f"need pairs, not {len(first)} and {len(second)} values")
    differences = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    if not differences.any():
        return 1.0
    signs = np.random.default_rng(_SEED).choice((-1.0, 1.0), size=(_PERMUTATIONS, len(differences)))
    means = np.abs((signs * differences).mean(axis=1))
    return float((np.sum(means >= abs(differences.mean()) - 1e-12) + 1) / (_PERMUTATIONS + 1))
