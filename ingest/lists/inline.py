"""Inline Markdown as a flat run of spans, line by line.

The list reader asks simple questions ("what is bold?", "which links are in brackets?"); nested inline tokens,
Markdown's or HTML's, make them hard, so they are flattened once, here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from markdown_it.token import Token

_BARE_URL = re.compile(
    r"https?://[^\s<>\"'`（）()，。；：、！？…“”》」】\]|]+(?:\([^\s<>()]*\)[^\s<>\"'`（）()，。；：、！？…“”》」】\]|]*)*"
)
_WIKILINK = re.compile(r"\[\[(?P<page>[^\[\]|#]{1,200})(?:#[^\[\]|]{0,200})?(?:\|(?P<shown>[^\[\]]{1,200}))?\]\](?!\()")
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]*)")
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.I)
_STYLES = {"strong": "bold", "b": "bold", "th": "bold", "em": "italic", "i": "italic", "code": "code"}


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text with one formatting.

    Attributes:
        text: What the reader sees.
        bold: Inside strong emphasis.
        italic: Inside emphasis.
        code: Inside back-ticks, or a ``[[wikilink]]``: a name set apart.
        href: Target when it is (part of) a link, else None; "" for an empty link.
        bracketed: A link written as ``[[label](url)]`` or ``[[label]](url)``, the way lists write a row of links.
        alt: What a linked picture says, for a link without text.
    """

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    href: str | None = None
    bracketed: bool = False
    alt: str = ""


Line = tuple[Span, ...]


def inline_lines(tokens: Iterable[Token]) -> list[Line]:
    """Returns the spans of inline tokens, one tuple a line; pictures are left out, but not the links around them."""
    lines: list[list[Span]] = [[]]
    for span in _Reader().spans(tokens):
        if span.text == "\n":
            lines.append([])
        elif span.href is None and lines[-1] and replace(lines[-1][-1], text=span.text) == span and not span.code:
            lines[-1][-1] = replace(span, text=lines[-1][-1].text + span.text)  # escapes and entities come in pieces
        elif span.text or span.href is not None:
            lines[-1].append(span)
    return [_mark_brackets(_split_names(line)) for line in lines]


def text_of(line: Sequence[Span]) -> str:
    """Returns the visible text of a line, spaces collapsed."""
    return re.sub(r"\s+", " ", "".join(span.text for span in line)).strip()


def links_of(lines: Iterable[Line]) -> list[Span]:
    """Returns the links of some lines."""
    return [span for line in lines for span in line if span.href is not None]


def html_tag(token: Token) -> tuple[str, bool]:
    """Returns the name of an HTML tag in lower case, and whether it closes; ("", False) for another token."""
    found = _TAG.match(token.content) if token.type == "html_inline" else None
    return (found["name"].lower(), bool(found["close"])) if found else ("", False)


class _Reader:
    """Which formatting is open at a place, and what an open link has held so far."""

    def __init__(self) -> None:
        self.depth = {"bold": 0, "italic": 0, "code": 0}
        self.href: str | None = None
        self.held: list[Span] = []
        self.alt = ""

    def spans(self, tokens: Iterable[Token]) -> Iterator[Span]:
        for token in tokens:
            for span in self._read(token):
                if self.href is None or span.href is not None:
                    yield span
                else:  # inside a link a break is a space: the link is one thing
                    self.held.append(replace(span, text=" ") if span.text == "\n" else span)
        yield from self.held  # of a link that is never closed

    def _read(self, token: Token) -> Iterator[Span]:
        kind = token.type
        name = _STYLES.get(kind.rsplit("_", 1)[0])
        if kind in ("text", "text_special", "code_inline"):
            yield self._span(token.content, code=kind == "code_inline")
        elif kind in ("softbreak", "hardbreak"):
            yield Span("\n")
        elif kind == "link_open":
            self._open_link(str(token.attrs.get("href", "")))
        elif kind == "link_close":
            yield from self._close_link()
        elif kind == "image":
            self.alt = token.content or "picture"
        elif kind == "html_inline":
            yield from self._read_tag(token)
        elif name:
            self.depth[name] += 1 if kind.endswith("_open") else -1

    def _read_tag(self, token: Token) -> Iterator[Span]:
        name, closes = html_tag(token)
        if name == "br":
            yield Span("\n")
        elif name == "img":
            self.alt = self.alt or "picture"
        elif name == "a" and closes:
            yield from self._close_link()
        elif name == "a" and (href := _HREF.search(token.content)):
            self._open_link(html.unescape(next(value for value in href.groups() if value is not None)))
        elif kind := _STYLES.get(name):
            self.depth[kind] = max(0, self.depth[kind] + (-1 if closes else 1))
        yield from (Span("\n") for _ in range(token.content.count("\n")) if name != "br")

    def _span(self, text: str, *, code: bool = False) -> Span:
        depth = self.depth
        return Span(text, depth["bold"] > 0, depth["italic"] > 0, code or depth["code"] > 0)

    def _open_link(self, href: str) -> None:
        self.href, self.held, self.alt = href, [], ""

    def _close_link(self) -> list[Span]:
        href, held, self.href, self.held = self.href, self.held, None, []
        text = "".join(part.text for part in held)
        if href is None or not (text.strip() or self.alt):
            return []
        first = held[0] if held else self._span("")
        bold = any(part.bold for part in held) or first.bold
        return [replace(first, text=text if text.strip() else "", bold=bold, href=href, alt=self.alt)]


def _split_names(line: list[Span]) -> list[Span]:
    """Makes spans of their own of bare addresses and wikilinks."""
    spans: list[Span] = []
    for span in line:
        if span.href is not None or span.code:
            spans.append(span)
            continue
        end = 0
        for start, stop, found in sorted([*_addresses(span), *_wikilinks(span)], key=lambda place: place[0]):
            if start >= end:
                spans += [replace(span, text=span.text[end:start]), found]
                end = stop
        spans.append(replace(span, text=span.text[end:]))
    return [span for span in spans if span.text or span.href is not None]


def _addresses(span: Span) -> Iterator[tuple[int, int, Span]]:
    for match in _BARE_URL.finditer(span.text):
        url = match[0].rstrip(".,;:")
        yield match.start(), match.start() + len(url), replace(span, text=url, href=url)


def _wikilinks(span: Span) -> Iterator[tuple[int, int, Span]]:
    if "[[" in span.text:
        for match in _WIKILINK.finditer(span.text):
            shown = match["shown"] or match["page"]
            yield match.start(), match.end(), replace(span, text=shown.strip(), code=True)


def _mark_brackets(line: list[Span]) -> Line:
    """Marks the links that stand in square brackets."""
    marked = list(line)
    depth = 0
    for i, span in enumerate(line):
        if span.href is None and not span.code:
            depth = max(0, depth + span.text.count("[") - span.text.count("]"))
        elif span.href is not None:
            inner = span.text.strip()
            marked[i] = replace(span, bracketed=depth > 0 or (inner.startswith("[") and inner.endswith("]")))
    return tuple(marked)
