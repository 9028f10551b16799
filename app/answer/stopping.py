"""Stopping a request to a model from another thread, at whatever stage it is.

A thread that waits for a server hears nothing until the server speaks, which a slow model may not do for minutes; and
closing a connection that another thread reads from does not wake that thread. Shutting its socket down does.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

_CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")


class Stop:
    """Ends one request when it is pressed, or before it begins."""

    def __init__(self) -> None:
        """Is not pressed yet."""
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._pressed = False

    @property
    def pressed(self) -> bool:
        """Whether somebody asked to stop."""
        return self._pressed

    def press(self) -> None:
        """Breaks the connection off; may be called from any thread, and more than once."""
        with self._lock:
            self._pressed = True
            self._break_off()

    def watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Takes hold of the socket of a connection; called by the HTTP library at every step of a request."""
        if event not in _CONNECTED:
            return
        with self._lock:
            self._socket = info["return_value"].get_extra_info("socket")
            if self._pressed:
                self._break_off()

    def _break_off(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # it is closed already
                self._socket.shutdown(socket.SHUT_RDWR)


stopping: ContextVar[Stop | None] = ContextVar("stopping", default=None)


def watch_request(request: httpx2.Request) -> None:
    """Has the stop of this thread watch a request; a hook of the HTTP client."""
    stop = stopping.get()
    if stop is not None:
        request.extensions = {**request.extensions, "trace": stop.watch}
