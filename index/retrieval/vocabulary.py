"""The terms of an index and their numbers, on the disk: there may be millions of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

MIN_NEAR_CHARS = 3  # shorter words are nobody's slip
_MIN_TYPO_CHARS, _TWO_SLIPS_CHARS = 5, 8
_LETTERS = 27  # a to z, and one bit for all other characters
_TERMS_FILE, _STARTS_FILE, _LETTERS_FILE = "terms.npy", "term_starts.npy", "term_letters.npy"


class Vocabulary:
    """Sorted terms behind each other in one file that is mapped into memory, and found by halving; numbered from 0.

    UTF-8 sorts as text does, so bytes are compared. For slips each word has the set of its letters beside it: a slip
    changes at most two of them, so few words are left to be compared letter by letter.
    """

    def __init__(self, text: NDArray[np.uint8], starts: NDArray[np.int64], letters: NDArray[np.uint32]) -> None:
        """Takes UTF-8 bytes, the start of each term with one end mark, and the letters of each; 0 for no word."""
        self._text = text
        self._starts = starts
        self._letters = letters

    @classmethod
    def build(cls, terms: Sequence[str]) -> Vocabulary:
        """Takes sorted terms."""
        coded = [term.encode() for term in terms]
        starts = np.cumsum([0, *map(len, coded)], dtype=np.int64)
        letters = np.fromiter(map(_letters_of, terms), dtype=np.uint32, count=len(terms))
        return cls(np.frombuffer(b"".join(coded), dtype=np.uint8), starts, letters)

    def save(self, folder: Path) -> None:
        """Writes three files into a folder."""
        np.save(folder / _TERMS_FILE, self._text)
        np.save(folder / _STARTS_FILE, self._starts)
        np.save(folder / _LETTERS_FILE, self._letters)

    @classmethod
    def load(cls, folder: Path) -> Vocabulary:
        """Maps what ``save`` wrote into memory."""
        text, starts, letters = (
            np.load(folder / name, mmap_mode="r").view(np.ndarray)
            for name in (_TERMS_FILE, _STARTS_FILE, _LETTERS_FILE)
        )
        return cls(text, starts, letters)

    def number(self, term: str) -> int | None:
        """Returns the number of a term, or None for one that no passage has."""
        wanted = term.encode()
        low, high = 0, len(self._letters)
        while low < high:
            middle = (low + high) // 2
            if self._bytes(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self._letters) and self._bytes(low) == wanted else None

    def has_near(self, word: str, slips: int) -> bool:
        """Tells whether an ASCII term of three or more characters is within so many slips (Levenshtein) of a word."""
        different = np.bitwise_count(self._letters ^ np.uint32(_letters_of(word)))
        lengths = np.diff(self._starts)
        fitting = (different <= 2 * slips) & (np.abs(lengths - len(word)) <= slips) & (self._letters > 0)
        words = [self._bytes(number).decode() for number in np.flatnonzero(fitting).tolist()]
        return process.extractOne(word, words, scorer=Levenshtein.distance, score_cutoff=slips) is not None

    def __iter__(self) -> Iterator[str]:
        """Yields all terms in order."""
        return (self._bytes(number).decode() for number in range(len(self._letters)))

    def _bytes(self, number: int) -> bytes:
        return self._text[self._starts[number] : self._starts[number + 1]].tobytes()


def knows(vocabulary: Vocabulary, term: str) -> bool:
    """Tells whether a term, or every part of a hyphenated one, occurs in any passage, slips of the pen aside.

    A word of five letters may be one slip away from a known one, a word of eight two. A word with a digit in it gets no
    such allowance: GPT-5 is not GPT-4 misspelt.
    """
    if vocabulary.number(term) is not None:
        return True
    parts = re.findall(r"[^\W\d_]+", term)
    if len(parts) > 1 and not any(character.isdigit() for character in term):
        return all(knows(vocabulary, part) for part in parts)
    if len(term) < _MIN_TYPO_CHARS or not (term.isascii() and term.isalpha()):
        return False
    return vocabulary.has_near(term, 1 if len(term) < _TWO_SLIPS_CHARS else 2)


def known_share(vocabulary: Vocabulary, words: Sequence[str]) -> float:
    """Returns the share of words that occur in any passage as they are, in [0, 1]; 1 when there are none."""
    return sum(vocabulary.number(word) is not None for word in words) / len(words) if words else 1.0


def _letters_of(term: str) -> int:
    """Returns the set of the characters of a term as bits; 0 for a term that nothing is a slip of."""
    if not term.isascii() or len(term) < MIN_NEAR_CHARS:
        return 0
    places = {place if 0 <= (place := ord(letter) - ord("a")) < _LETTERS - 1 else _LETTERS - 1 for letter in term}
    return sum(1 << place for place in places)
