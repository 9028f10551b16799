"""What lists and the values of facets are called in the reader's language."""

from __future__ import annotations

from app.catalogue import Catalogue
from app.render.messages import say
from app.web.topics import topic_name
from app.web.words import word


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
