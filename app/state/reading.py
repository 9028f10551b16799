"""What a reader has read."""

from __future__ import annotations

import time

from app.state.database import Database


class Reading:
    """The ticks of all readers."""

    def __init__(self, database: Database) -> None:
        """Keeps ticks in a database."""
        self._db = database

    def done(self, reader: str) -> frozenset[str]:
        """Returns the ids of the entries that a reader has ticked off."""
        return frozenset(x for (x,) in self._db.query("SELECT entry_id FROM read_entries WHERE reader = ?", reader))

    def tick(self, reader: str, entry_id: str, *, done: bool) -> None:
        """Ticks an entry off, or takes that back."""
        if done:
            self._db.change("INSERT OR IGNORE INTO read_entries VALUES (?, ?, ?)", reader, entry_id, time.time())
        else:
            self._db.change("DELETE FROM read_entries WHERE reader = ? AND entry_id = ?", reader, entry_id)
