"""What lists and the values of facets are called in the reader's language."""

from __future__ import annotations

from app.answer.names import shown_title
from app.catalogue import Catalogue
from app.render.messages import say
from app.web.topics import topic_name
from app.web.words import word
from ingest.types import Entry, Kind


def page_title(entry: Entry, language: str) -> str:
    """Returns what a page calls an entry: a concept has a name in each language, a work keeps its own title beside."""
    translated = entry.title_zh if language == "zh" else entry.title_en
    return translated if translated and entry.kind is Kind.CONCEPT else shown_title(entry, language)


def list_name(list_id: str, catalogue: Catalogue, language: str) -> str:
    """Returns what a list is called on a page; the notes of the library are one."""
    return word("notes", language) if list_id == "notes" else catalogue.list_title(list_id, language)


def value_name(facet: str, value: str, catalogue: Catalogue, language: str) -> str:
    """Returns what a value of a facet is called."""
    if facet == "list":
        return list_name(value, catalogue, language)
    if facet == "kind":
        return say(value, language)
    if facet == "topic":
        return topic_name(value, language)
    if facet == "language":
        return word({"zh": "chinese", "en": "english"}.get(value, "english"), language)
    return value
