"""Works as CSL-JSON, version 1.0.2 of the public schema (citationstyles.org)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.export.reference import Person, form_of, in_order, people_of, url_of, venue_of
from ingest.text.scripts import language_of
from ingest.types import Entry

_TYPES = {
    "article": "article-journal",
    "conference": "paper-conference",
    "preprint": "article",
    "software": "software",
    "dataset": "dataset",
    "web": "webpage",
    "report": "report",
}


def csl(entries: Sequence[Entry], keys: Mapping[str, str]) -> list[dict[str, Any]]:
    """Returns works as CSL items, in the order given; ``keys`` are their ids."""
    return [_item(entry, keys[entry.entry_id]) for entry in in_order(entries)]


def _item(entry: Entry, key: str) -> dict[str, Any]:
    people, _ = people_of(entry)
    fields: dict[str, Any] = {
        "id": key,
        "type": _TYPES[form_of(entry)],
        "title": entry.title,
        "author": [_name(person) for person in people],
        "issued": {"date-parts": [[entry.year]]} if entry.year else None,
        "container-title": venue_of(entry),
        "publisher": "arXiv" if entry.arxiv_id and not venue_of(entry) else "",
        "number": f"arXiv:{entry.arxiv_id}" if entry.arxiv_id else "",
        "DOI": f"10.48550/arXiv.{entry.arxiv_id}" if entry.arxiv_id and not venue_of(entry) else "",
        "URL": url_of(entry),
        "language": language_of(entry.title),
    }
    return {name: value for name, value in fields.items() if value}


def _name(person: Person) -> dict[str, str]:
    if person.literal or not person.given:
        return {"literal": person.family}
    return {"family": person.family, "given": person.given}
