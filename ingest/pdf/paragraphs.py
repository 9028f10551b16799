"""From the lines of a PDF to paragraphs: running heads and references left out, hyphens at line ends taken back.

A paragraph stays on its page, as a citation names one page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from ingest.pdf.types import Line, RawPage
from ingest.text.scripts import HAN

_LIGATURES = {
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    "ﬅ": "st",
    "ﬆ": "st",
    "\u00ad": "",
    "\u00a0": " ",
}
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_PAGE_NUMBER = re.compile(
    r"^\W*(?:\d{1,4}|[ivxlc]{1,7}|(?:page|p\.)\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?|\d{1,4}\s*(?:of|/)\s*\d{1,4}|"
    r"第\s*\d{1,4}\s*页(?:\s*[,，/]?\s*共\s*\d{1,4}\s*页)?)\W*$",
    re.I,
)
_REFERENCES = re.compile(
    r"^(?:(?:\d{1,2}|[IVX]{1,5})\.?\s+)?(?:references(?: and notes)?|bibliography|literature cited|works cited|"
    r"参\s*考\s*文\s*献|參\s*考\s*文\s*獻)\s*[:：]?$",
    re.I,
)
_AFTER_REFERENCES = re.compile(
    r"^(?:appendi(?:x|ces)\b|supplement(?:ary|al)?\b|acknowledg\w+$|附\s*录|致\s*谢|[A-H](?:\.\d+)*\.?\s+[A-Z][A-Za-z-]+)",
    re.I,
)
_NUMBERED_HEADING = re.compile(
    r"^(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[A-H](?:\.\d{1,2}){0,2}\.?|[IVX]{1,5}\.)\s+[A-Z\u4e00-\u9fff]"
)
_NAMED_HEADING = re.compile(r"^(?:abstract|introduction|conclusions?|摘\s*要|引\s*言|结\s*论)\s*$", re.I)
_ITEM = re.compile(r"^(?:[•◦▪‣–∙·]|\(?\d{1,2}[.)]|\([a-z]\))\s")
_SENTENCE_END = re.compile(r"[.!?。！？:：;；][\"'”’)）]*$")
_HYPHEN = re.compile(r"\b([A-Za-z]{2,}(?:-[A-Za-z]+)*)[-\u2010\u2011]$")
_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)+|[A-Za-z]{3,}")
_HAN_EDGE = re.compile(f"[{HAN}，。；：、！？（）《》“”]")
_EDGE = 0.1  # of the page's height, where heads and feet stand
_EDGE_LINES = 3
_NUMBERED_PAGES = 3  # whose heads have numbers that go on from page to page
_LARGER = 1.12  # of the type of the text: headings
_GAP = 1.45  # of the usual distance of two lines
_INDENT = 0.7  # of the height of the type
_SHORT = 0.85  # of the width of a column


def paragraphs_of(pages: Sequence[RawPage], lines: Sequence[Sequence[Line]]) -> list[tuple[str, ...]]:
    """Returns the paragraphs of every page."""
    kept = _without_references(_without_heads(pages, lines))
    words = Counter(word.lower() for page in kept for line in page for word in _WORD.findall(tidy(line.text)))
    body = _body_height(kept)
    return [tuple(_paragraphs(page, body, words)) for page in kept]


def tidy(text: str) -> str:
    """Returns a text with its ligatures taken apart and without characters that nobody can read."""
    for ligature, letters in _LIGATURES.items():
        text = text.replace(ligature, letters)
    return " ".join(_UNREADABLE.sub("", text).split())


def _without_heads(pages: Sequence[RawPage], lines: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Leaves out page numbers, and what stands at the edge of several pages, numbers aside."""
    edges = [_edge_lines(page, found) for page, found in zip(pages, lines, strict=True)]
    repeated = Counter(key for edge in edges for key in {_key(line) for line in edge})
    often = 2 if len(pages) < 6 else 3
    counted = Counter(offset for page, edge in enumerate(edges) for line in edge for offset in _offsets(line, page))
    numbered = {offset for offset, pages_with in counted.items() if pages_with >= _NUMBERED_PAGES}
    kept = []
    for page, (found, edge) in enumerate(zip(lines, edges, strict=True)):
        dropped = {
            line
            for line in edge
            if _PAGE_NUMBER.match(line.text) or repeated[_key(line)] >= often or numbered & _offsets(line, page)
        }
        kept.append([line for line in found if line not in dropped])
    return kept


def _edge_lines(page: RawPage, lines: Sequence[Line]) -> list[Line]:
    by_height = sorted(lines, key=lambda line: line.bottom)
    low = [line for line in by_height[:_EDGE_LINES] if line.bottom < page.height * _EDGE]
    high = [line for line in by_height[-_EDGE_LINES:] if line.bottom > page.height * (1 - _EDGE)]
    return low + high


