"""A reading list as its entries: walks the Markdown of one file and says which block is which.

Knows bulleted, numbered and nested items, tables, headings and paragraphs that are entries, and the prose of a
section. What it cannot place is reported as a problem with its line, never dropped silently.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from ingest.lists.blocks import (
    NUMBERED,
    PLACEHOLDER,
    as_title,
    first_line,
    is_bare_title,
    is_entry,
    is_label,
    is_link_line,
    item_lines,
    joined,
    last_line,
    lone_label,
    nested_items,
    only_anchors,
    opens_entry,
    paragraph_lines,
    points_inside,
    until_heading,
)
from ingest.lists.entry_line import Head, clean_title, is_link_row, read_head, section_head
from ingest.lists.headings import Heading, read_heading
from ingest.lists.inline import Line, Span, inline_lines, text_of
from ingest.text.markup import plain_text

_PARSER = MarkdownIt("commonmark").enable("table")
_PARSER.validateLink = lambda _: True  # type: ignore[assignment,method-assign]  # file:///… has to be seen to be reported
_MIN_PROSE_CHARS = 20


@dataclass(slots=True)
class Block:
    """One entry or one section's prose as found in a file; lines count from 1, both ends included."""

    headings: tuple[Heading, ...]
    start: int
    end: int
    head: Head
    shape: str  # item, row, heading, paragraph or prose
    cells: tuple[str, ...] = ()

    @property
    def section(self) -> tuple[str, ...]:
        """Headings from the outermost to the innermost, as written."""
        return tuple(heading.written for heading in self.headings)


@dataclass(slots=True)
class Outline:
    """All blocks of a list in reading order, and the lines nobody understood."""

    blocks: list[Block] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)


def read_outline(text: str) -> Outline:
    """Reads the Markdown of a list, front matter already removed or blanked."""
    walker = _Walker(text.split("\n"))
    walker.walk(SyntaxTreeNode(_PARSER.parse(text)).children)
    return walker.outline


