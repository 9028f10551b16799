"""One SQLite file for everything that readers leave behind, written ahead of time (WAL) and migrated step by step.

Knows nothing of what the tables mean. To change them, append a script to ``MIGRATIONS``; never edit an old one.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.errors import StateError

FILE_NAME = "readers.sqlite"

MIGRATIONS = (
    """
    CREATE TABLE conversations (
        conversation_id TEXT PRIMARY KEY, reader TEXT NOT NULL, title TEXT NOT NULL,
        changed REAL NOT NULL, deleted REAL
    ) WITHOUT ROWID;
    CREATE INDEX conversations_of_reader ON conversations(reader, changed);
    CREATE TABLE turns (
        turn_id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation_id TEXT NOT NULL REFERENCES conversations(conversation_id) ON DELETE CASCADE,
        question TEXT NOT NULL, answer TEXT NOT NULL, said TEXT NOT NULL, asked REAL NOT NULL, deleted REAL
    );
    CREATE INDEX turns_of_conversation ON turns(conversation_id, turn_id);
    CREATE TABLE ratings (
        turn_id INTEGER PRIMARY KEY REFERENCES turns(turn_id) ON DELETE CASCADE,
        verdict TEXT NOT NULL CHECK (verdict IN ('up', 'down')), reason TEXT NOT NULL, rated REAL NOT NULL
    );
    """,
    """
    CREATE TABLE cards (
        reader TEXT NOT NULL, card TEXT NOT NULL, state TEXT NOT NULL, due REAL NOT NULL, PRIMARY KEY (reader, card)
    ) WITHOUT ROWID;
    CREATE TABLE reviews (
        review INTEGER PRIMARY KEY, reader TEXT NOT NULL, card TEXT NOT NULL, rating INTEGER NOT NULL,
        fresh INTEGER NOT NULL, reviewed REAL NOT NULL
    );
    CREATE INDEX reviews_of_reader ON reviews(reader, reviewed);
    """,
    """
    CREATE TABLE read_entries (
        reader TEXT NOT NULL, entry_id TEXT NOT NULL, done REAL NOT NULL, PRIMARY KEY (reader, entry_id)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE ended_sessions (session TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;
    """,
    """
    CREATE TABLE own_paths (
        reader TEXT NOT NULL, entry_id TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (reader, entry_id)
    ) WITHOUT ROWID;
    """,
)


class Database:
    """An open file; safe to share between threads, one statement or transaction at a time."""

    def __init__(self, file: Path) -> None:
        """Opens a file, makes it when it is not there, and brings its tables up to date.

        Raises:
            StateError: The file cannot be written, is no database, or is of a newer version of the program.
        """
        self._lock = threading.RLock()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._migrate(file)
        except (OSError, sqlite3.Error) as error:
            raise StateError(
                f"cannot use {file} ({error}); make its folder writable, or move the file away to start afresh"
            ) from error

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._connection.close()

    def query(self, sql: str, *values: Any) -> list[Any]:  # noqa: ANN401 - what SQLite stores
        """Returns the rows of a statement.

        Raises:
            StateError: The statement failed, as on a full disk.
        """
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise StateError(f"conversations could not be read or written ({error})") from error

    def change(self, sql: str, *values: Any) -> int:  # noqa: ANN401
        """Runs a statement and returns how many rows it changed.

        Raises:
            StateError: The statement failed, as on a full disk.
        """
        with self._lock:
            self.query(sql, *values)
            ((count,),) = self.query("SELECT changes()")
            return int(count)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Makes the statements inside one: all are kept, or none."""
        with self._lock:
            self.query("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self.query("COMMIT")

    def _migrate(self, file: Path) -> None:
        ((version,),) = self._connection.execute("PRAGMA user_version").fetchall()
        if version > len(MIGRATIONS):
            raise StateError(
                f"{file} was written by a newer version of the program ({version} > {len(MIGRATIONS)}); "
                "update the program, or move the file away"
            )
        for number, script in enumerate(MIGRATIONS[version:], version + 1):
            self._connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")
