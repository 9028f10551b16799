"""Passages on this machine: BM25 by bm25s and vectors by FAISS, exact, or compressed where there are very many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.candidates import ALL, Batch, Rows, Scores, Wanted
from index.encoders.base import Vectors
from index.retrieval.allowed import AllowedRows
from index.retrieval.dense import DenseIndex
from index.retrieval.lexical import LexicalIndex
from index.retrieval.postings import Postings
from index.retrieval.quantised import QuantisedIndex, compressed_file
from index.retrieval.ranking import best_rows

LEXICAL_FOLDER, VECTORS_FILE = "lexical", "vectors.faiss"


class LocalIndex:
    """A ``PassageIndex`` in a folder: every vector is compared."""

    dense_type: type[DenseIndex] = DenseIndex

    def __init__(self, folder: Path, lexical: LexicalIndex, dense: DenseIndex, allowed: AllowedRows | None) -> None:
        """Wraps the two; ``allowed`` is needed for searches that not every passage may be found by."""
        self._folder = folder
        self._lexical = lexical
        self._dense = dense
        self._allowed = allowed
        self._last: tuple[tuple[str, ...], Scores] = (), np.zeros(lexical.size, dtype=np.float32)

    @classmethod
    def empty(cls, folder: Path, dimension: int) -> LocalIndex:
        """Returns an index of no passages, which ``write`` fills and puts into a folder."""
        no_vectors = np.zeros((0, dimension), np.float32)
        return cls(folder, LexicalIndex.build([]), cls.dense_type.build(no_vectors), None)

    @classmethod
    def open(cls, folder: Path, allowed: AllowedRows | None = None) -> LocalIndex:
        """Maps what ``write`` wrote into memory."""
        dense = cls.dense_type.load(folder / VECTORS_FILE)
        return cls(folder, LexicalIndex.load(folder / LEXICAL_FOLDER, dense.size), dense, allowed)

    @property
    def size(self) -> int:
        """Number of passages."""
        return self._dense.size

    def by_words(self, terms: Sequence[str], k: int, wanted: Wanted = ALL) -> Rows:
        """See ``PassageIndex``; every passage that scores as well as the k-th comes with it."""
        scores, mask = self._bm25(terms), self._mask(wanted)
        return best_rows(scores if mask is None else np.where(mask, scores, np.float32(0)), k)

    def nearest(self, vector: Vectors, k: int, wanted: Wanted = ALL) -> Rows:
        """See ``PassageIndex``; exact."""
        mask = self._mask(wanted)
        return self._dense.top(vector, k, None if mask is None else np.flatnonzero(mask))

    def scores(self, rows: Rows, terms: Sequence[str], vector: Vectors) -> tuple[Scores, Scores]:
        """See ``PassageIndex``."""
        return self._bm25(terms)[rows], self._dense.scores(vector, rows)

    def holds(self, term: str) -> bool:
        """See ``PassageIndex``."""
        return self._lexical.holds(term)

    def knows(self, term: str) -> bool:
        """See ``PassageIndex``."""
        return self._lexical.knows(term)

    def known_share(self, words: Sequence[str]) -> float:
        """See ``PassageIndex``."""
        return self._lexical.known_share(words)

    def held(self, words: Sequence[str], rows: Rows) -> NDArray[np.bool_]:
        """See ``PassageIndex``."""
        return self._lexical.held(words, rows)

    def write(self, batches: Iterable[Batch]) -> None:
        """See ``PassageIndex``; everything is held in memory meanwhile."""
        parts = list(batches)
        postings = parts[0].postings if len(parts) == 1 else Postings.joined([part.postings for part in parts])
        vectors = parts[0].vectors if len(parts) == 1 else np.concatenate([part.vectors for part in parts])
        self._lexical = LexicalIndex.of_postings(postings)
        self._dense = self.dense_type.build(vectors)
        self._last = (), np.zeros(self._lexical.size, dtype=np.float32)
        self._lexical.save(self._folder / LEXICAL_FOLDER)
        self._dense.save(self._folder / VECTORS_FILE)

    def close(self) -> None:
        """See ``PassageIndex``; mapped files are given back with the object."""

    def postings(self) -> Postings:
        """Returns the terms that were written, for the next refresh."""
        return self._lexical.postings()

    def vectors(self, rows: Rows) -> Vectors:
        """Returns the vectors that were written, float32, shape (len(rows), dimension), for the next refresh."""
        return self._dense.vectors(rows)

    def _mask(self, wanted: Wanted) -> NDArray[np.bool_] | None:
        return self._allowed.mask(wanted) if self._allowed and wanted else None

    def _bm25(self, terms: Sequence[str]) -> Scores:
        """Returns the score of every passage; that of a question is asked for twice."""
        last, scores = self._last
        if last != tuple(terms):
            scores = self._lexical.scores(terms)
            self._last = tuple(terms), scores
        return scores


class CompressedIndex(LocalIndex):
    """A ``PassageIndex`` in a folder: vectors are found by a quarter of a byte a component."""

    dense_type = QuantisedIndex


def is_compressed(folder: Path) -> bool:
    """Tells whether ``CompressedIndex`` wrote a folder."""
    return compressed_file(folder / VECTORS_FILE).exists()
