"""Sentence boundaries in Chinese and English text, as offsets into the text itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BOUNDARY = re.compile(
    r"""
    [。！？…]+[」』”’"）)\]]*              # Chinese marks end a sentence wherever they stand
    | [!?]+[”’"）)\]]*(?=\s|$|[\u4e00-\u9fff])  # ASCII ones also stand in addresses and code
    | (?<!\b[A-Z])(?<!\be\.g)(?<!\bi\.e)(?<!\bet\ al)(?<!\bvs)(?<!\bcf)(?<!\bFig)(?<!\bEq)(?<!\bSec)(?<!\bNo)
      \.[”’"）)\]]*(?=\s+["“(\[]?[A-Z0-9\u4e00-\u9fff`]|\s*$|[\u4e00-\u9fff])  # an English full stop before a new start
    | \n
    """,
    re.X,
)


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yields (start, end) of each sentence, white space trimmed; ``text[start:end]`` is the sentence verbatim."""
    start = 0
    for match in _BOUNDARY.finditer(text):
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
