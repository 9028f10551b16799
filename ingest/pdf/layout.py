"""From runs of text to lines in reading order: one column or two, whatever order they were drawn in."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from ingest.pdf.types import Line, RawPage, Run

_LEAST_RUNS = 6  # of a column
_MOST_CROSSING = 0.35  # share of the letters that may cross the gutter: titles, wide figures and tables
_SLACK = 2.0  # points
_WORD_GAP = 0.15
_SAME_LINE = 0.45


def lines_of(page: RawPage) -> list[Line]:
    """Returns the lines of a page in reading order."""
    gutter = _gutter(page)
    runs = sorted(page.runs, key=lambda run: (-run.bottom, run.left))
    if gutter is None:
        return list(_lines(runs, 0))
    lines: list[Line] = []
    for column, block in enumerate(_blocks(runs, gutter)):
        lines += _lines(block, column)
    return lines


def _gutter(page: RawPage) -> float | None:
    """Returns where the gutter between two columns lies, or None: the place near the middle that least text crosses."""
    best, least = None, float("inf")
    total = sum(len(run.text) for run in page.runs)
    for step in range(41):
        place = page.width * (0.4 + 0.2 * step / 40)
        crossing = sum(len(run.text) for run in page.runs if run.left < place - _SLACK and run.right > place + _SLACK)
        score = crossing + abs(place - page.width / 2) / page.width
        if score < least:
            best, least = place, score
    if best is None or least > _MOST_CROSSING * total:
        return None
    left = {round(run.bottom) for run in page.runs if run.right <= best + _SLACK}
    right = {round(run.bottom) for run in page.runs if run.left >= best - _SLACK}
    return best if min(len(left), len(right)) >= _LEAST_RUNS else None


def _blocks(runs: Sequence[Run], gutter: float) -> Iterator[list[Run]]:
    """Yields the blocks of a page in two columns: what spans both parts the page, above it left goes before right."""
    held: tuple[list[Run], list[Run]] = [], []
    wide: list[Run] = []
    for run in runs:
        if run.left < gutter - _SLACK and run.right > gutter + _SLACK:
            if any(held):
                yield from filter(None, held)
                held = [], []
            wide.append(run)
            continue
        beside = wide and abs(run.bottom - wide[-1].bottom) < _SAME_LINE * run.height
        if beside:  # the rest of a line that spans both
            wide.append(run)
            continue
        if wide:
            yield wide
            wide = []
        held[run.left >= gutter - _SLACK].append(run)
    yield from filter(None, (wide, *held))


def _lines(runs: Iterable[Run], column: int) -> Iterator[Line]:
    held: list[Run] = []
    for run in runs:
        if held and abs(run.bottom - held[0].bottom) > _SAME_LINE * max(run.height, held[0].height):
            yield _line(held, column)
            held = []
        held.append(run)
    if held:
        yield _line(held, column)


def _line(runs: list[Run], column: int) -> Line:
    runs = sorted(runs, key=lambda run: run.left)
    text = runs[0].text
    for before, run in itertools.pairwise(runs):
        space = " " if run.left - before.right > _WORD_GAP * run.height else ""
        text += f"{space}{run.text}"
    largest = max(runs, key=lambda run: run.height)
    return Line(
        " ".join(text.split()),
        runs[0].left,
        max(run.right for run in runs),
        largest.bottom,
        largest.height,
        column,
    )
