"""Works as BibTeX that bibtex and biber both read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.export.reference import Person, form_of, in_order, people_of, url_of, venue_of
from ingest.types import Entry

_TYPES = {"article": "article", "conference": "inproceedings"}
_PLACES = {"article": "journal", "conference": "booktitle"}
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    **{character: f"\\{character}" for character in "&%$#_"},
}
_SPECIAL = re.compile(r"[\\&%$#_~^{}]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def bibtex(entries: Sequence[Entry], keys: Mapping[str, str]) -> str:
    """Returns works as a .bib file, in the order given.

    Args:
        entries: The works.
        keys: Their keys, from ``app.export.reference.citation_keys``.
    """
    return "\n".join(_record(entry, keys[entry.entry_id]) for entry in in_order(entries))


def _record(entry: Entry, key: str) -> str:
    form = form_of(entry)
    people, more = people_of(entry)
    url = url_of(entry)
    fields = {
        "title": f"{{{_escaped(entry.title)}}}",
        "author": " and ".join([*map(_name, people), *(["others"] if more else [])]) if people else "",
        "key": "" if people else key,  # bibtex sorts by it what has no author
        "year": str(entry.year or ""),
        _PLACES.get(form, "note"): _escaped(venue_of(entry)),
        "eprint": entry.arxiv_id or "",
        "archiveprefix": "arXiv" if entry.arxiv_id else "",
        "howpublished": _shown(url) if url and form not in _TYPES and not entry.arxiv_id else "",
        "url": _address(url),
    }
    body = ",\n".join(f"  {name:<13} = {{{value}}}" for name, value in fields.items() if value)
    return f"@{_TYPES.get(form, 'misc')}{{{key},\n{body}\n}}\n"


def _name(person: Person) -> str:
    if person.literal or "," in person.family or " and " in f" {person.family} ":
        return f"{{{_escaped(person.family)}}}"
    return f"{_escaped(person.family)}, {_escaped(person.given)}" if person.given else _escaped(person.family)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], _CONTROL.sub(" ", text))


def _shown(url: str) -> str:
    """Returns an address to be typeset; TeX would take a bare % for a comment even here."""
    return "\\url{" + re.sub("[%#]", r"\\\g<0>", _address(url)) + "}"


def _address(url: str) -> str:
    """Returns an address whose braces and backslashes are percent-encoded, as these would end the field."""
    return "".join(f"%{ord(c):02X}" if c in '{}\\"<> ' else c for c in url)