class _Walker:
    """The state of one pass: where in the headings we are, and which entry is still open."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.outline = Outline()
        self.headings: list[tuple[int, Heading]] = []
        self.open: Block | None = None  # a heading or paragraph entry that may still grow

    def walk(self, nodes: list[SyntaxTreeNode]) -> None:
        for i, node in enumerate(nodes):
            following = nodes[i + 1] if i + 1 < len(nodes) else None
            match node.type:
                case "heading":
                    self._heading(node, nodes[i + 1 :])
                case "bullet_list" | "ordered_list":
                    self._list(node, following)
                case "table":
                    self.open = None
                    self._table(node)
                case "paragraph":
                    self._paragraph(node, following)
                case "fence" | "code_block" | "blockquote":
                    self._prose(node)
                case _:
                    continue  # rules, HTML blocks and comments carry no entry

    @property
    def section(self) -> tuple[Heading, ...]:
        return tuple(heading for _, heading in self.headings)

    def _enter(self, level: int, title: str, line: int) -> None:
        self.headings = [heading for heading in self.headings if heading[0] < level]
        self.headings.append((level, read_heading(title, self.lines[line - 1])))
        self.open = None

    def _heading(self, node: SyntaxTreeNode, following: list[SyntaxTreeNode]) -> None:
        lines = inline_lines(node.children[0])
        level, line = int(node.tag[1]), first_line(node)
        title = re.sub(r"^\d+[.、]\s*", "", clean_title(" ".join(text_of(part) for part in lines)))
        body = until_heading(following)
        if NUMBERED.match(text_of(lines[0])) and any(
            is_link_row(row) for part in body if part.type == "paragraph" for row in inline_lines(part.children[0])
        ):
            self.headings = [heading for heading in self.headings if heading[0] < level]
            self.open = self._add(read_head([lines[0], *paragraph_lines(body)]), line, line, "heading")
            return
        self._enter(level, title, line)

    def _list(self, node: SyntaxTreeNode, following: SyntaxTreeNode | None) -> None:
        label = lone_label(node)
        if label and following is not None and following.type == "bullet_list":
            self._enter(7, label, first_line(node))
            return
        if self.open is not None and not any(is_entry(item, nested=False) for item in node.children):
            self.open.end = last_line(node)
            return
        self.open = None
        for item in node.children:
            self._item(item, nested=False)

    def _item(self, item: SyntaxTreeNode, *, nested: bool) -> None:
        if not is_entry(item, nested=nested):
            if not nested and not points_inside(item):
                self._prose(item)
            return
        inner = [entry for entry in nested_items(item) if is_entry(entry, nested=True)]
        own_end = min((first_line(entry) - 1 for entry in inner), default=last_line(item))
        lines = list(item_lines(item, inner))
        owner = self._add(read_head(lines), first_line(item), own_end, "item")
        for offset, line in enumerate(lines):
            if offset and line[:1] and re.match(r"[-*+] $", line[0].text) and len(line) > 1 and line[1].href:
                # A bullet indented too deep is, to Markdown, one more line of the paragraph above.
                at = first_line(item) + offset
                if owner is not None:
                    owner.end = min(owner.end, at - 1)
                self._add(read_head([line[1:]]), at, at, "item")
        for entry in inner:
            self._item(entry, nested=True)

    def _table(self, node: SyntaxTreeNode) -> None:
        rows = [row for part in node.children for row in part.children]
        names = tuple(text_of(joined(cell)) for cell in rows[0].children)
        for row in rows[1:]:
            cells = [joined(cell) for cell in row.children]
            title = text_of(tuple(span for span in cells[0] if not span.bracketed)) if cells else ""
            if not clean_title(title):
                continue
            head = read_head([cells[0], *(cell for cell in cells[1:])])
            head.title = clean_title(title)
            head.own_links = head.own_links or head.links
            facts = tuple(f"{name}: {text_of(cell)}" for name, cell in zip(names, cells, strict=False) if name)
            dated = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", " ".join(facts))
            head.year, head.venue, head.authors = int(dated[0]) if dated else None, "", []
            self._add(head, first_line(row), last_line(row), "row", facts)

    def _paragraph(self, node: SyntaxTreeNode, following: SyntaxTreeNode | None) -> None:
        lines = inline_lines(node.children[0])
        first = next((line for line in lines if text_of(line)), ())
        text = " ".join(text_of(line) for line in lines)
        if not text or PLACEHOLDER.match(text) or only_anchors(lines):
            return
        linked = any(span.href is not None for line in lines for span in line)
        if not linked and is_label(text) and following is not None and following.type.endswith("_list"):
            self._enter(7, clean_title(text), first_line(node))
        elif opens_entry(first, text):
            self.open = self._add(read_head(lines), first_line(node), last_line(node), "paragraph")
        elif is_link_line(lines):
            self._add(read_head([as_title(lines[0])]), first_line(node), last_line(node), "paragraph")
            self.open = None
        elif self.open is not None:
            self._extend(self.open, lines, last_line(node))
        elif is_bare_title(text):
            self._add(read_head(lines), first_line(node), last_line(node), "paragraph")
        else:
            self._prose(node)
            for line in lines:
                self._cited_links(line, first_line(node), last_line(node))

    def _extend(self, block: Block, lines: list[Line], end: int) -> None:
        block.end = end
        added = read_head([(Span(""), Span("-")), *lines])
        bold = [span for line in lines for span in line if span.bold]
        if block.head.title_linked and len(lines) == 1 and bold and text_of(lines[0]) == bold[0].text.strip():
            block.head.title_zh, block.head.title = block.head.title, clean_title(bold[0].text)
            block.head.title_linked = False
        known = {link.url for link in block.head.links}
        block.head.links += [link for link in added.links if link.url not in known]
        block.head.own_links += [link for link in added.own_links if link.url not in known]
        block.head.faults += added.faults
        block.head.authors = block.head.authors or (added.authors if lines and lines[0][0].italic else [])

    def _cited_links(self, line: Line, start: int, end: int) -> None:
        """Links inside a section's prose are works worth finding too."""
        for span in line:
            if span.href and not span.href.startswith("#") and span.text != span.href:
                head = read_head([(span,)])
                if head.links:
                    self._add(head, start, end, "cited")

    def _prose(self, node: SyntaxTreeNode) -> None:
        start, end = first_line(node), last_line(node)
        if self.open is not None:
            self.open.end = end
            return
        text = plain_text("\n".join(self.lines[start - 1 : end]))
        if len(re.sub(r"\W", "", text)) < _MIN_PROSE_CHARS or not self.headings:
            if re.sub(r"\W", "", text):
                self.outline.unread.append((start, text.split("\n")[0][:60]))
            return
        head = section_head(self.headings[-1][1])
        self.outline.blocks.append(Block(self.section, start, end, head, "prose"))

    def _add(self, head: Head, start: int, end: int, shape: str, cells: tuple[str, ...] = ()) -> Block | None:
        if not head.title and head.links:
            head.title = head.links[0].url
        if not head.title:
            self.outline.unread.append((start, self.lines[start - 1].strip()[:60]))
            return None
        while end > start and not self.lines[end - 1].strip():
            end -= 1
        block = Block(self.section, start, end, head, shape, cells)
        self.outline.blocks.append(block)
        return block
