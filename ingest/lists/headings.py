"""The headings of a list in Chinese and English, whichever of the two they are written in.

    ## 量化（quantisation）
    ## 低秩分解 <!-- Low-rank factorisation -->
    ## Standard KD <!-- 标准知识蒸馏 -->

A gloss in brackets in the other language is that language's heading. A comment, which the rendered list does not
show, goes before it. A heading with neither stands for both languages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.text.scripts import has_han

_GLOSSED = re.compile(r"^(?P<name>.+?)\s*[(（](?P<gloss>[^()（）]+)[)）]$")
_COMMENT = re.compile(r"<!--\s*(?P<name>.*?)\s*-->\s*$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as written, and what it is in each language."""

    written: str
    zh: str
    en: str


def read_heading(written: str, source: str = "") -> Heading:
    """Returns a heading in both languages.

    Args:
        written: Its visible text.
        source: The line of Markdown it stands in, for the comment.
    """
    glossed = _GLOSSED.match(written)
    own, other = written, written
    if glossed and has_han(glossed["name"]) != has_han(glossed["gloss"]):
        own, other = glossed.groups()
    comment = _COMMENT.search(source)
    if comment and comment["name"] and has_han(comment["name"]) != has_han(own):
        other = comment["name"]
    return Heading(written, own, other) if has_han(own) else Heading(written, other, own)
