"""``/api/v1``: the same assistant for scripts, as JSON; ``/api`` describes it, from files of our own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from pydantic import BaseModel, Field

from app.answer.generative import Update
from app.answer.llm import LanguageModel
from app.answer.stopping import Stop
from app.assistant import MAX_QUESTION_CHARS, check_question
from app.render.bibtex import bibtex
from app.render.entries import entry_json, step_json
from app.render.json import answer_json, hit_json
from app.study.path import STEPS, find_path
from app.types import Answer, Length, Sentence
from app.web.facets import Choice, choose
from app.web.pages import show_page
from app.web.services import Services
from app.web.waiting import until_gone
from index.catalogue.options import read_options
from index.types import Turn
from ingest.types import Entry

_Style = Literal["written", "quoted"]  # by the configured language model, where there is one; or in the sources' words
_Question = Annotated[str, Query(min_length=1, max_length=MAX_QUESTION_CHARS, description="A question, zh or en.")]


class Asked(BaseModel):
    """A question with the turns before it."""

    q: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION_CHARS)]
    history: Annotated[list[tuple[str, str]], Field(max_length=20)] = []
    length: Length = Length.NORMAL
    style: _Style = "written"


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

    def model_for(style: _Style) -> LanguageModel | None:
        return services.model if style == "written" else None

    @router.get("/answer")
    def answer(q: _Question, length: Length = Length.NORMAL, style: _Style = "written") -> dict[str, Any]:
        """Answers one question with citations, as ``python -m app ask --json`` does."""
        return answer_json(services.live.get().answer(q, model=model_for(style), length=length), None)

    @router.post("/answer")
    def answer_in_conversation(asked: Asked) -> dict[str, Any]:
        """Answers a question that may lean on the turns before it."""
        history = [Turn(question, said) for question, said in asked.history]
        assistant, model = services.live.get(), model_for(asked.style)
        return answer_json(assistant.answer(asked.q, history, model=model, length=asked.length), None)

    @router.get("/answer/stream", response_class=StreamingResponse)
    def answer_stream(q: _Question, length: Length = Length.NORMAL, style: _Style = "written") -> StreamingResponse:
        """Answers as server-sent events: ``sentence`` for each piece, then ``answer`` with the whole.

        Where a language model writes, a sentence comes when it is checked, with its verdict; if the model fails after
        some, ``restart`` comes before the quoted ones.
        """
        check_question(q)
        stop = Stop()
        updates = services.live.get().stream(q, model=model_for(style), length=length, stop=stop)
        return StreamingResponse(
            until_gone(_events(updates), stop), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

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


def _events(updates: Iterator[Update]) -> Iterator[str]:
    told = 0
    for update in updates:
        answer = update.answer
        if update.done and answer.writing is None and told:
            yield _event("restart", {"notices": list(answer.notices)})
            told = 0
        pieces = answer.pieces()
        for (text, marks), sentence in zip(pieces[told:], _sentences_of(answer)[told:], strict=True):
            verdict = {"verdict": sentence.check.verdict.value} if sentence and sentence.check else {}
            yield _event("sentence", {"text": text, "citations": list(marks)} | verdict)
        told = len(pieces)
    yield _event("answer", answer_json(answer, None))


def _sentences_of(answer: Answer) -> list[Sentence | None]:
    """Returns the sentence of each piece of an answer; notices are none."""
    return [*(None for _ in answer.notices), *answer.sentences]


def _event(name: str, value: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"


def _about(call: dict[str, Any]) -> str:
    return str(call.get("description", "")).replace("``", "")


def _fields(call: dict[str, Any]) -> list[dict[str, Any]]:
    fields = [{"name": field["name"], "required": field.get("required", False)} for field in call.get("parameters", ())]
    return fields + ([{"name": "{q, history, length, style}", "required": True}] if "requestBody" in call else [])