def _offsets(line: Line, page: int) -> set[int]:
    """Returns how far a number at either end of a line is from the number of its page in the file."""
    ends = re.match(r"(\d{1,4})\s", line.text), re.search(r"\s(\d{1,4})$", line.text)
    return {int(end[1]) - page for end in ends if end}


def _key(line: Line) -> str:
    return re.sub(r"\d+|\b[ivxlc]+\b", "#", line.text.casefold())


def _without_references(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Leaves out what follows the heading of a list of references, up to an appendix."""
    body = _body_height(pages)
    kept: list[list[Line]] = []
    inside = False
    for page in pages:
        rest: list[Line] = []
        for line in page:
            if _REFERENCES.match(line.text):
                inside = True
            elif inside and _AFTER_REFERENCES.match(line.text) and _opens_section(line, body):
                inside = False
            if not inside:
                rest.append(line)
        kept.append(rest)
    return kept


def _opens_section(line: Line, body: float) -> bool:
    named = re.match(r"appendi|supplement|acknowl|附|致", line.text, re.I)
    return len(line.text) < 80 and (line.height > body * 1.05 or named is not None)


def _body_height(pages: Sequence[Sequence[Line]]) -> float:
    weights: Counter[float] = Counter()
    for page in pages:
        for line in page:
            weights[round(line.height, 1)] += len(line.text)
    return weights.most_common(1)[0][0] if weights else 1.0


def _paragraphs(lines: Sequence[Line], body: float, words: Counter[str]) -> Iterator[str]:
    held = ""
    for before, line, starts in _starts(lines, body):
        text = tidy(line.text)
        if not text:
            continue
        if held and (starts or before is None):
            yield held
            held = ""
        held = _joined(held, text, words) if held else text
    if held:
        yield held


def _starts(lines: Sequence[Line], body: float) -> Iterator[tuple[Line | None, Line, bool]]:
    """Yields every line with the one before it, and whether a paragraph starts with it."""
    columns: dict[int, list[Line]] = {}
    for line in lines:
        columns.setdefault(line.column, []).append(line)
    edges = {number: (_left_edge(found), max(x.right for x in found)) for number, found in columns.items()}
    leading = {number: _leading(found) for number, found in columns.items()}
    before: Line | None = None
    for line in lines:
        starts = before is None or _breaks(
            before, line, body, edges[before.column], edges[line.column], leading[line.column]
        )
        yield before, line, starts
        before = line


def _breaks(
    before: Line, line: Line, body: float, old: tuple[float, float], new: tuple[float, float], leading: float
) -> bool:
    ended = _SENTENCE_END.search(before.text) is not None
    if before.column != line.column:
        return ended or not line.text[:1].islower() or abs(before.height - line.height) > 0.1 * body
    if max(before.height, line.height) > _LARGER * min(before.height, line.height):
        return True
    if before.height > body * _LARGER:  # a heading of several lines
        return before.bottom - line.bottom > leading * _GAP * before.height / body
    if _heading(line) or _heading(before) or _ITEM.match(line.text):
        return True
    if before.bottom - line.bottom > leading * _GAP:
        return True
    indented = line.left - new[0] > _INDENT * line.height
    was_indented = before.left - old[0] > _INDENT * line.height
    short = before.right < old[0] + (old[1] - old[0]) * _SHORT
    return (indented and not was_indented and (ended or not line.text[:1].islower())) or (short and ended)


def _heading(line: Line) -> bool:
    numbered = _NUMBERED_HEADING.match(line.text) and not _SENTENCE_END.search(line.text)
    return len(line.text) < 70 and bool(numbered or _NAMED_HEADING.match(line.text))


def _left_edge(lines: Sequence[Line]) -> float:
    """Returns where most lines of a column start."""
    starts = Counter(round(line.left) for line in lines)
    return float(starts.most_common(1)[0][0])


def _leading(lines: Sequence[Line]) -> float:
    gaps = [a.bottom - b.bottom for a, b in pairwise(lines) if a.bottom > b.bottom]
    return float(median(gaps)) if gaps else 12.0


def _joined(held: str, text: str, words: Counter[str]) -> str:
    """Returns a line joined to what is before it; a hyphen stays where the text writes the word with it elsewhere."""
    broken = _HYPHEN.search(held)
    following = re.match(r"[A-Za-z]+", text)
    if broken and following:
        whole, parted = f"{broken[1]}{following[0]}".lower(), f"{broken[1]}-{following[0]}".lower()
        compound = "-" in broken[1]  # state-of-the-art rather than pre-training
        if following[0][0].islower() and words[parted] + compound <= words[whole]:
            return held[:-1] + text
        return held + text
    if _HAN_EDGE.match(held[-1]) and _HAN_EDGE.match(text[0]):
        return held + text
    return f"{held} {text}"
