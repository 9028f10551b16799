"""Which texts hold which words, by hashes in a row of bytes: sets of strings would take ten times the memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
BUCKETS = 1 << 16


def hashes(terms: Iterable[str]) -> bytes:
    """Returns the hashes of terms, each once, int64; they hold within a process.

    One of 64 bits is wrong for another word once in 10^17 questions.
    """
    return np.fromiter(map(_hash, set(terms)), dtype=np.int64).tobytes()


def held(words: Sequence[str], terms: Sequence[bytes]) -> Floats:
    """Tells which texts hold which words, shape (texts, words), by the ``hashes`` of their terms."""
    found = np.zeros((len(terms), len(words)), dtype=np.float32)
    owner = np.repeat(np.arange(len(terms)), [len(own) // 8 for own in terms])
    together = np.frombuffer(b"".join(terms), dtype=np.int64)
    for column, word in enumerate(words):
        found[owner[together == _hash(word)], column] = 1.0
    return found


def bucket(unit: str) -> int:
    """Returns in which of ``BUCKETS`` a unit of a text lies; others lie there too."""
    return _hash(unit) % BUCKETS


def buckets(units: Iterable[str]) -> bytes:
    """Returns the buckets of units, each once, uint16."""
    return np.fromiter({bucket(unit) for unit in set(units)}, dtype=np.uint16).tobytes()


def in_buckets(wanted: Iterable[int], texts: Sequence[bytes]) -> tuple[list[int], list[int]]:
    """Returns the places of the texts that have something in a wanted bucket, and the bucket of each."""
    is_wanted = np.zeros(BUCKETS, dtype=bool)
    is_wanted[list(wanted)] = True
    together = np.frombuffer(b"".join(texts), dtype=np.uint16)
    places = np.flatnonzero(is_wanted[together])
    owner = np.searchsorted(np.cumsum([len(own) // 2 for own in texts]), places, side="right")
    return owner.tolist(), together[places].tolist()


def _hash(term: str) -> int:
    return hash(term.encode())  # of a string Python hashes its memory, and that of "户" is that of "7b"
