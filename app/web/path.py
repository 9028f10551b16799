"""Reading paths: ``/path`` for a goal in words or a topic, drawn, ticked off, and exported."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.study.path import STEPS, PathStep, find_path
from app.web.language import language_of
from app.web.pages import show_page
from app.web.path_drawing import path_calendar, path_markdown, path_picture, shown_step
from app.web.services import Services
from app.web.topics import is_tag, topic_name
from app.web.words import word

_STEPS, _DAYS, _MOST_DAYS = 8, 14, 365


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
            "steps": [shown_step(step, catalogue, language, step.entry.entry_id in done) for step in steps],
            "minutes": sum(step.minutes for step in steps),
            "left": sum(step.minutes for step in steps if step.entry.entry_id not in done),
            "picture": path_picture(steps, language, done),
            "topics": sorted((topic_name(topic, language), topic) for topic in counts if is_tag(topic)),
            "limits": STEPS,
            "own_count": len(services.own_paths.steps(services.reader(request))),
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
        return path_markdown(steps_of(wanted), _title(wanted, language), catalogue, language, done)

    @router.get("/path.ics")
    def events(request: Request) -> Response:
        wanted, language, catalogue = Wanted.read(request), language_of(request), services.catalogue()
        return path_calendar(steps_of(wanted), wanted.days, catalogue, language)

    return router


def _title(wanted: Wanted, language: str) -> str:
    return " · ".join(filter(None, (word("path", language), wanted.goal, topic_name(wanted.topic, language))))


def _number(text: str, default: int, least: int, most: int) -> int:
    return max(least, min(most, int(text))) if text.isdecimal() and len(text) < 6 else default
