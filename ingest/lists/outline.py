"""A reading list as its entries: walks the blocks of one file and says which is which.

Knows bulleted, numbered and nested items, tables, headings and paragraphs that are entries, and the prose of a
section. What it cannot place is reported as a problem with its line, never dropped silently.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingest.lists.blocks import (
    PLACEHOLDER,
    are_link_lines,
    as_title,
    group_label,
    heads_an_entry,
    is_entry,
    is_group,
    is_label_text,
    is_link_line,
    lines_below,
    lone_label,
    nested_items,
    only_anchors,
    opens_entry,
)
from ingest.lists.entry_line import read_head
from ingest.lists.facts import add_fact, read_fact
from ingest.lists.head import Head, clean_title, is_bare_title, points_inside, section_head
from ingest.lists.headings import Heading, read_heading
from ingest.lists.inline import Line, Span, links_of, text_of
from ingest.lists.labels import is_boilerplate, is_contents, is_label, names_no_work, undecorated
from ingest.lists.nodes import Node, read_nodes
from ingest.lists.records import NUMBERED, Told, first_lines, heads_facts, references_in, stated_works
from ingest.lists.tables import read_table
from ingest.text.markup import plain_text

_MIN_PROSE_CHARS = 20
_LABEL_LEVEL, _FOLD_LEVEL, _GROUP_LEVEL = 7, 20, 40  # below all headings, in this order
_NO_WORK_HOSTS = re.compile(r"^https?://(?:\w+\.)*(?:wikipedia\.org|twitter\.com|x\.com|discord\.gg|t\.me)/", re.I)


@dataclass(slots=True)
class Block:
    """One entry or one section's prose as found in a file; lines count from 1, both ends included.

    Notes on an entry that stand below works nested in it are at ``further`` lines.
    """

    headings: tuple[Heading, ...]
    start: int
    end: int
    head: Head
    shape: str  # item, row, model (a row of a table of models), heading, paragraph, cited, page, reference or prose
    cells: tuple[str, ...] = ()
    further: tuple[tuple[int, int], ...] = ()

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
    return outline_of(read_nodes(text), text)


def outline_of(nodes: Sequence[Node], text: str) -> Outline:
    """Reads the blocks of a list; ``text`` has the lines they stand in."""
    walker = _Walker(text.split("\n"))
    walker.walk(nodes)
    return walker.outline


class _Walker:
    """The state of one pass: where in the headings we are, and which entry is still open."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.outline = Outline()
        self.headings: list[tuple[int, Heading]] = []
        self.open: Block | None = None  # a heading or paragraph entry that may still grow

    def walk(self, nodes: Sequence[Node]) -> None:
        for i, node in enumerate(nodes):
            following = nodes[i + 1] if i + 1 < len(nodes) else None
            match node.kind:
                case "heading":
                    self._heading(node, nodes, i + 1)
                case "summary":
                    self._enter(_FOLD_LEVEL + node.start, clean_title(_text(node.lines)), node.start)
                case "fold_end":
                    self._leave_fold()
                case _ if self.about_the_list:
                    continue
                case "list":
                    self._list(node, following)
                case "table":
                    self.open = None
                    for row in read_table(node):
                        self._add(row.head, row.start, row.end, row.shape, row.cells)
                case "paragraph":
                    self._paragraph(node, following)
                case "quote" if any(child.kind in ("list", "table") and _linked(child) for child in node.children):
                    self.walk(node.children)
                case "code" | "quote":
                    self._prose(node)

    @property
    def section(self) -> tuple[Heading, ...]:
        return tuple(heading for _, heading in self.headings if heading.written)

    @property
    def about_the_list(self) -> bool:
        titles = [heading.written for _, heading in self.headings]
        return bool(titles) and (is_contents(titles[-1]) or any(map(is_boilerplate, titles)))

    def _enter(self, level: int, title: str, line: int) -> None:
        self.headings = [heading for heading in self.headings if heading[0] < level]
        self.headings.append((level, read_heading(title, self.lines[line - 1])))
        self.open = None

    def _leave_fold(self) -> None:
        folds = [i for i, (level, _) in enumerate(self.headings) if level >= _FOLD_LEVEL]
        if folds:
            self.headings = self.headings[: folds[-1]]
            self.open = None

    def _heading(self, node: Node, nodes: Sequence[Node], after: int) -> None:
        end = next((i for i in range(after, len(nodes)) if nodes[i].kind in ("heading", "summary")), len(nodes))
        body = nodes[after:end]
        title = re.sub(r"^\d+(?:\.\d+)*[.、]\s*", "", undecorated(clean_title(_text(node.lines))))
        if not is_boilerplate(title) and heads_an_entry(node, body):
            self.headings = [heading for heading in self.headings if heading[0] < node.level]
            lines = [line for part in body if part.kind == "paragraph" for line in part.lines if line]
            self.open = self._add(read_head([*node.lines, *lines]), node.start, node.end, "heading")
            return
        self._enter(node.level, title, node.start)

    def _list(self, node: Node, following: Node | None) -> None:
        if works := self._told_in(node):
            self._told(works, "paragraph")
            return
        label = lone_label(node)
        if label and following is not None and following.kind == "list" and not following.ordered:
            self._enter(_LABEL_LEVEL, label, node.start)
            return
        if (
            self.open is not None
            and not any(is_entry(item, nested=True) for item in node.children)
            and (self.open.shape == "heading" or not any(is_entry(item, nested=False) for item in node.children))
        ):
            self.open.end = node.end
            for item in node.children:
                self._extend_facts(self.open.head, [*first_lines(item), *lines_below(item, [])])
            return
        self.open = None
        for item in node.children:
            self._item(item, nested=False)

    def _item(self, item: Node, *, nested: bool) -> None:
        folds = [child for child in item.children if child.kind == "fold_end"]
        if is_group(item):
            self._group(item)
        elif is_entry(item, nested=nested):
            self._entry(item)
        elif any(is_entry(child, nested=True) and links_of(first_lines(child)) for child in nested_items(item)):
            self._group(item)
        elif not nested and not only_anchors(first_lines(item)):
            self._prose(item)
        if folds:
            self._leave_fold()

    def _entry(self, item: Node) -> None:
        inner = [child for child in nested_items(item) if is_entry(child, nested=True) or is_group(child)]
        end = min((child.start - 1 for child in inner), default=item.end)
        first = first_lines(item)
        wrapped = references_in(first, item.start)
        head = read_head([*(wrapped[0].lines if len(wrapped) == 1 else first), *lines_below(item, inner)])
        block = self._add(head, item.start, end, "item")
        if block and inner:
            notes = [child for child in nested_items(item) if child not in inner and child.start > end]
            block.further = tuple((note.start, note.end) for note in notes)
        for child in inner:
            self._item(child, nested=True)

    def _group(self, item: Node) -> None:
        """An item that heads others is a section of its own; a sentence above them is prose of the section around."""
        outer, label = self.headings, group_label(item)
        first = item.children[0]
        if len(re.sub(r"\W", "", _text(first.lines))) >= _MIN_PROSE_CHARS:
            self._prose(first)
        if label:
            level = max([_GROUP_LEVEL, *(level + 1 for level, _ in outer)])
            self.headings = [*outer, (level, read_heading(clean_title(label)))]
        for child in nested_items(item):
            self._item(child, nested=False)
        self.headings = outer

    def _extend_facts(self, head: Head, lines: Sequence[Line]) -> None:
        """Takes links and facts of the lines below a title; other links are only cited there."""
        for line in lines:
            fact = read_fact(line)
            if fact is None:
                head.add_links(line, own=False)
            else:
                add_fact(head, *fact)

    def _paragraph(self, node: Node, following: Node | None) -> None:
        lines = [line for line in node.lines if line]
        text = _text(lines)
        if not text and self.open is not None:
            self.open.end = node.end
            self.open.head.add_links([span for line in lines for span in line], own=True)
        if not text or PLACEHOLDER.match(text) or only_anchors(lines):
            return
        links = links_of(lines)
        labels = not links and is_label_text(text) and following is not None and following.kind == "list"
        if labels and not heads_facts(lines, following):
            self._enter(_LABEL_LEVEL, clean_title(text), node.start)
        elif works := self._told_in(node, following):
            self._told(works, "heading" if heads_facts(lines, following) else "paragraph")
        elif opens_entry(lines, text):
            self._numbered(lines, node)
        elif are_link_lines(node.lines) and (len(node.lines) > 1 or len(links) == 1):
            self.open = None
            for i, line in enumerate(node.lines):
                self._add(read_head([line]), node.start + i, node.start + i, "paragraph")
        elif is_link_line(lines):
            self._add(read_head([as_title(lines[0])]), node.start, node.end, "paragraph")
            self.open = None
        elif self.open is not None:
            self._extend(self.open, lines, node.end)
        elif is_bare_title(text):
            self._add(read_head(lines), node.start, node.end, "paragraph")
        else:
            self._prose(node)
            for link in () if self._is_introduction() else links:
                self._cited(link, node)

    def _told_in(self, node: Node, following: Node | None = None) -> list[Told]:
        """Returns the works that a paragraph or list tells, which is none below a heading that is a work itself."""
        if heads_facts(node.lines, following):
            return [Told(node.start, node.end, [line for line in node.lines if line])]
        if self.open is not None and self.open.shape == "heading":
            return []
        return stated_works(node) or references_in(node.lines, node.start)

    def _told(self, works: Sequence[Told], shape: str) -> None:
        for work in works:
            self.open = self._add(read_head(work.lines), work.start, work.end, shape)

    def _numbered(self, lines: list[Line], node: Node) -> None:
        """A paragraph that opens an entry; numbered references on lines of their own are one entry each."""
        starts = [
            i for i, line in enumerate(node.lines) if NUMBERED.match(text_of(line)) and (i == 0 or links_of([line]))
        ]
        if len(starts) < 2 or starts[0] != 0:
            self.open = self._add(read_head(lines), node.start, node.end, "paragraph")
            return
        for i, stop in zip(starts, [*starts[1:], len(node.lines)], strict=True):
            start, end = node.start + i, min(node.end, node.start + stop - 1)
            self.open = self._add(read_head([line for line in node.lines[i:stop] if line]), start, end, "paragraph")

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
        block.head.year, block.head.venue = block.head.year or added.year, block.head.venue or added.venue

    def _is_introduction(self) -> bool:
        """Tells the text before the first section, which is about the list."""
        return all(level == 1 for level, _ in self.headings) and all(b.shape == "prose" for b in self.outline.blocks)

    def _cited(self, link: Span, node: Node) -> None:
        """A link inside a section's prose is a work worth finding too."""
        href = link.href or ""
        if not href or points_inside(href) or link.text == href or not re.search(r"\w", link.text):
            return
        if names_no_work(link.text) or is_label(link.text) or _NO_WORK_HOSTS.match(href):
            return
        head = read_head([(replace(link, bracketed=False),)])
        if head.links:
            self._add(head, node.start, node.end, "cited")

    def _prose(self, node: Node) -> None:
        start, end = node.start, node.end
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


def _text(lines: Sequence[Line]) -> str:
    return " ".join(text for line in lines if (text := text_of(line)))


def _linked(node: Node) -> bool:
    return any(links_of(first_lines(item)) for item in node.children) or bool(node.rows)
