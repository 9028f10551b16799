"""What entries can be filtered by, as rows of a table: an entry's years, venues, authors, organisations and so on.

Every value has a form in which it is compared (``ingest.text.folding.fold``); a name with a gloss in brackets
(``唐杰 (Jie Tang)``, ``指令微调（instruction tuning）``) goes by either part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.text.folding import fold
from ingest.text.links import account_of
from ingest.types import Entry

YEAR, VENUE, SECTION, LIST, KIND, ORGANISATION, TOPIC, AUTHOR = (
    "years",
    "venues",
    "sections",
    "lists",
    "kinds",
    "organisations",
    "topics",
    "authors",
)
FACETS = (YEAR, VENUE, SECTION, LIST, KIND, ORGANISATION, TOPIC, AUTHOR)  # given up in this order when nothing fits

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_GLOSS = re.compile(r"^(.+?)\s*[(（](.+)[)）]\s*$")
_VENUE_YEAR = re.compile(r"^(.*?)[\s,，]*(?:19|20)\d\d(?!\d)(.*)$")
_NO_VENUE = re.compile(r"blog|website|documentation|\b(?:Build|issue|Seminar|article)\b", re.I)
_VENUE_PART = re.compile(r"^Findings of\s+|\s+(?:Findings|Workshop|Annual Symposium)$|^.*\bWorkshop at\s+")


def facets_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yields every (facet, form) that an entry can be filtered by, each once."""
    yield from dict.fromkeys(_facets(entry))


def _facets(entry: Entry) -> Iterator[tuple[str, str]]:
    years = years_of(entry)
    yield from ((YEAR, str(year)) for year in sorted(years))
    for name in venue_names(entry.venue):
        yield VENUE, fold(name)
        yield from ((VENUE, fold(f"{name} {year}")) for year in _YEAR.findall(entry.venue))
    for place in entry.listings:
        yield LIST, fold(place.list_id)
        for heading in place.section:
            yield from ((SECTION, form) for form in forms_of(heading))
            yield from ((SECTION, f"{fold(place.list_id)}/{form}") for form in forms_of(heading))
    yield KIND, entry.kind.value
    yield from ((ORGANISATION, fold(name)) for name in organisation_names(entry))
    yield from ((TOPIC, form) for topic in entry.topics for form in forms_of(topic))
    for author in entry.authors:
        yield from ((AUTHOR, form) for form in (*author_forms(author), surname_of(author)) if form)


def years_of(entry: Entry) -> frozenset[int]:
    """Returns the years a reader may date an entry by: of its first version and of its venue (``ICLR 2022``)."""
    years = {int(year) for year in _YEAR.findall(entry.venue)}
    return frozenset(years if entry.year is None else {*years, entry.year})


def forms_of(name: str) -> list[str]:
    """Returns the forms a name is compared by: whole, and the parts before and in brackets."""
    parts = _GLOSS.match(name)
    return list(dict.fromkeys(filter(None, map(fold, (name, *(parts.groups() if parts else ()))))))


def author_forms(author: str) -> list[str]:
    """Returns the forms of a person's name: as ``forms_of``, and without initials in the middle."""
    parts = _GLOSS.match(author)
    names = [author, *(parts.groups() if parts else ())]
    words = [re.findall(r"[\w'’-]+", name) for name in names]
    short = ["".join(w for i, w in enumerate(ws) if i in (0, len(ws) - 1) or len(w) > 1) for ws in words]
    return list(dict.fromkeys(filter(None, map(fold, (*names, *short)))))


def surname_of(author: str) -> str:
    """Returns the folded last word of a Latin name of several words, else ""."""
    words = author.split()
    return fold(words[-1]) if len(words) > 1 and words[-1][0].isupper() and words[-1] != "al." else ""


def organisation_names(entry: Entry) -> list[str]:
    """Returns the organisations of an entry: those known of it, accounts that own its links, one-word authors."""
    handles = [author for author in entry.authors if author.isascii() and " " not in author.strip()]
    owners = filter(None, (account_of(link.url) for link in entry.links))
    return list(dict.fromkeys((*entry.organisations, *handles, *owners)))


def venue_names(venue: str) -> list[str]:
    """Returns the name of a conference or journal; only what comes with a year and is no site counts as one."""
    dated = _VENUE_YEAR.match(re.sub(r"\s*[(（].*?[)）]", "", venue))
    if not dated or _NO_VENUE.search(venue):
        return []
    name = _VENUE_PART.sub("", _VENUE_PART.sub("", dated[1].strip(" ,，")))
    return [name] if name else []
