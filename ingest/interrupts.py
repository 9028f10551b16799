"""Ctrl-C while a command is still being loaded ends in one line, too. Every ``__main__`` imports this module first.

Once a command runs, ``ingest.console.one_line_ends`` sees to it.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from types import TracebackType

STOPPED = "stopped / 已停止"


def _end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{STOPPED}\n")


sys.excepthook = _end
