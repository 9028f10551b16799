"""Which terms a passage has and how often: what BM25 weighs, kept so that unchanged passages are not read again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Postings:
    """Terms of passages, by passage.

    Attributes:
        vocabulary: All terms, sorted.
        starts: Where each passage begins in the other two, and the end, int64, shape (passages + 1,).
        terms: Positions in the vocabulary, ascending within a passage, int64.
        counts: How often the passage has each of them, int64.
    """

    vocabulary: Sequence[str]
    starts: Ints
    terms: Ints
    counts: Ints

    @classmethod
    def count(cls, passages: Iterable[Sequence[str]]) -> Postings:
        """Counts passages given as lists of terms."""
        counted = [Counter(terms) for terms in passages]
        vocabulary = sorted(set(chain.from_iterable(counted)))
        place = {term: number for number, term in enumerate(vocabulary)}
        rows = [sorted((place[term], number) for term, number in terms.items()) for terms in counted]
        pairs = np.asarray([pair for row in rows for pair in row], dtype=np.int64).reshape(-1, 2)
        return cls(vocabulary, _starts([len(row) for row in rows]), pairs[:, 0], pairs[:, 1])

    @classmethod
    def joined(cls, parts: Sequence[Postings]) -> Postings:
        """Returns the postings of several lots of passages behind each other."""
        vocabulary = sorted(set(chain.from_iterable(part.vocabulary for part in parts)))
        place = {term: number for number, term in enumerate(vocabulary)}
        terms = [np.asarray([place[term] for term in part.vocabulary], np.int64)[part.terms] for part in parts]
        sizes = np.concatenate([np.diff(part.starts) for part in parts])
        counts = np.concatenate([part.counts for part in parts])
        return cls(vocabulary, _starts(sizes), np.concatenate(terms), counts)

    @property
    def size(self) -> int:
        """Number of passages."""
        return len(self.starts) - 1

    def lengths(self) -> Ints:
        """Returns the number of terms of each passage, repetitions counted, int64, shape (passages,)."""
        ends = np.concatenate(([0], np.cumsum(self.counts)))
        lengths: Ints = ends[self.starts[1:]] - ends[self.starts[:-1]]
        return lengths

    def with_rows(self, rows: Ints, fresh: Postings) -> Postings:
        """Returns postings in another order: of this one's rows, and where ``rows`` is -1 of the next fresh one's."""
        known = rows >= 0
        source = np.where(known, rows, self.size + np.cumsum(~known) - 1)  # both behind each other
        starts = np.concatenate((self.starts, self.starts[-1] + fresh.starts[1:]))
        sizes = (starts[1:] - starts[:-1])[source]
        picked = np.repeat(starts[:-1][source], sizes) + _within(sizes)
        vocabulary = sorted({*self.vocabulary, *fresh.vocabulary})
        place = {term: number for number, term in enumerate(vocabulary)}
        parts = [np.asarray([place[term] for term in part.vocabulary], np.int64)[part.terms] for part in (self, fresh)]
        terms = np.concatenate(parts)[picked]
        counts = np.concatenate((self.counts, fresh.counts))[picked]
        used = np.unique(terms)
        return Postings([vocabulary[number] for number in used], _starts(sizes), np.searchsorted(used, terms), counts)


def _starts(sizes: Sequence[int] | Ints) -> Ints:
    starts: Ints = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
    return starts


def _within(sizes: Ints) -> Ints:
    """Returns 0, 1, … for each size, behind each other."""
    within: Ints = np.arange(int(sizes.sum()), dtype=np.int64) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return within
