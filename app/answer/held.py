"""Which texts may hold which units, by buckets in a row of bytes: sets of strings would take ten times the memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

BUCKETS = 1 << 16


def bucket(unit: str) -> int:
    """Returns in which of ``BUCKETS`` a unit of a text lies; others lie there too."""
    return hash(unit.encode()) % BUCKETS  # of a string Python hashes its memory, and that of "户" is that of "7b"


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
