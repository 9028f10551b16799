"""Org and AsciiDoc, translated to Markdown line by line, so that every line keeps its number."""

from __future__ import annotations

import re
from collections.abc import Callable

_ORG_KEYWORD = re.compile(r"^\s*(?:#\+|:[A-Z_]+:|# ).*$")
_ORG_HEADING = re.compile(
    r"^(?P<stars>\*+)\s+(?:(?:TODO|DONE|NEXT|WAITING)\s+)?(?:\[#\w\]\s+)?(?P<text>.*?)(?:\s+:[\w@:]+:)?\s*$"
)
_ORG_RULE = re.compile(r"^\s*\|[-+]+\|?\s*$")
_ORG_LINK = re.compile(r"\[\[(?P<url>[^\[\]\n]+)\](?:\[(?P<text>[^\[\]\n]+)\])?\]")
_ORG_MARKS = (
    (re.compile(r"(?<![\w*])\*(\S(?:[^*\n]{0,200}\S)?)\*(?![\w*])"), r"**\1**"),
    (re.compile(r"(?<!\w)[=~](\S[^=~\n]{0,200}?)[=~](?!\w)"), r"`\1`"),
)
_ADOC_HEADING = re.compile(r"^(?P<marks>={1,6}) +(?P<text>\S.*)$")
_ADOC_ITEM = re.compile(r"^\s*(?P<marks>\*{1,5}|-|\.{1,5}) +(?P<text>\S.*)$")
_ADOC_LINK = re.compile(r"(?:link:)?(?P<url>https?://[^\s\[\]<>]+)\[(?P<text>[^\[\]\n]*)\]")
_ADOC_BLOCK = re.compile(r"^(?::[\w-]+:.*|\[[^\[\]]*\]|-{4,}|={4,}|\+|//.*)$")


def as_markdown(text: str, name: str) -> str:
    """Translates a text; ``name`` is Org or AsciiDoc."""
    translate = _org if name == "Org" else _adoc
    return "\n".join(map(translate, text.split("\n")))


def _org(line: str) -> str:
    if _ORG_KEYWORD.match(line):
        return ""
    if _ORG_RULE.match(line):
        return line.replace("+", "|")
    if heading := _ORG_HEADING.match(line):
        return f"{'#' * min(len(heading['stars']), 6)} {_org_inline(heading['text'])}"
    return _org_inline(line)


def _org_inline(text: str) -> str:
    for pattern, replacement in _ORG_MARKS:
        text = _outside_links(pattern, replacement, text)
    return _ORG_LINK.sub(_markdown_link, text)


def _adoc(line: str) -> str:
    if _ADOC_BLOCK.match(line):
        return ""
    if heading := _ADOC_HEADING.match(line):
        return f"{'#' * len(heading['marks'])} {_ADOC_LINK.sub(_markdown_link, heading['text'])}"
    indent = ""
    if item := _ADOC_ITEM.match(line):
        indent, line = "  " * (len(item["marks"]) - 1) + "- ", item["text"]
    return indent + _outside_links(_ORG_MARKS[0][0], r"**\1**", _ADOC_LINK.sub(_markdown_link, line))


def _markdown_link(found: re.Match[str]) -> str:
    text, url = (found["text"] or "").split("^")[0], found["url"]
    return f"[{text}](<{url}>)" if text else f"<{url}>"


def _outside_links(pattern: re.Pattern[str], replacement: str, text: str) -> str:
    """Substitutes where no address stands, which may hold the same marks."""
    substitute: Callable[[str], str] = lambda piece: piece if "://" in piece else pattern.sub(replacement, piece)  # noqa: E731
    return "".join(map(substitute, re.split(r"(\S*://\S*)", text)))
