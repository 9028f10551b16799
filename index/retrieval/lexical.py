"""BM25 over passages, by bm25s."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.retrieval.postings import Postings, stable_order
from index.retrieval.vocabulary import Vocabulary, known_share, knows
from ingest.leaving_out import left_out

with left_out("scipy"):  # which it would need to index, and which takes longer to import than all the rest
    import bm25s

# Robertson's usual constants, in Lucene's variant (bm25s: method="lucene").
K1, B = 1.2, 0.75
_COUNTS_FILE = "counts.npy"


class LexicalIndex:
    """Scores every passage against the terms of a question."""

    def __init__(self, bm25: bm25s.BM25, vocabulary: Vocabulary, size: int, counts: NDArray[np.uint16]) -> None:
        """Wraps a bm25s index over ``size`` passages.

        Args:
            bm25: The weights of the terms in each passage.
            vocabulary: The numbers of the terms there.
            size: Number of passages.
            counts: How often a passage has a term, in the order of the weights.
        """
        self._bm25 = bm25
        self._vocabulary = vocabulary
        self.size = size
        self._counts = counts

    @classmethod
    def build(cls, passages: Sequence[Sequence[str]]) -> LexicalIndex:
        """Indexes passages given as lists of terms."""
        return cls.of_postings(Postings.count(passages))

    @classmethod
    def of_postings(cls, postings: Postings) -> LexicalIndex:
        """Indexes passages whose terms are counted; the numbers are those of bm25s, term by term and not in a loop."""
        n = np.repeat(np.arange(postings.size), np.diff(postings.starts))
        lengths = np.maximum(postings.lengths(), 1)  # a passage without terms counts as one word long
        norm = K1 * (1 - B + B * lengths / (lengths.mean() if len(lengths) else 1.0))
        frequency = np.bincount(postings.terms, minlength=len(postings.vocabulary))
        idf = np.log(1 + (postings.size - frequency + 0.5) / (frequency + 0.5))
        weights = idf[postings.terms] * (postings.counts / (postings.counts + norm[n]))
        order = stable_order(postings.terms)
        bm25 = bm25s.BM25(method="lucene", k1=K1, b=B)
        bm25.scores = {
            "data": weights[order].astype(np.float32),
            "indices": n[order].astype(np.int32),
            "indptr": np.concatenate(([0], np.cumsum(frequency))).astype(np.int64),
            "num_docs": postings.size,
        }
        bm25.nonoccurrence_array = None
        bm25.vocab_dict = {}  # the terms are numbered here
        vocabulary = Vocabulary.build(postings.vocabulary)
        return cls(bm25, vocabulary, postings.size, postings.counts[order].astype(np.uint16))

    def save(self, folder: Path) -> None:
        """Writes the index below a folder."""
        self._bm25.save(str(folder), show_progress=False)
        self._vocabulary.save(folder)
        np.save(folder / _COUNTS_FILE, self._counts)

    @classmethod
    def load(cls, folder: Path, size: int) -> LexicalIndex:
        """Reads an index of ``size`` passages back, memory-mapped."""
        counts = np.load(folder / _COUNTS_FILE, mmap_mode="r").view(np.ndarray)
        bm25 = bm25s.BM25.load(str(folder), mmap=True, load_vocab=False)
        return cls(bm25, Vocabulary.load(folder), size, counts)

    def postings(self) -> Postings:
        """Returns what the index was made of."""
        scores = self._bm25.scores
        order = stable_order(scores["indices"])
        terms = np.repeat(np.arange(len(scores["indptr"]) - 1), np.diff(scores["indptr"]))
        starts = np.concatenate(([0], np.cumsum(np.bincount(scores["indices"], minlength=self.size))))
        return Postings(list(self._vocabulary), starts, terms[order], self._counts[order].astype(np.int64))

    def holds(self, term: str) -> bool:
        """Tells whether a term occurs in any passage as it is."""
        return self._vocabulary.number(term) is not None

    def knows(self, term: str) -> bool:
        """Tells whether a term occurs in any passage, slips of the pen aside (``vocabulary.knows``)."""
        return knows(self._vocabulary, term)

    def held(self, words: Sequence[str], rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tells which passages have which words among their terms, shape (len(rows), len(words))."""
        held = np.zeros((len(rows), len(words)), dtype=np.bool_)
        scores = self._bm25.scores
        for column, word in enumerate(words):
            if (number := self._vocabulary.number(word)) is not None:
                start, end = scores["indptr"][number : number + 2]
                having = scores["indices"][start:end]
                places = np.minimum(np.searchsorted(having, rows), len(having) - 1)
                held[:, column] = having[places] == rows
        return held

    def known_share(self, words: Sequence[str]) -> float:
        """Returns the share of words that occur in any passage as they are, in [0, 1]; 1 when there are none."""
        return known_share(self._vocabulary, words)

    def scores(self, terms: Sequence[str]) -> NDArray[np.float32]:
        """Returns the BM25 score of every passage, float32, shape (size,); 0 where no term occurs."""
        numbers = [number for term in terms if (number := self._vocabulary.number(term)) is not None]
        if not numbers:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self._bm25.get_scores_from_ids(numbers), dtype=np.float32)
