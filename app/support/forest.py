"""A fitted ensemble of regression trees, read from JSON and evaluated with numpy; it knows nothing of fitting."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees whose leaves add up to log-odds, each a full binary tree: the children of node i are 2 i + 1 and 2 i + 2.

    Attributes:
        feature: Feature that an inner node asks for, int32, shape (trees * inner nodes,).
        threshold: Values up to this go left, float32, same shape; infinite below a leaf that comes early.
        value: Log-odds that a leaf adds, float32, shape (trees * leaves,).
        bias: Log-odds without any tree.
        depth: Of every tree.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    value: NDArray[np.float32]
    bias: float
    depth: int

    @classmethod
    def of(cls, model: Mapping[str, Any]) -> Forest:
        """Reads the JSON form: a list of trees, each a list of [feature, threshold, left child, value]."""
        trees: Sequence[Sequence[Sequence[float]]] = model["trees"]
        depth = int(model["depth"])
        inner = 2**depth - 1
        feature = np.zeros((len(trees), inner), dtype=np.int32)
        threshold = np.full((len(trees), inner), np.inf, dtype=np.float32)
        value = np.zeros((len(trees), inner + 1), dtype=np.float32)
        for number, tree in enumerate(trees):
            waiting = [(0, 0)]
            while waiting:
                node, place = waiting.pop()
                asked, least, left, leaf = tree[node]
                if place >= inner:
                    value[number, place - inner] = leaf
                elif asked < 0:
                    waiting.append((node, 2 * place + 1))
                else:
                    feature[number, place], threshold[number, place] = int(asked), least
                    waiting += ((int(left), 2 * place + 1), (int(left) + 1, 2 * place + 2))
        return cls(feature.ravel(), threshold.ravel(), value.ravel(), float(model["bias"]), depth)

    @classmethod
    def load(cls, file: Path) -> Forest:
        """Reads a file."""
        return cls.of(json.loads(file.read_text(encoding="utf-8")))

    def probability(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Returns probabilities, shape (rows,), for features of shape (rows, features)."""
        inner = 2**self.depth - 1
        trees = len(self.feature) // inner
        right = (features.take(self.feature, axis=1) > self.threshold).ravel()
        first = np.arange(len(features) * trees, dtype=np.int64) * inner
        node = np.zeros(len(first), dtype=np.int64)
        for _ in range(self.depth):
            node = 2 * node + 1 + right[first + node]
        leaf = np.tile(np.arange(trees) * (inner + 1), len(features)) + node - inner
        odds = self.value[leaf].reshape(len(features), trees).sum(axis=1, dtype=np.float64) + self.bias
        return np.asarray(1.0 / (1.0 + np.exp(-odds)))
