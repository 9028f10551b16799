"""Late interaction over static token vectors: every piece of a question looks for its best match in a passage.

The score is ColBERT's MaxSim (Khattab and Zaharia, SIGIR 2020) with two changes that suit vectors without context:
cosines are squared, so that a clear match counts more than many vague ones, and a question piece weighs as much as
the square of its vector's length, because training gives words that matter long vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoders.static import StaticEncoder
from index.retrieval.postings import pick_rows

Ids = NDArray[np.int32]


class LateIndex:
    """The token ids of every passage."""

    def __init__(self, ids: Ids, starts: NDArray[np.int64]) -> None:
        """Wraps concatenated ids, int32, and the start of each passage with one end mark, int64, shape (n + 1,)."""
        self._ids = ids
        self._starts = starts

    @classmethod
    def build(cls, encoder: StaticEncoder, texts: Sequence[str]) -> LateIndex:
        """Tokenises passages, keeping each piece once: a repeated piece changes no maximum."""
        return cls.of_tokens(encoder.tokenize(texts))

    @classmethod
    def of_tokens(cls, tokens: Sequence[NDArray[np.int64]]) -> LateIndex:
        """Takes texts that are tokenised already."""
        return cls.of_ids([np.unique(ids).astype(np.int32) for ids in tokens])

    @classmethod
    def of_ids(cls, unique: Sequence[Ids]) -> LateIndex:
        """Takes the distinct token ids of every passage, in order."""
        starts = np.zeros(len(unique) + 1, dtype=np.int64)
        np.cumsum([len(ids) for ids in unique], out=starts[1:])
        return cls(np.concatenate(unique) if unique else np.zeros(0, dtype=np.int32), starts)

    def save(self, folder: Path) -> None:
        """Writes the two arrays into a folder."""
        folder.mkdir(exist_ok=True)
        np.save(folder / "ids.npy", self._ids)
        np.save(folder / "starts.npy", self._starts)

    @classmethod
    def load(cls, folder: Path) -> LateIndex:
        """Maps the two arrays into memory."""
        ids = np.load(folder / "ids.npy", mmap_mode="r").view(np.ndarray)  # plain slices, without memmap's bookkeeping
        return cls(ids, np.load(folder / "starts.npy"))

    def with_rows(self, rows: NDArray[np.int64], fresh: LateIndex) -> LateIndex:
        """Returns passages in another order: rows of this one, and where ``rows`` is -1 the next of the fresh ones."""
        picked, sizes = pick_rows(rows, self._starts, fresh._starts)
        starts = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(sizes, out=starts[1:])
        return LateIndex(np.concatenate((self._ids, fresh._ids))[picked], starts)

    @property
    def size(self) -> int:
        """Number of passages."""
        return len(self._starts) - 1

    def ids_of(self, row: int) -> Ids:
        """Returns the distinct token ids of a passage, in order."""
        return self._ids[self._starts[row] : self._starts[row + 1]]

    def novelty(self, encoder: StaticEncoder, query: str) -> float:
        """Returns how much of a question, by the weight of its pieces, occurs in no passage at all, in [0, 1]."""
        (asked,) = encoder.tokenize([query])
        if not len(asked):
            return 1.0
        asked = np.unique(asked)
        weights = encoder.token_lengths(asked)
        return float(
            weights[~np.isin(asked, self._uses[0], assume_unique=True)].sum() / max(float(weights.sum()), 1e-9)
        )

    def rarity(self, pieces: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """Returns how rare pieces are among the passages, from 0 for one in all of them to 1 for one in none."""
        known, uses = self._uses
        passages = len(self._starts) - 1
        places = np.minimum(np.searchsorted(known, pieces), max(len(known) - 1, 0))
        of_pieces = np.where(known[places] == pieces, uses[places], 0) if len(known) else np.zeros(len(pieces))
        rarities: NDArray[np.float32] = np.log((passages + 1) / (of_pieces + 1)) / np.log(passages + 2)
        return rarities.astype(np.float32)

    @cached_property
    def _uses(self) -> tuple[Ids, NDArray[np.intp]]:
        """The pieces that any passage has, in order, and in how many passages each is."""
        return np.unique(self._ids, return_counts=True)  # a passage holds a piece once

    @staticmethod
    def compare(encoder: StaticEncoder, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns the MaxSim of a question with texts that are in no index."""
        return LateIndex.build(encoder, texts).scores(encoder, query, np.arange(len(texts)))

    def scores(self, encoder: StaticEncoder, query: str, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Returns the MaxSim of a question with passages.

        Args:
            encoder: The table the index was built with.
            query: The question.
            rows: Passage rows, shape (m,).

        Returns:
            float32 of shape (m,), in [0, 1]: 1 when every piece of the question stands in the passage.
        """
        (asked,) = encoder.tokenize([query])
        scores = np.zeros(len(rows), dtype=np.float32)
        lengths = self._starts[rows + 1] - self._starts[rows]
        filled = np.flatnonzero(lengths)
        if not len(asked) or not len(filled):
            return scores
        asked = np.unique(asked)
        pieces = np.concatenate([self._ids[self._starts[row] : self._starts[row + 1]] for row in rows[filled]])
        vocabulary, place = distinct_ids(pieces, encoder.vocabulary)
        cosines = np.maximum(encoder.token_cosines(vocabulary, asked).T, 0.0)
        weights = np.square(encoder.token_lengths(asked))
        begins = np.concatenate(([0], np.cumsum(lengths[filled])[:-1]))
        # A row a piece of the question: the maxima are then taken along memory, in a third of the time.
        best = np.maximum.reduceat(np.take(cosines, place, axis=1), begins, axis=1)
        scores[filled] = np.square(np.ascontiguousarray(best.T)) @ weights / max(float(weights.sum()), 1e-9)
        return scores


def distinct_ids(ids: NDArray[np.integer[Any]], vocabulary: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns the distinct ids in order and the position of each id among them, without sorting."""
    present = np.zeros(vocabulary, dtype=bool)
    present[ids] = True
    distinct = np.flatnonzero(present)
    position = np.empty(vocabulary, dtype=np.int64)
    position[distinct] = np.arange(len(distinct))
    return distinct, position[ids]
