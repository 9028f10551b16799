"""Who is asking: with ``--auth`` no route answers but to those who are logged in, whoever serves it.

A browser logs in once and shows a signed cookie from then on; a script sends a token or name and password with each
request (``Authorization: Bearer`` or ``Basic``).
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.state.sessions import SESSION_SECONDS
from app.web.gate import SESSION_COOKIE, Gate, client_of
from app.web.pages import show_page

_OPEN = re.compile(r"/(?:login|files/[\w.-]+|language/(?:zh|en))")
_MAX_FORM_BYTES = 4_096


class Login:
    """Middleware that answers who is not logged in, and tells everything behind it who is."""

    def __init__(self, app: ASGIApp, gate: Gate | None) -> None:
        """Asks for a login where there is a gate."""
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or asks to log in."""
        if self._gate is None or scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            raise RuntimeError(f"{scope['type']} requests are not served")  # nothing here speaks WebSocket
        request = Request(scope)
        hashing = "authorization" in request.headers
        name = await run_in_threadpool(self._gate.name_of, request) if hashing else self._gate.name_of(request)
        scope.setdefault("state", {})["user"] = name
        if name is None and not _OPEN.fullmatch(scope["path"]):
            await _ask_to_log_in(request)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def login_routes(gate: Gate | None) -> APIRouter:
    """Returns the routes to log in and out; without accounts they lead to the chat."""
    router = APIRouter(include_in_schema=False)

    @router.get("/login")
    def login(request: Request, next: str = "/") -> Response:
        if gate is None or gate.name_of(request) is not None:
            return RedirectResponse(own_address(next), 303)
        return show_page(request, "login.html", "login", {"next": own_address(next)})

    @router.post("/login")
    async def log_in(request: Request, next: str = "/") -> Response:
        if gate is None:
            return RedirectResponse("/", 303)
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > _MAX_FORM_BYTES:
            return JSONResponse({"detail": "the form is too long"}, 413)
        form = await request.form(max_files=0, max_fields=4)
        name, password = str(form.get("name", "")).strip(), str(form.get("password", ""))
        client = client_of(request)
        if await run_in_threadpool(gate.check, client, name, password):
            return _let_in(request, gate.sessions.start(name), own_address(next))
        failure, status = ("login_later", 429) if gate.waits(client, name) else ("login_wrong", 403)
        fields = {"next": own_address(next), "failure": failure, "name": name[:64]}
        return show_page(request, "login.html", "login", fields, status=status)

    @router.post("/logout")
    def log_out(request: Request) -> Response:
        if gate is not None:
            gate.sessions.end(request.cookies.get(SESSION_COOKIE, ""))
        response = RedirectResponse("/login", 303)
        response.delete_cookie(SESSION_COOKIE)
        return response

    return router


def own_address(address: str) -> str:
    """Returns an address of this site as it is, and that of the chat for any other."""
    ours = address.startswith("/") and not re.match(r"/[/\\]", address) and not re.search(r"[\x00-\x20]", address)
    parts = urlsplit(address) if ours else urlsplit("/")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _let_in(request: Request, session: str, address: str) -> Response:
    response = RedirectResponse(address, 303)
    secure = request.url.scheme == "https"
    response.set_cookie(SESSION_COOKIE, session, max_age=SESSION_SECONDS, httponly=True, samesite="lax", secure=secure)
    return response


def _ask_to_log_in(request: Request) -> Response:
    """Leads a person to the form, and tells a script what it lacks."""
    if request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", ""):
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(here, safe='/')}", 303, headers={"Cache-Control": "no-store"})
    detail = "log in first, or send a token: Authorization: Bearer TOKEN / 请先登录，或随请求发送令牌"
    return JSONResponse({"detail": detail}, 401, headers={"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"})
