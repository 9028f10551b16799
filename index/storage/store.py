"""Entries, passages, names and facets in one SQLite file per index generation, written once, then opened read-only."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.catalogue.facets import facets_of
from index.catalogue.gazetteer import gazetteer_rows, heads_of, telling_words
from index.catalogue.names import link_keys_of, names_of
from index.storage.remembering import Remembered
from index.types import Slot
from ingest.types import Entry, Kind, Library, Link, Listing, Passage, PassageKind, Subject, Term

_SQL_VALUES = 500
# What is kept of a large index; a megabyte or two each, passages up to forty. The shipped corpus is kept whole.
_ENTRIES, _PASSAGES, _NAMES = 2_048, 32_768, 8_192
_SCHEMA = """
CREATE TABLE entries (row INTEGER PRIMARY KEY, entry_id TEXT NOT NULL UNIQUE, value TEXT NOT NULL);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, entry_row INTEGER NOT NULL REFERENCES entries(row), passage_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL, path TEXT NOT NULL,
    start_line INTEGER NOT NULL, end_line INTEGER NOT NULL, token_count INTEGER NOT NULL, page INTEGER,
    cells TEXT NOT NULL
);
CREATE TABLE gazetteer (
    name TEXT NOT NULL, slot TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name, slot, value)
) WITHOUT ROWID;
CREATE TABLE heads (token TEXT PRIMARY KEY, lengths INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE telling (word TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (word, name)) WITHOUT ROWID;
CREATE TABLE facets (
    facet TEXT NOT NULL, form TEXT NOT NULL, entry_row INTEGER NOT NULL REFERENCES entries(row),
    PRIMARY KEY (facet, form, entry_row)
) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
CREATE TABLE list_titles (list_id TEXT NOT NULL, title TEXT NOT NULL, PRIMARY KEY (list_id, title)) WITHOUT ROWID;
CREATE TABLE terms (line INTEGER PRIMARY KEY, en TEXT NOT NULL, zh TEXT NOT NULL, aliases TEXT NOT NULL);
CREATE TABLE places (entry_row INTEGER PRIMARY KEY REFERENCES entries(row), x INTEGER NOT NULL, y INTEGER NOT NULL);
CREATE TABLE subjects (line INTEGER PRIMARY KEY, value TEXT NOT NULL);
CREATE INDEX passages_of_entry ON passages(entry_row, row);
"""


def write_store(file: Path, library: Library) -> None:
    """Writes a new store; row numbers are positions among the entries and passages of the library."""
    entries = library.entries
    rows = {entry.entry_id: row for row, entry in enumerate(entries)}
    links = [(key, Slot.LINK, str(row)) for row, entry in enumerate(entries) for key in link_keys_of(entry)]
    names = sorted({*gazetteer_rows(library), *links})
    titles = sorted({" ".join(name.split()) for entry in entries for name in names_of(entry)})
    newest = max((entry.year for entry in entries if entry.year), default=None)
    connection = _connect_to_write(file)
    try:
        with connection:
            connection.executescript(_SCHEMA)
            connection.executemany(
                "INSERT INTO entries VALUES (?, ?, ?)",
                ((row, e.entry_id, json.dumps(asdict(e), ensure_ascii=False)) for row, e in enumerate(entries)),
            )
            connection.executemany("INSERT INTO gazetteer VALUES (?, ?, ?)", names)
            connection.executemany(
                "INSERT INTO heads VALUES (?, ?)",
                sorted(heads_of(name for name, slot, _ in names if slot is not Slot.LINK).items()),
            )
            connection.executemany("INSERT INTO telling VALUES (?, ?)", sorted(telling_words(titles)))
            connection.executemany(
                "INSERT INTO facets VALUES (?, ?, ?)",
                sorted((facet, form, row) for row, entry in enumerate(entries) for facet, form in facets_of(entry)),
            )
            connection.execute("INSERT INTO facts VALUES ('newest_year', ?)", (newest,))
            connection.executemany("INSERT OR IGNORE INTO list_titles VALUES (?, ?)", library.list_titles)
            connection.executemany(
                "INSERT INTO terms VALUES (?, ?, ?, ?)",
                ((term.line, term.en, term.zh, json.dumps(term.aliases)) for term in library.glossary),
            )
            subjects = ((subject.line, json.dumps(asdict(subject), ensure_ascii=False)) for subject in library.subjects)
            connection.executemany("INSERT INTO subjects VALUES (?, ?)", subjects)
            connection.executemany(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (row, rows[p.entry_id], p.passage_id, p.kind, p.language, p.text, *_place(p))
                    for row, p in enumerate(library.passages)
                ),
            )
    finally:
        connection.close()


def write_places(file: Path, places: Sequence[tuple[int, int]]) -> None:
    """Adds where each entry lies on the map (``index.catalogue.layout``) to a store that has just been written."""
    connection = _connect_to_write(file)
    try:
        with connection:
            rows = ((row, x, y) for row, (x, y) in enumerate(places))
            connection.executemany("INSERT INTO places VALUES (?, ?, ?)", rows)
    finally:
        connection.close()


def _connect_to_write(file: Path) -> sqlite3.Connection:
    """Opens a store that nobody reads yet: the finished generation is brought to the disk as a whole, or removed."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = OFF")
    return connection


