"""The steps of a reading path as a page and a file show them, and the picture of a path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fastapi.responses import Response

from app.answer.names import short_name
from app.catalogue import Catalogue
from app.render.messages import say
from app.study.calendar import Day, calendar
from app.study.path import PathStep
from app.web.drawing import entry_href
from app.web.names import page_title
from app.web.words import word
from ingest.documents.answers import read_answered
from ingest.text.markup import plain_text
from ingest.types import PassageKind

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 176, 34, 40, 14  # of the nodes of the picture, in pixels
_NAME = 18  # characters of a name in a node; a Chinese one counts as two


def shown_step(step: PathStep, catalogue: Catalogue, language: str, done: bool, *, own: bool = False) -> dict[str, Any]:
    """Returns what a page shows of a step; one that the reader chose needs no reason."""
    names = [short_name(catalogue.entries[x], language) for x in step.needed_for]
    comma = say("alternatives", "zh") if language == "zh" else ", "
    goal = [] if own else [word("serves_goal", language)]
    reasons = [word("needed_for", language, names=comma.join(names))] if names else goal
    return {
        "id": step.entry.entry_id,
        "title": page_title(step.entry, language),
        "href": entry_href(step.entry.entry_id),
        "kind": say(step.entry.kind.value, language),
        "year": step.entry.year,
        "minutes": word("minutes_estimated" if step.estimated else "minutes_short", language, n=step.minutes),
        "reasons": reasons,
        "what": _what(step.entry.entry_id, catalogue, language),
        "done": done,
    }


def path_markdown(
    steps: Sequence[PathStep],
    title: str,
    catalogue: Catalogue,
    language: str,
    done: frozenset[str],
    *,
    own: bool = False,
) -> Response:
    """Returns a path as a Markdown file with boxes to tick."""
    lines = [f"# {title}", ""]
    for step in steps:
        shown = shown_step(step, catalogue, language, step.entry.entry_id in done, own=own)
        url = f" <{step.entry.links[0].url}>" if step.entry.links else ""
        minutes = word("minutes_short", language, n=step.minutes)
        lines.append(f"- [{'x' if shown['done'] else ' '}] **{shown['title']}** ({minutes}){url}")
        lines += [f"  {line}" for line in (shown["what"], *shown["reasons"]) if line]
    return _file("\n".join(lines) + "\n", "text/markdown; charset=utf-8", "reading-path.md")


def path_calendar(
    steps: Sequence[PathStep], days: int, catalogue: Catalogue, language: str, *, own: bool = False
) -> Response:
    """Returns a path as a calendar that spreads it over some days from today on."""
    events = []
    for number, (step, day) in enumerate(_spread(steps, days)):
        shown = shown_step(step, catalogue, language, done=False, own=own)
        url = step.entry.links[0].url if step.entry.links else ""
        text = "\n".join(filter(None, (shown["what"], *shown["reasons"], url)))
        title = f"{shown['title']} ({word('minutes_short', language, n=step.minutes)})"
        events.append(Day(f"{number}-{step.entry.entry_id}", date.today() + timedelta(days=day), title, text))
    return _file(calendar(events, datetime.now(UTC)), "text/calendar; charset=utf-8", "reading-path.ics")


def _what(entry_id: str, catalogue: Catalogue, language: str) -> str:
    """Returns what an entry is, in the words of its card or note, or ""."""
    for passage in catalogue.store.passages_of(entry_id):
        if passage.kind is PassageKind.ANSWER and passage.language == language:
            found = read_answered(passage.text)
            if found is not None and found.aspect == "what":
                return plain_text(found.answer)
    return ""


def path_picture(steps: Sequence[PathStep], language: str, done: frozenset[str]) -> dict[str, Any]:
    """Returns nodes and arrows: a column a level, in reading order from top to bottom."""
    rows: Counter[int] = Counter()
    at: dict[str, tuple[int, int]] = {}
    nodes = []
    for number, step in enumerate(steps, 1):
        x, y = step.level * (_WIDTH + _GAP_X), rows[step.level] * (_HEIGHT + _GAP_Y)
        rows[step.level] += 1
        at[step.entry.entry_id] = x, y
        name = f"{number} {_cut(short_name(step.entry, language))}"
        nodes.append({"x": x, "y": y, "name": name, "number": number, "done": step.entry.entry_id in done})
    arrows = [
        {"x1": at[x.entry.entry_id][0] + _WIDTH, "y1": at[x.entry.entry_id][1] + _HEIGHT // 2,
         "x2": at[y][0], "y2": at[y][1] + _HEIGHT // 2}
        for x in steps for y in x.needed_for if at[y][0] > at[x.entry.entry_id][0]
    ]  # fmt: skip
    width = max((x for x, _ in at.values()), default=0) + _WIDTH
    height = max((y for _, y in at.values()), default=0) + _HEIGHT
    return {"nodes": nodes, "arrows": arrows, "width": width, "height": height, "w": _WIDTH, "h": _HEIGHT}


def _cut(name: str) -> str:
    shown, size = "", 0
    for character in name:
        size += 2 if ord(character) > 0x2E80 else 1
        if size > _NAME:
            return f"{shown}…"
        shown += character
    return shown


def _spread(steps: Sequence[PathStep], days: int) -> list[tuple[PathStep, int]]:
    """Returns each step with the day it starts on, from 0, so that every day has about as much to read."""
    total = sum(step.minutes for step in steps) or 1
    before, placed = 0, []
    for step in steps:
        placed.append((step, before * days // total))
        before += step.minutes
    return placed


def _file(text: str, kind: str, name: str) -> Response:
    return Response(text, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
