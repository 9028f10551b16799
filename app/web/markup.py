"""The text of an answer as HTML: Markdown without HTML, pictures or foreign links, citation marks as links.

What stands in a text is shown: a tag that somebody typed stays readable, and so does a lone asterisk of a formula.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from urllib.parse import urlsplit

from markdown_it import MarkdownIt

from app.answer.support import Verdict
from app.render.verdicts import reason, without_bullet
from app.state.answers import KeptAnswer, KeptSentence
from app.types import Status
from ingest.types import Link

OFF = ("image", "html_inline", "html_block", "entity", "autolink", "reference", "lheading", "heading", "hr", "code")
_OPEN, _CLOSE = "\ue000", "\ue001"  # private-use characters around the number of a mark, until it becomes a link
_STRUCK, _NOT_STRUCK, _WHY, _NOT_WHY, _PENDING, _NOT_PENDING = "\ue002\ue003\ue004\ue005\ue006\ue007"
_TAGS = {  # private-use characters around parts of a written answer, until they become tags
    _STRUCK: '<del class="unsupported">',
    _NOT_STRUCK: "</del>",
    _WHY: '<span class="why">',
    _NOT_WHY: "</span>",
    _PENDING: '<span class="unchecked">',
    _NOT_PENDING: "</span>",
}
_PRIVATE = re.compile("[\ue000-\ue007]")
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_WRITTEN_MARK = re.compile(r"\[(\d{1,3})\]")
_LINKED = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")
_HEADED = re.compile(r"^#{1,6} +(.+)$")
_MARKUP = re.compile(r"[\\`*_\[\]<>|~]")
_HARMLESS_ESCAPE = re.compile(r"\\(?=[^|\\\s])")  # a backslash of a formula is shown; one before a bar is a table's


def answer_html(answer: KeptAnswer, titles: Mapping[int, str], label: str, pending: str = "") -> str:
    """Returns what an answer says.

    Args:
        answer: The answer; of a declined one only what it says itself, not the entries that it offers.
        titles: Title of what is cited, by the number of its mark.
        label: Name of a mark for those who do not see it, with ``{n}`` and ``{title}``.
        pending: The beginning of a sentence that a language model is writing, not checked yet.
    """
    text = ""
    for i, sentence in enumerate(_said(answer)):
        gap = "\n\n" if sentence.starts_paragraph or sentence.code else "" if answer.language == "zh" else " "
        text += (gap if i else "") + _shown(sentence, titles, answer)
    if pending and "```" not in pending:
        text += f"{' ' if text else ''}{_PENDING}{_as_written(pending)}{_NOT_PENDING}"
    html: str = _markdown.render(text)
    html = html.replace("<th></th>", "<td></td>")  # a corner of a table is no heading
    for character, tag in _TAGS.items():
        html = html.replace(character, tag)
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


def _shown(sentence: KeptSentence, titles: Mapping[int, str], answer: KeptAnswer) -> str:
    """Returns a sentence as Markdown with its marks, and where a model wrote it with its verdict."""
    marks = "".join(f"{_OPEN}{n}{_CLOSE}" for n in sentence.citations if n in titles)
    if not answer.model:
        text = _HARMLESS_ESCAPE.sub(r"\\\\", _PRIVATE.sub("", sentence.text))
        if sentence.marked:
            return _WRITTEN_MARK.sub(lambda m: f"{_OPEN}{m[1]}{_CLOSE}" if int(m[1]) in titles else m[0], text)
        return text + marks
    why = reason(sentence, answer.language)
    behind = marks + (f" {_WHY}{_PRIVATE.sub('', _plain(why))}{_NOT_WHY}" if why else "")
    if sentence.code:
        return f"{_PRIVATE.sub('', sentence.text)}\n\n{behind}"
    bullet, text = without_bullet(_as_written(sentence.text))
    if sentence.check and sentence.check.verdict is Verdict.UNSUPPORTED:
        text = f"{_STRUCK}{text}{_NOT_STRUCK}"
    return f"{bullet}{text}{behind}"


def _as_written(text: str) -> str:
    """Returns a model's words as Markdown that ends within its sentence and leads nowhere."""
    text = _LINKED.sub(r"\1", _PRIVATE.sub("", text))
    text = _HEADED.sub(r"**\1**", text)
    for mark in ("**", "`"):
        if text.count(mark) % 2:
            text = text.replace(mark, "")
    return _HARMLESS_ESCAPE.sub(r"\\\\", text)


def _plain(text: str) -> str:
    """Returns a text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\g<0>", text)


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
