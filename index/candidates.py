"""The seam for growth: who finds, among all passages, the few that are worth a closer look.

A ``PassageIndex`` holds the terms and the vectors of passages and nothing else; it knows them by their rows in the
store. The store, names, late interaction and fusion stay on this side of the seam, whatever stands behind it.
``tests/index/test_candidates.py`` is the contract that every implementation keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.catalogue.filters import NO_FILTERS, Filters
from index.encoders.base import Vectors
from index.retrieval.postings import Postings
from ingest.types import Entry, Passage

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which passages may be found.

    Attributes:
        filters: What their entries, and their languages, must be.
        hidden: Rows of passages that are not there for this search.
    """

    filters: Filters = NO_FILTERS
    hidden: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        """Tells whether any passage is kept out."""
        return bool(self.filters or self.hidden)


ALL = Wanted()


@dataclass(frozen=True, slots=True)
class Batch:
    """Passages that follow each other, to be indexed.

    Attributes:
        passages: The passages.
        entries: The entry of each.
        postings: Their terms.
        vectors: Their unit vectors, float32, shape (passages, dimension).
    """

    passages: Sequence[Passage]
    entries: Sequence[Entry]
    postings: Postings
    vectors: Vectors


class PassageIndex(Protocol):
    """Terms and vectors of passages, by row; safe to share between threads.

    Every method may raise IndexUnavailableError where passages are on another machine.
    """

    @property
    def size(self) -> int:
        """Number of passages."""

    def by_words(self, terms: Sequence[str], k: int, wanted: Wanted = ALL) -> Rows:
        """Returns the rows of the k best passages by BM25, in any order; only such as have one of the terms.

        Passages that score as well as the k-th may come beside it. A term that is repeated counts as often as it is.
        """

    def nearest(self, vector: Vectors, k: int, wanted: Wanted = ALL) -> Rows:
        """Returns the rows of the k passages nearest to a unit vector of shape (dimension,), in any order.

        They may be found by approximation; ``scores`` are exact.
        """

    def scores(self, rows: Rows, terms: Sequence[str], vector: Vectors) -> tuple[Scores, Scores]:
        """Returns BM25 score and cosine of passages, shape (len(rows),) each; a passage without any term scores 0."""

    def holds(self, term: str) -> bool:
        """Tells whether a term occurs in any passage as it is."""

    def knows(self, term: str) -> bool:
        """Tells whether a term, or every part of a hyphenated one, occurs in any passage, slips of the pen aside."""

    def known_share(self, words: Sequence[str]) -> float:
        """Returns the share of words that occur in any passage as they are, in [0, 1]; 1 when there are none."""

    def held(self, words: Sequence[str], rows: Rows) -> NDArray[np.bool_]:
        """Tells which passages have which words among their terms, shape (len(rows), len(words))."""

    def write(self, batches: Iterable[Batch]) -> None:
        """Fills an empty index with passages in the order of their rows, and makes it ready to be searched."""

    def close(self) -> None:
        """Lets go of files and connections; harmless the second time."""
