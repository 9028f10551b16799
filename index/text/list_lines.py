"""What a reader sees of a line of a list: a row with the names of its columns, a title without its labels."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.lists.labels import is_label, role_of
from ingest.text.markup import plain_text

_SHORTCODES = re.compile(r"(?::[a-z][a-z0-9_+-]{1,30}:)+")
_BRACKETED = re.compile(r"\[{1,2}([^\[\]]{1,60})\]{1,2}")
_LEFT_OVER = re.compile(r"(?:\s*[,，、|]\s*)+(?=[.。]|$)|\(\s*\)|（\s*）")
_NOTHING = re.compile(r"\W*(?:none|n/?a|tbd)?\W*", re.I)


def says_nothing(text: str) -> bool:
    """Tells a text that is empty, a mark for nothing, or only the label of a link."""
    return bool(_NOTHING.fullmatch(text)) or (any(map(str.isalpha, text)) and is_label(text))


def split_cell(cell: str) -> tuple[str, str]:
    """Returns the name of a column and what stands in it, from a cell of a passage."""
    name, _, value = cell.partition(": ")
    return name, value


def shown_row(cells: Sequence[str]) -> str:
    """Returns a row as text: what stands in each column after its name, without running numbers and bare labels."""
    told = [
        f"{name}: {shown}"
        for name, value in map(split_cell, cells)
        if role_of(name) != "number" and not says_nothing(shown := shown_line(value))
    ]
    return " · ".join(told)


def shown_line(line: str) -> str:
    """Returns a line as text, without the labels of its links and without emoji in letters."""
    text = plain_text(line).replace("\n", " ")
    text = _BRACKETED.sub(
        lambda found: "" if any(map(str.isalpha, found[1])) and is_label(found[1]) else found[0], text
    )
    text = _LEFT_OVER.sub("", _SHORTCODES.sub("", text))
    return " ".join(text.split())
