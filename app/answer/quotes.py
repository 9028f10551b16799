"""The quotable sentences of a passage, verbatim and with their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ingest.text.markup import plain_text
from ingest.text.sentences import sentence_spans
from ingest.types import Passage, PassageKind

_NOT_PROSE = re.compile(r"^\s*(?:#|```|~~~|\$\$|\||[-*+] \*\*|\d+[.)] `|<|!\[|>|\*\*(?:Q|A|问|答)[:：])")
_EDITORIAL = re.compile(r"^\s*(?:更正[：:]|Correction:)")
_MIN_CHARS = 12


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a passage.

    Attributes:
        passage: Where it stands.
        text: Verbatim, with its Markdown.
        plain: What a reader sees of it.
        line: Its line in the passage's file, from 1.
        position: Its place among the quotable sentences of the passage, from 0.
    """

    passage: Passage
    text: str
    plain: str
    line: int
    position: int


@lru_cache(maxsize=4096)
def quotes_of(passage: Passage) -> tuple[Quote, ...]:
    """Returns the sentences of a passage that can stand in an answer; titles, code, tables and formulas cannot."""
    return tuple(_quotes(passage))


def quote_line(passage: Passage, offset: int = 0) -> Quote:
    """Returns one whole line of a passage as a quote; line 0 of a listing has title, authors, year and links."""
    text = _without_bullet(passage.text.split("\n")[offset].strip())
    return Quote(passage, text, _plain(text), passage.start_line + offset, 0)


def _plain(text: str) -> str:
    return plain_text(text).replace("\n", " ")


def _quotes(passage: Passage) -> Iterator[Quote]:
    position, fenced = 0, False
    for offset, line in enumerate(passage.text.split("\n")):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        if fenced or _NOT_PROSE.match(line) or _EDITORIAL.match(line) or (offset == 0 and _is_head(passage, line)):
            continue
        for start, end in sentence_spans(line):
            text = _without_bullet(line[start:end])
            if len(text) >= _MIN_CHARS and not text.endswith((":", "：")):
                yield Quote(passage, text, _plain(text), passage.start_line + offset, position)
                position += 1


def _is_head(passage: Passage, line: str) -> bool:
    return passage.kind is PassageKind.LISTING and bool(re.match(r"\s*(?:[-*+]|\d+[.)])\s|\s*#|\s*\*\*\d", line))


def _without_bullet(text: str) -> str:
    return re.sub(r"^(?:[-*+]|\d{1,3}[.)])\s+", "", text)
