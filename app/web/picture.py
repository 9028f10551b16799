"""The collection as a picture, ``/library/map``: a map where near entries lie together, a table of years and topics.

Both filter. The map is drawn in a few paths, so that the page stays small; names of entries come when a reader points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from app.catalogue import Catalogue
from app.web.drawing import entry_href
from app.web.facets import LIST, MAP, NAMES, Choice, choose, count
from app.web.language import language_of
from app.web.names import page_title, value_name
from app.web.pages import show_page
from app.web.services import Services
from app.web.topics import is_tag, topic_name
from index.catalogue.layout import SIDE
from ingest.types import Entry

WIDTH, HEIGHT, MARGIN = 1_000, 640, 24  # of the map, in its own units
COLOURS = 10  # topics with a colour of their own
_YEARS, _TOPICS = 9, 12  # of the table
_SHADES = 5
_LINE, _NAME = 26, 90  # height and half the width of a name on the map


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of one topic on the map; ``dots`` is the path that draws them, each a line of no length."""

    topic: str
    name: str
    colour: int
    dots: str
    x: int
    y: int


def picture_routes(services: Services) -> APIRouter:
    """Returns the routes of the picture."""
    router = APIRouter(include_in_schema=False)

    @router.get("/library/map")
    def picture(request: Request) -> HTMLResponse:
        catalogue, language = services.catalogue(), language_of(request)
        choice = Choice.read(request.query_params, MAP)
        found = choose(choice, catalogue)
        fitting = {entry.entry_id for entry in found}
        counted = count(choice, catalogue)
        fields = {
            "choice": choice,
            "facets": counted,
            "names": NAMES,
            "list_view": LIST,
            "map_view": MAP,
            "total": len(found),
            "highest": max((1, *(value.count for value in counted["year"]))),
            "value_name": lambda facet, value: value_name(facet, value, catalogue, language),
            "groups": groups(found, catalogue, language),
            "others": dots((x for x in catalogue.places if x not in fitting), catalogue),
            "width": WIDTH,
            "height": HEIGHT,
            "table": year_table(choice, catalogue, language),
        }
        return show_page(request, "map.html", "library", fields)

    @router.get("/library/map.json")
    def names(request: Request) -> JSONResponse:
        catalogue, language = services.catalogue(), language_of(request)
        found = choose(Choice.read(request.query_params, MAP), catalogue)
        rows = [
            [*_at(catalogue.places[e.entry_id]), page_title(e, language), entry_href(e.entry_id)]
            for e in found
            if e.entry_id in catalogue.places
        ]
        return JSONResponse(rows, headers={"Vary": "Cookie, Accept-Language", "Cache-Control": "no-cache"})

    return router


def groups(found: Sequence[Entry], catalogue: Catalogue, language: str) -> list[Group]:
    """Returns the entries by the topic that colours them, then those without such a topic; names stand apart."""
    coloured = _topics(catalogue.entries.values())[:COLOURS]
    members: dict[str, list[str]] = {topic: [] for topic in (*coloured, "")}
    for entry in found:
        if entry.entry_id in catalogue.places:
            members[next((t for t in coloured if t in entry.topics), "")].append(entry.entry_id)
    drawn: list[Group] = []
    for colour, (topic, ids) in enumerate(members.items()):
        if ids:
            middle = [median(axis) for axis in zip(*(_at(catalogue.places[x]) for x in ids), strict=True)]
            name = topic_name(topic, language) if topic else ""
            x, y = _free_place(round(middle[0]), round(middle[1]), [group for group in drawn if group.name])
            drawn.append(Group(topic, name, colour, dots(ids, catalogue), x, y))
    return drawn


def dots(ids: Iterable[str], catalogue: Catalogue) -> str:
    """Returns a path that draws entries as dots."""
    return "".join(f"M{x} {y}h0" for x, y in sorted(_at(catalogue.places[entry_id]) for entry_id in ids))


def year_table(choice: Choice, catalogue: Catalogue, language: str) -> dict[str, Any]:
    """Returns how many entries of which year are on which topic, among those that fit everything else chosen."""
    entries = choose(choice.without("topic", "year"), catalogue)
    years = sorted({entry.year for entry in entries if entry.year})[-_YEARS:]
    topics = _topics(entries)[:_TOPICS]
    if (chosen := choice.facets["topic"]) and chosen not in topics:
        topics.append(chosen)
    counts = Counter((topic, entry.year) for entry in entries for topic in entry.topics)
    most = max((counts[topic, year] for topic in topics for year in years), default=1) or 1
    rows = [
        {
            "topic": topic,
            "name": topic_name(topic, language),
            "cells": [_cell(counts[topic, y], y, most) for y in years],
        }
        for topic in topics
    ]
    return {"years": years, "rows": rows}


def _cell(number: int, year: int, most: int) -> dict[str, int]:
    return {"n": number, "year": year, "shade": -(-number * _SHADES // most)}


def _topics(entries: Iterable[Entry]) -> list[str]:
    """Returns topics, most frequent first; of tags of study cards and headings of lists only the former."""
    counts = Counter(topic for entry in entries for topic in entry.topics)
    ranked = sorted(counts, key=lambda topic: (-counts[topic], topic))
    return [topic for topic in ranked if is_tag(topic)] or ranked


def _at(place: tuple[int, int]) -> tuple[int, int]:
    """Returns where a place of the map is in its picture."""
    x, y = place
    return MARGIN + x * (WIDTH - 2 * MARGIN) // SIDE, MARGIN + y * (HEIGHT - 2 * MARGIN) // SIDE


def _free_place(x: int, y: int, taken: Sequence[Group]) -> tuple[int, int]:
    """Returns the place nearest to one, above or below it, where a name lies over no other."""
    x = min(max(x, _NAME), WIDTH - _NAME)
    shifts = sorted(range(-HEIGHT, HEIGHT, _LINE // 2), key=abs)
    for shift in shifts:
        if MARGIN <= y + shift <= HEIGHT - MARGIN and not any(
            abs(group.x - x) < 2 * _NAME and abs(group.y - y - shift) < _LINE for group in taken
        ):
            return x, y + shift
    return x, y
