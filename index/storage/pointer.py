"""``CURRENT``: two lines, the live generation and the one before it. Replacing it is what makes an index live."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from index.storage.durable import replace_text

POINTER_FILE = "CURRENT"
_NAME = re.compile(r"\w[\w.-]*")  # of no folder but one beside the pointer


@dataclass(frozen=True, slots=True)
class Pointer:
    """What ``CURRENT`` says: names of folders beside it, "" for none. It is damaged when it cannot be understood."""

    live: str = ""
    previous: str = ""
    is_damaged: bool = False


def read_pointer(folder: Path) -> Pointer:
    """Reads the pointer of an index folder; where there is none, it names nothing."""
    try:
        names = (folder / POINTER_FILE).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return Pointer()
    except (OSError, UnicodeDecodeError):
        return Pointer(is_damaged=True)
    if len(names) not in (1, 2) or not _NAME.fullmatch(names[0]) or not all(map(_NAME.fullmatch, filter(None, names))):
        return Pointer(is_damaged=True)
    return Pointer(names[0], "".join(names[1:]))


def write_pointer(folder: Path, pointer: Pointer) -> None:
    """Makes a generation the live one, in one step."""
    replace_text(folder / POINTER_FILE, f"{pointer.live}\n{pointer.previous}\n")
