"""References written as running text: who, when, what, where, in the orders that bibliographies use."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.lists.dates import is_appearance, read_appearance
from ingest.lists.names import are_people, is_person, leading_authors, split_authors

_Y = r"(?:19[5-9]\d|20[0-4]\d)"
_DATED_NAMES = re.compile(
    rf"^(?P<names>[^\"“”「」]{{3,400}}?)(?:\s*\((?P<year>{_Y})[a-z]?(?:,[^()]{{0,20}})?\)|\.\s(?P<plain>{_Y})[a-z]?)[.,:]?(?:\s+|$)"
)
_QUOTED = re.compile(r"[“\"「](?P<title>[^“”\"「」]{4,300})[”\"」]")
_SENTENCE_END = re.compile(r"(?<=[a-z\d)\]])[.。](?:\s+(?=[A-Z\d\u4e00-\u9fff*“\"]|arXiv)|\s*$)|[?!](?=\s+[A-Z])|。")
_BRACKET = re.compile(r"\s*[(（](?P<inside>[^()（）]{2,60})[)）]")
_DASH = re.compile(r"\s[-–—]{1,2}\s")
_INITIALLED = re.compile(r"(?:[^\W\d_]\.[ -]?)+[^\W\d_]")  # J. Doe
_MAX_CHARS = 2000  # longer ones are prose


@dataclass(frozen=True, slots=True)
class Reference:
    """Title, authors, year (or None), what is left for venue and note, and whether that starts with the venue."""

    title: str
    authors: list[str]
    year: int | None
    rest: str
    venue_next: bool = False


def read_reference(text: str) -> Reference:
    """Reads a line without formatting; what does not look like a reference is all title, up to a dash or brackets."""
    if len(text) > _MAX_CHARS:
        return Reference(text[: _MAX_CHARS // 10], [], None, "")
    return _dated(text) or _quoted(text) or _sentences(text) or _plain(text)


def names_before_title(text: str) -> list[str]:
    """Returns the authors that a text before a title lists, or nothing when it is no list of authors."""
    quoted = text.rstrip().endswith(('"', "“", "「"))
    text = text.strip(' "“「,.')
    if "et al" in text or are_people(text) or (quoted and "," in text):
        return leading_authors(text)
    return [text] if quoted and is_person(text) and " " in text else []


def _dated(text: str) -> Reference | None:
    found = _DATED_NAMES.match(text)
    if not found or not _are_authors(found["names"]):
        return None
    rest = text[found.end() :]
    end = _SENTENCE_END.search(rest)
    title = rest[: end.start()] if end else rest
    year = int(found["year"] or found["plain"])
    return Reference(title, split_authors(found["names"]), year, rest[end.end() :] if end else "", venue_next=True)


def _quoted(text: str) -> Reference | None:
    found = _QUOTED.search(text)
    if not found:
        return None
    authors = names_before_title(text[: found.start("title")])
    if not authors and text[: found.start()].strip(" -–—"):
        return None
    return Reference(found["title"].rstrip(" ,."), authors, None, text[found.end() :])


def _sentences(text: str) -> Reference | None:
    """``Names. Title. Venue, year`` and ``Title. Names. Venue, year``."""
    end = _SENTENCE_END.search(text)
    if not end or end.end() == len(text):
        return None
    first, rest = text[: end.start()], text[end.end() :]
    if _are_authors(first):
        end = _SENTENCE_END.search(rest)
        return Reference(
            rest[: end.start()] if end else rest, leading_authors(first), None, rest[end.end() :] if end else ""
        )
    names = rest[: end.start()] if (end := _SENTENCE_END.search(rest)) else rest
    if are_people(names) or (len(rest) <= 120 and read_appearance(rest, authors_known=True).year):
        return Reference(first, [], None, rest)
    return None


def _plain(text: str) -> Reference:
    for bracket in _BRACKET.finditer(text):
        if bracket.start() and is_appearance(bracket["inside"]):
            return Reference(text[: bracket.start()], [], None, text[bracket.start() :])
    dash = _DASH.search(text)
    if dash and dash.start() >= 2:
        return Reference(text[: dash.start()], [], None, text[dash.start() :])
    return Reference(text, [], None, "")


def _are_authors(text: str) -> bool:
    text = text.strip(" ,")
    return "et al" in text or are_people(text) or (_INITIALLED.match(text) is not None and is_person(text))
