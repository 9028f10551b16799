"""An assistant that follows the index: when ``ingest`` has put a new generation in place, the next question uses it."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from pathlib import Path

from app.assistant import Assistant
from index.encoders.base import Encoder
from index.errors import EncoderError, IndexUnavailableError
from index.storage.generations import current_generation
from index.storage.pointer import read_pointer

_RETRY = 1.0  # seconds after which a generation that could not be opened is tried again


class LiveAssistant:
    """Hands out the assistant of the live index generation; safe to share between threads.

    An assistant closes its files when nobody uses it any more: a question under way is answered from the generation
    it started with, and the next refresh may remove that one afterwards.

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
        self._opening = threading.Lock()
        self._tried = read_pointer(data / "index").live
        self._tried_at = time.monotonic()
        self._opened = self._tried
        self._assistant = self._open(encoder)

    def get(self) -> Assistant:
        """Returns the assistant of the live generation.

        One question waits while a new generation is opened; those beside it are answered from the old one, and so are
        all as long as the new one cannot be opened.
        """
        live = read_pointer(self.data / "index").live
        if live and live != self._opened and self._opening.acquire(blocking=False):
            try:
                self._reopen(live)
            finally:
                self._opening.release()
        return self._assistant

    def _reopen(self, live: str) -> None:
        now = time.monotonic()
        if live == self._opened or (live == self._tried and now < self._tried_at + _RETRY):
            return
        self._tried, self._tried_at = live, now
        try:
            encoder = self._assistant.searcher.encoder  # large models take long to load
            fingerprint = current_generation(self.data / "index")[1].encoder_fingerprint
            self._assistant = self._open(encoder if encoder.fingerprint == fingerprint else None)
            self._opened = live
            gc.collect()  # an assistant holds itself in a circle, and with it the files of its generation
        except (IndexUnavailableError, EncoderError, OSError):
            pass  # a refresh went wrong and said so where it ran; the old generation serves on

    def _open(self, encoder: Encoder | None) -> Assistant:
        assistant = Assistant.open(self.data, encoder)
        weakref.finalize(assistant, assistant.searcher.close)
        return assistant
