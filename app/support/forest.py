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
    """Trees whose leaves add up to log-odds.

    Attributes:
        feature: Feature that a node asks for, int32, shape (trees, nodes); -1 at a leaf.
        threshold: Values up to this go left, float32, same shape.
        left: Number of the left child, int32; the right one follows it.
        value: Log-odds that a leaf adds, float32.
        bias: Log-odds without any tree.
        depth: Of the deepest tree.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    value: NDArray[np.float32]
    bias: float
    depth: int

    @classmethod
    def of(cls, model: Mapping[str, Any]) -> Forest:
        """Reads the JSON form: a list of trees, each a list of [feature, threshold, left, value]."""
        trees: Sequence[Sequence[Sequence[float]]] = model["trees"]
        nodes = max(map(len, trees))
        rows = np.zeros((len(trees), nodes, 4), dtype=np.float32)
        rows[:, :, 0] = -1
        for row, tree in zip(rows, trees, strict=True):
            row[: len(tree)] = tree
        feature, left = rows[:, :, 0].astype(np.int32), rows[:, :, 2].astype(np.int32)
        return cls(feature, rows[:, :, 1], left, rows[:, :, 3], float(model["bias"]), int(model["depth"]))

    @classmethod
    def load(cls, file: Path) -> Forest:
        """Reads a file."""
        return cls.of(json.loads(file.read_text(encoding="utf-8")))

    def probability(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Returns probabilities, shape (rows,), for features of shape (rows, features)."""
        rows, trees = np.arange(len(features))[:, None], np.arange(len(self.feature))[None, :]
        node = np.zeros((len(features), len(self.feature)), dtype=np.int32)
        for _ in range(self.depth):
            asked = self.feature[trees, node]
            right = features[rows, np.maximum(asked, 0)] > self.threshold[trees, node]
            node = np.where(asked >= 0, self.left[trees, node] + right, node)
        odds = self.value[trees, node].sum(axis=1, dtype=np.float64) + self.bias
        return np.asarray(1.0 / (1.0 + np.exp(-odds)))
