"""Gradio's page with the rest of the chat around it: header, conversations, earlier answers, input, sources.

Gradio draws its part with a script; everything else is in the page that is sent, in the reader's language, and is seen
before that script has run. If a later Gradio no longer writes what is looked for here, ``tests/app/web`` says so.
"""

from __future__ import annotations

import json
import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.assistant import MAX_QUESTION_CHARS
from app.web.chips import choices
from app.web.drawing import TEMPLATES, draw_turns
from app.web.language import language_of
from app.web.services import QUOTED, STYLE_COOKIE, Services, user_of
from app.web.words import word

_APP = re.compile(r"<gradio-app\b.*?</gradio-app>", re.S)
_MARKER = "<!-- answers in progress -->"
_EXAMPLES = {
    "zh": ("什么是 LoRA？", "LoRA 和 QLoRA 有什么区别？", "为什么注意力要除以根号 d？", "有哪些训练后量化的论文？"),
    "en": (
        "What is LoRA?",
        "How does LoRA differ from QLoRA?",
        "How does RLHF use a reward model?",
        "Which papers are on post-training quantisation?",
    ),
}


class ChatShell:
    """Middleware that frames the page at ``/``."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        """Frames the page of an application."""
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on; the page at ``/`` is read whole and sent framed."""
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        status, body = 500, bytearray()

        async def collect(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))

        await self._app({**scope, "method": "GET"}, receive, collect)
        request = Request(scope)
        html = await run_in_threadpool(self._framed, body.decode(), request) if status == 200 else body.decode()
        await HTMLResponse(html, status)(scope, receive, send)

    def _framed(self, gradio: str, request: Request) -> str:
        language, reader = language_of(request), self._services.reader(request)
        conversations = self._services.conversations
        asked = request.query_params.get("c", "")
        chosen = conversations.get(reader, asked) if asked else None
        turns = conversations.turns(chosen.conversation_id) if chosen else []
        fields = {
            "language": language,
            "word": word,
            "page": "chat",
            "user": user_of(request),
            "here": str(request.url.path) + (f"?{request.url.query}" if request.url.query else ""),
            "conversations": conversations.listed(reader),
            "chosen": chosen,
            "gone": bool(asked) and chosen is None,
            "turns": draw_turns(turns, self._services.catalogue(), language),
            "examples": _EXAMPLES[language],
            "choices": choices(self._services.catalogue(), language),
            "limit": MAX_QUESTION_CHARS,
            "model": self._services.model.config if self._services.model else None,
            "quoted": request.cookies.get(STYLE_COOKIE) == QUOTED,
            "words": json.dumps(_words_for_script(language), ensure_ascii=False),
        }
        before, after = TEMPLATES.get_template("chat.html").render(fields).split(_MARKER)
        head = TEMPLATES.get_template("head.html").render(fields | {"title": chosen.title if chosen else ""})
        html = re.sub(r"<base\b[^>]*>", "", gradio, count=1)
        html = html.replace('lang="en"', f'lang="{language}"', 1).replace('control_page_title="true"', "", 1)
        html = re.sub(r"<head>", lambda _: f'<head><script src="/files/language.js"></script>{head}', html, count=1)
        return _APP.sub(lambda found: before + found[0] + after, html, count=1)


def _words_for_script(language: str) -> dict[str, str]:
    """Returns the texts that the chat's script shows by itself."""
    names = (
        "characters_left", "too_long", "waiting", "copied", "copy_failed", "deleted", "undo", "rename_to", "failed",
        "offline", "stopped", "thanks", "why_bad", "send", "close", "sources_empty", "no_sources",
    )  # fmt: skip
    return {name: word(name, language) for name in names}
