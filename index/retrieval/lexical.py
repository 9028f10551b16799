"""BM25 over passages, by bm25s."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

# Robertson's usual constants, in Lucene's variant (bm25s: method="lucene").
_K1, _B = 1.2, 0.75
_MIN_TYPO_CHARS, _TWO_SLIPS_CHARS = 5, 8


class LexicalIndex:
    """Scores every passage against the terms of a question."""

    def __init__(self, bm25: bm25s.BM25, size: int) -> None:
        """Wraps a bm25s index over ``size`` passages."""
        self._bm25 = bm25
        self.size = size

    @classmethod
    def build(cls, passages: Sequence[Sequence[str]]) -> LexicalIndex:
        """Indexes passages given as lists of terms."""
        bm25 = bm25s.BM25(method="lucene", k1=_K1, b=_B)
        # A passage without terms still needs its row; the empty term matches nothing a question can hold.
        vocabulary = {term: number for number, term in enumerate(sorted({"", *chain.from_iterable(passages)}))}
        numbers = [[vocabulary[term] for term in terms] or [vocabulary[""]] for terms in passages]
        bm25.index((numbers, vocabulary), show_progress=False, leave_progress=False)
        return cls(bm25, len(passages))

    def save(self, folder: Path) -> None:
        """Writes the index below a folder."""
        self._bm25.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> LexicalIndex:
        """Reads an index of ``size`` passages back, memory-mapped."""
        return cls(bm25s.BM25.load(str(folder), mmap=True), size)

    def knows(self, term: str) -> bool:
        """Tells whether a term, or every part of a hyphenated one, occurs in any passage, slips of the pen aside.

        A word of five letters may be one slip away from a known one, a word of eight two. A word with a digit in it
        gets no such allowance: GPT-5 is not GPT-4 misspelt.
        """
        if term in self._bm25.vocab_dict:
            return True
        parts = re.findall(r"[^\W\d_]+", term)
        if len(parts) > 1 and not any(character.isdigit() for character in term):
            return all(self.knows(part) for part in parts)
        if len(term) < _MIN_TYPO_CHARS or not (term.isascii() and term.isalpha()):
            return False
        slips = 1 if len(term) < _TWO_SLIPS_CHARS else 2
        return process.extractOne(term, self._words, scorer=Levenshtein.distance, score_cutoff=slips) is not None

    def known_share(self, words: Sequence[str]) -> float:
        """Returns the share of words that occur in any passage as they are, in [0, 1]; 1 when there are none."""
        return sum(word in self._bm25.vocab_dict for word in words) / len(words) if words else 1.0

    @cached_property
    def _words(self) -> list[str]:
        return [word for word in self._bm25.vocab_dict if word.isascii() and len(word) >= _MIN_TYPO_CHARS - 2]

    def scores(self, terms: Sequence[str]) -> NDArray[np.float32]:
        """Returns the BM25 score of every passage, float32, shape (size,); 0 where no term occurs."""
        known = [term for term in terms if term in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)