class Store:
    """Read access to a store, safe to share between threads."""

    def __init__(self, file: Path) -> None:
        """Opens a store file read-only."""
        self._connection = sqlite3.connect(
            f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._lock = threading.Lock()
        self._entry_at = Remembered(self._read_entries, _ENTRIES)
        self._passage_at = Remembered(self._read_passages, _PASSAGES)
        self._rows_of = Remembered(self._read_rows_of, _ENTRIES)
        self._row_of_entry = Remembered(self._read_rows_of_entries, _ENTRIES)
        self._passage_id = Remembered(self._read_passage_ids, _PASSAGES)
        self._row_of_passage = Remembered(self._read_rows_of_passages, _PASSAGES)
        self._head = Remembered(self._read_heads, _NAMES)
        self._named = Remembered(self._read_named, _NAMES)
        self._telling = Remembered(self._read_telling, _NAMES)
        self._having = Remembered(self._read_having, _NAMES)

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def entries(self) -> Iterator[Entry]:
        """Yields all entries in reading order."""
        yield from (_entry(value) for (value,) in self._query("SELECT value FROM entries ORDER BY row"))

    def titles(self, most: int) -> list[str]:
        """Returns the titles of at most so many entries, evenly spread in reading order."""
        ((count,),) = self._query("SELECT COUNT(*) FROM entries")
        step = max(1, -(-count // most))
        return [_entry(value).title for (value,) in self._query("SELECT value FROM entries WHERE row % ? = 0", step)]

    def entries_at(self, rows: Sequence[int]) -> dict[int, Entry]:
        """Returns entries by row."""
        return self._entry_at([int(row) for row in rows])

    def passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """Returns passages by row."""
        return self._passage_at([int(row) for row in rows])

    def passages_of(self, entry_id: str) -> list[Passage]:
        """Returns all passages of an entry in reading order."""
        rows = self._row_of_entry([entry_id])
        return list(self._passage_at(self.rows_of(rows[entry_id])).values()) if rows else []

    def all_passages(self) -> Iterator[Passage]:
        """Yields all passages in reading order."""
        yield from (_passage(row) for row in self._query(f"{_SELECT_PASSAGES} ORDER BY p.row"))

    def heads(self, tokens: Collection[str]) -> dict[str, int]:
        """Returns, by token, a bit for each length that names starting with it have (``gazetteer.heads_of``)."""
        return {token: lengths for token, lengths in self._head(tokens).items() if lengths}

    def gazetteer(self, names: Collection[str]) -> list[tuple[str, str, str]]:
        """Returns (name, slot, value) of everything that goes by one of the names in comparable form."""
        return [row for rows in self._named(sorted(names)).values() for row in rows]

    def values(self, slot: Slot) -> list[str]:
        """Returns the values of a slot of the gazetteer, as somebody would type them."""
        found = self._query("SELECT DISTINCT value FROM gazetteer WHERE slot = ? ORDER BY value", slot.value)
        return [value for (value,) in found]

    def terms(self) -> list[tuple[str, str]]:
        """Returns (name, another name of it) of all terms of the glossary."""
        return list(
            self._query("SELECT name, value FROM gazetteer WHERE slot = ? ORDER BY name, value", Slot.TERM.value)
        )

    def list_titles(self) -> list[tuple[str, str]]:
        """Returns (id of a list, a title it goes by), in either language."""
        return list(self._query("SELECT list_id, title FROM list_titles ORDER BY list_id, title"))

    def glossary(self) -> list[Term]:
        """Returns the terms of the glossary as they are written there, in the order of their lines."""
        found = self._query("SELECT en, zh, aliases, line FROM terms ORDER BY line")
        return [Term(en, zh, tuple(json.loads(aliases)), line) for en, zh, aliases, line in found]

    def subjects(self) -> list[Subject]:
        """Returns the subjects as they are written, in the order of their lines."""
        return [_subject(value) for (value,) in self._query("SELECT value FROM subjects ORDER BY line")]

    def entry_rows_of(self, ids: Collection[str]) -> dict[str, int]:
        """Returns the rows of entries by their ids; ids that no entry has are left out."""
        return self._row_of_entry(sorted(ids))

    def places(self) -> list[tuple[int, int]]:
        """Returns x and y of every entry on the map, in reading order; [] where none was made."""
        return list(self._query("SELECT x, y FROM places ORDER BY entry_row"))

    def telling(self, words: Collection[str]) -> list[tuple[str, str]]:
        """Returns (word, name) of the names that hold a word which few names hold (``gazetteer.telling_words``)."""
        return [row for rows in self._telling(sorted(words)).values() for row in rows]

    def rows_with(self, facet: str, forms: Collection[str]) -> frozenset[int]:
        """Returns the rows of the entries that have a facet in one of some forms (``index.catalogue.facets``)."""
        return frozenset[int]().union(*self._having([(facet, form) for form in forms]).values())

    def newest_year(self) -> int | None:
        """Returns the year of the newest entry, or None."""
        ((year,),) = self._query("SELECT value FROM facts WHERE name = 'newest_year'")
        return int(year) if year is not None else None

    def _where_in(self, select: str, values: Collection[str] | Collection[int], *first: str) -> Iterator[Any]:
        wanted: list[Any] = sorted(values)
        for start in range(0, len(wanted), _SQL_VALUES):
            chunk = wanted[start : start + _SQL_VALUES]
            yield from self._query(f"{select} IN ({','.join('?' * len(chunk))})", *first, *chunk)

    def rows_of(self, entry_row: int) -> list[int]:
        """Returns the passage rows of an entry row."""
        return list(self._rows_of([int(entry_row)])[int(entry_row)])

    def passage_ids(self, rows: Collection[int]) -> dict[int, str]:
        """Returns the ids of passages by row."""
        return self._passage_id(rows)

    def passage_ids_of(self, kind: PassageKind) -> list[str]:
        """Returns the ids of all passages of a kind, in order."""
        found = self._query("SELECT passage_id FROM passages WHERE kind = ? ORDER BY row", kind.value)
        return [passage_id for (passage_id,) in found]

    def rows_of_passages(self, ids: Collection[str]) -> list[int]:
        """Returns the rows of passages by their ids."""
        return list(self._row_of_passage(sorted(ids)).values())

    def entry_rows(self) -> list[int]:
        """Returns the entry row of every passage row, in order."""
        return [row for (row,) in self._query("SELECT entry_row FROM passages ORDER BY row")]

    def languages(self) -> list[str]:
        """Returns the language of every passage row, in order."""
        return [language for (language,) in self._query("SELECT language FROM passages ORDER BY row")]

    def _read_entries(self, rows: Sequence[int]) -> dict[int, Entry]:
        return {row: _entry(value) for row, value in self._where_in("SELECT row, value FROM entries WHERE row", rows)}

    def _read_passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        return {row[0]: _passage(row) for row in self._where_in(f"{_SELECT_PASSAGES} WHERE p.row", rows)}

    def _read_rows_of(self, entry_rows: Sequence[int]) -> dict[int, tuple[int, ...]]:
        found: dict[int, list[int]] = {row: [] for row in entry_rows}
        for entry_row, row in self._where_in("SELECT entry_row, row FROM passages WHERE entry_row", entry_rows):
            found[entry_row].append(row)
        return {entry_row: tuple(sorted(rows)) for entry_row, rows in found.items()}

    def _read_rows_of_entries(self, ids: Sequence[str]) -> dict[str, int]:
        return dict(self._where_in("SELECT entry_id, row FROM entries WHERE entry_id", ids))

    def _read_passage_ids(self, rows: Sequence[int]) -> dict[int, str]:
        return dict(self._where_in("SELECT row, passage_id FROM passages WHERE row", rows))

    def _read_rows_of_passages(self, ids: Sequence[str]) -> dict[str, int]:
        return dict(self._where_in("SELECT passage_id, row FROM passages WHERE passage_id", ids))

    def _read_heads(self, tokens: Sequence[str]) -> dict[str, int]:
        return dict.fromkeys(tokens, 0) | dict(self._where_in("SELECT token, lengths FROM heads WHERE token", tokens))

    def _read_named(self, names: Sequence[str]) -> dict[str, list[tuple[str, str, str]]]:
        found: dict[str, list[tuple[str, str, str]]] = {name: [] for name in names}
        for row in self._where_in("SELECT name, slot, value FROM gazetteer WHERE name", names):
            found[row[0]].append(row)
        return found

    def _read_telling(self, words: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {word: [] for word in words}
        for row in self._where_in("SELECT word, name FROM telling WHERE word", words):
            found[row[0]].append(row)
        return found

    def _read_having(self, facets: Sequence[tuple[str, str]]) -> dict[tuple[str, str], frozenset[int]]:
        found: dict[tuple[str, str], list[int]] = {key: [] for key in facets}
        for facet in {facet for facet, _ in facets}:
            forms = [form for other, form in facets if other == facet]
            select = "SELECT form, entry_row FROM facets WHERE facet = ? AND form"
            for form, row in self._where_in(select, forms, facet):
                found[facet, form].append(row)
        return {key: frozenset(rows) for key, rows in found.items()}

    def _query(self, sql: str, *values: str | int) -> list[Any]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()


_SELECT_PASSAGES = (
    "SELECT p.row, p.passage_id, e.entry_id, p.kind, p.language, p.text, p.path, p.start_line, p.end_line,"
    " p.token_count, p.page, p.cells FROM passages p JOIN entries e ON e.row = p.entry_row"
)


def _subject(value: str) -> Subject:
    fields = json.loads(value)
    lists = {name: tuple(fields[name]) for name in ("en", "zh", "works", "also")}
    return Subject(**fields | lists)


def _place(passage: Passage) -> tuple[str, int, int, int, int | None, str]:
    cells = json.dumps(passage.cells, ensure_ascii=False) if passage.cells else ""
    return passage.path, passage.start_line, passage.end_line, passage.token_count, passage.page, cells


def _entry(value: str) -> Entry:
    fields = json.loads(value)
    return Entry(
        **fields
        | {
            "kind": Kind(fields["kind"]),
            "links": tuple(Link(**link) for link in fields["links"]),
            "listings": tuple(_listing(x) for x in fields["listings"]),
            **{name: tuple(fields[name]) for name in ("authors", "topics", "aliases", "organisations")},
        }
    )


def _listing(fields: dict[str, Any]) -> Listing:
    return Listing(**fields | {name: tuple(fields[name]) for name in ("section", "section_zh", "section_en")})


def _passage(row: tuple[Any, ...]) -> Passage:
    _, passage_id, entry_id, kind, language, text, path, start, end, tokens, page, cells = row
    columns = tuple(json.loads(cells)) if cells else ()
    return Passage(
        passage_id, entry_id, PassageKind(kind), language, text, path, start, end, tokens, page=page, cells=columns
    )
