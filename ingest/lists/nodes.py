"""The blocks of a list's Markdown as a small tree, whatever wrote them: Markdown, HTML inside it, or both mixed.

HTML is read where it stands: tags of headings, items and ``<summary>`` split the paragraph they are in, tables are
tables, comments are gone. Reading takes time in proportion to the text, whatever is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from ingest.lists.html import HtmlTable, take_tables, without_comments
from ingest.lists.inline import Line, Span, html_tag, inline_lines

# HTML blocks and indented code hide lists from the reader: both are read as the paragraphs and items they look like.
_PARSER = MarkdownIt("commonmark", {"maxNesting": 40}).enable("table").disable(["html_block", "code", "inline"])
_PARSER.validateLink = lambda _: True  # type: ignore[assignment,method-assign]  # file:///… has to be seen to be reported
_PARSER.normalizeLink = str  # type: ignore[assignment,method-assign]  # addresses are canonised later, all in one place
_MOST_OPEN_BRACKETS = 12  # links are not nested deeper; each further one would cost a pass over the paragraph
_DEFINITION = re.compile(
    r"^ {0,3}\[(?P<label>[^\[\]\n]{1,200})\]: +(?P<href>\S+)(?: +(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))? *$", re.M
)
_SPLITTING = {
    "h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading", "h6": "heading",
    "li": "item", "dt": "item", "summary": "summary", "p": "paragraph", "div": "paragraph", "dd": "note",
}  # fmt: skip


@dataclass(slots=True)
class Node:
    """A block.

    Attributes:
        kind: heading, paragraph, list, item, table, code, quote, summary (opens a fold) or fold_end.
        start: First line, from 1.
        end: Last line, inclusive.
        lines: Spans of a heading or paragraph, a tuple a line.
        level: Of a heading, from 1.
        children: Items of a list, blocks of an item or a quote.
        rows: Of a table, the header first: first line, last line, cells.
        ordered: Whether a list is numbered.
    """

    kind: str
    start: int
    end: int
    lines: list[Line] = field(default_factory=list)
    level: int = 0
    children: list[Node] = field(default_factory=list)
    rows: list[tuple[int, int, list[list[Line]]]] = field(default_factory=list)
    ordered: bool = False


def read_nodes(text: str) -> list[Node]:
    """Reads Markdown; lines are split at line feeds only."""
    text, tables = take_tables(without_comments(text))
    text, environment = _take_definitions(text)
    tokens = _PARSER.parse(text, environment)
    nodes = _Builder(tokens, environment).nodes()
    nodes += [_html_table(table, environment) for table in tables]
    return sorted(nodes, key=lambda node: node.start) if tables else nodes


def _take_definitions(text: str) -> tuple[str, dict[str, object]]:
    """Takes definitions of links, ``[1]: https://…``, out of a text; markdown-it reads all below with each one."""
    if "]:" not in text:
        return text, {}
    references: dict[str, dict[str, str]] = {}

    def take(found: re.Match[str]) -> str:
        references.setdefault(normalizeReference(found["label"]), {"href": found["href"].strip("<>"), "title": ""})
        return ""

    return _DEFINITION.sub(take, text), {"references": references}


class _Builder:
    def __init__(self, tokens: list[Token], environment: dict[str, object]) -> None:
        self.tokens, self.environment, self.at = tokens, environment, 0

    def nodes(self) -> list[Node]:
        """Reads the blocks up to the end of the one that is open."""
        found: list[Node] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.nesting < 0:
                break
            found += self._node(token)
        return found

    def _node(self, token: Token) -> list[Node]:
        start, end = (token.map[0] + 1, token.map[1]) if token.map else (1, 1)
        match token.type:
            case "heading_open":
                inline = self._inline()
                return [Node("heading", start, end, inline_lines(inline), level=int(token.tag[1]))]
            case "paragraph_open":
                return _split_at_tags(self._inline(), start, end)
            case "bullet_list_open" | "ordered_list_open":
                return [Node("list", start, end, children=self.nodes(), ordered=token.type.startswith("ordered"))]
            case "list_item_open":
                return [Node("item", start, end, children=_with_deep_bullets(self.nodes()))]
            case "blockquote_open":
                return [Node("quote", start, end, children=self.nodes())]
            case "table_open":
                return [Node("table", start, end, rows=self._rows())]
            case "fence":
                return [Node("code", start, end)]
        if token.nesting > 0:
            self.nodes()
        return []  # rules and definitions of links

    def _inline(self) -> list[Token]:
        content = self.tokens[self.at].content
        self.at += 2  # the inline token and the closing one
        return _parsed(content, self.environment)

    def _rows(self) -> list[tuple[int, int, list[list[Line]]]]:
        rows: list[tuple[int, int, list[list[Line]]]] = []
        while (token := self.tokens[self.at]).type != "table_close":
            self.at += 1
            if token.type == "tr_open":
                line = token.map[0] + 1 if token.map else 1
                rows.append((line, line, []))
            elif token.type == "inline":
                rows[-1][2].append(inline_lines(_parsed(token.content, self.environment)))
        self.at += 1
        return rows


