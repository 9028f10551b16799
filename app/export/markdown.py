"""An answer, or a whole conversation, as Markdown with its references, and the same as a page that stands alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Protocol

from markdown_it import MarkdownIt

from app.export.reference import people_of, url_of
from app.render.messages import say
from app.render.places import place_in_file
from app.render.verdicts import status_line
from app.types import Citation, Writing
from ingest.text.markup import plain_text
from ingest.types import Entry

_MOST_AUTHORS = 3
_STYLE = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;"
    "font:16px/1.6 system-ui,'PingFang SC','Noto Sans CJK SC',sans-serif}"
    "blockquote{color:#555;border-left:3px solid #ccc;margin-left:0;padding-left:1rem}code{overflow-wrap:anywhere}"
    "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3rem .5rem}"
)


class Exportable(Protocol):
    """What an export needs of an answer; ``app.types.Answer`` has it, and what is kept of one can be given it."""

    @property
    def question(self) -> str:
        """What was asked."""

    @property
    def language(self) -> str:
        """Its language, "zh" or "en"."""

    @property
    def text(self) -> str:
        """What was answered, as Markdown with ``[n]`` marks."""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What it rests on."""

    @property
    def writing(self) -> Writing | None:
        """Who wrote it, where a language model did."""


def conversation_markdown(answers: Sequence[Exportable], keys: Mapping[str, str], title: str = "") -> str:
    """Returns answers as Markdown, a heading a question, each with the works and lines it rests on.

    Args:
        answers: In the order they were given.
        keys: Citation keys, from ``app.export.reference.citation_keys``, for those who go on to cite.
        title: Of the conversation, or "".
    """
    head = [f"# {_line(title)}"] if title else []
    return "\n\n".join([*head, *(_one(answer, keys) for answer in answers)]) + "\n"


def conversation_html(answers: Sequence[Exportable], keys: Mapping[str, str], title: str = "") -> str:
    """Returns the same as an HTML page that needs nothing else; HTML in texts is shown, not obeyed."""
    body = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    body.disable("image")
    language = answers[0].language if answers else "en"
    text = body.render(conversation_markdown(answers, keys, title))
    name = escape(title or (answers[0].question if answers else ""))
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{name}</title>'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{_STYLE}</style></head>\n<body>\n{text}</body></html>\n"
    )


def cited_entries(answers: Sequence[Exportable]) -> list[Entry]:
    """Returns the works that answers cite, in order, each once."""
    return list({c.entry.entry_id: c.entry for answer in answers for c in answer.citations}.values())


def _one(answer: Exportable, keys: Mapping[str, str]) -> str:
    parts = [f"## {_line(answer.question)}", answer.text]
    if line := status_line(answer):
        parts.append(f"*{line}*")
    if answer.citations:
        parts.append(f"### {say('references', answer.language)}")
        numbers = dict.fromkeys(sorted(citation.n for citation in answer.citations))
        parts.append("\n".join(_reference(answer, n, keys) for n in numbers))
    return "\n\n".join(parts)


def _reference(answer: Exportable, n: int, keys: Mapping[str, str]) -> str:
    citations = [citation for citation in answer.citations if citation.n == n]
    entry = citations[0].entry
    people, more = people_of(entry)
    names = ", ".join(f"{person.given} {person.family}".strip() for person in people[:_MOST_AUTHORS])
    names += " et al." if names and (more or len(people) > _MOST_AUTHORS) else ""
    year = f" ({entry.year})" if entry.year else ""
    address = url_of(entry)
    head = f"- **[{n}]** {names + '. ' if names else ''}{_line(entry.title)}{year}. `{keys[entry.entry_id]}`"
    head += f" <{address}>" if address else ""
    quotes = [
        f"  > {_line(plain_text(c.quote))} — `{place_in_file(c.passage.path, c.line, c.passage.page, answer.language)}`"
        for c in citations
    ]
    return "\n\n".join([head, *quotes])


def _line(text: str) -> str:
    """Returns a text on one line, with the characters that Markdown would take for its own escaped."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|~" else c for c in " ".join(text.split()))
