"""Works told line by line: a title among facts, a title above a list of facts, a bibliography's references."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.lists.facts import read_fact, read_title
from ingest.lists.inline import Line, Span, links_of, text_of
from ingest.lists.labels import is_label, role_of
from ingest.lists.nodes import Node
from ingest.lists.reference import is_reference

NUMBERED = re.compile(r"^\s*(?:第?\d{1,3}(?!\d)|[一二三四五六七八九十]+)\s*[、.．)）]|^\s*\[\^?\d{1,3}\]:?\s")
_TITLE_CHARS = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A work's first and last line, from 1, and what stands there."""

    start: int
    end: int
    lines: list[Line]


def first_lines(item: Node) -> list[Line]:
    """Returns the lines of the paragraph an item starts with."""
    first = item.children[0] if item.children else None
    return [line for line in first.lines if line] if first is not None and first.kind == "paragraph" else []


def facts_of(item: Node) -> list[tuple[str, Line]]:
    """Returns the fact that an item states, if it states one."""
    return [fact for line in first_lines(item)[:1] if (fact := read_fact(line)) is not None]


def stated_works(node: Node) -> list[Told]:
    """Returns the works of a paragraph or a list of which every line states a fact, the first one a title."""
    placed = [(line, node.start + i) for i, line in enumerate(node.lines) if line]
    placed += [(line, item.start + i) for item in node.children for i, line in enumerate(first_lines(item))]
    works: list[Told] = []
    for line, number in placed:
        if read_title(line) is not None:
            works.append(Told(number, number, [line]))
        elif works and read_fact(line) is not None:
            works[-1] = Told(works[-1].start, number, [*works[-1].lines, line])
        else:
            return []
    return works if all(len(work.lines) > 1 for work in works) else []


def heads_facts(lines: Sequence[Line], following: Node | None) -> bool:
    """Tells a paragraph that is a work's title, all bold or before a colon, as the items after it state facts."""
    text = text_of(joined(lines))
    if following is None or following.kind != "list" or links_of(lines) or not 0 < len(text) <= _TITLE_CHARS:
        return False
    facts = [fact for item in following.children for fact in facts_of(item) if fact[0]]
    if 3 * len(facts) < 2 * len(following.children) or not any(links_of([value]) for _, value in facts):
        return False
    bold = all(span.bold or not span.text.strip() for line in lines for span in line)
    labels = is_label(text) or (text.count(" ") < 2 and role_of(text) != "")
    return (bold or text.endswith((":", "："))) and not labels


def references_in(lines: Sequence[Line], start: int) -> list[Told]:
    """Returns the references that a paragraph consists of, wrapped lines joined; none where it says anything else.

    Args:
        lines: All of its lines.
        start: The number of the first one, from 1.
    """
    texts = [NUMBERED.sub("", text_of(line)) for line in lines]
    if not any(texts):
        return []
    starts = [i for i, line in enumerate(lines) if NUMBERED.match(text_of(line))]
    if not starts:
        starts = list(range(len(lines))) if all(map(is_reference, texts)) else [0]
    pieces = list(zip(starts, [*starts[1:], len(lines)], strict=True))
    whole = starts[0] == 0 and all(is_reference(" ".join(texts[i:stop])) for i, stop in pieces)
    return [Told(start + i, start + stop - 1, [joined(lines[i:stop])]) for i, stop in pieces] if whole else []


def joined(lines: Sequence[Line]) -> Line:
    """Returns wrapped lines as one."""
    return tuple(span for line in lines for span in (*line, Span(" ")))[:-1]
