"""Comparing a question with texts, token by token, by the table of token vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.encoders.static import StaticEncoder
from index.retrieval.late_interaction import distinct_ids

Floats = NDArray[np.float32]
Ids = NDArray[np.int32]
_MOST_READ = 50_000


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as the table reads it.

    Attributes:
        tokens: In reading order.
        distinct: Each once, so that saying a word over and over earns nothing.
        length: Of the sum of the vectors of the distinct tokens; the sum itself would take most of the memory.
    """

    tokens: Ids
    distinct: Ids
    length: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A question compared with texts; likeness of two tokens is their squared cosine, 0 where that is negative.

    Attributes:
        best: Likeness of each distinct token of the question to the likest one of a text, shape (texts, tokens).
        weights: How much each of these tokens matters; they sum to 1, shape (tokens,).
        back: Likeness of the tokens of a text to the likest ones of the question, weighted mean, shape (texts,).
        cosines: Of the mean vectors, shape (texts,).
    """

    best: Floats
    weights: Floats
    back: Floats
    cosines: Floats

    def similarities(self) -> Floats:
        """Returns how well each text holds the question, and the other way round, and cosines, shape (texts, 3)."""
        holds = np.einsum("ij,j->i", self.best, self.weights)  # BLAS warns of what is not there
        return np.column_stack((holds, self.back, self.cosines))


_READ: dict[str, dict[str, Reading]] = {}  # by table and text


def read_texts(table: StaticEncoder, texts: Sequence[str]) -> list[Reading]:
    """Returns texts as a table reads them; every text is tokenised once, as the same ones come back all the time."""
    remembered = _READ.setdefault(table.fingerprint, {})
    read = {text: found for text in texts if (found := remembered.get(text))}  # other threads may empty it any time
    if new := [text for text in dict.fromkeys(texts) if text not in read]:
        tokens = [ids.astype(np.int32) for ids in table.tokenize(new)]
        distinct = _distinct(tokens, table.vocabulary)
        lengths = np.linalg.norm(table.sums(distinct), axis=1).tolist()
        learned = {text: Reading(*parts) for text, *parts in zip(new, tokens, distinct, lengths, strict=True)}
        if len(remembered) > _MOST_READ:
            remembered.clear()
        remembered.update(learned)
        read |= learned
    return [read[text] for text in texts]


def _distinct(texts: Sequence[Ids], vocabulary: int) -> list[Ids]:
    """Returns the distinct tokens of each text, sorted, all texts at once."""
    owners = np.repeat(np.arange(len(texts)), [len(ids) for ids in texts])
    keys = np.unique(owners * vocabulary + np.concatenate(texts))
    bounds = np.searchsorted(keys, np.arange(len(texts) + 1) * vocabulary).tolist()
    ids = (keys % vocabulary).astype(np.int32)
    return [ids[start:end] for start, end in pairwise(bounds)]


@dataclass(frozen=True, slots=True)
class Together:
    """Texts laid out to be compared at once; worth keeping where the same ones are compared with every question.

    Attributes:
        count: Number of texts.
        filled: Those that have tokens.
        distinct: Tokens of all of them, each once.
        place: Where each token of each text is among these, text by text.
        begins: Where each text begins there.
        weights: How much each of the distinct tokens matters.
        totals: Sum of the weights of each text.
        lengths: Of the sums of the vectors.
    """

    count: int
    filled: NDArray[np.int64]
    distinct: NDArray[np.int64]
    place: NDArray[np.int64]
    begins: NDArray[np.int64]
    weights: Floats
    totals: Floats
    lengths: Floats

    @classmethod
    def of(cls, table: StaticEncoder, texts: Sequence[Reading]) -> Together:
        """Lays texts out."""
        filled = [i for i, text in enumerate(texts) if len(text.distinct)]
        sizes = [len(texts[i].distinct) for i in filled]
        begins = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64) if filled else np.zeros(0, np.int64)
        ids = np.concatenate([texts[i].distinct for i in filled]) if filled else np.zeros(0, np.int64)
        distinct, place = distinct_ids(ids, table.vocabulary)
        weights: Floats = np.square(table.token_lengths(distinct))
        totals = np.add.reduceat(weights[place], begins) if filled else np.zeros(0, np.float32)
        lengths = np.asarray([texts[i].length for i in filled], dtype=np.float32)
        return cls(len(texts), np.asarray(filled, np.int64), distinct, place, begins, weights, totals, lengths)

    def compare(self, table: StaticEncoder, question: Reading) -> Comparison:
        """Compares a question with the texts."""
        asked = question.distinct
        best = np.zeros((self.count, len(asked)), dtype=np.float32)
        back = np.zeros(self.count, dtype=np.float32)
        weights: Floats = np.square(table.token_lengths(asked))
        weights = (weights / max(float(weights.sum()), 1e-9)).astype(np.float32)
        cosines = np.zeros(self.count, dtype=np.float32)
        if len(asked) and len(self.filled):
            near, along = table.token_likeness(self.distinct, asked, table.pool([asked])[0])
            likeness = np.ascontiguousarray(np.square(np.maximum(near, 0.0)).T)
            best[self.filled] = np.maximum.reduceat(np.take(likeness, self.place, axis=1), self.begins, axis=1).T
            held = np.add.reduceat((likeness.max(axis=0) * self.weights)[self.place], self.begins)
            cosines[self.filled] = np.add.reduceat(along[self.place], self.begins) / np.maximum(self.lengths, 1e-9)
            back[self.filled] = held / np.maximum(self.totals, 1e-9)
        return Comparison(best, weights, back, cosines)


def compare(table: StaticEncoder, question: Reading, texts: Sequence[Reading]) -> Comparison:
    """Compares a question with texts."""
    return Together.of(table, texts).compare(table, question)
