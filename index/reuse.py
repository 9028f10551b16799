"""What a refresh need not compute again: vectors, token ids and terms of passages whose indexed text has not changed.

A passage is known again by a hash of its indexed text, wherever it stands now and whatever its entry is called.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoders.base import Vectors
from index.retrieval.dense import DenseIndex
from index.retrieval.late_interaction import LateIndex
from index.retrieval.lexical import LexicalIndex
from index.retrieval.postings import Postings

KEYS_FILE = "keys.npy"
_KEY_BYTES = 16

Keys = NDArray[np.uint8]


def keys_of(texts: Sequence[str]) -> Keys:
    """Returns a hash of each text, uint8, shape (len(texts), 16)."""
    digests = b"".join(hashlib.blake2b(text.encode(), digest_size=_KEY_BYTES).digest() for text in texts)
    return np.frombuffer(digests, dtype=np.uint8).reshape(len(texts), _KEY_BYTES)


class Earlier:
    """The passages of a generation, by the keys of their texts."""

    def __init__(self, keys: Keys, dense: DenseIndex, late: LateIndex, postings: Postings) -> None:
        """Wraps what ``load`` reads."""
        self._rows = {key: row for row, key in enumerate(_split(keys))}
        self._dense = dense
        self.late = late
        self.postings = postings

    @classmethod
    def load(cls, generation: Path) -> Earlier:
        """Reads a generation whose files are whole and whose encoder and token table are those of the new one."""
        keys = np.load(generation / KEYS_FILE)
        return cls(
            keys,
            DenseIndex.load(generation / "vectors.faiss"),
            LateIndex.load(generation / "late"),
            LexicalIndex.load(generation / "lexical", len(keys)).postings(),
        )

    @classmethod
    def nothing(cls, dimension: int) -> Earlier:
        """Returns one that knows no passage."""
        no_keys, no_vectors = np.zeros((0, _KEY_BYTES), np.uint8), np.zeros((0, dimension), np.float32)
        return cls(no_keys, DenseIndex.build(no_vectors), LateIndex.of_ids([]), Postings.count([]))

    def rows(self, keys: Keys) -> NDArray[np.int64]:
        """Returns the row of each key, int64, or -1 for one that is not known."""
        return np.asarray([self._rows.get(key, -1) for key in _split(keys)], dtype=np.int64)

    def vectors(self, rows: NDArray[np.int64]) -> Vectors:
        """Returns the vectors of rows, float32, shape (len(rows), dimension)."""
        return self._dense.vectors(rows)


def _split(keys: Keys) -> Iterator[bytes]:
    joined = keys.tobytes()
    return (joined[start : start + _KEY_BYTES] for start in range(0, len(joined), _KEY_BYTES))
