"""What an encoder is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
SHIPPED = "shipped"  # the name of the encoder that comes with the project


class Encoder(Protocol):
    """Turns texts into unit vectors, one a text; safe to share between threads.

    Attributes:
        name: What ``--encoder`` takes to load it again, from any folder; shown to users.
        fingerprint: Changes whenever the vectors would.
        dimension: Length of a vector.
    """

    name: str
    fingerprint: str
    dimension: int

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Returns vectors of questions, float32, shape (len(texts), dimension), each of length 1."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Returns vectors of passages, float32, shape (len(texts), dimension), each of length 1."""
