"""A reader's hold on a generation: a shared lock on its manifest, which a refresh asks for before removing a folder.

The system gives the lock back when the reader ends, however it ends. Where there are no such locks, an open file is
hold enough: Windows removes none, and elsewhere what is open stays readable after its name is gone.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from index.storage.manifest import MANIFEST_FILE

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


class Hold:
    """Keeps a generation from being removed until it is closed."""

    def __init__(self, generation: Path) -> None:
        """Takes the hold; on a folder that is just being removed it holds nothing, which ``CURRENT`` tells."""
        self._file: int | None = None
        with suppress(OSError):
            self._file = os.open(generation / MANIFEST_FILE, os.O_RDONLY)
            if fcntl:
                fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def close(self) -> None:
        """Lets go; harmless the second time."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


def is_held(generation: Path) -> bool:
    """Tells whether a reader holds a generation; only the holder of the refresh lock asks, before removing it."""
    if not fcntl:
        return False
    try:
        file = os.open(generation / MANIFEST_FILE, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(file)
    return False
