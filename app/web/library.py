"""The library: ``/library`` to browse and ``/entry/{id}``, everything that is known about one entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from app.answer.names import short_name
from app.catalogue import Catalogue
from app.render.bibtex import bibtex
from app.render.messages import say
from app.web.drawing import entry_href, line_anchor, link_names, place_of
from app.web.facets import LIST, MAP, NAMES, PER_PAGE, SORTS, Choice, choose, count
from app.web.language import language_of
from app.web.names import page_title, value_name
from app.web.pages import show_page
from app.web.passages import lines_html, paragraphs_html, passage_html
from app.web.services import Services
from app.web.topics import topic_name
from app.web.words import word
from ingest.documents.answers import read_answered
from ingest.types import Entry, Passage, PassageKind

Drawn = Callable[[Passage], str]  # a passage as HTML
_PROSE = (PassageKind.CARD, PassageKind.NOTE)


def library_routes(services: Services) -> APIRouter:
    """Returns the routes of the library."""
    router = APIRouter(include_in_schema=False)

    @router.get("/library")
    def library(request: Request) -> HTMLResponse:
        catalogue, language = services.catalogue(), language_of(request)
        choice = Choice.read(request.query_params)
        found = choose(choice, catalogue)
        pages = max(1, -(-len(found) // PER_PAGE))
        page = min(choice.page, pages)
        near = _nearest(services, choice) if not found and choice.words else []
        counted = count(choice, catalogue)
        fields = {
            "choice": choice,
            "facets": counted,
            "names": NAMES,
            "sorts": SORTS,
            "list_view": LIST,
            "map_view": MAP,
            "total": len(found),
            "shown": [_row(e, catalogue, language) for e in found[(page - 1) * PER_PAGE : page * PER_PAGE]],
            "near": [_row(entry, catalogue, language) for entry in near],
            "current": page,
            "pages": pages,
            "value_name": lambda facet, value: value_name(facet, value, catalogue, language),
            "highest": max((1, *(value.count for value in counted["year"]))),
        }
        return show_page(request, "library.html", "library", fields)

    @router.get("/entry/{entry_id:path}")
    def entry_page(request: Request, entry_id: str) -> HTMLResponse:
        catalogue, language = services.catalogue(), language_of(request)
        entry = catalogue.entries.get(entry_id)
        if entry is None and request.url.query:  # an address that is an id may hold a question mark
            entry = catalogue.entries.get(f"{entry_id}?{request.url.query}")
        if entry is None:
            raise HTTPException(404, word("not_found_entry", language, id=entry_id[:200]))
        title = page_title(entry, language)
        fields = _entry_fields(entry, catalogue, language)
        fields["in_path"] = entry.entry_id in services.own_paths.steps(services.reader(request))
        return show_page(request, "entry.html", "library", fields, title=title)

    return router


def _nearest(services: Services, choice: Choice) -> list[Entry]:
    return [hit.entry for hit in services.live.get().searcher.search(choice.words, k=10)]


def _row(entry: Entry, catalogue: Catalogue, language: str) -> dict[str, Any]:
    return {
        "title": page_title(entry, language),
        "href": entry_href(entry.entry_id),
        "kind": say(entry.kind.value, language),
        "year": entry.year,
        "venue": entry.venue,
        "authors": _authors(entry, language, 3),
        "topics": [(topic_name(topic, language), topic) for topic in entry.topics[:3]],
        "listings": len(entry.listings),
    }


def _authors(entry: Entry, language: str, most: int) -> str:
    shown = [name for name in entry.authors if "et al" not in name][:most]
    more = len(entry.authors) > len(shown) > 0
    return ", ".join(shown) + (word("and_others", language) if more else "")


def _entry_fields(entry: Entry, catalogue: Catalogue, language: str) -> dict[str, Any]:
    passages = catalogue.store.passages_of(entry.entry_id)
    record = catalogue.record(entry.entry_id)
    name = short_name(entry, language)
    translated = entry.title_zh if language == "zh" else entry.title_en

    def link_of(entry_id: str) -> tuple[str, str] | None:
        other = catalogue.entries.get(entry_id)
        return (short_name(other, language), entry_href(entry_id)) if other else None

    def drawn(passage: Passage) -> str:
        prefix = line_anchor(entry, passage.path, 0).removesuffix("0")
        return passage_html(passage.text, passage.start_line, prefix, link_of)

    def titles(ids: Sequence[str]) -> list[tuple[str, str]]:
        return [(page_title(catalogue.entries[x], language), entry_href(x)) for x in ids]

    own = [p for p in passages if p.language == language]
    other = [p for p in passages if p.language != language]
    return {
        "entry": entry,
        "name": name,
        "heading": translated or entry.title,
        "original": entry.title if translated not in ("", entry.title) else "",
        "kind": say(entry.kind.value, language),
        "minutes": record.minutes,
        "topics": [(topic_name(topic, language), topic) for topic in entry.topics],
        "links": link_names(entry.links),
        "ask": word("ask_about_question", language, name=name),
        "texts": [_text(own, drawn, entry, language), _text(other, drawn, entry, _other(language))],
        "listings": _listings(entry, passages, drawn, catalogue, language),
        "records": [lines_html(p.text, p.start_line, "L") for p in passages if p.kind is PassageKind.RECORD],
        "pdf": _pdf_pages(passages, language),
        "before": titles(record.prerequisites),
        "after": titles(catalogue.dependents(entry.entry_id)),
        "related": titles(record.related),
        "bibtex": bibtex(entry),
    }


def _text(passages: Sequence[Passage], drawn: Drawn, entry: Entry, language: str) -> dict[str, Any]:
    """Returns what is written about an entry in one language: prose, abstract, answered questions."""
    answers = []
    for passage in passages:
        found = read_answered(passage.text) if passage.kind is PassageKind.ANSWER else None
        if found is not None:
            answer = passage.text.split("\n", 1)[1]
            prefix = line_anchor(entry, passage.path, 0).removesuffix("0")
            html = drawn(Passage("", "", passage.kind, language, answer, passage.path, passage.start_line + 1, 0, 0))
            answers.append({"question": found.question, "html": html, "anchor": f"{prefix}{passage.start_line}"})
    return {
        "language": language,
        "prose": [drawn(p) for p in passages if p.kind in _PROSE],
        "abstract": [drawn(p) for p in passages if p.kind is PassageKind.ABSTRACT],
        "answers": answers,
    }


def _pdf_pages(passages: Sequence[Passage], language: str) -> list[dict[str, str]]:
    """Returns the pages of an entry's PDFs, each with its heading, its text, and the language of that."""
    pages: dict[tuple[str, int], list[Passage]] = {}
    for passage in passages:
        if passage.page is not None:
            pages.setdefault((passage.path, passage.page), []).append(passage)
    return [
        {
            "heading": f"{path.rsplit('/', 1)[-1]}{say('at_page', language, page=page)}",
            "language": found[0].language,
            "html": "\n".join(paragraphs_html(p.text, p.start_line, f"p{page}-L") for p in found),
        }
        for (path, page), found in pages.items()
    ]


def _listings(
    entry: Entry,
    passages: Sequence[Passage],
    drawn: Drawn,
    catalogue: Catalogue,
    language: str,
) -> list[dict[str, Any]]:
    notes = [p for p in passages if p.kind is PassageKind.LISTING]
    shown = []
    for listing in entry.listings:
        same = [other.line for other in entry.listings if other.path == listing.path and other.line > listing.line]
        end = min(same, default=10**9)
        own = [p for p in notes if p.path == listing.path and listing.line <= p.start_line < end]
        shown.append(
            {
                "place": place_of(entry, listing.path, listing.line, catalogue, language),
                "source": listing.path if listing.path.endswith(".pdf") else f"{listing.path}:{listing.line}",
                "language": own[0].language if own else "",
                "notes": [drawn(p) for p in own],
            }
        )
    return shown


def _other(language: str) -> str:
    return "en" if language == "zh" else "zh"
