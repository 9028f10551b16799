"""BM25 as inner products of sparse vectors, for a store that keeps vectors and knows nothing of words.

A passage has for each of its terms what depends on no other passage, their mean length aside; a question has for each
of its terms how rare it is, as often as it is asked. So scores are those of ``lexical`` on any number of machines, and
passages can be written one after the other: rarities are known at the end, and stay here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.retrieval.lexical import K1, B
from index.retrieval.postings import Postings
from index.retrieval.vocabulary import Vocabulary

_NUMBERS_FILE, _RARITIES_FILE = "term_numbers.npy", "term_rarities.npy"

Sparse = tuple[NDArray[np.int64], NDArray[np.float32]]  # numbers of terms, and what each weighs


class WeightsWriter:
    """Weighs passages in the order of their rows."""

    def __init__(self, mean_length: float) -> None:
        """Starts without terms; ``mean_length`` of a passage is in terms, repetitions counted."""
        self._numbers: dict[str, int] = {}
        self._frequencies = np.zeros(0, dtype=np.int64)
        self._mean_length = mean_length
        self._size = 0

    def of_passages(self, postings: Postings) -> Iterator[Sparse]:
        """Yields the vector of each passage; a term has the number at which it was first seen."""
        own = np.asarray([self._numbers.setdefault(term, len(self._numbers)) for term in postings.vocabulary], np.int64)
        self._frequencies = np.pad(self._frequencies, (0, len(self._numbers) - len(self._frequencies)))
        np.add.at(self._frequencies, own[postings.terms], 1)
        self._size += postings.size
        for row, length in enumerate(_lengths(postings).tolist()):
            places = slice(postings.starts[row], postings.starts[row + 1])
            counts = postings.counts[places]
            weights = counts / (counts + K1 * (1 - B + B * length / self._mean_length))
            yield own[postings.terms[places]], weights.astype(np.float32)

    def save(self, folder: Path) -> None:
        """Writes into a new folder what questions are weighed by."""
        folder.mkdir()
        terms = sorted(self._numbers)
        numbers = np.asarray([self._numbers[term] for term in terms], dtype=np.int64)
        frequency = self._frequencies[numbers]
        Vocabulary.build(terms).save(folder)
        np.save(folder / _NUMBERS_FILE, numbers)
        rarities = np.log(1 + (self._size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        np.save(folder / _RARITIES_FILE, rarities)


def mean_length(parts: Sequence[Postings]) -> float:
    """Returns the mean length of passages."""
    lengths = np.concatenate([_lengths(part) for part in parts]) if parts else np.zeros(0)
    return float(lengths.mean()) if len(lengths) else 1.0


def _lengths(postings: Postings) -> NDArray[np.int64]:
    return np.maximum(postings.lengths(), 1)  # a passage without terms counts as one word long


class Weights:
    """Weighs questions; safe to share between threads."""

    def __init__(self, vocabulary: Vocabulary, numbers: NDArray[np.int64], rarities: NDArray[np.float32]) -> None:
        """Takes all terms, and the number and the rarity of each."""
        self.vocabulary = vocabulary
        self._numbers = numbers
        self._rarities = rarities

    @classmethod
    def load(cls, folder: Path) -> Weights:
        """Maps what ``WeightsWriter`` saved into memory."""
        numbers, rarities = (
            np.load(folder / name, mmap_mode="r").view(np.ndarray) for name in (_NUMBERS_FILE, _RARITIES_FILE)
        )
        return cls(Vocabulary.load(folder), numbers, rarities)

    def of_question(self, terms: Sequence[str]) -> Sparse:
        """Returns the vector of a question; a term that is repeated weighs as often, an unknown one nothing."""
        asked = Counter(place for term in terms if (place := self.vocabulary.number(term)) is not None)
        places = np.asarray(list(asked), dtype=np.int64)
        weights = self._rarities[places] * np.asarray(list(asked.values()), dtype=np.float32)
        return self._numbers[places], weights

    def number(self, term: str) -> int | None:
        """Returns the number of a term in the vectors of passages, or None."""
        place = self.vocabulary.number(term)
        return None if place is None else int(self._numbers[place])
