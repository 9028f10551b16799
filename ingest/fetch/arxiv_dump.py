"""Abstracts from a bulk file instead of the network: lines of ``arxiv-metadata-oai-snapshot.json``.

Each line is a JSON object with ``id``, ``title``, ``authors``, ``abstract``, ``categories`` and ``versions``. The file
may be compressed; it is read once, line by line, and only the papers that the lists name are taken.
"""

from __future__ import annotations

import gzip
import json
import lzma
import re
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, BinaryIO

from ingest.errors import CorpusError
from ingest.fetch.documents import abstract_document, abstract_file, keep_abstract, one_line

_STEP = 10_000  # lines between two steps of the progress bar
_BETWEEN_AUTHORS = re.compile(r",\s*(?:and\s+)?|\s+and\s+")


@dataclass(frozen=True, slots=True)
class DumpReport:
    """How many abstracts were taken, and how many lines were no such object."""

    taken: int
    malformed: int


def take_abstracts(
    file: Path, ids: Collection[str], folder: Path, *, progress: Callable[[int, int], None] = lambda *_: None
) -> DumpReport:
    """Takes the abstracts that are not in the folder yet from a bulk file.

    Args:
        file: Plain, or ending in ``.gz`` or ``.xz``.
        ids: arXiv ids without versions.
        folder: One Markdown file an abstract is written here.
        progress: Called with the number of abstracts that were found and of those wanted.

    Raises:
        CorpusError: The file cannot be read; what was taken before is kept.
    """
    wanted = {paper for paper in ids if not abstract_file(folder, paper).is_file()}
    total, malformed = len(wanted), 0
    if wanted:
        folder.mkdir(parents=True, exist_ok=True)
        for number, line in enumerate(_lines(file)):
            if number % _STEP == 0:
                progress(total - len(wanted), total)
            if not line.strip():
                continue
            record = _record(line)
            if record is None:
                malformed += 1
            elif record["id"] in wanted:
                wanted.remove(record["id"])
                keep_abstract(folder, record["id"], _document(record))
            if not wanted:
                break
    return DumpReport(total - len(wanted), malformed)


def read_records(file: Path) -> Iterator[dict[str, Any]]:
    """Yields the sound records of a bulk file; each has the texts ``id``, ``title`` and ``abstract``.

    Raises:
        CorpusError: The file cannot be read.
    """
    yield from (record for line in _lines(file) if (record := _record(line)) is not None)


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with _opened(file) as stream:
            yield from stream
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        said = getattr(error, "strerror", None) or error
        raise CorpusError(f"cannot read {file}: {said}; give a file of lines as arXiv's bulk file has them") from error


def _opened(file: Path) -> BinaryIO | gzip.GzipFile | lzma.LZMAFile:
    match file.suffix:
        case ".gz":
            return gzip.open(file)
        case ".xz":
            return lzma.open(file)
    return file.open("rb")


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict):
        return None
    texts = (record.get(name) for name in ("id", "title", "abstract"))
    return record if all(isinstance(text, str) and text.strip() for text in texts) else None


def _document(record: dict[str, Any]) -> str:
    authors, categories = record.get("authors"), record.get("categories")
    return abstract_document(
        record["id"],
        record["abstract"].encode("utf-8", "replace").decode(),  # half a character cannot be written
        title=record["title"].encode("utf-8", "replace").decode(),
        authors=_BETWEEN_AUTHORS.split(one_line(authors)) if isinstance(authors, str) and authors.strip() else (),
        published=_published(record),
        categories=categories.split() if isinstance(categories, str) else (),
    )


def _published(record: dict[str, Any]) -> str:
    """Returns the date of the first version, or that of the record."""
    with suppress(LookupError, TypeError, ValueError):
        return parsedate_to_datetime(record["versions"][0]["created"]).date().isoformat()
    return str(record.get("update_date") or "")
