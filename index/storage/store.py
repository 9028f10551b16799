"""Entries and passages in one SQLite file per index generation, written once and then opened read-only."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.catalogue.names import keys_of, name_units, names_of
from ingest.types import Entry, Kind, Link, Listing, Passage, PassageKind, Term

_SQL_VALUES = 500
_MIN_TERM_CHARS = 3  # two letters (TP, EM) mean too many things
_SCHEMA = """
CREATE TABLE entries (row INTEGER PRIMARY KEY, entry_id TEXT NOT NULL UNIQUE, value TEXT NOT NULL);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, entry_row INTEGER NOT NULL REFERENCES entries(row), passage_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL, path TEXT NOT NULL,
    start_line INTEGER NOT NULL, end_line INTEGER NOT NULL, token_count INTEGER NOT NULL
);
CREATE TABLE names (
    name TEXT NOT NULL, entry_row INTEGER NOT NULL REFERENCES entries(row), PRIMARY KEY (name, entry_row)
) WITHOUT ROWID;
CREATE TABLE glossary (name TEXT NOT NULL, term TEXT NOT NULL, PRIMARY KEY (name, term)) WITHOUT ROWID;
CREATE INDEX passages_of_entry ON passages(entry_row, row);
"""


def write_store(
    file: Path, entries: Sequence[Entry], passages: Iterable[Passage], glossary: Iterable[Term] = ()
) -> None:
    """Writes a new store; row numbers are positions in the two sequences."""
    rows = {entry.entry_id: row for row, entry in enumerate(entries)}
    connection = sqlite3.connect(file)
    try:
        with connection:
            connection.executescript(_SCHEMA)
            connection.executemany(
                "INSERT INTO entries VALUES (?, ?, ?)",
                ((row, e.entry_id, json.dumps(asdict(e), ensure_ascii=False)) for row, e in enumerate(entries)),
            )
            connection.executemany(
                "INSERT OR IGNORE INTO names VALUES (?, ?)",
                ((name, row) for row, entry in enumerate(entries) for name in (*names_of(entry), *keys_of(entry))),
            )
            connection.executemany("INSERT OR IGNORE INTO glossary VALUES (?, ?)", _translations(glossary))
            connection.executemany(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (row, rows[p.entry_id], p.passage_id, p.kind, p.language, p.text, *_place(p))
                    for row, p in enumerate(passages)
                ),
            )
    finally:
        connection.close()


class Store:
    """Read access to a store, safe to share between threads."""

    def __init__(self, file: Path) -> None:
        """Opens a store file read-only."""
        self._connection = sqlite3.connect(
            f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._lock = threading.Lock()

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def entries(self) -> Iterator[Entry]:
        """Yields all entries in reading order."""
        yield from (_entry(value) for (value,) in self._query("SELECT value FROM entries ORDER BY row"))

    def entries_at(self, rows: Sequence[int]) -> dict[int, Entry]:
        """Returns entries by row."""
        marks = ",".join("?" * len(rows))
        found = self._query(f"SELECT row, value FROM entries WHERE row IN ({marks})", *map(int, rows))
        return {row: _entry(value) for row, value in found}

    def passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """Returns passages by row."""
        marks = ",".join("?" * len(rows))
        found = self._query(f"{_SELECT_PASSAGES} WHERE p.row IN ({marks})", *map(int, rows))
        return {row[0]: _passage(row) for row in found}

    def passages_of(self, entry_id: str) -> list[Passage]:
        """Returns all passages of an entry in reading order."""
        found = self._query(f"{_SELECT_PASSAGES} WHERE e.entry_id = ? ORDER BY p.row", entry_id)
        return [_passage(row) for row in found]

    def named(self, names: Sequence[str]) -> dict[int, list[str]]:
        """Returns the entry rows that go by any of the names (see ``index.catalogue``), with the names that matched."""
        found: dict[int, list[str]] = {}
        for name, row in self._by_name("SELECT name, entry_row FROM names", names):
            found.setdefault(row, []).append(name)
        return found

    def names(self) -> list[str]:
        """Returns all names of entries in comparable form, without the keys of links and authors."""
        return [
            name for (name,) in self._query("SELECT DISTINCT name FROM names WHERE name NOT LIKE '%:%' ORDER BY name")
        ]

    def translations(self, names: Sequence[str]) -> dict[str, list[str]]:
        """Returns what the glossary also calls a name, by name in comparable form (see ``index.catalogue.names``)."""
        found: dict[str, list[str]] = {}
        for name, term in self._by_name("SELECT name, term FROM glossary", names):
            found.setdefault(name, []).append(term)
        return found

    def _by_name(self, select: str, names: Sequence[str]) -> Iterator[Any]:
        for start in range(0, len(names), _SQL_VALUES):
            chunk = names[start : start + _SQL_VALUES]
            yield from self._query(f"{select} WHERE name IN ({','.join('?' * len(chunk))})", *chunk)

    def rows_of(self, entry_row: int) -> list[int]:
        """Returns the passage rows of an entry row."""
        return [row for (row,) in self._query("SELECT row FROM passages WHERE entry_row = ? ORDER BY row", entry_row)]

    def entry_rows(self) -> list[int]:
        """Returns the entry row of every passage row, in order."""
        return [row for (row,) in self._query("SELECT entry_row FROM passages ORDER BY row")]

    def languages(self) -> list[str]:
        """Returns the language of every passage row, in order."""
        return [language for (language,) in self._query("SELECT language FROM passages ORDER BY row")]

    def _query(self, sql: str, *values: str | int) -> list[Any]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()


_SELECT_PASSAGES = (
    "SELECT p.row, p.passage_id, e.entry_id, p.kind, p.language, p.text, p.path, p.start_line, p.end_line,"
    " p.token_count FROM passages p JOIN entries e ON e.row = p.entry_row"
)


def _translations(glossary: Iterable[Term]) -> Iterator[tuple[str, str]]:
    """Yields (name, main form in each language) for every name of every term."""
    for term in glossary:
        for name in dict.fromkeys((term.en, term.zh, *term.aliases)):
            units = name_units(name)
            if sum(map(len, units)) >= _MIN_TERM_CHARS or (units and not units[0].isascii() and len(units) > 1):
                yield from ((" ".join(units), form) for form in (term.en, term.zh) if form != name)


def _place(passage: Passage) -> tuple[str, int, int, int]:
    return passage.path, passage.start_line, passage.end_line, passage.token_count


def _entry(value: str) -> Entry:
    fields = json.loads(value)
    return Entry(
        **fields
        | {
            "kind": Kind(fields["kind"]),
            "links": tuple(Link(**link) for link in fields["links"]),
            "listings": tuple(Listing(**x | {"section": tuple(x["section"])}) for x in fields["listings"]),
            **{name: tuple(fields[name]) for name in ("authors", "topics", "aliases")},
        }
    )


def _passage(row: tuple[Any, ...]) -> Passage:
    _, passage_id, entry_id, kind, *rest = row
    return Passage(passage_id, entry_id, PassageKind(kind), *rest)
