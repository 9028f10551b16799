"""Passages as HTML, every line with an anchor, so that a citation leads to the very line it quotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.web.markup import OFF, use_plain_rules

_POINTER = re.compile(r" ?\[((?:arxiv|url|note):[^\]\s]+)\]")
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_BLOCKS = {"paragraph_open", "heading_open", "list_item_open", "tr_open", "blockquote_open"}


def passage_html(text: str, start: int, prefix: str, link_of: Callable[[str], tuple[str, str] | None]) -> str:
    """Returns a passage of Markdown.

    Args:
        text: The passage.
        start: Number of its first line in its file.
        prefix: What an anchor starts with; a line number follows.
        link_of: Returns (name, address) of an entry that the text points at by its id, or None.
    """
    text = _COMMENT.sub("", text)
    env: dict[str, object] = {}
    tokens = _markdown.parse(text, env)
    placed: set[int] = set()
    result: list[Token] = []
    for token in tokens:
        result.append(token)
        if token.map is None or token.type not in _BLOCKS:
            continue
        lines = [line for line in range(token.map[0], token.map[1]) if line not in placed]
        if token.type == "list_item_open" or not lines:
            lines = lines[:1]  # what stands in the item places the rest
        placed.update(lines)
        if lines and not token.hidden:  # the paragraph of a tight list has no element of its own
            token.attrSet("id", f"{prefix}{start + lines.pop(0)}")
        if lines:
            result.append(_anchors(f"{prefix}{start + line}" for line in lines))
    html: str = _markdown.renderer.render(result, _markdown.options, env)
    return _POINTER.sub(lambda found: _pointer(found[1], link_of), html)


def lines_html(text: str, start: int, prefix: str) -> str:
    """Returns a passage as it stands, line by line, as for the front matter of a card."""
    numbered = enumerate(text.split("\n"), start)
    return "\n".join(f'<span id="{prefix}{number}">{escape(line)}</span>' for number, line in numbered)


def paragraphs_html(text: str, start: int, prefix: str) -> str:
    """Returns a passage of a PDF, a paragraph a line, as it stands."""
    numbered = enumerate(text.split("\n"), start)
    return "\n".join(f'<p id="{prefix}{number}">{escape(line)}</p>' for number, line in numbered)


def _anchors(names: Iterable[str]) -> Token:
    token = Token("anchors", "", 0)
    token.content = "".join(f'<span id="{escape(name)}"></span>' for name in names)
    return token


def _pointer(entry_id: str, link_of: Callable[[str], tuple[str, str] | None]) -> str:
    found = link_of(entry_id)
    return f' <a class="pointer" href="{escape(found[1])}">{escape(found[0])}</a>' if found else ""


def _make_markdown() -> MarkdownIt:
    off = [rule for rule in OFF if rule != "heading"]
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable(off)
    use_plain_rules(markdown)
    markdown.add_render_rule("anchors", lambda _, tokens, i, *rest: tokens[i].content)
    return markdown


_markdown = _make_markdown()
