"""Routes of the chat beside Gradio: the list of conversations, their turns, and what is done with them."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, StringConstraints

from app.export.kept import FORMATS, exported_conversation
from app.state.conversations import Conversation
from app.state.ratings import MAX_REASON_CHARS
from app.web.drawing import TEMPLATES, draw_turn, draw_turns
from app.web.language import language_of
from app.web.services import Services
from app.web.words import word

_Short = Annotated[str, StringConstraints(max_length=300)]


class Rename(BaseModel):
    """Another title for a conversation."""

    title: _Short


class Rate(BaseModel):
    """A thumb, or "" to take it back."""

    verdict: Literal["up", "down", ""]
    reason: Annotated[str, StringConstraints(max_length=MAX_REASON_CHARS)] = ""


def conversation_routes(services: Services) -> APIRouter:
    """Returns the routes below ``/chat``."""
    router = APIRouter(prefix="/chat", include_in_schema=False)
    conversations = services.conversations

    def own(request: Request, conversation_id: str) -> Conversation:
        found = conversations.get(services.reader(request), conversation_id)
        if found is None:
            raise HTTPException(404, word("gone", language_of(request)))
        return found

    @router.get("/list")
    def listed(request: Request, search: _Short = "", chosen: _Short = "") -> HTMLResponse:
        reader, language = services.reader(request), language_of(request)
        fields = {
            "conversations": conversations.listed(reader, search),
            "chosen": conversations.get(reader, chosen),
            "search": search,
            "language": language,
            "word": word,
        }
        return HTMLResponse(TEMPLATES.get_template("conversations.html").render(fields))

    @router.get("/{conversation_id}/turns")
    def turns(request: Request, conversation_id: str) -> HTMLResponse:
        chosen = own(request, conversation_id)
        drawn = draw_turns(conversations.turns(chosen.conversation_id), services.catalogue(), language_of(request))
        return HTMLResponse(drawn, headers={"X-Title": quote(chosen.title)})

    @router.get("/{conversation_id}/turns/{turn_id}")
    def turn(request: Request, conversation_id: str, turn_id: int) -> HTMLResponse:
        turns = conversations.turns(own(request, conversation_id).conversation_id)
        number = next((i for i, one in enumerate(turns) if one.turn_id == turn_id), None)
        if number is None:
            raise HTTPException(404, word("gone", language_of(request)))
        asked = [one.answer.question for one in turns]
        drawn = draw_turn(turns[number], services.catalogue(), language_of(request), asked)
        return HTMLResponse(drawn)

    @router.post("/{conversation_id}/rename")
    def rename(request: Request, conversation_id: str, wanted: Rename) -> dict[str, str]:
        conversations.rename(own(request, conversation_id).conversation_id, wanted.title)
        return {"title": own(request, conversation_id).title}

    @router.post("/{conversation_id}/delete")
    def delete(request: Request, conversation_id: str) -> dict[str, bool]:
        return {"done": conversations.delete(services.reader(request), conversation_id)}

    @router.post("/{conversation_id}/restore")
    def restore(request: Request, conversation_id: str) -> dict[str, bool]:
        return {"done": conversations.delete(services.reader(request), conversation_id, restore=True)}

    @router.post("/turns/{turn_id}/{action}")
    def change_turn(request: Request, turn_id: int, action: Literal["delete", "restore"]) -> dict[str, bool]:
        conversation_id = _of_turn(request, turn_id)
        return {"done": conversations.delete_turn(conversation_id, turn_id, restore=action == "restore")}

    @router.put("/turns/{turn_id}/rating")
    def rate(request: Request, turn_id: int, wanted: Rate) -> dict[str, str]:
        _of_turn(request, turn_id)
        services.ratings.rate(turn_id, wanted.verdict, wanted.reason)
        return {"verdict": wanted.verdict}

    @router.get("/{conversation_id}/export.{ending}")
    def export(request: Request, conversation_id: str, ending: str) -> Response:
        if ending not in FORMATS:
            raise HTTPException(404, word("not_found", language_of(request)))
        chosen = own(request, conversation_id)
        answers = [turn.answer for turn in conversations.turns(chosen.conversation_id)]
        text = exported_conversation(answers, chosen.title, services.catalogue(), ending)
        name = re.sub(r"[^\w-]+", "-", chosen.title).strip("-")[:60] or "conversation"
        return Response(
            text,
            media_type=f"{FORMATS[ending]}; charset=utf-8",
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.{ending}"},
        )

    def _of_turn(request: Request, turn_id: int) -> str:
        conversation_id = conversations.owner_of_turn(services.reader(request), turn_id)
        if conversation_id is None:
            raise HTTPException(404, word("gone", language_of(request)))
        return conversation_id

    return router
