"""Inline Markdown as a flat run of spans, line by line.

The list reader asks simple questions ("what is bold?", "which links are in brackets?"); nested inline tokens make
them hard, so they are flattened once, here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from markdown_it.tree import SyntaxTreeNode

_BARE_URL = re.compile(r"https?://[^\s<>\"'`（）()，。；：、！？…“”》」】\]|]+")


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text with one formatting.

    Attributes:
        text: What the reader sees.
        bold: Inside strong emphasis.
        italic: Inside emphasis.
        code: Inside back-ticks.
        href: Target when it is (part of) a link, else None; "" for an empty link.
        bracketed: A link written as ``[[label](url)]``, the way lists write a row of links.
    """

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    href: str | None = None
    bracketed: bool = False


Line = tuple[Span, ...]


def inline_lines(node: SyntaxTreeNode) -> list[Line]:
    """Returns the spans of an inline node, one tuple a source line; images and HTML are left out."""
    lines: list[list[Span]] = [[]]
    for span in _flatten(node, Span("")):
        if span.text == "\n":
            lines.append([])
        elif span.text:
            lines[-1].append(span)
    return [_mark_brackets(_split_bare_urls(line)) for line in lines]


def text_of(line: Line) -> str:
    """Returns the visible text of a line, spaces collapsed."""
    return re.sub(r"\s+", " ", "".join(span.text for span in line)).strip()


def _flatten(node: SyntaxTreeNode, style: Span) -> Iterator[Span]:
    for child in node.children:
        match child.type:
            case "text":
                yield replace(style, text=child.content)
            case "code_inline":
                yield replace(style, text=child.content, code=True)
            case "softbreak" | "hardbreak":
                # Inside a link a break is a space: the link is one thing.
                yield replace(style, text="\n" if style.href is None else " ")
            case "strong":
                yield from _flatten(child, replace(style, bold=True))
            case "em":
                yield from _flatten(child, replace(style, italic=True))
            case "link":
                yield from _link(child, style)
            case "image" | "html_inline":
                continue
            case _:
                yield from _flatten(child, style)


def _link(node: SyntaxTreeNode, style: Span) -> Iterator[Span]:
    parts = list(_flatten(node, replace(style, href=str(node.attrs.get("href", "")))))
    text = "".join(part.text for part in parts)
    if parts:
        yield replace(parts[0], text=text, bold=any(part.bold for part in parts))


def _split_bare_urls(line: list[Span]) -> list[Span]:
    spans: list[Span] = []
    for span in line:
        if span.href is not None or span.code:
            spans.append(span)
            continue
        end = 0
        for match in _BARE_URL.finditer(span.text):
            url = match[0].rstrip(".,;:")
            spans += [replace(span, text=span.text[end : match.start()]), replace(span, text=url, href=url)]
            end = match.start() + len(url)
        spans.append(replace(span, text=span.text[end:]))
    return [span for span in spans if span.text]


def _mark_brackets(line: list[Span]) -> Line:
    marked = list(line)
    depth = 0
    for i, span in enumerate(line):
        if span.href is None:
            depth = max(0, depth + span.text.count("[") - span.text.count("]"))
        elif depth:
            marked[i] = replace(span, bracketed=True)
    return tuple(marked)
