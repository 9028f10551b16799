"""The head of a list entry: what its first lines say about title, names, authors, venue, year and links.

Lists in the wild write this in many ways (bold, back-ticked or linked titles, ``[2021]`` prefixes, author lines,
rows of links). Each rule below is one such habit; ``corpus/README.md`` describes the one our own lists keep.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.lists.headings import Heading
from ingest.lists.inline import Line, Span, text_of
from ingest.text.links import canonical_url, link_fault
from ingest.text.scripts import has_han, language_of
from ingest.types import Link

_PREFIX = re.compile(
    r"^\s*(?:[✨⭐🔥*]\s*|\[[ xX]\]\s+|\[\d+(?:\.\d+)?k\]\s*|\[?\]?(?P<year>(?:19|20)\d\d)\]\.?\s*|\[\]\.?\s*"
    r"|\d{1,3}\s*[、.．)）]\s*|、\s*|\d{1,3}(?=\s*$))+"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_CITED_AS = re.compile(r"\((?P<authors>[^()]*?(?:et al\.?|&[^()]*?)),?\s*(?P<year>(?:19|20)\d\d)\)")
_ALIASES = re.compile(r"^\s*[(（](?P<names>[^()（）]*(?:\([^()]*\)[^()（）]*)*)[)）]")
_LINK_LABEL = re.compile(r"^(?:paper|pdf|code|github|project|blog|arxiv|link|website|论文|代码|项目|链接)$", re.I)
_ORGANISATIONS = frozenset({"openai", "deepmind", "google", "meta", "microsoft"})
_VENUE_WORD = re.compile(r"[A-Za-z][\w&/ .\-–]*[\w.]|[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z ]*")


@dataclass(slots=True)
class Head:
    """What could be read from the head of an entry; unknown parts are empty."""

    title: str = ""
    title_zh: str = ""
    title_en: str = ""  # of a Chinese title
    aliases: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    venue: str = ""
    year: int | None = None
    links: list[Link] = field(default_factory=list)
    own_links: list[Link] = field(default_factory=list)  # those that name the work itself, not cited in its note
    faults: list[str] = field(default_factory=list)
    title_linked: bool = False


def read_head(lines: list[Line]) -> Head:
    """Reads an entry's lines; the first non-empty one holds the title."""
    head = Head()
    lines = [line for line in lines if text_of(line)]
    if not lines:
        return head
    rest = _take_title(head, _strip_prefix(head, lines[0]))
    credit = _credit_lines(lines)
    _take_names(head, rest)
    _take_credits(head, [rest, *credit])
    head_lines = 1 + len(credit)
    for number, line in enumerate(lines):
        for span in line:
            if span.href is not None and not span.href.startswith("#"):
                _take_link(head, span, own=number < head_lines or span.bracketed)
    return head


def section_head(heading: Heading) -> Head:
    """Returns the head of a section's prose, which goes by its heading."""
    title = heading.written
    chinese = has_han(title)
    return Head(title, title_zh=title if chinese else heading.zh, title_en=heading.en if chinese else "")


def is_link_row(line: Line) -> bool:
    """Tells whether a line consists of bracketed links only, as in ``[[code](…)] [[paper](…)]``."""
    links = [span for span in line if span.href is not None]
    others = "".join(span.text for span in line if span.href is None)
    return bool(links) and all(span.bracketed for span in links) and not re.sub(r"[\[\]\s,，、/|]", "", others)


def clean_title(text: str) -> str:
    """Takes quotation marks, stray emphasis and the closing full stop off a title."""
    text = re.sub(r"\s+", " ", text.replace("**", "").replace("%*", "%")).strip()
    text = text.strip('"“”«»').strip().rstrip("。:：,，、").strip()
    return text.removesuffix(".").rstrip('"“”') if not text.endswith("..") else text


def _strip_prefix(head: Head, line: Line) -> Line:
    spans = list(line)
    while spans and spans[0].href is None and not spans[0].code:
        match = _PREFIX.match(spans[0].text)
        if not match:
            break
        head.year = int(match["year"]) if match["year"] else head.year
        remainder = spans[0].text[match.end() :]
        spans[0] = Span(remainder, bold=spans[0].bold, italic=spans[0].italic)
        if remainder:
            break
        spans.pop(0)
    return tuple(spans)


