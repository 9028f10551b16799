"""A file that is one work: a note with the work's title, link and authors in its front matter, as in a vault."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.lists.dates import year_in
from ingest.lists.head import Head, clean_title
from ingest.lists.inline import Span
from ingest.lists.names import split_authors
from ingest.lists.outline import Block, Outline
from ingest.text.scripts import language_of

_LINK_KEYS = ("url", "link", "links", "source", "arxiv", "doi", "pdf", "code", "website", "homepage")
_WORK_KEYS = (*_LINK_KEYS, "authors", "author", "year", "venue")


def page_block(outline: Outline, front: Mapping[str, Any], lines: Sequence[str], name: str) -> Outline | None:
    """Returns the outline of a file that is a note on one work, or None when the file is a list.

    Args:
        outline: The file, read as a list.
        front: Its front matter.
        lines: Its lines, front matter blanked.
        name: The file's name without suffix, the title when it has no other.
    """
    if any(block.shape not in ("prose", "cited") for block in outline.blocks):
        return None
    if not any(front.get(key) for key in _WORK_KEYS) and (outline.blocks or not outline.unread):
        return None
    filled = [number for number, line in enumerate(lines, start=1) if line.strip()]
    start, end = (filled[0], filled[-1]) if filled else (1, 1)
    head = _head(front, lines, name)
    return Outline([Block((), start, end, head, "page")])


def _head(front: Mapping[str, Any], lines: Sequence[str], name: str) -> Head:
    heading = next((line for line in lines if line.startswith("# ")), "")
    title = clean_title(str(front.get("title") or heading.removeprefix("# ") or name))
    head = Head(title=title, title_zh=title if language_of(title) == "zh" else "")
    names = [*_texts(front.get("aliases")), *_texts(front.get("alias")), clean_title(name)]
    head.aliases = [alias for alias in dict.fromkeys(names) if alias and alias != title]
    head.authors = [
        author for text in _texts(front.get("authors") or front.get("author")) for author in split_authors(text)
    ]
    head.venue = next(iter(_texts(front.get("venue"))), "")
    head.year = next(
        (year for key in ("year", "date", "published") if (year := year_in(str(front.get(key, ""))))), None
    )
    for key in _LINK_KEYS:
        for text in _texts(front.get(key)):
            head.add_links(
                (Span(text, href=_address(key, text)),), own=True, label="" if key in ("url", "link", "links") else key
            )
    return head


def _address(key: str, text: str) -> str:
    if key == "arxiv" and re.fullmatch(r"(?:arxiv:)?\d{4}\.\d{4,5}(?:v\d+)?", text, re.I):
        return f"https://arxiv.org/abs/{text.lower().removeprefix('arxiv:')}"
    return f"https://doi.org/{text}" if key == "doi" and text.startswith("10.") else text


def _texts(value: Any) -> list[str]:  # noqa: ANN401  # whatever the front matter holds
    values = value if isinstance(value, list) else [value]
    return [re.sub(r"^\[\[(.*?)\]\]$", r"\1", str(item).strip()) for item in values if item not in (None, "")]
