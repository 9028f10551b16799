"""Which ``PassageIndex`` holds the passages of a generation: chosen by their number, known again by its files."""

from __future__ import annotations

from pathlib import Path

from index.candidates import PassageIndex
from index.retrieval.allowed import AllowedRows
from index.retrieval.local import CompressedIndex, LocalIndex, is_compressed

EXACT_UP_TO = 200_000  # passages; comparing a question with so many vectors takes 28 ms of one core


def new_passages(folder: Path, dimension: int, size: int) -> LocalIndex:
    """Returns the empty index that suits so many passages, to be written into a folder."""
    kind = LocalIndex if size <= EXACT_UP_TO else CompressedIndex
    return kind.empty(folder, dimension)


def open_passages(folder: Path, allowed: AllowedRows) -> PassageIndex:
    """Opens the index that was written into a folder."""
    return open_local(folder, allowed)


def open_local(folder: Path, allowed: AllowedRows | None = None) -> LocalIndex:
    """Opens an index on this machine; without ``allowed`` only what was written is read from it."""
    kind = CompressedIndex if is_compressed(folder) else LocalIndex
    return kind.open(folder, allowed)
