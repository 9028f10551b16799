"""What an answer was filtered by: chips that a reader takes away or changes, and fields that the page sends back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.catalogue import Catalogue
from app.state.answers import KeptAnswer
from app.web.names import value_name
from app.web.topics import is_tag, topic_name
from app.web.words import word
from index.catalogue.filters import NO_FILTERS, Filters
from ingest.types import Kind

_YEARS = ("since", "until")
_FACETS = {  # fields of Filters: what the library calls them
    "topics": "topic",
    "kinds": "kind",
    "lists": "list",
    "languages": "language",
    "organisations": "organisation",
    "authors": "author",
    "venues": "venue",
    "sections": "section",
}
_MOST_VALUES, _MOST_CHARS, _OFFERED = 20, 200, 80


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that an answer was filtered by.

    Attributes:
        field: Of ``Filters``, or "years".
        value: The value, "" for all of the field.
        kind: What it is, in the reader's language.
        name: What the value is called.
    """

    field: str
    value: str
    kind: str
    name: str


def chips(answer: KeptAnswer, catalogue: Catalogue, language: str) -> list[Chip]:
    """Returns the chips of an answer, years first."""
    given = dict(answer.filters)
    found = []
    if years := _years(given, language):
        found.append(Chip("years", "", word("year", language), years))
    for field, facet in _FACETS.items():
        names = {value: value_name(facet, value, catalogue, language) for value in given.get(field, ())}
        if field == "kinds" and names:  # "papers" means several of them
            names = {"": " / ".join(names.values())}
        found += [Chip(field, value, word(facet, language), name) for value, name in names.items()]
    return found


def chips_json(answer: KeptAnswer) -> str:
    """Returns what an answer was filtered by in the form that ``read_filters`` reads."""
    return json.dumps({field: list(values) for field, values in answer.filters}, ensure_ascii=False)


def read_filters(sent: object) -> Filters:
    """Returns the filters that a page sent, which are then all there are; when it sent none, no filters.

    What is odd is left out.

    Raises:
        FilterError: The years are reversed.
    """
    if not isinstance(sent, Mapping):
        return NO_FILTERS
    values: dict[str, Any] = {field: _texts(sent.get(field)) for field in _FACETS}
    values["kinds"] = tuple(Kind(kind) for kind in values["kinds"] if kind in set(Kind))
    values["languages"] = tuple(x for x in values["languages"] if x in ("zh", "en"))
    for field in _YEARS:
        years = [text for text in _texts(sent.get(field)) if text.isascii() and text.isdigit() and len(text) == 4]
        values[field] = int(years[0]) if years else None
    return Filters(**values, alone=True)


def choices(catalogue: Catalogue, language: str) -> list[dict[str, Any]]:
    """Returns the fields that a reader can filter by, each with the values to choose from; "free" ones may be typed."""
    entries = catalogue.entries.values()
    lists = dict.fromkeys(listing.list_id for entry in entries for listing in entry.listings)
    topics = dict.fromkeys(topic for entry in entries for topic in entry.topics if is_tag(topic))
    makers = Counter(name for entry in entries for name in entry.organisations)
    kinds = [kind for kind in Kind if any(entry.kind is kind for entry in entries)]

    def named(facet: str, values: Sequence[str]) -> list[tuple[str, str]]:
        return [(value, value_name(facet, value, catalogue, language)) for value in values]

    def by_name(topic: str) -> str:
        return topic_name(topic, language).casefold()

    return [
        {"field": "topics", "name": "topic", "values": named("topic", sorted(topics, key=by_name)), "free": False},
        {"field": "kinds", "name": "kind", "values": named("kind", kinds), "free": False},
        {"field": "lists", "name": "list", "values": named("list", list(lists)), "free": False},
        {"field": "languages", "name": "language", "values": named("language", ("zh", "en")), "free": False},
        {
            "field": "organisations",
            "name": "organisation",
            "values": [(name, name) for name, _ in makers.most_common(_OFFERED)],
            "free": True,
        },
        {"field": "authors", "name": "author", "values": [], "free": True},
    ]


def _years(given: Mapping[str, Sequence[str]], language: str) -> str:
    since, until = (next(iter(given.get(field, ())), "") for field in _YEARS)
    if since and until:
        return since if since == until else f"{since}–{until}"
    return word("from_year", language, n=since) if since else word("to_year", language, n=until) if until else ""


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        return ()
    texts = [text.strip()[:_MOST_CHARS] for text in value[:_MOST_VALUES] if isinstance(text, str)]
    return tuple(dict.fromkeys(text for text in texts if text))
