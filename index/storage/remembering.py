"""Values read from a file that never changes, and kept: the next question need not read them again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(Generic[Key, Value]):
    """Values by key; when there are too many all are forgotten, which costs less than keeping count of their use.

    Safe to share between threads: values are added, and never taken away from under another thread.
    """

    def __init__(self, read: Callable[[Sequence[Key]], Mapping[Key, Value]], most: int) -> None:
        """Keeps what ``read`` returns; keys that it leaves out are asked for again."""
        self._read = read
        self._most = most
        self._known: dict[Key, Value] = {}

    def __call__(self, keys: Collection[Key]) -> dict[Key, Value]:
        """Returns the values of some keys, in the order of the keys."""
        known = self._known
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        if not missing:
            return {key: known[key] for key in keys}
        learned = self._read(missing)
        found = {key: learned[key] if key in learned else known[key] for key in keys if key in learned or key in known}
        if len(known) + len(learned) > self._most:
            known = self._known = {}
        known.update(learned)
        return found
