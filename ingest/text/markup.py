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

_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_KEPT = re.compile("\ue000(\\d+)\ue001")  # private-use characters stand for pieces of code meanwhile
_CELL = r"(?:[^|()]|\([^()|]*\))+"  # p(w | h) is no end of a cell
_ROW = re.compile(rf"^\s*\||^{_CELL} \| {_CELL} \| ")
_BARS = re.compile(r"(?<!\\)\|")
_SPACES = re.compile(r"[ \t]+")


def plain_text(markdown: str) -> str:
    """Returns what a reader sees of a piece of Markdown: no markup, no link targets, single spaces within lines.

    Code stays as it is; a bar separates cells only in a line that is a table row, so that ``p(y|x)`` keeps its own.
    """
    code: list[str] = []

    def keep(found: re.Match[str]) -> str:
        code.append(found[1])
        return f"\ue000{len(code) - 1}\ue001"

    text = _CODE.sub(keep, markdown) if "`" in markdown else markdown
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    lines = (_SPACES.sub(" ", _BARS.sub(" ", line) if _ROW.match(line) else line).strip() for line in text.split("\n"))
    plain = "\n".join(line for line in lines if line)
    return _KEPT.sub(lambda found: code[int(found[1])], plain) if code else plain
