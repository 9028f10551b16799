"""Taking Markdown off: what a reader sees of a piece of text."""

from __future__ import annotations

import re

# What a text must hold for a pattern to match, so that prose is not searched in vain; the pattern; its replacement.
# Lengths are bounded, so that a text of nothing but opening brackets is read in time linear in its length.
_MARKUP = (
    ("![", re.compile(r"!\[[^\]]{0,500}\]\([^)]{0,2000}\)"), " "),  # images, before links
    ("[", re.compile(r" ?\[(?:arxiv|url|note):[^\]\s]{1,2000}\]"), ""),  # a note's pointer to what it rests on
    ("[[", re.compile(r"\[\[([^\]]{1,500})\]\([^)\s]{0,2000}\)\]"), " "),  # [[pdf](…)]: a row of labels says nothing
    ("](", re.compile(r"\[([^\]]{0,500})\]\((?:[^()\s]|\([^()\s]*\)){0,2000}\)"), r"\1"),
    ("<", re.compile(r"</?[A-Za-z][^<>]*>"), " "),
    ("#", re.compile(r"^ {0,3}#{1,6}\s+", re.M), ""),
    ("", re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+", re.M), ""),
    (">", re.compile(r"^[ \t]*>[ \t]?", re.M), ""),
    ("", re.compile(r"^[ \t]*(?:```|~~~).*$", re.M), ""),
    ("---", re.compile(r"^(?=[ \t:|-]*---)[ \t:|-]+$", re.M), ""),  # the rule under a table's header
    ("", re.compile(r"\*\*|__|(?<![A-Za-z0-9_*])\*(?=[^\s*])|(?<=[^\s*])\*(?![A-Za-z0-9_*])|`"), ""),
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
    text = _without_comments(text) if "-->" in text else text
    for needed, pattern, replacement in _MARKUP:
        if needed in text:
            text = pattern.sub(replacement, text)
    lines = (
        _SPACES.sub(" ", _BARS.sub(" ", line) if "|" in line and _ROW.match(line) else line).strip()
        for line in text.split("\n")
    )
    plain = "\n".join(line for line in lines if line)
    return _KEPT.sub(lambda found: code[int(found[1])], plain) if code else plain


def _without_comments(text: str) -> str:
    parts: list[str] = []
    done = 0
    while (start := text.find("<!--", done)) >= 0 and (end := text.find("-->", start)) >= 0:
        parts += [text[done:start], " "]
        done = end + 3
    return "".join(parts) + text[done:]