def _take_title(head: Head, line: Line) -> Line:
    """Finds the title's span; returns the rest of the line. What stands before a bold title is a short name."""
    chosen = _first(line, lambda span: span.bold or span.code)
    link = _first(line, lambda span: span.href is not None and not span.bracketed)
    if link and _LINK_LABEL.match(line[link].text) and text_of(line[:link]):
        link = None  # "LoRA, [paper](…)": the title stands before the link
    if chosen is None or (link is not None and link < chosen):
        chosen = link
    if chosen is None:
        end = next((i for i, span in enumerate(line) if span.href is not None), len(line))
        text = text_of(line)
        cited = _CITED_AS.search(text)
        head.title = clean_title(text[: cited.start()] if cited else text_of(line[:end]).rstrip(" [,，"))
        if re.fullmatch(r"\[[^\[\]]+\]", head.title):
            head.title = head.title[1:-1]
        return (Span(text[cited.start() :]),) if cited else line
    head.title = clean_title(line[chosen].text)
    head.title_linked = line[chosen].href is not None
    before = clean_title("".join(span.text for span in line[:chosen]).strip(" [-–—"))
    if before and line[chosen].bold and len(before) <= 30:
        head.aliases += [name.strip() for name in re.split(r"[/,，]", before) if name.strip()]
    rest = line[chosen + 1 :]
    if len(rest) > 1 and rest[0].text.strip() == "/" and rest[1].bold:
        head.title_zh = clean_title(rest[1].text)
        rest = rest[2:]
    return rest


def _take_names(head: Head, rest: Line) -> None:
    if rest and rest[0].href is None and (match := _ALIASES.match(rest[0].text)) and not _YEAR.search(match["names"]):
        head.aliases += [name.strip() for name in re.split(r"[,，、]", match["names"]) if name.strip()]
    if head.title_zh and language_of(head.title) == "zh":
        head.aliases.append(head.title_zh)
        head.title_zh, head.title_en = head.title, head.title_zh
    elif language_of(head.title) == "zh":
        head.title_zh = head.title
    short = re.match(r"(.{2,24}?)\s*[:：]\s*\S", head.title)
    if short and short[1].count(" ") <= 1 and len(re.findall(r"[A-Z0-9]", short[1])) >= 2:
        head.aliases.append(short[1])
    head.aliases = [
        name
        for name in dict.fromkeys(head.aliases)
        if name not in (head.title, head.title_zh) and name.casefold() not in _ORGANISATIONS
    ]


def _credit_lines(lines: list[Line]) -> list[Line]:
    """Returns the line after the title when it is about authors and links rather than a note."""
    if len(lines) < 2:
        return []
    line = lines[1]
    starts_italic = bool(line) and line[0].italic
    names_then_links = any(span.bracketed for span in line) and text_of(line).count(",") >= 1
    return [line] if starts_italic or names_then_links or is_link_row(line) else []


def _take_credits(head: Head, lines: list[Line]) -> None:
    italics = [span.text for line in lines for span in line if span.italic and span.href is None]
    outside = " ".join(
        "".join("|" if span.italic or span.href is not None else span.text for span in line) for line in lines
    )
    cited = _CITED_AS.search(outside)
    if cited:
        head.authors, head.year = split_authors(cited["authors"]), int(cited["year"])
    elif italics:
        head.authors = split_authors(" ".join(italics))
    elif len(lines) > 1:
        names = "".join(span.text for span in lines[1]).split("[")[0]
        head.authors = split_authors(names) if "," in names and not re.search(r"[\u4e00-\u9fff]", names) else []
    outside = _ALIASES.sub("", outside)
    year = _YEAR.search(outside)
    if year and not cited:
        head.year = head.year or int(year[0])
        before = re.split(r"[|\[\]:：]", outside[: year.start()])[-1]
        venue = _VENUE_WORD.search(before.strip(" .,，*()"))
        head.venue = venue[0].strip(" .,") if venue and len(venue[0]) <= 60 else ""
    if head.venue.casefold() in ("arxiv", "arixv"):
        head.venue = "arXiv"


def split_authors(text: str) -> list[str]:
    """Splits an author line into names; "et al." stays as the last one."""
    text = re.sub(r"\s+", " ", text).strip(" .*")
    text = re.sub(r",?\s*\bet al\b\.?", ", et al.", text)
    names = re.split(r"\s*(?:,|、|;|&|\band\b)\s*", text)
    return [name for name in (n.strip(" *") for n in names) if 1 < len(name) <= 60]


def _take_link(head: Head, span: Span, *, own: bool) -> None:
    href = span.href or ""
    fault = link_fault(href)
    if fault:
        head.faults.append(fault)
        if not fault.startswith("malformed"):
            return
    label = span.text if span.text != href else ""
    link = Link(label.strip(), canonical_url(href))
    if own and link.url not in {known.url for known in head.own_links}:
        head.own_links.append(link)
    if link.url not in {known.url for known in head.links}:
        head.links.append(link)


def _first(line: Line, wanted: Callable[[Span], bool]) -> int | None:
    return next((i for i, span in enumerate(line) if wanted(span) and span.text.strip()), None)
