"""An entry as a BibTeX record."""

from __future__ import annotations

import re

from ingest.types import Entry, Kind

_TYPES = {Kind.PAPER: "article", Kind.ARTICLE: "misc", Kind.COURSE: "misc"}
_SPECIAL = re.compile(r"([&%$#_])")
_BRACES = re.compile(r"[{}\\]")
_KEY = re.compile(r"[^a-z0-9]+")
_CAPITALS = re.compile(r"\b(\w*[A-Z]\w*[A-Z]\w*|[A-Z]{2,})\b")
_SHORT = {"a", "an", "the", "on", "of", "for", "to", "in", "and", "is", "are"}


def bibtex(entry: Entry) -> str:
    """Returns a record whose key is made of the first author's last name, the year and the title's first word."""
    fields = {
        "title": _CAPITALS.sub(r"{\1}", _escaped(entry.title)),
        "author": " and ".join("others" if "et al" in name else _escaped(name) for name in entry.authors),
        "year": str(entry.year or ""),
        "journal" if _TYPES.get(entry.kind) == "article" else "howpublished": _escaped(entry.venue),
        "eprint": entry.arxiv_id or "",
        "archiveprefix": "arXiv" if entry.arxiv_id else "",
        "url": _BRACES.sub("", entry.links[0].url) if entry.links else "",
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{_TYPES.get(entry.kind, 'misc')}{{{_key(entry)},\n{lines}}}"


def _key(entry: Entry) -> str:
    words = [_KEY.sub("", word.lower()) for word in entry.title.split()]
    word = next((word for word in words if word and word not in _SHORT), "")
    last = _KEY.sub("", entry.authors[0].split()[-1].lower()) if entry.authors and entry.authors[0].split() else ""
    return f"{last}{entry.year or ''}{word}" or _KEY.sub("-", entry.entry_id.lower()).strip("-")


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", _BRACES.sub("", text))
