"""An assistant that follows the index: when ``ingest`` has put a new generation in place, the next question uses it."""

from __future__ import annotations

import gc
import threading
from pathlib import Path

from app.assistant import Assistant
from index.encoders.base import Encoder
from index.errors import EncoderError, IndexUnavailableError
from index.storage.generations import current_generation


class LiveAssistant:
    """Hands out the assistant of the live index generation; safe to share between threads.

    Attributes:
        data: The data folder.
    """

    def __init__(self, data: Path, encoder: Encoder | None = None) -> None:
        """Opens the live index below a data folder.

        Args:
            data: The data folder.
            encoder: Encoder of the questions; by default the one that the index was built with.

        Raises:
            IndexUnavailableError: There is no index, or it does not fit.
            EncoderError: The encoder of the index cannot be loaded.
        """
        self.data = data
        self._lock = threading.Lock()
        self._generation = current_generation(data / "index")[0]
        self._assistant = Assistant.open(data, encoder)

    def get(self) -> Assistant:
        """Returns the assistant of the live generation; while the new one cannot be opened, the old one serves on."""
        with self._lock:
            try:
                generation, manifest = current_generation(self.data / "index")
                if generation != self._generation:
                    encoder = self._assistant.searcher.encoder  # large models take long to load
                    fits = encoder.fingerprint == manifest.encoder_fingerprint
                    self._assistant = Assistant.open(self.data, encoder if fits else None)
                    self._generation = generation
                    gc.collect()  # an assistant holds itself in a circle, and with it the files of its generation
            except (IndexUnavailableError, EncoderError):
                pass  # a refresh is under way, or went wrong and said so where it ran
            return self._assistant
