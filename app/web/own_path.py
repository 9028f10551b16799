"""The reader's own path, ``/path/mine``: entries are added from their pages, put in order, ticked off, and exported."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.study.path import PathStep, in_reading_order, path_of
from app.web.drawing import entry_href
from app.web.language import language_of
from app.web.pages import show_page
from app.web.path_drawing import path_calendar, path_markdown, path_picture, shown_step
from app.web.services import Services
from app.web.words import word

HREF = "/path/mine"
_DAYS = 14
_Change = Literal["add", "remove", "up", "down", "sort", "done", "undone"]
_BY = {"up": -1, "down": 1}


def own_path_routes(services: Services) -> APIRouter:
    """Returns the routes of own paths."""
    router = APIRouter(include_in_schema=False)
    paths = services.own_paths

    def steps_of(request: Request) -> list[PathStep]:
        return path_of(paths.steps(services.reader(request)), services.catalogue())

    @router.get(HREF)
    def own_path(request: Request) -> HTMLResponse:
        language, catalogue = language_of(request), services.catalogue()
        steps, done = steps_of(request), services.reading.done(services.reader(request))
        minutes = sum(step.minutes for step in steps)
        fields = {
            "steps": [shown_step(step, catalogue, language, step.entry.entry_id in done, own=True) for step in steps],
            "minutes": minutes,
            "left": sum(step.minutes for step in steps if step.entry.entry_id not in done),
            "picture": path_picture(steps, language, done),
            "own": True,
            "own_count": len(steps),
        }
        return show_page(request, "own_path.html", "path", fields, title=word("own_path", language))

    @router.post(HREF)
    def change(
        request: Request,
        do: Annotated[_Change, Form()],
        entry: Annotated[list[str], Form(max_length=100)] = [],  # noqa: B006 - FastAPI copies it
        back: Annotated[bool, Form()] = False,
    ) -> Response:
        reader, catalogue = services.reader(request), services.catalogue()
        for entry_id in entry:
            if entry_id not in catalogue.entries:
                raise HTTPException(404, word("not_found_entry", language_of(request), id=entry_id[:200]))
        if do == "add":
            paths.add(reader, entry)
        elif do == "sort":
            paths.put(reader, in_reading_order(paths.steps(reader), catalogue))
        for entry_id in entry[:1]:
            if do == "remove":
                paths.remove(reader, entry_id)
            elif do in _BY:
                paths.move(reader, entry_id, _BY[do])
            elif do in ("done", "undone"):
                services.reading.tick(reader, entry_id, done=do == "done")
        return RedirectResponse(entry_href(entry[0]) if back and entry else HREF, 303)

    @router.get(f"{HREF}.md")
    def markdown(request: Request) -> Response:
        language, done = language_of(request), services.reading.done(services.reader(request))
        title = word("own_path", language)
        return path_markdown(steps_of(request), title, services.catalogue(), language, done, own=True)

    @router.get(f"{HREF}.ics")
    def events(request: Request) -> Response:
        return path_calendar(steps_of(request), _DAYS, services.catalogue(), language_of(request), own=True)

    return router
