"""The shapes entries take: what is an entry, what only says something about one, and what is about the list itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest.lists.dates import is_appearance
from ingest.lists.facts import is_label_row, is_link_row, read_fact, read_title
from ingest.lists.head import points_inside
from ingest.lists.inline import Line, Span, links_of, text_of
from ingest.lists.labels import is_label, names_no_work
from ingest.lists.nodes import Node
from ingest.lists.records import NUMBERED, facts_of, first_lines, heads_facts, references_in, stated_works
from ingest.lists.reference import is_reference, names_before_title

_SECTION_LABEL_WORDS = 8
_MENTION_CHARS = 60
_DATED = re.compile(r"^\d{4}-\d{2}-\d{2}")
_SENTENCE_MARK = re.compile(r"[。；;:：！!？?]|\.\s|\.$")
_SEE_ALSO = re.compile(r"^\W*(?:see(?: also)?|more|also|related|参见|另见|另请参阅|相关)\W*$", re.I)
PLACEHOLDER = re.compile(r"^[\W_]{0,200}(?:todo|tbd|toc)?[\W_]{0,200}$", re.I)


def nested_items(item: Node) -> Iterator[Node]:
    """Yields the items of the lists inside an item."""
    for child in item.children:
        if child.kind == "list":
            yield from child.children


def lines_below(item: Node, entries: Sequence[Node]) -> Iterator[Line]:
    """Yields the lines of an item after its first paragraph, without those of the entries nested in it."""
    for number, child in enumerate(item.children):
        if child.kind == "paragraph" and number:
            yield from (line for line in child.lines if line)
        elif child.kind == "list":
            for nested in child.children:
                if nested not in entries:
                    yield from first_lines(nested)
                    yield from lines_below(nested, entries)


def is_entry(item: Node, *, nested: bool) -> bool:
    """Tells an entry from a bullet that only says something about its parent or its section."""
    lines = first_lines(item)
    if not lines:
        return False
    text = text_of(lines[0]) or text_of([span for line in lines for span in line])
    links = links_of(lines)
    linked = any(not points_inside(link.href or "") for link in links)
    if (PLACEHOLDER.match(text) and not (linked and text)) or only_anchors(lines):
        return False
    if nested and read_fact(lines[0]) is not None:
        return False
    lead = [span for span in lines[0] if re.search(r"[^\W\d_]", span.text) and not is_appearance(span.text)]
    if not lead:
        return linked
    if nested:
        return lead[0].href is not None or (lead[0].bold and linked) or (linked and len(text) <= _MENTION_CHARS)
    if lead[0].bold or lead[0].code or linked or any(span.bold for span in lead[:2]):
        return True
    name = text.rstrip(":： ")
    if any(links_of([value]) for below in nested_items(item) for _, value in facts_of(below)):
        return True
    if is_reference(text) or references_in(lines, item.start):
        return True
    return bool(_DATED.match(text)) or (len(name) <= _MENTION_CHARS and not _SENTENCE_MARK.search(name))


def is_group(item: Node) -> bool:
    """Tells an item that only heads the items below it: plain text, and works under it that name themselves."""
    lines = first_lines(item)
    plain = lines and not any(span.href is not None or span.bold or span.code for line in lines for span in line)
    return bool(plain) and any(_is_work(nested) for nested in nested_items(item))


def _is_work(item: Node) -> bool:
    return (is_entry(item, nested=True) and bool(links_of(first_lines(item)))) or is_group(item)


def group_label(item: Node) -> str:
    """Returns what a group's items stand under: its text up to a dash or a colon, or "" when that is a sentence."""
    text = text_of([span for line in first_lines(item)[:1] for span in line])
    label = re.split(r"\s[-–—]\s|[:：]", text, maxsplit=1)[0].strip()
    return label if is_label_text(label) else ""


def only_anchors(lines: Sequence[Line]) -> bool:
    """Tells lines whose links all point inside the same file."""
    links = links_of(lines)
    return bool(links) and all(points_inside(span.href or "") for span in links)


def is_label_text(text: str) -> bool:
    """Tells a short text that names what follows, as a heading would."""
    words = len(re.findall(r"[\u4e00-\u9fff]|[A-Za-z0-9-]+", text))
    return 0 < words <= _SECTION_LABEL_WORDS and not re.search(r"[。，,.!?！？]|https?:", text) and "[" not in text


