"""What a refresh need not compute again: vectors, token ids and terms of passages whose indexed text has not changed.

A passage is known again by a hash of its indexed text, wherever it stands now and whatever its entry is called.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoders.base import Vectors
from index.retrieval.choosing import open_local
from index.retrieval.late_interaction import Ids, LateIndex
from index.retrieval.local import LocalIndex
from index.retrieval.readings import Readings

KEYS_FILE = "keys.npy"
_KEY_BYTES = 16

Keys = NDArray[np.uint8]


def keys_of(texts: Sequence[str]) -> Keys:
    """Returns a hash of each text, uint8, shape (len(texts), 16)."""
    digests = b"".join(hashlib.blake2b(text.encode(), digest_size=_KEY_BYTES).digest() for text in texts)
    return np.frombuffer(digests, dtype=np.uint8).reshape(len(texts), _KEY_BYTES)


class Earlier:
    """The passages of a generation, by the keys of their texts."""

    def __init__(self, keys: Keys, passages: LocalIndex, late: LateIndex, readings: Readings | None = None) -> None:
        """Wraps what ``load`` reads."""
        self._rows = {key.tobytes(): row for row, key in enumerate(keys)}
        self._passages = passages
        self._late = late
        self.postings = passages.postings()
        self.readings = readings

    @classmethod
    def load(cls, generation: Path) -> Earlier:
        """Reads a generation whose files are whole and whose encoder and token table are those of the new one."""
        keys = np.load(generation / KEYS_FILE)
        return cls(
            keys, open_local(generation), LateIndex.load(generation / "late"), Readings.load(generation / "readings")
        )

    @classmethod
    def nothing(cls, dimension: int) -> Earlier:
        """Returns one that knows no passage."""
        no_keys = np.zeros((0, _KEY_BYTES), np.uint8)
        return cls(no_keys, LocalIndex.empty(Path(), dimension), LateIndex.of_ids([]))

    def rows(self, keys: Keys) -> NDArray[np.int64]:
        """Returns the row of each key, int64, or -1 for one that is not known."""
        return np.asarray([self._rows.get(key.tobytes(), -1) for key in keys], dtype=np.int64)

    def vectors(self, rows: NDArray[np.int64]) -> Vectors:
        """Returns the vectors of rows, float32, shape (len(rows), dimension)."""
        return self._passages.vectors(rows)

    def token_ids(self, row: int) -> Ids:
        """Returns the distinct token ids of a row."""
        return self._late.ids_of(row)
