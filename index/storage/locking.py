"""One refresh at a time on a data folder. The lock goes with its process, so that a killed one leaves none behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import IndexUnavailableError

LOCK_FILE = "ingest.lock"
_POLL = 0.1  # seconds


@contextmanager
def refresh_lock(data: Path, *, wait: bool, waiting: Callable[[], None]) -> Iterator[None]:
    """Holds the lock of a data folder while the block runs.

    Args:
        data: The data folder; it is made where there is none.
        wait: Whether to wait for another holder.
        waiting: Called once when there is one to wait for.

    Raises:
        IndexUnavailableError: Another holder is at work and ``wait`` is false, or nothing can be written there.
    """
    from filelock import FileLock, Timeout  # not needed where nothing is written

    lock = FileLock(data / LOCK_FILE, mode=0o644)
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except FileExistsError as error:
        raise IndexUnavailableError(f"{data} is a file; pass a folder with --data") from error
    except Timeout as error:
        if not wait:
            raise IndexUnavailableError(
                f"another ingest is at work on {data}; run it later, or without --no-wait / "
                f"另一个 ingest 正在更新 {data}，请稍后再试，或去掉 --no-wait"
            ) from error
        waiting()
        lock.acquire(timeout=-1, poll_interval=_POLL)
    except OSError as error:
        raise IndexUnavailableError(
            f"cannot write in {data}: {error.strerror}; check it, or choose another folder with --data"
        ) from error
    try:
        yield
    finally:
        lock.release()
