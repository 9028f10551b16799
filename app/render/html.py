"""The source panel: for each citation the entry, its place in the lists, its links and the quoted words, as HTML.

Everything from the corpus is escaped here; Gradio does not sanitise HTML components.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from app.answer.names import shown_title
from app.render.messages import say
from app.render.places import listing_of, shown_section
from app.types import Answer, Citation, Status
from index.types import Hit
from ingest.text.markup import plain_text
from ingest.types import Entry, Link, Listing

_MAX_LINKS = 5
_MAX_NEAREST = 5
_MARK = re.compile(r"\[(\d{1,3})\]")


def anchor(turn: int, n: int) -> str:
    """Returns the element id of a citation's source; turns count from 1."""
    return f"source-{turn}-{n}"


def linked_marks(text: str, turn: int) -> str:
    """Turns the ``[n]`` marks of an answer into links to the panel."""
    return _MARK.sub(lambda match: f"[[{match[1]}]](#{anchor(turn, int(match[1]))})", text)


def turn_panel(answer: Answer, turn: int) -> str:
    """Returns the sources of one answer as HTML, or the nearest entries where it declines; "" for small talk."""
    title = f'<h3 class="turn">{escape(answer.question)}</h3>'
    if answer.citations:
        numbers = dict.fromkeys(citation.n for citation in answer.citations)
        sources = (_source([c for c in answer.citations if c.n == n], turn, answer.language) for n in numbers)
        return f'<section lang="{answer.language}">{title}{"".join(sources)}</section>'
    if answer.status is not Status.DECLINED:
        return ""  # small talk has no sources
    nearest = "".join(_nearest(hit, answer.language) for hit in answer.hits[:_MAX_NEAREST])
    offer = f'<p class="meta">{say("nearest", answer.language)}</p>'
    return f'<section lang="{answer.language}">{title}{offer}{nearest}</section>'


def panel(turns: Sequence[str], language: str) -> str:
    """Returns the whole panel, the latest answer first; an explanation while there is none."""
    body = "".join(reversed(turns)) or f'<p class="empty">{say("panel_empty", language)}</p>'
    return f'<div class="sources"><h2>{say("panel_title", language)}</h2>{body}</div>'


def _source(citations: Sequence[Citation], turn: int, language: str) -> str:
    """Returns the source behind one mark: an entry, and all that is quoted of it."""
    first = citations[0]
    place = _place(listing_of(first.entry, first.passage), language)
    return (
        f'<article class="source" id="{anchor(turn, first.n)}">'
        f'<h4><span class="n">{first.n}</span>{_title(first.entry, language)}</h4>'
        f"{place}{''.join(_quote(citation, language) for citation in citations)}{_links(first.entry.links)}</article>"
    )


def _quote(citation: Citation, language: str) -> str:
    full = citation.support >= 1.0
    mark = say("verbatim", language) if full else say("support", language, share=f"{citation.support:.0%}")
    return (
        f"<blockquote>{escape(plain_text(citation.quote))}</blockquote>"
        f'<p class="meta"><code>{escape(citation.passage.path)}:{citation.line}</code>'
        f' <span class="{"full" if full else "partial"}">{mark}</span></p>'
    )


def _nearest(hit: Hit, language: str) -> str:
    place = _place(listing_of(hit.entry, hit.best.passage), language)
    return f'<article class="source"><h4>{_title(hit.entry, language)}</h4>{place}{_links(hit.entry.links)}</article>'


def _place(listing: Listing, language: str) -> str:
    return f'<p class="meta">{escape(listing.list_id)} › {escape(shown_section(listing, language))}</p>'


def _title(entry: Entry, language: str) -> str:
    year = f' <span class="year">{entry.year}</span>' if entry.year else ""
    return f"{escape(shown_title(entry, language))}{year}"


def _links(links: Sequence[Link]) -> str:
    safe = [link for link in links if urlsplit(link.url).scheme in ("http", "https")]
    shown = "".join(
        f'<a href="{escape(link.url)}" target="_blank" rel="noopener noreferrer">{escape(_link_name(link))}</a>'
        for link in safe[:_MAX_LINKS]
    )
    return f'<p class="links">{shown}</p>' if shown else ""


def _link_name(link: Link) -> str:
    host = urlsplit(link.url).netloc.removeprefix("www.")
    return link.label if 0 < len(link.label) <= 12 and link.label.isascii() else host
