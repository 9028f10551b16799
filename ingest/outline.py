"""A reading list as its entries: walks the Markdown of one file and says which block is which.

Knows bulleted, numbered and nested items, tables, headings and paragraphs that are entries, and the prose of a
section. What it cannot place is reported as a problem with its line, never dropped silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from ingest.heads import Head, clean_title, is_link_row, read_head
from ingest.spans import Line, Span, inline_lines, text_of
from ingest.text import plain_text

_PARSER = MarkdownIt("commonmark").enable("table")
_PARSER.validateLink = lambda _: True  # type: ignore[assignment,method-assign]  # file:///… has to be seen to be reported
_SECTION_LABEL_WORDS = 8
_MENTION_CHARS = 60
_MIN_PROSE_CHARS = 20
_NUMBERED = re.compile(r"^\s*(?:第?\d{1,3}|[一二三四五六七八九十]+)\s*[、.．)）]")
_DATED = re.compile(r"^\d{4}-\d{2}-\d{2}")
_SENTENCE_MARK = re.compile(r"[。；;:：！!？?]|\.\s|\.$")
_PLACEHOLDER = re.compile(r"^[\W_]*(?:todo|tbd|toc)?[\W_]*$", re.I)


@dataclass(slots=True)
class Block:
    """One entry or one section's prose as found in a file; lines count from 1, both ends included."""

    section: tuple[str, ...]
    start: int
    end: int
    head: Head
    shape: str  # item, row, heading, paragraph or prose
    cells: tuple[str, ...] = ()


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
        self.headings: list[tuple[int, str, int]] = []
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
    def section(self) -> tuple[str, ...]:
        return tuple(title for _, title, _ in self.headings)

    def _enter(self, level: int, title: str, line: int) -> None:
        self.headings = [heading for heading in self.headings if heading[0] < level]
        self.headings.append((level, title, line))
        self.open = None

    def _heading(self, node: SyntaxTreeNode, following: list[SyntaxTreeNode]) -> None:
        lines = inline_lines(node.children[0])
        level, line = int(node.tag[1]), _first_line(node)
        title = re.sub(r"^\d+[.、]\s*", "", clean_title(" ".join(text_of(part) for part in lines)))
        body = _until_heading(following)
        if _NUMBERED.match(text_of(lines[0])) and any(
            is_link_row(row) for part in body if part.type == "paragraph" for row in inline_lines(part.children[0])
        ):
            self.headings = [heading for heading in self.headings if heading[0] < level]
            self.open = self._add(read_head([lines[0], *_paragraph_lines(body)]), line, line, "heading")
            return
        self._enter(level, title, line)

    def _list(self, node: SyntaxTreeNode, following: SyntaxTreeNode | None) -> None:
        label = _lone_label(node)
        if label and following is not None and following.type == "bullet_list":
            self._enter(7, label, _first_line(node))
            return
        if self.open is not None and not any(_is_entry(item, nested=False) for item in node.children):
            self.open.end = _last_line(node)
            return
        self.open = None
        for item in node.children:
            self._item(item, nested=False)

    def _item(self, item: SyntaxTreeNode, *, nested: bool) -> None:
        if not _is_entry(item, nested=nested):
            if not nested and not _points_inside(item):
                self._prose(item)
            return
        inner = [entry for entry in _nested_items(item) if _is_entry(entry, nested=True)]
        own_end = min((_first_line(entry) - 1 for entry in inner), default=_last_line(item))
        lines = list(_item_lines(item, inner))
        owner = self._add(read_head(lines), _first_line(item), own_end, "item")
        for offset, line in enumerate(lines):
            if offset and line[:1] and re.match(r"[-*+] $", line[0].text) and len(line) > 1 and line[1].href:
                # A bullet indented too deep is, to Markdown, one more line of the paragraph above.
                at = _first_line(item) + offset
                if owner is not None:
                    owner.end = min(owner.end, at - 1)
                self._add(read_head([line[1:]]), at, at, "item")
        for entry in inner:
            self._item(entry, nested=True)

    def _table(self, node: SyntaxTreeNode) -> None:
        rows = [row for part in node.children for row in part.children]
        names = tuple(text_of(_joined(cell)) for cell in rows[0].children)
        for row in rows[1:]:
            cells = [_joined(cell) for cell in row.children]
            title = text_of(tuple(span for span in cells[0] if not span.bracketed)) if cells else ""
            if not clean_title(title):
                continue
            head = read_head([cells[0], *(cell for cell in cells[1:])])
            head.title = clean_title(title)
            head.own_links = head.own_links or head.links
            facts = tuple(f"{name}: {text_of(cell)}" for name, cell in zip(names, cells, strict=False) if name)
            dated = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", " ".join(facts))
            head.year, head.venue, head.authors = int(dated[0]) if dated else None, "", []
            self._add(head, _first_line(row), _last_line(row), "row", facts)

    def _paragraph(self, node: SyntaxTreeNode, following: SyntaxTreeNode | None) -> None:
        lines = inline_lines(node.children[0])
        first = next((line for line in lines if text_of(line)), ())
        text = " ".join(text_of(line) for line in lines)
        if not text or _PLACEHOLDER.match(text) or _only_anchors(lines):
            return
        linked = any(span.href is not None for line in lines for span in line)
        if not linked and _is_label(text) and following is not None and following.type.endswith("_list"):
            self._enter(7, clean_title(text), _first_line(node))
        elif _opens_entry(first, text):
            self.open = self._add(read_head(lines), _first_line(node), _last_line(node), "paragraph")
        elif _is_link_line(lines):
            self._add(read_head([_as_title(lines[0])]), _first_line(node), _last_line(node), "paragraph")
            self.open = None
        elif self.open is not None:
            self._extend(self.open, lines, _last_line(node))
        elif _is_bare_title(text):
            self._add(read_head(lines), _first_line(node), _last_line(node), "paragraph")
        else:
            self._prose(node)
            for line in lines:
                self._cited_links(line, _first_line(node), _last_line(node))

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
        start, end = _first_line(node), _last_line(node)
        if self.open is not None:
            self.open.end = end
            return
        text = plain_text("\n".join(self.lines[start - 1 : end]))
        if len(re.sub(r"\W", "", text)) < _MIN_PROSE_CHARS or not self.headings:
            if re.sub(r"\W", "", text):
                self.outline.unread.append((start, text.split("\n")[0][:60]))
            return
        head = Head(title=self.headings[-1][1])
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


