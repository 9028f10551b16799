"""Exact nearest neighbours by inner product, by FAISS."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.encoders.base import Vectors

faiss.omp_set_num_threads(1)  # a query is one short product; on busy cores more threads only wait for each other


class DenseIndex:
    """Unit vectors of passages, by row."""

    def __init__(self, flat: faiss.Index) -> None:
        """Wraps a flat FAISS index."""
        self._flat = flat

    @classmethod
    def build(cls, vectors: Vectors) -> DenseIndex:
        """Indexes float32 vectors of shape (passages, dimension)."""
        flat = faiss.IndexFlatIP(vectors.shape[1])
        flat.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(flat)

    def save(self, file: Path) -> None:
        """Writes the index to a file."""
        faiss.write_index(self._flat, str(file))

    @classmethod
    def load(cls, file: Path) -> DenseIndex:
        """Maps an index file into memory."""
        return cls(faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC))

    @property
    def size(self) -> int:
        """Number of vectors."""
        return int(self._flat.ntotal)

    def vectors(self, rows: NDArray[np.int64]) -> Vectors:
        """Returns the vectors of rows as they were given, float32, shape (len(rows), dimension)."""
        found: Vectors = self._flat.reconstruct_batch(rows) if len(rows) else np.zeros((0, self._flat.d), np.float32)
        return found

    def top(self, query: Vectors, k: int, allowed: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Returns the rows nearest to one query vector of shape (dimension,), nearest first; of some rows if given."""
        wanted = None if allowed is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
        _, rows = self._flat.search(query[None, :], min(k, self.size), params=wanted)
        found = np.asarray(rows[0], dtype=np.int64)
        return found[found >= 0]

    def scores(self, query: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Returns the cosine of a query vector with each of the given rows, float32, shape (len(rows),)."""
        if not len(rows):
            return np.zeros(0, dtype=np.float32)
        return np.asarray(self._flat.reconstruct_batch(rows) @ query, dtype=np.float32)
