"""Organisations: one name for each, and those that an entry's links and authors give away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ingest.text.folding import fold
from ingest.text.links import account_of
from ingest.types import Entry, Term


def with_organisations(entries: Iterable[Entry], table: Sequence[Term]) -> list[Entry]:
    """Returns entries with the organisations that a table of names knows.

    Names of study cards become the table's; entries without any get those whose accounts own their links, or that
    are themselves named as authors.
    """
    known = {fold(name): term.en for term in table for name in (term.en, term.zh, *term.aliases)}
    return [replace(entry, organisations=_organisations(entry, known)) for entry in entries]


def _organisations(entry: Entry, known: dict[str, str]) -> tuple[str, ...]:
    if entry.organisations:
        return tuple(dict.fromkeys(known.get(fold(name), name) for name in entry.organisations))
    owners = (account_of(link.url) or "" for link in entry.links)
    return tuple(dict.fromkeys(known[form] for name in (*entry.authors, *owners) if (form := fold(name)) in known))
