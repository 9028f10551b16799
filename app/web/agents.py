"""``/mcp``: the tools of ``app.mcp`` over HTTP. The SDK is imported, and its server started, by the first request."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from app.mcp import build_server
from app.web.services import Services
from ingest.errors import StudyError


class Agents:
    """An ASGI application that passes requests on to the SDK's, one server a process."""

    def __init__(self, services: Services) -> None:
        """Answers with the live assistant."""
        self._services = services
        self._lock = asyncio.Lock()
        self._app: Any = None
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        try:
            async with self._lock:
                if self._app is None:
                    await self._start()
        except StudyError as error:
            await JSONResponse({"detail": str(error)}, 501)(scope, receive, send)
            return
        await self._app({**scope, "path": "/mcp", "root_path": ""}, receive, send)

    async def _start(self) -> None:
        server = await asyncio.to_thread(build_server, self._services.live.get, self._services.catalogue)
        from mcp.server.transport_security import TransportSecuritySettings

        checked = TransportSecuritySettings(enable_dns_rebinding_protection=False)  # app.web.guard has looked already
        app = server.streamable_http_app(stateless_http=True, json_response=True, transport_security=checked)
        ready = asyncio.Event()

        async def run() -> None:
            async with server.session_manager.run():
                ready.set()
                await asyncio.Event().wait()  # until the loop ends

        self._running = asyncio.create_task(run())
        await ready.wait()
        self._app = app
