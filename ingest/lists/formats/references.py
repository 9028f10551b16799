"""Bibliographies, one entry a record: BibTeX by bibtexparser, RIS by rispy, CSL-JSON as Zotero writes it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.errors import CorpusError
from ingest.lists.dates import year_in
from ingest.lists.head import Head, clean_title
from ingest.lists.outline import Block, Outline
from ingest.text.links import canonical_url, link_fault
from ingest.text.scripts import language_of
from ingest.types import Link

_RIS_END = re.compile(r"^ER  -", re.M)
_ARXIV = re.compile(r"(?:arxiv[:.\s/]*)?(\d{4}\.\d{4,5})(?:v\d+)?$", re.I)


@dataclass(frozen=True, slots=True)
class _Record:
    """What a bibliography says about one work, and its lines."""

    start: int
    end: int
    title: str
    authors: list[str]
    venue: str
    date: str
    addresses: list[tuple[str, str]]


def read_references(text: str, name: str) -> Outline:
    """Reads a bibliography; ``name`` is BibTeX, RIS or CSL-JSON.

    Raises:
        CorpusError: It cannot be read as that.
    """
    outline = Outline()
    readers = {"BibTeX": _bibtex, "RIS": _ris, "CSL-JSON": _csl}
    for record in readers[name](text, outline):
        head = _head(record)
        if head.title:
            outline.blocks.append(Block((), record.start, record.end, head, "reference"))
        else:
            outline.unread.append((record.start, "a record without a title"))
    return outline


def _head(record: _Record) -> Head:
    title = clean_title(record.title)
    head = Head(title=title, authors=record.authors, venue=record.venue, year=year_in(record.date))
    head.title_zh = title if language_of(title) == "zh" else ""
    short = re.match(r"([^\s:：]{2,24})\s*[:：]\s*\S", title)
    if short and len(re.findall(r"[A-Z0-9]", short[1])) >= 2:
        head.aliases.append(short[1])
    for label, address in record.addresses:
        fault = link_fault(address)
        link = Link(label, canonical_url(address))
        if fault:
            head.faults.append(fault)
        elif link.url not in {known.url for known in head.links}:
            head.links.append(link)
    head.own_links = list(head.links)
    return head


def _bibtex(text: str, outline: Outline) -> Iterator[_Record]:
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.middlewares import LatexDecodingMiddleware

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what fails is told as a problem
    library = parse_string(text, append_middleware=[LatexDecodingMiddleware()])
    for block in library.failed_blocks:
        line = (block.start_line or 0) + 1
        outline.unread.append((line, " ".join(str(block.raw or block).split())[:60]))
    for entry in library.entries:
        fields = {key.lower(): _plain(str(field.value)) for key, field in entry.fields_dict.items()}
        start = (entry.start_line or 0) + 1
        venue = next((fields[key] for key in ("booktitle", "journal", "publisher", "school") if fields.get(key)), "")
        date = fields.get("year") or fields.get("date", "")
        names = [_turned(name) for name in re.split(r"\s+and\s+", fields.get("author", "")) if name]
        end = start + (entry.raw or "").rstrip().count("\n")
        yield _Record(start, end, fields.get("title", ""), names, venue, date, list(_addresses(fields)))


def _ris(text: str, outline: Outline) -> Iterator[_Record]:
    import rispy

    start = 0
    for end in _RIS_END.finditer(text):
        piece, line = text[start : end.end()], text.count("\n", 0, start) + 1
        start = text.find("\n", end.end()) + 1 or len(text)
        lead = len(piece) - len(piece.lstrip())
        line += piece.count("\n", 0, lead)
        try:
            records = rispy.loads(piece.strip() + " \n")
        except (OSError, ValueError, KeyError):  # rispy raises these for lines that are no fields
            outline.unread.append((line, piece.strip().split("\n")[0][:60]))
            continue
        for record in records:
            fields = {key: str(value) for key, value in record.items() if isinstance(value, str)}
            venue = next(
                (fields[key] for key in ("journal_name", "secondary_title", "publisher") if fields.get(key)), ""
            )
            title = fields.get("title") or fields.get("primary_title", "")
            names = [_turned(name) for name in [*record.get("authors", []), *record.get("first_authors", [])]]
            date = fields.get("year") or fields.get("publication_year") or fields.get("date", "")
            urls = record.get("urls", [])
            addresses = [*_addresses(fields), *(("", url) for url in (urls if isinstance(urls, list) else [urls]))]
            yield _Record(line, line + piece.strip().count("\n"), title, names, venue, date, addresses)


def _csl(text: str, outline: Outline) -> Iterator[_Record]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"not JSON: {error}; export it again as CSL JSON") from error
    if not isinstance(whole, list) or not any(isinstance(item, dict) and "title" in item for item in whole):
        raise CorpusError("not a bibliography in CSL-JSON, which is a list of records with a title")
    for start, end, item in _items(text):
        if not isinstance(item, dict):
            outline.unread.append((start, "no record"))
            continue
        fields = {key.lower(): _plain(value) for key, value in item.items() if isinstance(value, str)}
        names = [_csl_name(name) for name in item.get("author") or [] if isinstance(name, dict)]
        date = json.dumps(item.get("issued", ""))
        venue = fields.get("container-title") or fields.get("publisher", "")
        addresses = list(_addresses(fields))
        yield _Record(start, end, fields.get("title", ""), [name for name in names if name], venue, date, addresses)


def _items(text: str) -> Iterator[tuple[int, int, Any]]:
    """Yields first line, last line and value of each item of a JSON list."""
    decoder = json.JSONDecoder()
    at, line = text.index("[") + 1, text.count("\n", 0, text.index("[") + 1) + 1
    while True:
        gap = re.compile(r"[\s,]*").match(text, at)
        begin = gap.end() if gap else at
        line += text.count("\n", at, begin)
        if begin >= len(text) or text[begin] == "]":
            return
        item, at = decoder.raw_decode(text, begin)
        start, line = line, line + text.count("\n", begin, at)
        yield start, line, item


def _csl_name(name: Mapping[str, Any]) -> str:
    parts = [str(name.get(key) or "") for key in ("given", "non-dropping-particle", "family")]
    return str(name.get("literal") or " ".join(part for part in parts if part))


def _addresses(fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    eprint = _ARXIV.search(fields.get("eprint", "") or fields.get("number", "") or fields.get("note", ""))
    if eprint:
        yield "arxiv", f"https://arxiv.org/abs/{eprint[1]}"
    yield from (("", url) for url in re.findall(r"https?://[^\s{}]+", fields.get("url", "")))
    if doi := re.search(r"10\.\d{4,9}/\S+", fields.get("doi", "")):
        yield "doi", f"https://doi.org/{doi[0]}"


def _turned(name: str) -> str:
    """Writes "Doe, Jane" as "Jane Doe"."""
    family, comma, given = (part.strip() for part in name.partition(","))
    if family == "others":
        return "et al."
    return f"{given} {family}" if comma and given else family


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[{}]", "", text).split())
