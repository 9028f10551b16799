"""Lines below a title that state one thing about the work: ``Code: https://…``, ``**作者**：…``, a row of links."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.lists.dates import read_appearance, venue_name, year_in
from ingest.lists.head import Head, can_be_title, is_label_link, points_inside
from ingest.lists.inline import Line, Span, text_of
from ingest.lists.labels import is_field, is_label, role_of, undecorated
from ingest.lists.names import split_authors

_MAX_CHARS = 400
_DATED = re.compile(r"[.,;]?\s*[(（](?:19|20)\d\d[)）]\s*$")  # "Ann Lee, Bob Ray (2024)"
_FACT = re.compile(r"^\s*(?P<name>[^:：\n(（][^:：\n]{0,23}?)\s*[:：]+\s*")


def is_link_row(line: Line) -> bool:
    """Tells whether a line consists of bracketed links only, as in ``[[code](…)] [[paper](…)]``."""
    links = [span for span in line if span.href is not None]
    others = "".join(span.text for span in line if span.href is None)
    return bool(links) and all(span.bracketed for span in links) and not re.sub(r"[\[\]\s,，、/|]", "", others)


def is_label_row(line: Line) -> bool:
    """Tells a row of labels from a bare address, which may stand for anything."""
    return any(span.href is not None and span.text.strip() != span.href.strip() for span in line)


def are_labels(line: Line) -> bool:
    """Tells a line whose links are all labels, and that says nothing else."""
    links = [span for span in line if span.href is not None]
    others = "".join(span.text for span in line if span.href is None)
    return bool(links) and all(is_label_link(link) for link in links) and is_label(others)


def read_fact(line: Line) -> tuple[str, Line] | None:
    """Reads a line that states one thing about the work above: ``Code: https://…``, ``**作者**：…``.

    Returns:
        The name of what it states, "" for a row of label links, and the line without that name; or None.
    """
    if any(points_inside(span.href or "") for span in line if span.href is not None):
        return None
    if are_labels(line):
        others = "".join(span.text for span in line if span.href is None)
        return re.sub(r"^[\W_]+|[\W_]+$", "", others), line
    named = _named(line)
    return None if named is None or any(map(can_be_title, named[1])) else named


def read_title(line: Line) -> Line | None:
    """Reads a line that states a work's title, ``**Title**: …``, ``论文标题：…``; returns what follows the name."""
    named = _named(line)
    return named[1] if named and role_of(named[0]) == "title" and re.search(r"\w", text_of(named[1])) else None


def _named(line: Line) -> tuple[str, Line] | None:
    """Splits ``name: value`` where the name is one that lists give to facts."""
    text, spans, last = "", list(line), Span("")
    while spans and spans[0].href is None and len(text) <= 24 and not re.search(r"[:：]\s*$|[:：]+\s*[^:：\s]", text):
        last = spans.pop(0)
        text += last.text
    found = _FACT.match(text)
    name = undecorated(re.sub(r"^[-*+]\s", "", found["name"])) if found else ""
    if not found or not is_field(name):
        return None
    return name, ((replace(last, text=text[found.end() :]), *spans) if text[found.end() :] else tuple(spans))


def add_fact(head: Head, name: str, value: Line) -> None:
    """Adds what a fact says to the head it belongs to; what the head has already stays."""
    text = text_of([span for span in value if span.href is None]).strip(" .。")
    text = re.sub(r"^\[([^\[\]]*)\]$", r"\1", text)
    role = role_of(name)
    if role == "authors" and not head.authors:
        dated = _DATED.search(text)
        head.authors = split_authors(text[: dated.start()] if dated else text)
        head.year = head.year or (year_in(dated[0]) if dated else None)
    elif role == "venue":
        appeared = read_appearance(text, authors_known=True)
        head.venue = head.venue or appeared.venue or venue_name(text)
        head.year = head.year or appeared.year
    elif role == "year":
        head.year = head.year or year_in(text)
    elif role in ("title", "alias") and 1 < len(text) <= _MAX_CHARS and text not in (head.title, *head.aliases):
        head.aliases.append(text)
    head.add_links(value, own=True, label=name if role in ("link", "work") or is_label(name) else "")
