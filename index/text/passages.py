"""The text that is indexed for a passage."""

from __future__ import annotations

from functools import lru_cache

from ingest.documents.answers import read_answered
from ingest.text.markup import plain_text
from ingest.types import Entry, Passage, PassageKind


def searchable_text(entry: Entry, passage: Passage) -> str:
    """Returns what is indexed for a passage: the entry's names, then what a reader sees of the passage.

    The names are repeated for every passage, because a note says "it freezes the weights" and not "LoRA freezes". What
    stands in a row of a table is indexed with the names of its columns.
    """
    return f"{_names(entry)}\n{_wordings(passage)}{_plain(_text(passage))}"


def ingredients(entry: Entry, passage: Passage) -> tuple[str, ...]:
    """Returns all that ``searchable_text`` depends on: the same ingredients give the same text."""
    answer = "answer" if passage.kind is PassageKind.ANSWER else ""
    return _names(entry), answer, *passage.cells, passage.text


def _names(entry: Entry) -> str:
    names = (entry.title, entry.title_zh, entry.title_en, *entry.aliases)
    return " ".join(dict.fromkeys(name for name in names if name))


_plain = lru_cache(maxsize=4096)(plain_text)  # the same passages are weighed for many questions


def _text(passage: Passage) -> str:
    return "\n".join(passage.cells) or passage.text


def _wordings(passage: Passage) -> str:
    """Returns the other wordings of an answered question, a line each."""
    if passage.kind is not PassageKind.ANSWER or (found := read_answered(passage.text)) is None:
        return ""
    return "".join(f"{wording}\n" for wording in found.wordings)
