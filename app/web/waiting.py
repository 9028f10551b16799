"""Waiting for an answer in another thread, for as long as somebody is there to read it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator

from anyio import to_thread

from app.answer.stopping import Stop


async def until_gone(pieces: Iterator[str], stop: Stop) -> AsyncGenerator[str, None]:
    """Yields pieces that are made in a thread of their own; a reader who goes leaves no model at work.

    Args:
        pieces: None of them is empty.
        stop: Pressed at the end, however it comes.
    """
    try:
        while piece := await to_thread.run_sync(next, pieces, "", abandon_on_cancel=True):
            yield piece
    finally:
        stop.press()
