"""Reading paths: ``/path`` for a goal in words or a topic, drawn, ticked off, and exported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.answer.names import short_name, shown_title
from app.catalogue import Catalogue
from app.render.messages import say
from app.study.calendar import Day, calendar
from app.study.path import STEPS, PathStep, find_path
from app.web.drawing import entry_href
from app.web.language import language_of
from app.web.pages import show_page
from app.web.services import Services
from app.web.topics import is_tag, topic_name
from app.web.words import word
from ingest.documents.answers import read_answered
from ingest.text.markup import plain_text
from ingest.types import PassageKind

_STEPS, _DAYS, _MOST_DAYS = 8, 14, 365
_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 176, 34, 40, 14  # of the nodes of the picture, in pixels
_NAME = 18  # characters of a name in a node; a Chinese one counts as two


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a path is wanted for."""

    goal: str
    topic: str
    steps: int
    days: int

    @classmethod
    def read(cls, request: Request) -> Wanted:
        """Reads the query of an address; what it does not know is left out."""
        query = request.query_params
        return cls(
            query.get("goal", "").strip()[:500],
            query.get("topic", "").strip()[:200],
            _number(query.get("steps", ""), _STEPS, *STEPS),
            _number(query.get("days", ""), _DAYS, 1, _MOST_DAYS),
        )

    def href(self, path: str = "/path", **changes: int) -> str:
        """Returns an address of this path."""
        fields = {"goal": self.goal, "topic": self.topic, "steps": self.steps, "days": self.days} | changes
        return f"{path}?{urlencode({name: value for name, value in fields.items() if value})}"


