"""Which terms a passage has and how often: what BM25 weighs, kept so that unchanged passages are not read again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int32)


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
        numbers: defaultdict[str, int] = defaultdict()
        numbers.default_factory = numbers.__len__  # a new term gets the next number
        sizes: list[int] = []
        found: list[NDArray[np.int32]] = []
        for terms in passages:
            sizes.append(len(terms))
            found.append(np.fromiter(map(numbers.__getitem__, terms), np.int32, len(terms)))
        vocabulary = sorted(numbers)
        place = np.empty(len(vocabulary), dtype=np.int64)
        place[[numbers[term] for term in vocabulary]] = np.arange(len(vocabulary))
        rows = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
        width = max(len(vocabulary), 1)
        pairs, counts = np.unique(rows * width + place[np.concatenate([_NONE, *found])], return_counts=True)
        held = np.bincount(pairs // width, minlength=len(sizes))
        return cls(vocabulary, _starts(held), pairs % width, counts.astype(np.int64))

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
        picked, sizes = pick_rows(rows, self.starts, fresh.starts)
        vocabulary = sorted({*self.vocabulary, *fresh.vocabulary})
        place = {term: number for number, term in enumerate(vocabulary)}
        parts = [np.asarray([place[term] for term in part.vocabulary], np.int64)[part.terms] for part in (self, fresh)]
        terms = np.concatenate(parts)[picked]
        counts = np.concatenate((self.counts, fresh.counts))[picked]
        used = np.bincount(terms, minlength=len(vocabulary)) > 0
        numbers = np.cumsum(used) - 1  # of the terms that are left
        left = [term for term, is_used in zip(vocabulary, used, strict=True) if is_used]
        return Postings(left, _starts(sizes), numbers[terms], counts)


def stable_order(numbers: Ints) -> Ints:
    """Returns the positions that sort whole numbers from 0 to 2**32, equals as they came.

    NumPy sorts 16 bits at a time in linear time, and more of them in several times that.
    """
    order: Ints = np.argsort((numbers & 0xFFFF).astype(np.uint16), kind="stable")
    high = (numbers >> 16).astype(np.uint16)
    return order[np.argsort(high[order], kind="stable")] if high.any() else order


def pick_rows(rows: Ints, starts: Ints, fresh: Ints) -> tuple[Ints, Ints]:
    """Tells where the values of rows stand, whose own number differs from row to row.

    Args:
        rows: Which rows of a first array, int64; -1 for the next one of a second array that stands behind it.
        starts: Where each row begins in the first array, and the end.
        fresh: The same of the second.

    Returns:
        Positions in both arrays behind each other, and how many of them each row has.
    """
    known = rows >= 0
    source = np.where(known, rows, len(starts) - 1 + np.cumsum(~known) - 1)
    both = np.concatenate((starts, starts[-1] + fresh[1:]))
    sizes = (both[1:] - both[:-1])[source]
    return np.repeat(both[:-1][source], sizes) + _within(sizes), sizes


def _starts(sizes: Sequence[int] | Ints) -> Ints:
    starts: Ints = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
    return starts


def _within(sizes: Ints) -> Ints:
    """Returns 0, 1, … for each size, behind each other."""
    within: Ints = np.arange(int(sizes.sum()), dtype=np.int64) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return within
