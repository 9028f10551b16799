"""The text of an answer as HTML: Markdown without HTML, pictures or foreign links, citation marks as links.

What stands in a text is shown: a tag that somebody typed stays readable, and so does a lone asterisk of a formula.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from urllib.parse import urlsplit

from markdown_it import MarkdownIt

from app.state.answers import KeptAnswer, KeptSentence
from app.types import Status
from ingest.types import Link

OFF = ("image", "html_inline", "html_block", "entity", "autolink", "reference", "lheading", "heading", "hr", "code")
_OPEN, _CLOSE = "\ue000", "\ue001"  # private-use characters around the number of a mark, until it becomes a link
_PRIVATE = re.compile(f"[{_OPEN}{_CLOSE}]")
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_WRITTEN_MARK = re.compile(r"\[(\d{1,3})\]")
_HARMLESS_ESCAPE = re.compile(r"\\(?=[^|\\\s])")  # a backslash of a formula is shown; one before a bar is a table's


def answer_html(answer: KeptAnswer, titles: Mapping[int, str], label: str) -> str:
    """Returns what an answer says.

    Args:
        answer: The answer; of a declined one only what it says itself, not the entries that it offers.
        titles: Title of what is cited, by the number of its mark.
        label: Name of a mark for those who do not see it, with ``{n}`` and ``{title}``.
    """
    text = ""
    for i, sentence in enumerate(_said(answer)):
        gap = "\n\n" if sentence.starts_paragraph else "" if answer.language == "zh" else " "
        text += (gap if i else "") + _marked(sentence, titles)
    html: str = _markdown.render(_HARMLESS_ESCAPE.sub(r"\\\\", text))
    html = html.replace("<th></th>", "<td></td>")  # a corner of a table is no heading
    return _MARK.sub(lambda found: _link(int(found[1]), titles, label), html)


def safe_links(links: tuple[Link, ...]) -> list[Link]:
    """Returns the links that a page may offer: http and https."""
    return [link for link in links if is_safe(link.url)]


def is_safe(url: str) -> bool:
    """Tells an http or https address from anything else."""
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _said(answer: KeptAnswer) -> list[KeptSentence]:
    if answer.status is not Status.DECLINED:
        return list(answer.sentences)
    return [s for s in answer.sentences[:1] if s.text]  # the page offers the nearest entries itself


def _marked(sentence: KeptSentence, titles: Mapping[int, str]) -> str:
    text = _PRIVATE.sub("", sentence.text)
    if sentence.marked:
        return _WRITTEN_MARK.sub(lambda m: f"{_OPEN}{m[1]}{_CLOSE}" if int(m[1]) in titles else m[0], text)
    return text + "".join(f"{_OPEN}{n}{_CLOSE}" for n in sentence.citations if n in titles)


def _link(n: int, titles: Mapping[int, str], label: str) -> str:
    name = escape(label.format(n=n, title=titles.get(n, "")))
    return f'<a class="mark" href="#source-{n}" data-n="{n}" title="{name}">[{n}]</a>'


def use_plain_rules(markdown: MarkdownIt) -> None:
    """Has formulas keep their asterisks, links lead to http and https only, and tables scroll by themselves."""
    markdown.add_render_rule("em_open", lambda _, tokens, i, *rest: escape(tokens[i].markup))
    markdown.add_render_rule("em_close", lambda _, tokens, i, *rest: escape(tokens[i].markup))
    markdown.add_render_rule("link_open", _link_open)
    markdown.add_render_rule("table_open", lambda *_: '<div class="scroll" tabindex="0"><table>')
    markdown.add_render_rule("table_close", lambda *_: "</table></div>")


def _make_markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable(OFF)
    use_plain_rules(markdown)
    return markdown


def _link_open(_: object, tokens: list, i: int, *rest: object) -> str:  # type: ignore[type-arg]
    url = str(tokens[i].attrs.get("href", ""))
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">' if is_safe(url) else "<a>"


_markdown = _make_markdown()