def path_routes(services: Services) -> APIRouter:
    """Returns the routes of reading paths."""
    router = APIRouter(include_in_schema=False)

    def steps_of(wanted: Wanted) -> list[PathStep]:
        if not (wanted.goal or wanted.topic):
            return []
        return find_path(wanted.goal, wanted.topic, wanted.steps, services.live.get(), services.catalogue())

    @router.get("/path")
    def path_page(request: Request) -> HTMLResponse:
        wanted, language, catalogue = Wanted.read(request), language_of(request), services.catalogue()
        steps = steps_of(wanted)
        done = services.reading.done(services.reader(request))
        counts = Counter(topic for entry in catalogue.entries.values() for topic in entry.topics)
        fields = {
            "wanted": wanted,
            "steps": [_shown(step, catalogue, language, step.entry.entry_id in done) for step in steps],
            "minutes": sum(step.minutes for step in steps),
            "left": sum(step.minutes for step in steps if step.entry.entry_id not in done),
            "picture": _picture(steps, language, done),
            "topics": sorted((topic_name(topic, language), topic) for topic in counts if is_tag(topic)),
            "limits": STEPS,
            "a_day": -(-sum(step.minutes for step in steps) // wanted.days),
        }
        return show_page(request, "path.html", "path", fields)

    @router.post("/path/done")
    def tick(
        request: Request,
        entry: Annotated[str, Form(max_length=1_000)],
        done: Annotated[bool, Form()] = False,
    ) -> Response:
        if entry not in services.catalogue().entries:
            raise HTTPException(404, word("not_found_entry", language_of(request), id=entry[:200]))
        services.reading.tick(services.reader(request), entry, done=done)
        return RedirectResponse(Wanted.read(request).href(), 303)

    @router.get("/path.md")
    def markdown(request: Request) -> Response:
        wanted, language, catalogue = Wanted.read(request), language_of(request), services.catalogue()
        done = services.reading.done(services.reader(request))
        lines = [f"# {_title(wanted, language)}", ""]
        for step in steps_of(wanted):
            shown = _shown(step, catalogue, language, step.entry.entry_id in done)
            url = f" <{step.entry.links[0].url}>" if step.entry.links else ""
            minutes = word("minutes_short", language, n=step.minutes)
            lines.append(f"- [{'x' if shown['done'] else ' '}] **{shown['title']}** ({minutes}){url}")
            lines += [f"  {line}" for line in (shown["what"], *shown["reasons"]) if line]
        return _file("\n".join(lines) + "\n", "text/markdown; charset=utf-8", "reading-path.md")

    @router.get("/path.ics")
    def events(request: Request) -> Response:
        wanted, language, catalogue = Wanted.read(request), language_of(request), services.catalogue()
        days = []
        for number, (step, day) in enumerate(_spread(steps_of(wanted), wanted.days)):
            shown = _shown(step, catalogue, language, done=False)
            url = step.entry.links[0].url if step.entry.links else ""
            text = "\n".join(filter(None, (shown["what"], *shown["reasons"], url)))
            title = f"{shown['title']} ({word('minutes_short', language, n=step.minutes)})"
            days.append(Day(f"{number}-{step.entry.entry_id}", date.today() + timedelta(days=day), title, text))
        return _file(calendar(days, datetime.now(UTC)), "text/calendar; charset=utf-8", "reading-path.ics")

    return router


def _shown(step: PathStep, catalogue: Catalogue, language: str, done: bool) -> dict[str, Any]:
    names = [short_name(catalogue.entries[x], language) for x in step.needed_for]
    comma = say("alternatives", "zh") if language == "zh" else ", "
    reasons = [word("needed_for", language, names=comma.join(names))] if names else [word("serves_goal", language)]
    return {
        "id": step.entry.entry_id,
        "title": shown_title(step.entry, language),
        "href": entry_href(step.entry.entry_id),
        "kind": say(step.entry.kind.value, language),
        "year": step.entry.year,
        "minutes": word("minutes_estimated" if step.estimated else "minutes_short", language, n=step.minutes),
        "reasons": reasons,
        "what": _what(step.entry.entry_id, catalogue, language),
        "done": done,
    }


def _what(entry_id: str, catalogue: Catalogue, language: str) -> str:
    """Returns what an entry is, in the words of its card or note, or ""."""
    for passage in catalogue.store.passages_of(entry_id):
        if passage.kind is PassageKind.ANSWER and passage.language == language:
            found = read_answered(passage.text)
            if found is not None and found.aspect == "what":
                return plain_text(found.answer)
    return ""


def _picture(steps: Sequence[PathStep], language: str, done: frozenset[str]) -> dict[str, Any]:
    """Returns nodes and arrows: a column a level, in reading order from top to bottom."""
    rows: Counter[int] = Counter()
    at: dict[str, tuple[int, int]] = {}
    nodes = []
    for number, step in enumerate(steps, 1):
        x, y = step.level * (_WIDTH + _GAP_X), rows[step.level] * (_HEIGHT + _GAP_Y)
        rows[step.level] += 1
        at[step.entry.entry_id] = x, y
        name = f"{number} {_cut(short_name(step.entry, language))}"
        nodes.append({"x": x, "y": y, "name": name, "number": number, "done": step.entry.entry_id in done})
    arrows = [
        {"x1": at[x.entry.entry_id][0] + _WIDTH, "y1": at[x.entry.entry_id][1] + _HEIGHT // 2,
         "x2": at[y][0], "y2": at[y][1] + _HEIGHT // 2}
        for x in steps for y in x.needed_for if at[y][0] > at[x.entry.entry_id][0]
    ]  # fmt: skip
    width = max((x for x, _ in at.values()), default=0) + _WIDTH
    height = max((y for _, y in at.values()), default=0) + _HEIGHT
    return {"nodes": nodes, "arrows": arrows, "width": width, "height": height, "w": _WIDTH, "h": _HEIGHT}


def _cut(name: str) -> str:
    shown, size = "", 0
    for character in name:
        size += 2 if ord(character) > 0x2E80 else 1
        if size > _NAME:
            return f"{shown}…"
        shown += character
    return shown


def _spread(steps: Sequence[PathStep], days: int) -> list[tuple[PathStep, int]]:
    """Returns each step with the day it starts on, from 0, so that every day has about as much to read."""
    total = sum(step.minutes for step in steps) or 1
    before, placed = 0, []
    for step in steps:
        placed.append((step, before * days // total))
        before += step.minutes
    return placed


def _title(wanted: Wanted, language: str) -> str:
    return " · ".join(filter(None, (word("path", language), wanted.goal, topic_name(wanted.topic, language))))


def _file(text: str, kind: str, name: str) -> Response:
    return Response(text, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _number(text: str, default: int, least: int, most: int) -> int:
    return max(least, min(most, int(text))) if text.isdecimal() and len(text) < 6 else default