def _parsed(content: str, environment: dict[str, object]) -> list[Token]:
    tokens: list[Token] = []
    _PARSER.inline.parse(_tamed(content), _PARSER, environment, tokens)
    return tokens


def _tamed(content: str) -> str:
    """Disarms opening brackets that no link can start with, each of which costs a search to the paragraph's end."""
    if content.count("[") <= _MOST_OPEN_BRACKETS:
        return content
    open_at: list[int] = []
    wild: set[int] = set()
    for at, character in enumerate(content):
        if character == "[":
            open_at.append(at)
        elif character == "]" and open_at:
            opened = open_at.pop()
            if len(open_at) >= _MOST_OPEN_BRACKETS:
                wild.add(opened)
    wild.update(open_at)
    if len(wild) <= _MOST_OPEN_BRACKETS:
        return content
    return "".join("［" if at in wild else character for at, character in enumerate(content))


def _split_at_tags(tokens: list[Token], start: int, end: int) -> list[Node]:
    """Splits a paragraph at the tags of blocks of HTML inside it."""
    if not any(html_tag(token)[0] in _SPLITTING or html_tag(token)[0] in ("details", "dl") for token in tokens):
        return [Node("paragraph", start, end, inline_lines(tokens))]
    nodes: list[Node] = []
    kind, level, held, first, line = "paragraph", 0, list[Token](), start, start
    depth = 1
    for token in [*tokens, Token("html_inline", "", 0, content="</p>")]:
        name, closes = html_tag(token)
        if name in _SPLITTING or (name == "details" and closes):
            nodes += _html_node(kind, level, held, first, line)
            kind, level, held, first = "paragraph", depth, [], line
            if name == "details":
                nodes.append(Node("fold_end", line, line))
            elif not closes:
                kind = _SPLITTING[name]
                level = int(name[1]) if name[0] == "h" and name[1:].isdigit() else depth
        else:
            depth += (-1 if closes else 1) if name == "dl" else 0
            held.append(token)
        line += token.content.count("\n") + (token.type in ("softbreak", "hardbreak"))
    return _gathered(nodes)


def _html_node(kind: str, level: int, tokens: list[Token], start: int, end: int) -> Iterator[Node]:
    lines = [line for line in inline_lines(tokens) if line]
    if lines:
        leading = next((i for i, token in enumerate(tokens) if token.type not in ("softbreak", "hardbreak")), 0)
        trailing = next(
            (i for i, token in enumerate(reversed(tokens)) if token.type not in ("softbreak", "hardbreak")), 0
        )
        start, end = start + leading, max(start + leading, end - trailing)
        if kind in ("item", "note"):
            yield Node(kind, start, end, children=[Node("paragraph", start, end, lines)])
        else:
            yield Node(kind, start, end, lines, level=level)


def _gathered(nodes: list[Node]) -> list[Node]:
    """Puts items that follow each other into one list, and a ``<dd>`` under its ``<dt>``."""
    found: list[Node] = []
    for node in nodes:
        last = found[-1] if found else None
        if node.kind not in ("item", "note"):
            found.append(node)
        elif last is None or last.kind != "list":
            found.append(Node("list", node.start, node.end, children=[replace(node, kind="item")]))
        elif node.kind == "note":
            last.children[-1].children += node.children
            last.children[-1].end = last.end = node.end
        else:
            last.children.append(node)
            last.end = node.end
    return found


def _with_deep_bullets(blocks: list[Node]) -> list[Node]:
    """Makes nested items of the bullets that are indented too deep, which Markdown takes for lines of the paragraph."""
    found: list[Node] = []
    for block in blocks:
        bullets = [i for i, line in enumerate(block.lines) if i and _bullet(line)] if block.kind == "paragraph" else []
        if not bullets:
            found.append(block)
            continue
        found.append(replace(block, lines=block.lines[: bullets[0]], end=block.start + bullets[0] - 1))
        items = []
        for i, stop in zip(bullets, [*bullets[1:], len(block.lines)], strict=True):
            lines = [_without_bullet(block.lines[i]), *block.lines[i + 1 : stop]]
            start, end = block.start + i, min(block.end, block.start + stop - 1)
            items.append(Node("item", start, end, children=[Node("paragraph", start, end, lines)]))
        found.append(Node("list", items[0].start, items[-1].end, children=items))
    return found


def _bullet(line: Sequence[Span]) -> bool:
    return bool(line) and line[0].href is None and not line[0].code and line[0].text[:2] in ("- ", "* ", "+ ")


def _without_bullet(line: Line) -> Line:
    first = replace(line[0], text=line[0].text[2:].lstrip())
    return (first, *line[1:]) if first.text else line[1:]


def _html_table(table: HtmlTable, environment: dict[str, object]) -> Node:
    rows = [
        (start, end, [inline_lines(_parsed(cell, environment)) for cell in cells]) for start, end, cells in table.rows
    ]
    return Node("table", table.start, table.end, rows=rows)
