"""What a refresh need not compute again: vectors and token ids of passages whose indexed text has not changed.

A passage is known again by a hash of its indexed text, wherever it stands now and whatever its entry is called.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoders.base import Vectors
from index.retrieval.dense import DenseIndex
from index.retrieval.late_interaction import Ids, LateIndex

KEYS_FILE = "keys.npy"
_KEY_BYTES = 16

Keys = NDArray[np.uint8]


def keys_of(texts: Sequence[str]) -> Keys:
    """Returns a hash of each text, uint8, shape (len(texts), 16)."""
    digests = b"".join(hashlib.blake2b(text.encode(), digest_size=_KEY_BYTES).digest() for text in texts)
    return np.frombuffer(digests, dtype=np.uint8).reshape(len(texts), _KEY_BYTES)


class Earlier:
    """The passages of a generation, by the keys of their texts."""

    def __init__(self, keys: Keys, vectors: Callable[[NDArray[np.int64]], Vectors], late: LateIndex) -> None:
        """Wraps what ``load`` reads; without keys it knows nothing."""
        self._rows = {key.tobytes(): row for row, key in enumerate(keys)}
        self._vectors = vectors
        self._late = late

    @classmethod
    def load(cls, generation: Path) -> Earlier:
        """Reads a generation whose files are whole and whose encoder and token table are those of the new one."""
        dense = DenseIndex.load(generation / "vectors.faiss")
        return cls(np.load(generation / KEYS_FILE), dense.vectors, LateIndex.load(generation / "late"))

    @classmethod
    def nothing(cls) -> Earlier:
        """Returns one that knows no passage."""
        return cls(np.zeros((0, _KEY_BYTES), np.uint8), lambda rows: np.zeros((0, 0), np.float32), LateIndex.of_ids([]))

    def rows(self, keys: Keys) -> NDArray[np.int64]:
        """Returns the row of each key, int64, or -1 for one that is not known."""
        return np.asarray([self._rows.get(key.tobytes(), -1) for key in keys], dtype=np.int64)

    def vectors(self, rows: NDArray[np.int64]) -> Vectors:
        """Returns the vectors of rows, float32, shape (len(rows), dimension)."""
        return self._vectors(rows)

    def token_ids(self, row: int) -> Ids:
        """Returns the distinct token ids of a row."""
        return self._late.ids_of(row)