def _first_line(node: SyntaxTreeNode) -> int:
    return node.map[0] + 1 if node.map else 1


def _last_line(node: SyntaxTreeNode) -> int:
    return node.map[1] if node.map else 1


def _until_heading(nodes: list[SyntaxTreeNode]) -> list[SyntaxTreeNode]:
    end = next((i for i, node in enumerate(nodes) if node.type == "heading"), len(nodes))
    return nodes[:end]


def _paragraph_lines(nodes: list[SyntaxTreeNode]) -> list[Line]:
    return [line for node in nodes if node.type == "paragraph" for line in inline_lines(node.children[0])]


def _joined(cell: SyntaxTreeNode) -> Line:
    return tuple(span for child in cell.children for line in inline_lines(child) for span in line)


def _nested_items(item: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    for child in item.children:
        if child.type.endswith("_list"):
            yield from child.children


def _item_lines(item: SyntaxTreeNode, inner: list[SyntaxTreeNode]) -> Iterator[Line]:
    """Yields the lines of an item without those of the entries nested in it."""
    for child in item.children:
        if child.type == "paragraph":
            yield from inline_lines(child.children[0])
        elif child.type.endswith("_list"):
            for nested in child.children:
                if nested not in inner:
                    yield from _item_lines(nested, inner)


def _is_entry(item: SyntaxTreeNode, *, nested: bool) -> bool:
    """Tells an entry from a bullet that only says something about its parent or its section."""
    paragraph = item.children[0] if item.children else None
    if paragraph is None or paragraph.type != "paragraph":
        return False
    lines = inline_lines(paragraph.children[0])
    text = text_of(lines[0])
    if _PLACEHOLDER.match(text) or _only_anchors(lines):
        return False
    lead = [span for span in lines[0] if re.sub(r"[\W\d_kK]", "", span.text)]
    if not lead:
        return False
    linked = any(span.href is not None and not span.href.startswith("#") for span in lines[0])
    if nested:
        return lead[0].href is not None or (lead[0].bold and linked) or (linked and len(text) <= _MENTION_CHARS)
    if lead[0].bold or lead[0].code or linked or any(span.bold for span in lead[:2]):
        return True
    return bool(_DATED.match(text)) or (len(text) <= _MENTION_CHARS and not _SENTENCE_MARK.search(text))


def _points_inside(item: SyntaxTreeNode) -> bool:
    """Tells a line of a table of contents: links to headings of the same file only."""
    first = item.children[0] if item.children else None
    return first is not None and first.type == "paragraph" and _only_anchors(inline_lines(first.children[0]))


def _lone_label(node: SyntaxTreeNode) -> str:
    """Returns the text of a one-item list that only labels what follows (``1. 花费``), else ""."""
    if node.type != "ordered_list" or len(node.children) != 1 or len(node.children[0].children) != 1:
        return ""
    lines = inline_lines(node.children[0].children[0].children[0])
    plain = all(span.href is None for span in lines[0])
    return text_of(lines[0]) if plain and _is_label(text_of(lines[0])) else ""


def _is_label(text: str) -> bool:
    words = len(re.findall(r"[\u4e00-\u9fff]|[A-Za-z0-9-]+", text))
    return words <= _SECTION_LABEL_WORDS and not re.search(r"[。，,.!?！？]|https?:", text) and "[" not in text


def _only_anchors(lines: list[Line]) -> bool:
    links = [span for line in lines for span in line if span.href is not None]
    return bool(links) and all((span.href or "").startswith("#") for span in links)


def _opens_entry(first: Line, text: str) -> bool:
    """A paragraph that starts like an item: a back-ticked title, or a bold number before a link."""
    spans = [span for span in first if span.text.strip()]
    if not spans:
        return False
    numbered = bool(_NUMBERED.match(text_of(first))) and any(span.href is not None for span in spans[:4])
    return spans[0].code or (numbered and any(span.bold for span in spans[:4]))


def _is_link_line(lines: list[Line]) -> bool:
    """One link and at most a short label before it: ``[重要论文的总结](…)``, ``知乎地址：[ShuYini](…)``, a bare URL."""
    spans = [span for line in lines for span in line if span.text.strip()]
    links = [span for span in spans if span.href is not None]
    others = "".join(span.text for span in spans if span.href is None).strip()
    return (
        len(links) == 1
        and spans[-1].href is not None
        and (not others or re.fullmatch(r".{1,12}[:：]", others) is not None)
    )


def _as_title(line: Line) -> Line:
    spans = [span for span in line if span.text.strip()]
    if len(spans) == 1:
        return line
    whole = "".join(span.text for span in spans)
    return (Span(whole, href=spans[-1].href),)


def _is_bare_title(text: str) -> bool:
    """An English title standing alone on its line: most words capitalised, no full stop."""
    words = text.split()
    capitals = sum(word[:1].isupper() for word in words)
    return len(words) >= 4 and capitals >= 0.6 * len(words) and not re.search(r"[。，.!?:：]", text)