def lone_label(node: Node) -> str:
    """Returns the text of a one-item list that only labels what follows (``1. 花费``), else ""."""
    if not node.ordered or len(node.children) != 1 or len(node.children[0].children) != 1:
        return ""
    lines = first_lines(node.children[0])
    plain = lines and all(span.href is None for span in lines[0])
    return text_of(lines[0]) if plain and is_label_text(text_of(lines[0])) else ""


def heads_an_entry(heading: Node, body: Sequence[Node]) -> bool:
    """Tells a heading that is a work and no section: what follows states its links and facts, and no other work."""
    text = text_of([span for line in heading.lines for span in line])
    paragraphs = [node for node in body if node.kind == "paragraph"]
    stated = [text_of(read_title(work.lines[0]) or ()) for node in body for work in stated_works(node)]
    if len(stated) > 1 or not all(_share_words(text, title) for title in stated):
        return False
    if any(heads_facts(part.lines, after) for part, after in pairwise(body)):
        return False
    items = [item for node in body if node.kind == "list" for item in node.children]
    works = [item for item in items for item in (item, *nested_items(item)) if is_entry(item, nested=True)]
    if works or any(node.kind == "table" for node in body):
        return bool(NUMBERED.match(text)) and any(
            is_link_row(line) for node in paragraphs for line in node.lines if line
        )
    if any(name or is_label_row(value) for item in items for name, value in facts_of(item) if links_of([value])):
        return True
    if any(is_link_row(line) for node in paragraphs for line in node.lines if line) and NUMBERED.match(text):
        return True
    title = [span for line in heading.lines for span in line if re.search(r"\w", span.text)]
    return len(title) == 1 and bool(title[0].href) and not points_inside(title[0].href or "") and bool(paragraphs)


def _share_words(one: str, other: str) -> bool:
    words, others = (set(re.findall(r"[\u4e00-\u9fff]|[^\W_]+", text.casefold())) for text in (one, other))
    return len(words & others) >= 0.5 * min(len(words), len(others))


def opens_entry(lines: Sequence[Line], text: str) -> bool:
    """A paragraph that starts like an item: a back-ticked title, a number before a link, a bold title with links."""
    first = next((line for line in lines if text_of(line)), ())
    spans = [span for span in first if span.text.strip()]
    if not spans:
        return False
    links = [link for link in links_of(lines) if not points_inside(link.href or "")]
    if spans[0].code:
        return True
    if NUMBERED.match(text_of(first)):
        return bool(links)
    title_at = next((i for i, span in enumerate(spans) if span.bold or span.href is not None), None)
    if title_at is None:
        return False
    if title_at and names_before_title("".join(span.text for span in spans[:title_at])):
        return True
    others = [link for link in links if link is not spans[0]]
    labelled = bool(others) and all(link.bracketed or is_label(link.text) for link in others)
    prose = len(spans) > 1 and spans[1].text.lstrip()[:1].islower()
    return title_at == 0 and labelled and not is_label(spans[0].text) and not prose and len(text) <= 400


def are_link_lines(lines: Sequence[Line]) -> bool:
    """Tells lines that each start with a linked title and go on with a dash or nothing, as bullets would."""
    return bool(lines) and all(map(_is_link_start, lines))


def _is_link_start(line: Line) -> bool:
    spans = [span for span in line if span.text.strip()]
    first = spans[0] if spans else Span("")
    if (
        first.href is None
        or first.bracketed
        or points_inside(first.href)
        or is_label(first.text)
        or names_no_work(first.text)
    ):
        return False
    return len(spans) == 1 or re.match(r"\s*(?:[-–—]\s|[:：])\s*\w", spans[1].text) is not None


def is_link_line(lines: Sequence[Line]) -> bool:
    """One link and at most a short label before it: ``[重要论文的总结](…)``, ``知乎地址：[ShuYini](…)``, a bare URL."""
    spans = [span for line in lines for span in line if span.text.strip()]
    links = [span for span in spans if span.href is not None]
    others = "".join(span.text for span in spans if span.href is None).strip()
    return (
        len(links) == 1
        and spans[-1].href is not None
        and not names_no_work(links[0].text)
        and (not others or re.fullmatch(r".{1,12}[:：]", others) is not None)
    )


def as_title(line: Line) -> Line:
    """Returns a line with a label before its link as one linked title."""
    spans = [span for span in line if span.text.strip()]
    if len(spans) == 1 or _SEE_ALSO.match(spans[0].text):
        return (spans[-1],)
    whole = "".join(span.text for span in spans)
    return (Span(whole, href=spans[-1].href),)
