"""HTML among Markdown: comments taken out, and tables, all with the lines they stand in."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from html.parser import HTMLParser

_FENCE = re.compile(r"^[ \t]*(```+|~~~+)", re.M)
_MAX_SPAN = 1000
_MAX_COLUMNS = 50
_HIDDEN = (
    (re.compile("<!--"), re.compile("-->")),
    *((re.compile(rf"<{tag}\b", re.I), re.compile(rf"</{tag}\s*>", re.I)) for tag in ("script", "style", "title")),
)
_TABLE = re.compile(r"<(?P<close>/?)table\b", re.I)


@dataclass(slots=True)
class HtmlTable:
    """A table: its lines, and of each row the first line, the last line and the cells as inline Markdown with HTML."""

    start: int
    end: int
    rows: list[tuple[int, int, list[str]]] = field(default_factory=list)


def without_comments(text: str) -> str:
    """Blanks out HTML comments, scripts and styles outside code; the number of lines stays.

    A comment that is never closed hides nothing.
    """
    if "<" not in text:
        return text
    for opening, closing in _HIDDEN:
        text = _without(text, opening, closing)
    return text


def _without(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    parts: list[str] = []
    done = 0
    fences: list[tuple[int, int]] | None = None
    found = opening.search(text)
    while found:
        end = closing.search(text, found.end())
        if not end:
            break
        fences = _fenced(text) if fences is None else fences
        if not _inside(fences, found.start()):
            parts += [text[done : found.start()], re.sub(r"[^\n]", "", text[found.start() : end.end()])]
            done = end.end()
        found = opening.search(text, end.end())
    return "".join(parts) + text[done:].replace("<!--", "＜!--") if parts or found else text


def take_tables(text: str) -> tuple[str, list[HtmlTable]]:
    """Takes HTML tables out of a text; their lines stay, empty."""
    if not _TABLE.search(text):
        return text, []
    fences = _fenced(text)
    regions: list[tuple[int, int]] = []
    depth = start = 0
    for tag in _TABLE.finditer(text):
        if _inside(fences, tag.start()):
            continue
        if not tag["close"]:
            start = tag.start() if depth == 0 else start
            depth += 1
        elif depth:
            depth -= 1
            end = text.find(">", tag.end()) + 1
            if depth == 0 and end:
                regions.append((start, end))
    tables, parts, done, line = [], [], 0, 1
    for start, end in regions:
        line += text.count("\n", done, start)
        reader = _TableReader(line)
        reader.feed(text[start:end])
        reader.close()
        parts += [text[done:start], re.sub(r"[^\n]", "", text[start:end])]
        line += text.count("\n", start, end)
        done = end
        if any(cells for _, _, cells in reader.rows):
            tables.append(HtmlTable(line - text.count("\n", start, end), line, reader.rows))
    return "".join(parts) + text[done:], tables


class _TableReader(HTMLParser):
    """Collects rows and cells; tags inside cells are kept as they are, nested tables are text."""

    def __init__(self, first_line: int) -> None:
        super().__init__(convert_charrefs=False)
        self.first_line = first_line
        self.rows: list[tuple[int, int, list[str]]] = []
        self.cell: list[str] | None = None
        self.spanned: dict[int, tuple[int, str]] = {}  # by column: rows still to fill, and the text of the cell above
        self.rows_to_fill = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._close_cell()
            line = self.first_line + self.getpos()[0] - 1
            self.rows.append((line, line, []))
        elif tag in ("td", "th"):
            self._close_cell()
            self.cell = []
            span = dict(attrs).get("rowspan") or "1"
            self.rows_to_fill = min(int(span), _MAX_SPAN) if span.isascii() and span.isdigit() else 1
        elif self.cell is not None and tag not in ("table", "tbody", "thead", "div", "p", "center"):
            self.cell.append((self.get_starttag_text() or "").replace("\n", " "))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._close_cell()
            if tag == "tr" and self.rows:
                start, _, cells = self.rows[-1]
                self._fill_from_above(cells if cells else [])  # a row without cells uses up the spans, too
                self.rows[-1] = (start, self.first_line + self.getpos()[0] - 1, cells)
        elif tag in ("thead", "tbody"):
            self.spanned.clear()  # no cell spans rows of two groups
        elif self.cell is not None:
            self.cell.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data.replace("\n", " "))

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def _close_cell(self) -> None:
        if self.cell is not None and self.rows:
            cells, text = self.rows[-1][2], " ".join("".join(self.cell).split())
            self._fill_from_above(cells)
            if self.rows_to_fill > 1 and len(cells) < _MAX_COLUMNS:
                self.spanned[len(cells)] = (self.rows_to_fill - 1, text)
            if len(cells) < _MAX_COLUMNS:
                cells.append(text)
        self.cell = None

    def _fill_from_above(self, cells: list[str]) -> None:
        while (above := self.spanned.get(len(cells))) is not None and len(cells) < _MAX_COLUMNS:
            rows, text = above
            if rows == 1:
                del self.spanned[len(cells)]
            else:
                self.spanned[len(cells)] = (rows - 1, text)
            cells.append(text)


def _fenced(text: str) -> list[tuple[int, int]]:
    """Returns where fenced code stands, as pairs of offsets."""
    regions: list[tuple[int, int]] = []
    opened: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opened is None:
            opened = fence
        elif fence[1][0] == opened[1][0] and len(fence[1]) >= len(opened[1]):
            regions.append((opened.start(), fence.end()))
            opened = None
    return regions if opened is None else [*regions, (opened.start(), len(text))]


def _inside(regions: list[tuple[int, int]], at: int) -> bool:
    before = bisect_right(regions, (at, len(regions) and regions[-1][1] + 1)) - 1
    return before >= 0 and regions[before][0] <= at < regions[before][1]
