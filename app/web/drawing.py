"""Turns of conversations as HTML, drawn from what is kept and from the index that is live now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader

from app.catalogue import Catalogue
from app.render.places import listing_of, place_in_file, shown_section
from app.state.answers import KeptAnswer, KeptCitation
from app.state.conversations import KeptTurn
from app.types import Status
from app.web.chips import chips, chips_json
from app.web.markup import answer_html, is_safe, safe_links
from app.web.names import list_name, page_title
from app.web.suggestions import follow_ups
from app.web.words import word
from ingest.types import Entry, Link

_MAX_LINKS = 5
_BEFORE_NEAREST = 2  # sentences of a declined answer before the entries it offers
_OFFERED = re.compile(r"- \[.*\]\(\S*\)(?:：|: )(.+)", re.S)

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote of a source card: its text, its place, the address of that place, and what its support is called."""

    text: str
    place: str
    href: str
    full: bool
    support: str


@dataclass(frozen=True, slots=True)
class Source:
    """A source card: an entry behind one mark, and all that is quoted of it."""

    n: int
    title: str
    year: int | None
    place: str
    href: str
    quotes: Sequence[Quote]
    links: Sequence[tuple[str, str]]


def draw_turns(turns: Sequence[KeptTurn], catalogue: Catalogue, language: str) -> str:
    """Returns the turns of a conversation, oldest first."""
    asked = [turn.answer.question for turn in turns]
    return "".join(draw_turn(turn, catalogue, language, asked[: i + 1]) for i, turn in enumerate(turns))


def draw_turn(turn: KeptTurn, catalogue: Catalogue, language: str, asked: Sequence[str]) -> str:
    """Returns a turn with its answer, its actions and its sources.

    Args:
        turn: What was asked and answered.
        catalogue: The entries that are live now.
        language: Of the page, "zh" or "en".
        asked: The questions of the conversation up to this one, which are not suggested again.
    """
    return _drawn(turn, catalogue, language, asked)


def draw_growing(answer: KeptAnswer, catalogue: Catalogue, language: str, pending: str = "", writer: str = "") -> str:
    """Returns an answer that is not whole yet, without actions and sources.

    Args:
        answer: As much of it as there is.
        catalogue: The entries that are live now.
        language: Of the page, "zh" or "en".
        pending: The beginning of the next sentence, not checked yet.
        writer: Name of the language model that is at work, or "".
    """
    more = {"streaming": True, "writer": writer}
    return _drawn(KeptTurn(0, answer), catalogue, language, (), pending, **more)


def _drawn(
    turn: KeptTurn,
    catalogue: Catalogue,
    language: str,
    asked: Sequence[str],
    pending: str = "",
    **more: Any,  # noqa: ANN401 - what a template is told
) -> str:
    answer = turn.answer
    sources = _sources(answer.citations, catalogue, language)
    titles = {source.n: source.title for source in sources}
    label = word("source_n", answer.language).replace("：", "：")
    fields = {
        "turn": turn,
        "answer": answer,
        "said": answer_html(answer, titles, label, pending),
        "sources": sources,
        "nearest": _nearest(answer, catalogue, language),
        "suggestions": () if more.get("streaming") else follow_ups(answer, asked, catalogue),
        "copy": copy_text(answer, language),
        "chips": chips(answer, catalogue, language),
        "filters": chips_json(answer),
        "language": language,
        "word": word,
        "streaming": False,
        "writer": "",
    }
    return TEMPLATES.get_template("turn.html").render(fields | more)


def copy_text(answer: KeptAnswer, language: str) -> str:
    """Returns an answer in plain text with numbered references and their addresses."""
    cited = {citation.n: citation for citation in answer.citations}
    said = [answer.text, *(["", answer.status_line] if answer.model else [])]
    lines = [
        f"[{n}] {c.title}{f'. {c.url}' if c.url else f' ({place_in_file(c.path, c.line, c.page, language)})'}"
        for n, c in sorted(cited.items())
    ]
    return "\n".join([*said, *(["", f"{word('references', language)}:", *lines] if lines else [])])


