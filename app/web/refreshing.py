"""Refreshing the index from a page: one child ``ingest`` at a time, whose progress any number of pages can follow.

The pages go on with the index they have; ``app.web.reloading`` takes the new one when the child has put it in place.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

_MOST_LINES = 500
_LINE_BYTES = 64 * 1024


class Refresh:
    """The refresh that is at work, or the last one."""

    def __init__(self, data: Path) -> None:
        """Refreshes the index below a data folder, from the corpus that belongs to it."""
        self._data = data
        self._events: list[dict[str, Any]] = []
        self._changed = asyncio.Condition()
        self._running: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether a refresh is at work."""
        return self._running is not None and not self._running.done()

    def start(self, *, offline: bool) -> bool:
        """Starts a refresh, and tells whether: not while another one is at work."""
        if self.is_running:
            return False
        self._events = []
        self._running = asyncio.create_task(self._run(offline=offline))
        return True

    async def follow(self) -> AsyncIterator[dict[str, Any]]:
        """Yields what the refresh has told so far and what it tells until it ends; nothing when there was none.

        Events are ``{"say"}``, ``{"progress", "done", "total"}`` and at last ``{"ended"}`` with the exit code.
        """
        if self._running is None:
            return
        seen, events = 0, self._events
        while True:
            async with self._changed:
                while len(events) == seen:
                    await self._changed.wait()
            fresh, seen = events[seen:], len(events)
            for event in fresh:
                yield event
                if "ended" in event:
                    return

    async def _run(self, *, offline: bool) -> None:
        code = -1
        try:
            command = [sys.executable, "-m", "ingest", "--json", "--no-wait", "--data", str(self._data)]
            child = await asyncio.create_subprocess_exec(
                *command, *(["--offline"] if offline else []), limit=_LINE_BYTES, stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
                env=os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )  # fmt: skip
            try:
                assert child.stdout is not None
                async for line in child.stdout:
                    await self._tell(_event(line.decode(errors="replace").strip()))
                code = await child.wait()
            finally:
                if child.returncode is None:
                    child.terminate()
        except (OSError, ValueError) as error:
            await self._tell({"say": f"error: {error}"})
        finally:
            await self._tell({"ended": code})

    async def _tell(self, event: dict[str, Any]) -> None:
        async with self._changed:
            if len(self._events) < _MOST_LINES or "ended" in event:
                self._events.append(event)
            self._changed.notify_all()


def _event(line: str) -> dict[str, Any]:
    """Returns what a line of the child says; what is not of its making, like a last error, is told as it is."""
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"say": line}
