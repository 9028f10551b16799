"""The shapes entries take in Markdown: what is an entry, and what only says something about one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.tree import SyntaxTreeNode

from ingest.lists.inline import Line, Span, inline_lines, text_of

_SECTION_LABEL_WORDS = 8
_MENTION_CHARS = 60
NUMBERED = re.compile(r"^\s*(?:第?\d{1,3}|[一二三四五六七八九十]+)\s*[、.．)）]")
_DATED = re.compile(r"^\d{4}-\d{2}-\d{2}")
_SENTENCE_MARK = re.compile(r"[。；;:：！!？?]|\.\s|\.$")
PLACEHOLDER = re.compile(r"^[\W_]*(?:todo|tbd|toc)?[\W_]*$", re.I)


def first_line(node: SyntaxTreeNode) -> int:
    """Returns the first line of a node, from 1."""
    return node.map[0] + 1 if node.map else 1


def last_line(node: SyntaxTreeNode) -> int:
    """Returns the last line of a node, from 1."""
    return node.map[1] if node.map else 1


def until_heading(nodes: list[SyntaxTreeNode]) -> list[SyntaxTreeNode]:
    """Returns the nodes before the next heading."""
    end = next((i for i, node in enumerate(nodes) if node.type == "heading"), len(nodes))
    return nodes[:end]


def paragraph_lines(nodes: list[SyntaxTreeNode]) -> list[Line]:
    """Returns the lines of all paragraphs among some nodes."""
    return [line for node in nodes if node.type == "paragraph" for line in inline_lines(node.children[0])]


def joined(cell: SyntaxTreeNode) -> Line:
    """Returns the spans of a table cell on one line."""
    return tuple(span for child in cell.children for line in inline_lines(child) for span in line)


def nested_items(item: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    """Yields the items of the lists inside an item."""
    for child in item.children:
        if child.type.endswith("_list"):
            yield from child.children


def item_lines(item: SyntaxTreeNode, inner: list[SyntaxTreeNode]) -> Iterator[Line]:
    """Yields the lines of an item without those of the entries nested in it."""
    for child in item.children:
        if child.type == "paragraph":
            yield from inline_lines(child.children[0])
        elif child.type.endswith("_list"):
            for nested in child.children:
                if nested not in inner:
                    yield from item_lines(nested, inner)


def is_entry(item: SyntaxTreeNode, *, nested: bool) -> bool:
    """Tells an entry from a bullet that only says something about its parent or its section."""
    paragraph = item.children[0] if item.children else None
    if paragraph is None or paragraph.type != "paragraph":
        return False
    lines = inline_lines(paragraph.children[0])
    text = text_of(lines[0])
    if PLACEHOLDER.match(text) or only_anchors(lines):
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


def points_inside(item: SyntaxTreeNode) -> bool:
    """Tells a line of a table of contents: links to headings of the same file only."""
    first = item.children[0] if item.children else None
    return first is not None and first.type == "paragraph" and only_anchors(inline_lines(first.children[0]))


def lone_label(node: SyntaxTreeNode) -> str:
    """Returns the text of a one-item list that only labels what follows (``1. 花费``), else ""."""
    if node.type != "ordered_list" or len(node.children) != 1 or len(node.children[0].children) != 1:
        return ""
    lines = inline_lines(node.children[0].children[0].children[0])
    plain = all(span.href is None for span in lines[0])
    return text_of(lines[0]) if plain and is_label(text_of(lines[0])) else ""


def is_label(text: str) -> bool:
    """Tells a short text that names what follows, as a heading would."""
    words = len(re.findall(r"[\u4e00-\u9fff]|[A-Za-z0-9-]+", text))
    return words <= _SECTION_LABEL_WORDS and not re.search(r"[。，,.!?！？]|https?:", text) and "[" not in text


def only_anchors(lines: list[Line]) -> bool:
    """Tells lines whose links all point inside the same file."""
    links = [span for line in lines for span in line if span.href is not None]
    return bool(links) and all((span.href or "").startswith("#") for span in links)


def opens_entry(first: Line, text: str) -> bool:
    """A paragraph that starts like an item: a back-ticked title, or a bold number before a link."""
    spans = [span for span in first if span.text.strip()]
    if not spans:
        return False
    numbered = bool(NUMBERED.match(text_of(first))) and any(span.href is not None for span in spans[:4])
    return spans[0].code or (numbered and any(span.bold for span in spans[:4]))


def is_link_line(lines: list[Line]) -> bool:
    """One link and at most a short label before it: ``[重要论文的总结](…)``, ``知乎地址：[ShuYini](…)``, a bare URL."""
    spans = [span for line in lines for span in line if span.text.strip()]
    links = [span for span in spans if span.href is not None]
    others = "".join(span.text for span in spans if span.href is None).strip()
    return (
        len(links) == 1
        and spans[-1].href is not None
        and (not others or re.fullmatch(r".{1,12}[:：]", others) is not None)
    )


def as_title(line: Line) -> Line:
    """Returns a line with a label before its link as one linked title."""
    spans = [span for span in line if span.text.strip()]
    if len(spans) == 1:
        return line
    whole = "".join(span.text for span in spans)
    return (Span(whole, href=spans[-1].href),)


def is_bare_title(text: str) -> bool:
    """An English title standing alone on its line: most words capitalised, no full stop."""
    words = text.split()
    capitals = sum(word[:1].isupper() for word in words)
    return len(words) >= 4 and capitals >= 0.6 * len(words) and not re.search(r"[。，.!?:：]", text)
