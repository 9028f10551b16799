"""Which ``PassageIndex`` holds the passages of a generation: chosen by place and number, known again by its files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from index.candidates import PassageIndex
from index.retrieval.allowed import AllowedRows
from index.retrieval.cluster import WRITING, Address, Cluster
from index.retrieval.local import CompressedIndex, LocalIndex, is_compressed
from index.retrieval.placement import address_of
from index.retrieval.qdrant import QdrantIndex
from index.storage.pointer import read_pointer

EXACT_UP_TO = 200_000  # passages; comparing a question with so many vectors takes 25 ms of one core


def new_passages(
    folder: Path, dimension: int, size: int, address: Address | None = None, inputs: Iterable[str] = ()
) -> PassageIndex:
    """Returns the empty index that suits so many passages, to be written for a new generation.

    Args:
        folder: The folder of the generation.
        dimension: Length of a vector.
        size: Number of passages.
        address: The cluster that is to hold them; None for this machine.
        inputs: What the passages come from: an upload to a cluster goes on where one of the same was interrupted.
    """
    if address:
        live = read_pointer(folder.parent).live  # what is live is never written to, even by the same passages
        fingerprint = hashlib.blake2b("\n".join((*inputs, live)).encode(), digest_size=8).hexdigest()
        return QdrantIndex.empty(folder, Cluster(address, WRITING), fingerprint, dimension)
    kind = LocalIndex if size <= EXACT_UP_TO else CompressedIndex
    return kind.empty(folder, dimension)


def open_passages(folder: Path, allowed: AllowedRows) -> PassageIndex:
    """Opens the index that was written for a generation."""
    return QdrantIndex.open(folder) if address_of(folder) else open_local(folder, allowed)


def open_local(folder: Path, allowed: AllowedRows | None = None) -> LocalIndex:
    """Opens an index on this machine; without ``allowed`` only what was written is read from it."""
    kind = CompressedIndex if is_compressed(folder) else LocalIndex
    return kind.open(folder, allowed)
