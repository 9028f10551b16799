"""What is read from the head of an entry, and what a title looks like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.lists.dates import is_appearance
from ingest.lists.headings import Heading
from ingest.lists.inline import Span
from ingest.lists.labels import is_label, undecorated
from ingest.text.links import canonical_url, link_fault
from ingest.text.scripts import has_han
from ingest.types import Link

_INSIDE = re.compile(
    r"^(?:\./|README(?:\.\w+)*)?#|^(?![a-z][a-z0-9+.-]*:|//)[^?#]+\.(?:md|markdown|rst|org|html?)#", re.I
)
_PICTURES = re.compile(
    r"^https?://(?:img\.shields\.io|awesome\.re|badgen\.net|badge\.\w+)|\.(?:svg|png|jpe?g|gif)$", re.I
)
_ARXIV_TAG = re.compile(r"^\[\d{4}\.\d{4,5}\]\s+")  # as arXiv's pages are titled
_FRAME = re.compile(r"^\[([^\[\]]+)\]$")
_QUOTES = '"“”«»'
_MAX_TITLE = 400


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

    def add_links(self, line: Sequence[Span], *, own: bool, label: str = "") -> None:
        """Adds the links of a line that lead to a page outside the list, and the faults of the others."""
        for span in line:
            if span.href is not None and not points_inside(span.href) and not _PICTURES.search(span.href):
                self._add_link(span, label, own=own or span.bracketed)

    def _add_link(self, span: Span, label: str, *, own: bool) -> None:
        href = span.href or ""
        fault = link_fault(href)
        if fault:
            self.faults.append(fault)
            if not fault.startswith("malformed"):
                return
        text = re.sub(r"^\[(.*)\]$", r"\1", span.text.strip()) if span.text.strip() != href else ""
        if not text and is_label(span.alt):
            text = span.alt if span.alt != "picture" else ""
        link = Link(label or text, canonical_url(href))
        if own and link.url not in {known.url for known in self.own_links}:
            self.own_links.append(link)
        if link.url not in {known.url for known in self.links}:
            self.links.append(link)


def section_head(heading: Heading) -> Head:
    """Returns the head of a section's prose, which goes by its heading."""
    title = heading.written
    chinese = has_han(title)
    return Head(title, title_zh=title if chinese else heading.zh, title_en=heading.en if chinese else "")


def points_inside(href: str) -> bool:
    """Tells an address inside the list's own file, or a place in another file of the list."""
    return _INSIDE.match(href) is not None


def clean_title(text: str) -> str:
    """Takes quotation marks, stray emphasis, emoji and the closing full stop off a title."""
    text = re.sub(r"\s+", " ", text[: 4 * _MAX_TITLE].replace("**", "").replace("%*", "%")).strip()
    text = _FRAME.sub(r"\1", _ARXIV_TAG.sub("", undecorated(text)))
    bare = text.strip(_QUOTES)
    text = (text if any(mark in bare for mark in _QUOTES) else bare).strip().rstrip("。:：,，、;；").strip()
    text = text.removesuffix(".").rstrip(_QUOTES) if not text.endswith("..") else text
    return text if len(text) <= _MAX_TITLE else f"{text[:_MAX_TITLE]}…"


def can_be_title(span: Span) -> bool:
    """Tells bold, back-ticked or linked text that is no label, date or number."""
    if not (span.bold or span.code or span.href is not None) or not re.search(r"\w", span.text):
        return False
    if is_appearance(span.text) or (span.href is None and re.fullmatch(r"[\W\d]*[kK]?[\W\d]*", span.text)):
        return False
    return span.href is None or not (span.bracketed or is_label_link(span))


def is_label_link(span: Span) -> bool:
    """Tells a link that shows its address, a picture, or only what it leads to."""
    return span.text.strip() == (span.href or "").strip() or is_label(span.text) or not span.text.strip()


def is_bare_title(text: str) -> bool:
    """An English title standing alone on its line: most words capitalised, no full stop."""
    words = text.split()
    capitals = sum(word[:1].isupper() for word in words)
    return 4 <= len(words) <= 40 and capitals >= 0.6 * len(words) and not re.search(r"[。，.!?:：]", text)
