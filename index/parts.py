"""The parts of one generation, opened: what a search looks into."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from index.candidates import PassageIndex
from index.query.spelling import Spelling
from index.retrieval.allowed import AllowedRows
from index.retrieval.choosing import open_passages
from index.retrieval.late_interaction import LateIndex
from index.retrieval.readings import Readings
from index.storage.manifest import DamagedError
from index.storage.store import Store


class Parts(NamedTuple):
    """Store, terms, vectors, token ids, readings and words of the same passages, and token ids of names of subjects."""

    store: Store
    allowed: AllowedRows
    passages: PassageIndex
    late: LateIndex
    readings: Readings
    spelling: Spelling
    subjects: LateIndex

    @classmethod
    def open(cls, generation: Path) -> Parts:
        """Opens the files of a generation.

        Raises:
            DamagedError: One of them cannot be read.
        """
        with ExitStack() as opened:
            try:
                store = Store(generation / "store.sqlite")
                opened.callback(store.close)
                allowed = AllowedRows(store)
                passages = open_passages(generation, allowed)
                late = LateIndex.load(generation / "late")
                readings = Readings.load(generation / "readings")
                spelling = Spelling.load(generation / "spelling")
                subjects = LateIndex.load(generation / "subjects")
            except Exception as error:  # sqlite3, bm25s and FAISS each raise their own for a damaged file
                raise DamagedError(str(error)) from error
            opened.pop_all()
        return cls(store, allowed, passages, late, readings, spelling, subjects)
