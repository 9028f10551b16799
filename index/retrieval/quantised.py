"""Nearest neighbours among millions of vectors, by FAISS: near ones by compressed vectors, then compared as they are.

Two components of a vector become half a byte (product quantisation; Jégou, Douze and Schmid, TPAMI 2011). A question is
compared with all of them, many at an instruction; the best by those bytes are then compared by the vectors themselves,
which stay on the disk. So scores are exact, and what is missed is what the bytes ranked too low.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.encoders.base import Vectors
from index.retrieval.dense import DenseIndex

_CENTROIDS, _BITS = 16, 4
_SAMPLE = 65_536  # vectors that the centroids are trained on


@dataclass(frozen=True, slots=True)
class Quantisation:
    """How compressed vectors are looked through; DECISIONS.md has the measurements.

    Attributes:
        refine: Candidates that are compared by their vectors, as a multiple of how many are asked for.
        compared: So many passages are compared by their vectors at once, where no more are allowed.
    """

    refine: int = 4
    compared: int = 2_000


class QuantisedIndex(DenseIndex):
    """Unit vectors of passages, by row: all of them in a file that is mapped, and compressed in another."""

    def __init__(self, flat: faiss.Index, compressed: faiss.Index, config: Quantisation = Quantisation()) -> None:
        """Wraps a flat FAISS index and a compressed one of the same vectors."""
        super().__init__(flat)
        self._compressed = compressed
        self._config = config

    @classmethod
    def build(cls, vectors: Vectors, config: Quantisation = Quantisation()) -> QuantisedIndex:
        """Indexes float32 vectors of shape (passages, dimension); the same vectors give the same index."""
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        size, dimension = vectors.shape
        parts = dimension // 2 if dimension % 2 == 0 else dimension
        # One cell holds all: with many, what a question should find lay in too many of them (DECISIONS.md).
        cell = faiss.IndexFlatIP(dimension)
        compressed = faiss.IndexIVFPQFastScan(cell, dimension, 1, parts, _BITS, faiss.METRIC_INNER_PRODUCT)
        compressed.by_residual = False
        if size:
            sample = vectors[:: max(1, size // _SAMPLE)]
            compressed.train(np.resize(sample, (max(len(sample), _CENTROIDS), dimension)))
            compressed.add(vectors)
        return cls(DenseIndex.build(vectors)._flat, compressed, config)

    def save(self, file: Path) -> None:
        """Writes the vectors to a file, and what is compressed beside it."""
        super().save(file)
        faiss.write_index(self._compressed, str(compressed_file(file)))

    @classmethod
    def load(cls, file: Path, config: Quantisation = Quantisation()) -> QuantisedIndex:
        """Maps the vectors into memory, and reads what is compressed."""
        return cls(DenseIndex.load(file)._flat, faiss.read_index(str(compressed_file(file))), config)

    def top(self, query: Vectors, k: int, allowed: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Returns the rows nearest to one query vector as ``DenseIndex`` does, but for a few that it misses."""
        possible = self.size if allowed is None else len(allowed)
        if possible <= max(self._config.compared, k):
            return self._best(query, k, np.arange(self.size) if allowed is None else allowed)
        how = faiss.SearchParametersIVF(nprobe=1)  # type: ignore[call-arg]
        if allowed is not None:
            bits = np.zeros(self.size, dtype=bool)
            bits[allowed] = True
            packed = np.packbits(bits, bitorder="little")  # the selector knows its address and does not keep it
            selector = faiss.IDSelectorBitmap(self.size, faiss.swig_ptr(packed))
            how.sel = selector
        _, rows = self._compressed.search(query[None, :], min(k * self._config.refine, possible), params=how)
        return self._best(query, k, np.asarray(rows[0][rows[0] >= 0], dtype=np.int64))

    def _best(self, query: Vectors, k: int, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns the k best of some rows by their vectors, best first; equals by row."""
        best: NDArray[np.int64] = rows[np.lexsort((rows, -self.scores(query, rows)))[:k]]
        return best


def compressed_file(file: Path) -> Path:
    """Returns where the compressed vectors stand, beside a file of vectors."""
    return file.with_suffix(".pq")
