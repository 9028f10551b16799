"""Who is told how a refresh goes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol


class Reporter(Protocol):
    """Who is told how a refresh goes; ``ingest.console`` has the one for terminals."""

    def say(self, message: str, *, warning: bool = False) -> None:
        """Takes one line."""

    def progress(self, title: str) -> AbstractContextManager[Callable[[int, int], None]]:
        """Opens a progress bar; what it gives is called with what is done and the total."""
