"""The tokens of every text that answers compare questions with, so that nothing is tokenised while somebody waits.

A text is found by its hash, whoever asks for it: the table of a searcher looks here first (``StaticEncoder.knowing``).
One of 64 bits is that of another text once in 10^13 questions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoders.static import StaticEncoder
from index.text.spans import compared_texts
from ingest.types import Passage

_FILES = ("passages", "counts", "texts", "starts", "ids")
_BATCH = 1024  # passages read at once


class Readings:
    """Token ids by text, and which texts each passage has."""

    def __init__(
        self,
        passages: NDArray[np.uint64],
        counts: NDArray[np.int64],
        texts: NDArray[np.uint64],
        starts: NDArray[np.int64],
        ids: NDArray[np.int32],
    ) -> None:
        """Wraps arrays.

        Args:
            passages: Hash of what the texts of each passage are made of, shape (passages,).
            counts: How many texts it has, shape (passages,).
            texts: Hashes of all texts, passage by passage, shape (texts,).
            starts: Where the ids of each text begin, and the end, shape (texts + 1,).
            ids: Token ids of all texts, in reading order.
        """
        self._passages, self._counts, self._texts, self._starts, self._ids = passages, counts, texts, starts, ids
        self._order = np.argsort(texts, kind="stable")
        self._sorted = texts[self._order]

    @classmethod
    def build(cls, table: StaticEncoder, passages: Sequence[Passage], earlier: Readings | None = None) -> Readings:
        """Reads the texts of passages by a table; those of passages that are in ``earlier`` are taken from there."""
        hashes = [_hash_of_passage(passage) for passage in passages]
        known = earlier._by_passage(set(hashes)) if earlier else {}
        new = [(key, passage) for key, passage in zip(hashes, passages, strict=True) if key not in known]
        for start in range(0, len(new), _BATCH):
            texts = {key: compared_texts(passage) for key, passage in new[start : start + _BATCH]}
            tokens = iter(table.tokenize([text for several in texts.values() for text in several]))
            for key, several in texts.items():
                known[key] = [(_hash(text), next(tokens).astype(np.int32)) for text in several]
        read = [known[key] for key in hashes]
        ids = [tokens for texts in read for _, tokens in texts]
        return cls(
            np.asarray(hashes, dtype=np.uint64),
            np.asarray([len(texts) for texts in read], dtype=np.int64),
            np.asarray([key for texts in read for key, _ in texts], dtype=np.uint64),
            np.concatenate(([0], np.cumsum([len(tokens) for tokens in ids], dtype=np.int64))),
            np.concatenate(ids) if ids else np.zeros(0, dtype=np.int32),
        )

    def save(self, folder: Path) -> None:
        """Writes the arrays into a new folder."""
        folder.mkdir()
        arrays: tuple[NDArray[Any], ...] = (self._passages, self._counts, self._texts, self._starts, self._ids)
        for name, array in zip(_FILES, arrays, strict=True):
            np.save(folder / f"{name}.npy", array)

    @classmethod
    def load(cls, folder: Path) -> Readings:
        """Maps the arrays into memory."""
        return cls(*(np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray) for name in _FILES))

    @property
    def size(self) -> int:
        """Number of passages."""
        return len(self._passages)

    def tokens(self, texts: Sequence[str]) -> list[NDArray[np.int64] | None]:
        """Returns the token ids of texts in reading order, int64, and None for each text that is not known."""
        if not len(self._sorted):
            return [None] * len(texts)
        wanted = np.fromiter(map(_hash, texts), dtype=np.uint64, count=len(texts))
        places = np.minimum(np.searchsorted(self._sorted, wanted), len(self._sorted) - 1)
        rows = np.where(self._sorted[places] == wanted, self._order[places], -1).tolist()
        return [self._of(row).astype(np.int64) if row >= 0 else None for row in rows]

    def _of(self, row: int) -> NDArray[np.int32]:
        return self._ids[self._starts[row] : self._starts[row + 1]]

    def _by_passage(self, wanted: set[int]) -> dict[int, list[tuple[int, NDArray[np.int32]]]]:
        """Returns (hash, token ids) of all texts of some passages, by the hash of the passage."""
        ends = np.cumsum(self._counts).tolist()
        return {
            key: [(int(self._texts[row]), self._of(row)) for row in range(end - count, end)]
            for key, count, end in zip(self._passages.tolist(), self._counts.tolist(), ends, strict=True)
            if key in wanted
        }


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _hash_of_passage(passage: Passage) -> int:
    """Returns a hash of what a passage's texts are made of."""
    return _hash("\n".join((passage.kind, passage.text, *passage.cells)))
