"""Whether the pieces of a sentence belong together in the text as they do in the sentence.

Word by word, a sentence with two roles exchanged says the same as the text. Here two pieces belong together as far as
they stand close to each other: what is close in the sentence has to be close in the text, wherever that is.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.support.alignment import Alignment, Floats

STRUCTURE = (
    "together", "together_least", "torn", "torn_clause", "apart_close", "shape", "crossed", "order", "swapped_clauses",
)  # fmt: skip
_NEAR = 0.6  # squared cosine from which on two pieces are taken for the same
_HELD = 0.35  # … from which on a piece is looked for at all
_DECAY = 0.8  # of closeness, a piece further
_STEPS = (1, 2, 4, 8)  # closeness reaches their sum of pieces
_SIZES = 64  # squares remembered


def compare_structure(values: dict[str, float], laid: Alignment) -> None:
    """Compares which pieces are close to each other, and how they follow each other."""
    heavy = laid.heavy
    if laid.of_clause.shape[1] > 1:
        values["swapped_clauses"] = _backwards(laid.of_clause.argmax(axis=0))
    sure = heavy[laid.best[heavy] >= _NEAR]
    if len(sure) > 1:
        values["order"] = _backwards(laid.match[:, sure].argmax(axis=0))
    heavy = heavy[laid.best[heavy] >= _HELD]
    values["together"] = values["together_least"] = values["shape"] = 1.0
    if len(heavy) > 2:
        _compare_closeness(values, laid, heavy)


def _compare_closeness(values: dict[str, float], laid: Alignment, heavy: np.ndarray) -> None:
    columns = laid.match[:, heavy]
    best = laid.best[heavy]
    there = np.maximum.reduce(columns[:, :, None] * _spread(columns)[:, None, :], axis=0)
    there = np.maximum(there, there.T) / np.outer(best, best)
    here = _DECAY ** np.abs(np.subtract.outer(heavy, heavy)).astype(np.float32)
    ones = np.arange(len(heavy) - 1)
    mass = np.sqrt(laid.share[heavy[:-1]] * laid.share[heavy[1:]])
    linked = there[ones, ones + 1]
    values["together"] = float(linked @ mass / mass.sum())
    values["together_least"] = float(linked.min())
    values["torn"] = float(np.maximum.reduce(np.maximum(here - there, 0.0), axis=1) @ laid.share[heavy])
    in_clause = np.maximum.reduce(laid.by_clause[:, heavy[:-1]] * laid.by_clause[:, heavy[1:]], axis=0)
    values["torn_clause"] = float((best[:-1] * best[1:] - in_clause) @ mass / mass.sum())
    drawn = np.maximum.reduce(np.where(_far(len(heavy)), there - here, 0.0), axis=1)
    held = np.maximum(np.concatenate([linked, [0.0]]), np.concatenate([[0.0], linked]))
    values["apart_close"] = float(drawn @ laid.share[heavy])
    values["crossed"] = float((drawn - held).max())
    upper = _upper(len(heavy))
    values["shape"] = _correlation(here[upper], there[upper])


@lru_cache(maxsize=_SIZES)
def _upper(size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns the places above the diagonal of a square."""
    rows, columns = np.triu_indices(size, 1)
    return rows, columns


@lru_cache(maxsize=_SIZES)
def _far(size: int) -> NDArray[np.bool_]:
    """Returns which places of a square are more than two from its diagonal."""
    places = np.arange(size)
    return np.asarray(np.abs(np.subtract.outer(places, places)) > 2)


def _backwards(places: np.ndarray) -> float:
    """Returns the share of steps that go back."""
    return int(np.count_nonzero(places[1:] < places[:-1])) / (len(places) - 1)


def _spread(columns: Floats) -> Floats:
    """Returns, for each piece of the text, the best match nearby, the less the further away it is."""
    spread = columns.copy()
    for step in _STEPS:
        if step >= len(spread):
            break
        less = _DECAY**step
        np.maximum(spread[step:], columns[:-step] * less, out=spread[step:])
        np.maximum(spread[:-step], columns[step:] * less, out=spread[:-step])
        columns = spread.copy()
    return spread


def _correlation(one: Floats, other: Floats) -> float:
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size > 1e-9 else 0.0
