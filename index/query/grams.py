"""How much a question sounds of something: a linear model over its n-grams, kept in whole numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from index.query.intent import buckets, shipped_intents
from index.query.tokens import folded, tidy

_PARTS = ("grams", "scale", "bias")  # as a file of tensors names them


@dataclass(frozen=True, slots=True)
class GramModel:
    """The weights of n-grams.

    Attributes:
        grams: int8, shape (BUCKETS,), of the n-grams of ``index.query.intent``.
        scale: What one step of them is worth, float32, shape (1,).
        bias: float32, shape (1,).
    """

    grams: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def of(cls, weights: NDArray[Any], bias: NDArray[Any]) -> Self:
        """Keeps fitted weights, shape (BUCKETS,), and their bias, shape (1,), in 8 bits each."""
        scale = float(np.abs(weights).max()) / 127.0
        grams = np.rint(weights / scale).astype(np.int8)
        return cls(grams, np.asarray([scale], dtype=np.float32), bias.astype(np.float32))

    @classmethod
    def read(cls, file: Path) -> Self:
        """Reads the weights out of a file of tensors, which may hold others, too."""
        with safe_open(str(file), framework="numpy") as tensors:
            return cls(*(tensors.get_tensor(name) for name in _PARTS))

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Returns the weights as ``read`` finds them in a file."""
        return {name: getattr(self, name) for name in _PARTS}

    def odds(self, text: str) -> float:
        """Returns the log-odds for a question."""
        rows = gram_rows(text)
        said = float(self.grams[rows].sum(dtype=np.int32)) * float(self.scale[0]) / math.sqrt(max(len(rows), 1))
        return said + float(self.bias[0])


def gram_rows(text: str) -> NDArray[np.int64]:
    """Returns the rows of the weights that stand for a text's n-grams, each once."""
    return buckets(folded(tidy(text)), shipped_intents().common)
