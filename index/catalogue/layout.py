"""A flat map of the entries: those about like things lie near each other.

The two main components of the entries' vectors are the start; then each entry is drawn to its nearest ones and pushed
from some others, as in UMAP (McInnes et al. 2018), all of them at once. The same vectors give the same map.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SIDE = 1_000  # of the map
_NEIGHBOURS = 10
_OTHERS = 5  # that each entry is pushed from in a round
_ROUNDS = 150
_PULLED = 4_000  # entries; more would take seconds to compare with each other, and stay where their components put them
_EDGE = 0.5  # percent of the entries on each side that may lie beyond the rest and are brought to the edge
_LONGEST = 4.0  # step
_TURNS = 30  # until the two components have settled
_GRAVITY = 0.3  # towards the middle, so that groups which are like no others do not drift off the map

Places = NDArray[np.int64]


def lay_out(vectors: NDArray[np.float32], entry_of: NDArray[np.int64], entries: int) -> Places:
    """Returns where each entry lies.

    Args:
        vectors: Unit vectors of the passages, shape (passages, dimension).
        entry_of: Row of the entry of each passage, shape (passages,).
        entries: How many entries there are; one without passages lies in the middle.

    Returns:
        x and y of each entry in [0, SIDE], shape (entries, 2).
    """
    means = _means(vectors, entry_of, entries)
    places = _components(means)
    if _NEIGHBOURS < entries <= _PULLED:
        places = _pulled(places, means)
    return _on_the_map(places)


def _means(vectors: NDArray[np.float32], entry_of: NDArray[np.int64], entries: int) -> NDArray[np.float32]:
    means = np.zeros((entries, vectors.shape[1]), dtype=np.float32)
    order = np.argsort(entry_of, kind="stable")
    present, starts = np.unique(entry_of[order], return_index=True)
    if len(present):
        means[present] = np.add.reduceat(vectors[order], starts, axis=0)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    means /= np.where(lengths > 0, lengths, 1.0)
    return means


def _components(means: NDArray[np.float32]) -> NDArray[np.float64]:
    """Returns the coordinates along the two directions in which the vectors differ most, of standard deviation 1."""
    count, dimension = means.shape
    centred = (means - means.mean(axis=0)).astype(np.float64) if count else means.astype(np.float64)
    wide = max(dimension, 2)
    centred = np.pad(centred, ((0, 0), (0, wide - dimension)))
    directions = np.random.default_rng(0).normal(size=(wide, 2))
    for _ in range(_TURNS):  # an eigenvector routine would find all of them, and take ten times as long
        directions, _ = np.linalg.qr(centred.T @ (centred @ directions))
    places = centred @ directions
    spread = places.std(axis=0) if count else np.ones(2)
    return np.asarray(places / np.where(spread > 1e-9, spread, 1.0))


def _pulled(places: NDArray[np.float64], means: NDArray[np.float32]) -> NDArray[np.float64]:
    count = len(places)
    likeness = means @ means.T
    np.fill_diagonal(likeness, -np.inf)
    near = np.argpartition(-likeness, _NEIGHBOURS, axis=1)[:, :_NEIGHBOURS]
    ends = np.unique(np.sort(np.column_stack((np.repeat(np.arange(count), _NEIGHBOURS), near.ravel())), axis=1), axis=0)
    left, right = ends.T
    chance = np.random.default_rng(0)
    places = places * 10.0
    for done in range(_ROUNDS):
        step = -_GRAVITY * places
        apart = places[left] - places[right]
        pull = np.clip(apart * (-2.0 / (1.0 + _squares(apart))), -_LONGEST, _LONGEST)
        _add(step, left, pull)
        _add(step, right, -pull)
        apart = places - places[chance.integers(0, count, size=(_OTHERS, count))]
        distance = _squares(apart)
        step += np.clip(apart * (2.0 / ((0.01 + distance) * (1.0 + distance))), -_LONGEST, _LONGEST).sum(axis=0)
        places += 0.5 * (1.0 - done / _ROUNDS) * np.clip(step, -_LONGEST, _LONGEST)
    return places


def _squares(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sum(vectors * vectors, axis=-1, keepdims=True))


def _add(step: NDArray[np.float64], rows: NDArray[np.int64], values: NDArray[np.float64]) -> None:
    for axis in range(2):
        step[:, axis] += np.bincount(rows, values[:, axis], minlength=len(step))


def _on_the_map(places: NDArray[np.float64]) -> Places:
    if not len(places):
        return np.zeros((0, 2), dtype=np.int64)
    low, high = np.percentile(places, (_EDGE, 100 - _EDGE), axis=0)
    width = np.where(high > low, high - low, 1.0)
    shares = np.where(high > low, (places - low) / width, 0.5)
    return np.asarray(np.rint(np.clip(shares, 0.0, 1.0) * SIDE), dtype=np.int64)
