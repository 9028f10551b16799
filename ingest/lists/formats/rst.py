"""reStructuredText, parsed by docutils, as the same blocks that Markdown gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from docutils import nodes
from docutils.core import publish_doctree

from ingest.lists.inline import Line, Span
from ingest.lists.nodes import Node

_SETTINGS: dict[str, Any] = {
    "report_level": 5,  # directives of Sphinx and the like are passed over
    "halt_level": 5,
    "file_insertion_enabled": False,  # a list reads no other file
    "raw_enabled": False,
    "doctitle_xform": False,
    "_disable_config": True,
}


def rst_nodes(text: str) -> list[Node]:
    """Parses a list; lines count from 1."""
    return list(_blocks(publish_doctree(text, settings_overrides=_SETTINGS), 0))


def _blocks(parent: nodes.Element, depth: int) -> Iterator[Node]:
    for child in parent.children:
        match child:
            case nodes.section():
                yield from _blocks(child, depth + 1)
            case nodes.title():
                line = max((child.line or 2) - 1, 1)  # docutils counts from the underline
                yield Node("heading", line, line, _lines(child), level=min(depth, 6))
            case nodes.bullet_list() | nodes.enumerated_list() | nodes.definition_list():
                items = [_item(item, depth) for item in child.children if isinstance(item, nodes.Element)]
                ordered = isinstance(child, nodes.enumerated_list)
                yield Node(
                    "list", _start(child), items[-1].end if items else _start(child), children=items, ordered=ordered
                )
            case nodes.table():
                rows = [_row(row) for row in child.findall(nodes.row)]
                if rows:
                    yield Node("table", rows[0][0], rows[-1][1], rows=rows)
            case nodes.paragraph():
                yield _paragraph(child)
            case nodes.literal_block():
                yield Node("code", _start(child), _end(child))
            case nodes.block_quote() | nodes.line_block():
                yield Node("quote", _start(child), _end(child), children=list(_blocks(child, depth)))
            case nodes.Structural() | nodes.Body() if not isinstance(child, nodes.Invisible | nodes.system_message):
                yield from _blocks(child, depth)  # admonitions, containers


def _item(item: nodes.Element, depth: int) -> Node:
    """Returns a list's item; a term is the first line of its definition."""
    children: list[Node] = []
    for child in item.children:
        if isinstance(child, nodes.term):
            children.append(_paragraph(child))
        elif isinstance(child, nodes.definition):
            children += _blocks(child, depth)
    children = children or list(_blocks(item, depth))
    return Node("item", _start(item), max((child.end for child in children), default=_start(item)), children=children)


def _row(row: nodes.Element) -> tuple[int, int, list[list[Line]]]:
    paragraphs = list(row.findall(nodes.paragraph))
    starts = [paragraph.line or 1 for paragraph in paragraphs]
    cells = [
        [line for paragraph in entry.findall(nodes.paragraph) for line in _lines(paragraph)]
        for entry in row.children
        if isinstance(entry, nodes.entry)
    ]
    return min(starts, default=1), max(map(_end, paragraphs), default=1), cells


def _paragraph(node: nodes.Element) -> Node:
    return Node("paragraph", _start(node), _end(node), _lines(node))


def _start(node: nodes.Element) -> int:
    lines = [node.line, *(child.line for child in node.findall(nodes.paragraph))]
    return next((int(line) for line in lines if line), 1)


def _end(node: nodes.Element) -> int:
    return _start(node) + str(node.astext()).count("\n")


def _lines(node: nodes.Element) -> list[Line]:
    lines: list[list[Span]] = [[]]
    for span in _spans(node, Span("")):
        first, *others = span.text.split("\n")
        lines[-1].append(replace(span, text=first))
        lines += [[replace(span, text=text)] for text in others]
    return [tuple(span for span in line if span.text) for line in lines]


def _spans(node: nodes.Element, style: Span) -> Iterator[Span]:
    for child in node.children:
        match child:
            case nodes.Text():
                yield replace(style, text=str(child))
            case nodes.reference():
                text = child.astext().replace("\n", " ")
                yield replace(style, text=text, href=str(child.get("refuri", "")) or f"#{child.get('refid', '')}")
            case nodes.strong():
                yield from _spans(child, replace(style, bold=True))
            case nodes.emphasis() | nodes.title_reference():
                yield from _spans(child, replace(style, italic=True))
            case nodes.literal():
                yield replace(style, text=child.astext(), code=True)
            case nodes.inline():
                yield from _spans(child, style)
