"""How often each of many clients may do something: so often at once, and then one more every while."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_CLIENTS = 10_000


class Buckets:
    """A bucket of turns for each client, which fills up by itself; those not seen for longest are forgotten."""

    def __init__(self, burst: float, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Gives each client a number of turns at once, and so many more a second."""
        self._burst, self._per_second, self._clock = burst, per_second, clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def has(self, client: str) -> bool:
        """Tells whether a client has a turn left."""
        with self._lock:
            return self._now(client) >= 1.0

    def take(self, client: str) -> bool:
        """Takes a turn of a client's, and tells whether there was one."""
        with self._lock:
            left = self._now(client)
            self._keep(client, max(0.0, left - 1.0))
            return left >= 1.0

    def give_back(self, client: str) -> None:
        """Gives a turn back."""
        with self._lock:
            self._keep(client, min(self._burst, self._now(client) + 1.0))

    def _keep(self, client: str, left: float) -> None:
        self._left.pop(client, None)
        self._left[client] = (left, self._clock())
        if len(self._left) > _CLIENTS:
            self._left.popitem(last=False)

    def _now(self, client: str) -> float:
        now = self._clock()
        left, last = self._left.get(client, (self._burst, now))
        return min(self._burst, left + (now - last) * self._per_second)
