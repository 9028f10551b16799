"""What a request must be before any page sees it, and what every answer carries.

Refused: a Host that is not ours (DNS rebinding), another site's Origin, a large body, more requests than a person
makes, and Gradio's routes that the chat does not use, uploads first of all.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.buckets import Buckets
from app.web.services import READER_COOKIE

MAX_BODY_BYTES = 64 * 1024
_BURST, _PER_SECOND = 240, 20.0  # requests of one client; a page of the chat makes about 30
_READER = re.compile(r"[\w-]{20,60}")
_YEAR = 365 * 24 * 3600
_OURS = re.compile(
    r"/(?:$|files/|chat/|library(?:$|/)|entry/|language/|log(?:in|out)$|api(?:$|/)|mcp(?:$|/)|path|study|quality|openapi)"
)
_GRADIOS = re.compile(
    r"/(?:config/?|theme\.css|assets/.*|static/.*|favicon\.ico|manifest\.json|login_check/?|gradio_api/(?:"
    r"info/?|queue/(?:join|data)|heartbeat/[\w-]+|cancel|reset/?|startup-events|call/(?:v2/)?ask(?:/[\w-]+)?/?"
    r"|run/ask/?|theme\.css|login_check/?))$"
)
_STRICT = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
# Gradio sets itself up by scripts in its page and compiles templates; ours are files.
_GRADIO = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; media-src 'none'; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Guard:
    """Middleware around everything."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], buckets: Buckets | None = None) -> None:
        """Lets requests through that name one of the hosts, this machine, or an address in numbers."""
        self._app = app
        self._hosts = {host.lower() for host in hosts} | {"localhost"}
        self._buckets = buckets or Buckets(_BURST, _PER_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuses a request, or passes it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            status, text = refusal
            await PlainTextResponse(f"{text}\n", status)(scope, receive, _with_headers(send, scope, ""))
            return
        known = HTTPConnection(scope).cookies.get(READER_COOKIE, "")
        fresh = "" if _READER.fullmatch(known) else secrets.token_urlsafe(24)
        scope.setdefault("state", {})["reader"] = fresh or known
        await self._app(scope, _limited(receive), _with_headers(send, scope, fresh))

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if not self._is_ours(host):
            return (
                421,
                f"this page does not go by the name {host[:100]!r}; open it by its address, or start it with --host",
            )
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return 403, "requests from other sites are refused"
        if not _OURS.match(scope["path"]) and not _GRADIOS.match(scope["path"]):
            return 404, "there is no such page"
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            return 413, f"more than {MAX_BODY_BYTES} bytes"
        client = (scope.get("client") or ("",))[0]
        if not _is_loopback(client) and not self._buckets.take(client):
            return 429, "too many requests; wait a moment"
        return None

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name in self._hosts or _is_address(name)


def _limited(receive: Receive) -> Receive:
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY_BYTES:
            return {"type": "http.disconnect"}
        return message

    return limited


def _with_headers(send: Send, scope: Scope, reader: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = _GRADIO if scope["path"] == "/" else _STRICT
            headers["X-Content-Type-Options"] = "nosniff"
            headers["X-Frame-Options"] = "DENY"
            headers["Referrer-Policy"] = "same-origin"
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
            for name in [name for name in headers if name.startswith("access-control-")]:
                del headers[name]
            if reader and not scope["path"].startswith(("/files/", "/assets/", "/static/")):
                headers.append(
                    "Set-Cookie", f"{READER_COOKIE}={reader}; Path=/; Max-Age={_YEAR}; HttpOnly; SameSite=Lax"
                )
        await send(message)

    return sending


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(client: str) -> bool:
    return _is_address(client) and ipaddress.ip_address(client).is_loopback
