"""An assistant that follows the index: when ``ingest`` has put a new generation in place, the next question uses it."""

from __future__ import annotations

import threading
from pathlib import Path

from app.assistant import Assistant
from index.errors import IndexUnavailableError
from index.generations import current_generation


class LiveAssistant:
    """Hands out the assistant of the live index generation; safe to share between threads."""

    def __init__(self, data: Path) -> None:
        """Opens the live index below a data folder.

        Raises:
            IndexUnavailableError: There is no index, or it does not fit.
        """
        self._data = data
        self._lock = threading.Lock()
        self._generation = current_generation(data / "index")[0]
        self._assistant = Assistant.open(data)

    def get(self) -> Assistant:
        """Returns the assistant of the live generation; while the new one cannot be opened, the old one serves on."""
        with self._lock:
            try:
                generation = current_generation(self._data / "index")[0]
                if generation != self._generation:
                    self._assistant = Assistant.open(self._data)
                    self._generation = generation
            except IndexUnavailableError:
                pass  # a refresh is under way, or went wrong and said so where it ran
            return self._assistant
