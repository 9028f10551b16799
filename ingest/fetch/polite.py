"""Asking arXiv politely: one connection, a pause between requests, patience when it is busy, and an end to everything.

An answer that trickles in, grows without end or asks to be waited for too long is left for another time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

import httpx

_PATIENCE = 120.0  # seconds; who asks for more is asked another time
_BUSY = (429, 500, 502, 503, 504)  # worth another try a little later
_AGENT = "llm-study-assistant (reading lists; one connection, a pause between requests)"


@dataclass(frozen=True, slots=True)
class Manners:
    """How to ask.

    Attributes:
        pause: Seconds between requests; arXiv's terms of use want three.
        timeout: Seconds to wait for a piece of an answer; connecting gets at most five.
        deadline: Seconds until the whole answer must be there.
        most_bytes: Of one answer.
        tries: Attempts a request when the server is busy.
    """

    pause: float = 3.0
    timeout: float = 30.0
    deadline: float = 300.0
    most_bytes: int = 100_000_000
    tries: int = 3


class BusyError(Exception):
    """The server asks to come back later."""


class SettingsError(Exception):
    """A proxy or a certificate that the environment names does not work."""


class PoliteClient:
    """One connection that waits between its requests."""

    def __init__(self, manners: Manners, sleep: Callable[[float], None] = time.sleep) -> None:
        """Opens the connection.

        Raises:
            SettingsError: The environment's network settings do not work.
        """
        self._manners, self._sleep, self._asked = manners, sleep, False
        timeout = httpx.Timeout(manners.timeout, connect=min(5.0, manners.timeout))
        try:
            self._client = httpx.Client(timeout=timeout, headers={"User-Agent": _AGENT}, follow_redirects=True)
        except (OSError, ValueError, ImportError) as error:
            raise SettingsError(f"this machine's network settings do not work ({error})") from error

    def __enter__(self) -> Self:
        """Returns the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the connection."""
        self._client.close()

    def get(self, url: str, params: Mapping[str, str | int] | None = None) -> bytes:
        """Returns what stands at an address.

        Raises:
            BusyError: The server stays busy, or asks for more patience than we have.
            httpx.HTTPError: There is no answer, or an error.
        """
        if self._asked:
            self._sleep(self._manners.pause)
        self._asked = True
        for attempt in range(1, self._manners.tries + 1):
            with self._client.stream("GET", url, params=params) as response:
                if response.status_code not in _BUSY:
                    response.raise_for_status()
                    return self._body(response)
                asked = response.headers.get("Retry-After", "")
            pause = max(self._manners.pause * 2**attempt, float(asked) if asked.isdecimal() else 0.0)
            if pause > _PATIENCE:
                break
            if attempt < self._manners.tries:
                self._sleep(pause)
        raise BusyError

    def _body(self, response: httpx.Response) -> bytes:
        ends = time.monotonic() + self._manners.deadline
        pieces, size = list[bytes](), 0
        for piece in response.iter_bytes():
            pieces.append(piece)
            size += len(piece)
            if time.monotonic() > ends:
                raise httpx.ReadTimeout(f"no whole answer in {self._manners.deadline:.0f} s", request=response.request)
            if size > self._manners.most_bytes:
                raise httpx.DecodingError(f"an answer of more than {size} bytes", request=response.request)
        return b"".join(pieces)


def reason(error: Exception) -> str:
    """Returns why a run ended early, and what to do."""
    if isinstance(error, BusyError):
        return "arXiv is busy; run ingest again later, what was fetched is kept"
    if isinstance(error, SettingsError):
        return str(error)
    if isinstance(error, httpx.ConnectError | httpx.TimeoutException):
        return "arXiv cannot be reached; run ingest again when online"
    if isinstance(error, httpx.HTTPStatusError):
        return f"arXiv answered {error.response.status_code}; run ingest again later"
    return f"arXiv's answer could not be read ({error}); run ingest again later"
