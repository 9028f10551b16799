"""The reading path that a reader puts together."""

from __future__ import annotations

from collections.abc import Sequence

from app.state.database import Database

MOST = 100  # steps


class OwnPaths:
    """The own paths of all readers, one each."""

    def __init__(self, database: Database) -> None:
        """Keeps paths in a database."""
        self._db = database

    def steps(self, reader: str) -> list[str]:
        """Returns the ids of the entries of a reader's path, in its order."""
        found = self._db.query("SELECT entry_id FROM own_paths WHERE reader = ? ORDER BY position, entry_id", reader)
        return [entry_id for (entry_id,) in found]

    def add(self, reader: str, entry_ids: Sequence[str]) -> None:
        """Adds entries at the end, those that are there already stay where they are; what is beyond ``MOST`` is not."""
        self.put(reader, [*self.steps(reader), *entry_ids])

    def remove(self, reader: str, entry_id: str) -> None:
        """Takes an entry out."""
        self.put(reader, [step for step in self.steps(reader) if step != entry_id])

    def move(self, reader: str, entry_id: str, by: int) -> None:
        """Moves an entry by some places, towards the front where that is negative; at the ends it stays."""
        steps = self.steps(reader)
        if entry_id in steps:
            at = steps.index(entry_id)
            steps.insert(max(0, at + by), steps.pop(at))
            self.put(reader, steps)

    def put(self, reader: str, entry_ids: Sequence[str]) -> None:
        """Makes a path of entries, each once, in their order."""
        kept = list(dict.fromkeys(entry_ids))[:MOST]
        with self._db.transaction():
            self._db.change("DELETE FROM own_paths WHERE reader = ?", reader)
            for position, entry_id in enumerate(kept):
                self._db.change("INSERT INTO own_paths VALUES (?, ?, ?)", reader, entry_id, position)
