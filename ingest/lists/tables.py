"""Tables of works: which column holds the title, which the authors, the venue, the year, and what a row says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.lists.dates import is_appearance, read_appearance, venue_name, year_in
from ingest.lists.entry_line import read_head
from ingest.lists.facts import add_fact
from ingest.lists.head import Head, clean_title
from ingest.lists.inline import Line, links_of, text_of
from ingest.lists.labels import is_label, role_of
from ingest.lists.nodes import Node

_MAX_ALIAS = 30
_MODELS = re.compile(r"\bmodels?\b|\bllms?\b|模型|底座", re.I)


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is a work: its head, its lines, and its cells with the names of their columns."""

    head: Head
    start: int
    end: int
    cells: tuple[str, ...]
    shape: str = "row"


def read_table(table: Node) -> Iterator[Row]:
    """Yields the works of a table in order; rows without a title are left out."""
    names = [_joined(cell) for cell in table.rows[0][2]]
    body = [row for row in table.rows[1:] if any(_joined(cell) or links_of(cell) for cell in row[2])]
    roles = [role_of(name) for name in names]
    column = _title_column(roles, [cells for _, _, cells in body])
    models = column < len(names) and _MODELS.search(names[column]) is not None
    for start, end, cells in body:
        head = _read_row(cells, roles, column)
        if head.title:
            facts = tuple(
                f"{name}: {text}" for name, cell in zip(names, cells, strict=False) if name and (text := _joined(cell))
            )
            yield Row(head, start, end, facts, "model" if models else "row")


def _read_row(cells: Sequence[list[Line]], roles: Sequence[str], column: int) -> Head:
    lines = [line for line in cells[column] if line] if column < len(cells) else []
    head = read_head(lines)
    if lines and not head.title_linked and not links_of(lines) and len(lines) == 1 and not head.authors:
        head.title = clean_title(text_of(lines[0])) or head.title
    head.own_links, found = [], head.own_links
    for role, cell in zip(roles, cells, strict=False):
        if cell is not cells[column]:
            _add_cell(head, role, cell)
    own, head.own_links = head.own_links, found
    known = {link.url for link in found}
    head.own_links += [link for link in own if link.url not in known]
    if not head.year:
        texts = [
            _joined(cell)
            for role, cell in zip(roles, cells, strict=False)
            if cell is not cells[column] and role != "note"
        ]
        dates = [text for text in texts if is_appearance(text)]
        head.year = next((year for text in dates if (year := year_in(text))), None)
    return head


def _add_cell(head: Head, role: str, cell: list[Line]) -> None:
    text = _joined(cell)
    if role == "alias":
        if 1 < len(text) <= _MAX_ALIAS and not re.search(r"[,，、;；]", text) and text != head.title:
            head.aliases.append(text)
    elif role in ("authors", "year") and text:
        add_fact(head, role, (*(span for line in cell for span in line if span.href is None),))
        if role == "authors" and not head.authors:
            head.authors = [text]
    elif role == "venue" and text:
        appeared = read_appearance(text, authors_known=True)
        head.venue, head.year = appeared.venue or venue_name(text) or head.venue, head.year or appeared.year
    for line in cell:
        head.add_links(line, own=role in ("link", "work", "title"))


def _title_column(roles: Sequence[str], rows: Sequence[Sequence[list[Line]]]) -> int:
    """The column headed as a title; else the first one headed as a kind of work; else the first that looks like one."""
    for role in ("title", "work"):
        for column, found in enumerate(roles):
            if found == role and not _holds_labels(column, rows):
                return column
    columns = range(max((len(cells) for cells in rows), default=1))
    return max(columns, key=lambda column: (_looks_like_titles(column, rows), -column), default=0)


def _holds_labels(column: int, rows: Sequence[Sequence[list[Line]]]) -> bool:
    texts = [_joined(cells[column]) for cells in rows if column < len(cells) and cells[column]]
    return bool(texts) and all(is_label(text) or re.fullmatch(r"[\W\d]*", text) for text in texts)


def _looks_like_titles(column: int, rows: Sequence[Sequence[list[Line]]]) -> float:
    """Returns the share of cells that may be titles: words, no numbers or dates; bold and linked ones count double."""
    worth = 0.0
    for cells in rows:
        lines = cells[column] if column < len(cells) else []
        text = _joined(lines)
        if not re.search(r"[^\W\d_]{2}", text) or is_appearance(text) or is_label(text):
            continue
        marked = any(span.bold or span.href is not None for line in lines for span in line if not is_label(span.text))
        worth += 1 + marked
    return worth / max(len(rows), 1)


def _joined(cell: Sequence[Line]) -> str:
    return " ".join(text for line in cell if (text := text_of(line)))
