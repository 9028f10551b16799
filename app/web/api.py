"""``/api/v1``: the same assistant for scripts, as JSON; ``/api`` describes it, from files of our own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from pydantic import BaseModel, Field

from app.assistant import MAX_QUESTION_CHARS
from app.render.bibtex import bibtex
from app.render.entries import entry_json, step_json
from app.render.json import answer_json, hit_json
from app.study.path import STEPS, find_path
from app.types import Answer, Length
from app.web.facets import Choice, choose
from app.web.pages import show_page
from app.web.services import Services
from index.catalogue.options import read_options
from index.types import Turn
from ingest.types import Entry

_Question = Annotated[str, Query(min_length=1, max_length=MAX_QUESTION_CHARS, description="A question, zh or en.")]


class Asked(BaseModel):
    """A question with the turns before it."""

    q: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION_CHARS)]
    history: Annotated[list[tuple[str, str]], Field(max_length=20)] = []
    length: Length = Length.NORMAL


def api_routes(services: Services) -> APIRouter:
    """Returns the routes of the interface for scripts."""
    router = APIRouter(prefix="/api/v1", tags=["v1"])

    def entry_of(entry_id: str) -> Entry:
        entry = services.catalogue().entries.get(entry_id)
        if entry is None:
            raise HTTPException(404, f"no entry {entry_id[:200]!r}")
        return entry

    @router.get("/search")
    def search(
        q: _Question,
        k: Annotated[int, Query(ge=1, le=50)] = 10,
        topic: Annotated[list[str] | None, Query()] = None,
        kind: Annotated[list[str] | None, Query()] = None,
        since: int | None = None,
        until: int | None = None,
    ) -> dict[str, Any]:
        """Finds entries, best first; topics, kinds and years narrow the search."""
        searcher = services.live.get().searcher
        filters = read_options(searcher.store.values, topic or (), since, until, kind or (), (), ())
        found = searcher.find(q, k=k, filters=filters)
        return {"query": q, "hits": [hit_json(hit) for hit in found.hits], "relaxed": list(found.question.dropped)}

    @router.get("/answer")
    def answer(q: _Question, length: Length = Length.NORMAL) -> dict[str, Any]:
        """Answers one question with citations, as ``python -m app ask --json`` does."""
        return answer_json(services.live.get().ask(q, length=length), None)

    @router.post("/answer")
    def answer_in_conversation(asked: Asked) -> dict[str, Any]:
        """Answers a question that may lean on the turns before it."""
        history = [Turn(question, said) for question, said in asked.history]
        return answer_json(services.live.get().ask(asked.q, history, length=asked.length), None)

    @router.get("/answer/stream", response_class=StreamingResponse)
    def answer_stream(q: _Question, length: Length = Length.NORMAL) -> StreamingResponse:
        """Answers as server-sent events: ``sentence`` for each piece, then ``answer`` with the whole."""
        whole = services.live.get().ask(q, length=length)
        return StreamingResponse(_events(whole), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    @router.get("/entry/{entry_id:path}")
    def entry(entry_id: str) -> dict[str, Any]:
        """Returns an entry with its passages, each verbatim at its lines."""
        return entry_json(entry_of(entry_id), services.catalogue())

    @router.get("/path")
    def path(
        goal: str = "", topic: str = "", steps: Annotated[int, Query(ge=STEPS[0], le=STEPS[1])] = 8
    ) -> dict[str, Any]:
        """Returns a reading path for a goal in words or a topic."""
        found = find_path(goal[:500], topic, steps, services.live.get(), services.catalogue())
        return {"goal": goal, "topic": topic, "steps": [step_json(step) for step in found]}

    @router.get("/export")
    def export(request: Request, format: Literal["bibtex", "jsonl"] = "bibtex") -> PlainTextResponse:
        """Returns the entries that fit the query of a library page (q, topic, kind, year, list, organisation)."""
        chosen = choose(Choice.read(request.query_params), services.catalogue())
        if format == "bibtex":
            return PlainTextResponse("\n\n".join(map(bibtex, chosen)) + "\n", media_type="application/x-bibtex")
        lines = (json.dumps(asdict(one), ensure_ascii=False) for one in chosen)
        return PlainTextResponse("\n".join(lines) + "\n", media_type="application/x-ndjson")

    return router


def api_page() -> APIRouter:
    """Returns the route of the page that describes the interface."""
    router = APIRouter(include_in_schema=False)

    @router.get("/api")
    def described(request: Request) -> HTMLResponse:
        paths = request.app.openapi()["paths"]
        calls = [
            {
                "method": method.upper(),
                "path": path,
                "about": _about(call),
                "fields": _fields(call),
            }
            for path, methods in paths.items()
            for method, call in methods.items()
        ]
        base = str(request.base_url).rstrip("/")
        return show_page(request, "api.html", "api", {"calls": calls, "base": base})

    return router


def _events(answer: Answer) -> Iterator[str]:
    for text, marks in answer.pieces():
        yield _event("sentence", {"text": text, "citations": list(marks)})
    yield _event("answer", answer_json(answer, None))


def _event(name: str, value: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"


def _about(call: dict[str, Any]) -> str:
    return str(call.get("description", "")).replace("``", "")


def _fields(call: dict[str, Any]) -> list[dict[str, Any]]:
    fields = [{"name": field["name"], "required": field.get("required", False)} for field in call.get("parameters", ())]
    return fields + ([{"name": "{q, history, length}", "required": True}] if "requestBody" in call else [])
