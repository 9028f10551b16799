"""Taking Markdown off: what a reader sees of a piece of text."""

from __future__ import annotations

import re

_MARKUP = (
    (re.compile(r"<!--.*?-->", re.S), " "),
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), " "),  # images, before links
    (re.compile(r" ?\[(?:arxiv|url|note):[^\]\s]+\]"), ""),  # a concept note's pointer to the entry it rests on
    (re.compile(r"\[\[([^\]]+)\]\([^)\s]*\)\]"), " "),  # [[pdf](…)]: a row of link labels says nothing
    (re.compile(r"\[([^\]]*)\]\((?:[^()\s]|\([^()\s]*\))*\)"), r"\1"),
    (re.compile(r"</?[A-Za-z][^<>]*>"), " "),
    (re.compile(r"^ {0,3}#{1,6}\s+", re.M), ""),
    (re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+", re.M), ""),
    (re.compile(r"^\s*>\s?", re.M), ""),
    (re.compile(r"^\s*(?:```|~~~).*$", re.M), ""),
    (re.compile(r"^\s*\|?[\s:|-]*-{3,}[\s:|-]*$", re.M), ""),  # the rule under a table's header
    (re.compile(r"\*\*|__|(?<![A-Za-z0-9_*])\*(?=[^\s*])|(?<=[^\s*])\*(?![A-Za-z0-9_*])|`"), ""),
)


def plain_text(markdown: str) -> str:
    """Returns what a reader sees of a piece of Markdown: no markup, no link targets, single spaces within lines."""
    for pattern, replacement in _MARKUP:
        markdown = pattern.sub(replacement, markdown)
    lines = (re.sub(r"[ \t|]+", " ", line).strip() for line in markdown.split("\n"))
    return "\n".join(line for line in lines if line)