def entry_href(entry_id: str) -> str:
    """Returns the address of an entry's page."""
    return f"/entry/{quote(entry_id, safe=':/')}"


def line_anchor(entry: Entry | None, path: str, line: int, page: int | None = None) -> str:
    """Returns the anchor of a line on the page of an entry: ``L12`` in its card, ``list-L12`` in a list, ``p4-L2``."""
    if page is not None:
        return f"p{page}-L{line}"
    if "abstracts" in Path(path).parts:
        return f"abstract-L{line}"
    listed = entry is not None and any(listing.path == path for listing in entry.listings)
    return f"{Path(path).stem}-L{line}" if listed and "notes" not in Path(path).parts else f"L{line}"


def link_names(links: Sequence[Link]) -> list[tuple[str, str]]:
    """Returns (name, address) of the links that a page may offer."""
    return [(_link_name(link), link.url) for link in safe_links(tuple(links))[:_MAX_LINKS]]


def place_of(entry: Entry, passage_path: str, line: int, catalogue: Catalogue, language: str) -> str:
    """Returns list and section of a passage in the reader's language: ``list › section › …``."""
    passage = next((p for p in catalogue.store.passages_of(entry.entry_id) if p.path == passage_path), None)
    before = [x for x in entry.listings if x.path == passage_path and x.line <= line]
    listing = before[-1] if before else listing_of(entry, passage) if passage else entry.listings[0]
    return " › ".join(filter(None, (list_name(listing.list_id, catalogue, language), shown_section(listing, language))))


def _sources(citations: Sequence[KeptCitation], catalogue: Catalogue, language: str) -> list[Source]:
    by_number: dict[int, list[KeptCitation]] = {}
    for citation in citations:
        by_number.setdefault(citation.n, []).append(citation)
    return [_source(quotes, catalogue, language) for _, quotes in sorted(by_number.items())]


def _source(citations: Sequence[KeptCitation], catalogue: Catalogue, language: str) -> Source:
    first = citations[0]
    entry = catalogue.entries.get(first.entry_id)
    quotes = [_quote(citation, entry, language) for citation in citations]
    if entry is None:  # a later index has no such entry any more
        links = [(urlsplit(first.url).netloc, first.url)] if is_safe(first.url) else []
        return Source(first.n, first.title, None, "", "", quotes, links)
    place = place_of(entry, first.path, first.line, catalogue, language)
    title, href = page_title(entry, language), entry_href(entry.entry_id)
    return Source(first.n, title, entry.year, place, href, quotes, link_names(entry.links))


def _quote(citation: KeptCitation, entry: Entry | None, language: str) -> Quote:
    full = citation.support >= 1.0
    support = word("verbatim", language) if full else word("support", language, share=f"{citation.support:.0%}")
    anchor = line_anchor(entry, citation.path, citation.line, citation.page)
    href = f"{entry_href(citation.entry_id)}#{anchor}" if entry else ""
    place = place_in_file(citation.path, citation.line, citation.page, language)
    return Quote(citation.quote, place, href, full, support)


def _nearest(answer: KeptAnswer, catalogue: Catalogue, language: str) -> list[tuple[str, str, str]]:
    """Returns (title, address, what it is) of the entries that a declined answer offers, a sentence each."""
    if answer.status is not Status.DECLINED or len(answer.sentences) <= _BEFORE_NEAREST:
        return []
    offered = []
    for (entry_id, title), sentence in zip(answer.nearest, answer.sentences[_BEFORE_NEAREST:], strict=False):
        entry, found = catalogue.entries.get(entry_id), _OFFERED.match(sentence.text)
        shown = page_title(entry, language) if entry else title
        offered.append((shown, entry_href(entry_id) if entry else "", found[1] if found else ""))
    return offered


def _link_name(link: Link) -> str:
    host = urlsplit(link.url).netloc.removeprefix("www.")
    return link.label if 0 < len(link.label) <= 12 and link.label.isascii() else host
