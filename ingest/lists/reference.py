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
_INITIAL_END = re.compile(r"(?<=[ .-][^\W\d_a-z])\.\s+(?=[^\W\d_a-z“\"][^\W_.]+[\s:-])")  # "… and Doe, J. R. Title"
_REVERSED = re.compile(r"[^\s,.;&]+(?:[ -][^\s,.;&]+)?,\s*(?:[^\W\d_a-z]\.[ -]?)+")  # Doe, J.
_ONE_REVERSED = re.compile(
    r"^\s*(?P<family>[^\W\d_][\w-]+),\s(?P<given>[^\W\d_][\w.-]*(?:\s[^\W\d_]\.)?)\.\s*[\"“]?\s*$"
)
_TYPED = re.compile(  # as Chinese journals cite: Names. Title[J]. Venue, year
    r"^(?P<names>[^。．]{2,400}?)[.。．]\s*(?P<title>[^\[\]]{2,300}?)\s*\[[A-Z]{1,2}(?:/OL)?\]"
    r"\s*(?://|[.,。，．]|$)\s*(?P<rest>.*)$"
)
_YEAR_AT_END = re.compile(rf",\s*(?P<year>{_Y})[a-z]?$")
_PLACE_AT_END = re.compile(rf"[,.]\s+(?P<place>[^,.]{{2,40}}?,?\s*['’]?(?:{_Y}|\d\d))\.?$")  # "Title, ACL 2024"
_MAX_NAMES = 600
_MIN_TITLE_WORDS = 3
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
    return _typed(text) or _dated(text) or _quoted(text) or _sentences(text) or _plain(text)


def is_reference(text: str) -> bool:
    """Tells a line that cites a work in full: people, a title and a year, in an order that bibliographies use."""
    found = read_reference(text)
    people = [name for name in found.authors if name != "et al."]
    words = re.findall(r"[\u4e00-\u9fff]|[^\W_]+", found.title)
    if len(text) > _MAX_CHARS or not people or len(words) < _MIN_TITLE_WORDS or not all(map(is_person, people)):
        return False
    if found.title[:1].islower() or text.lstrip().startswith(found.title[:40]):
        return False
    return (found.year or read_appearance(found.rest, authors_known=True).year) is not None


def names_before_title(text: str) -> list[str]:
    """Returns the authors that a text before a title lists, or nothing when it is no list of authors."""
    quoted = text.rstrip().endswith(('"', "“", "「"))
    if (found := _ONE_REVERSED.match(text)) and is_person(found["given"]) and is_person(found["family"]):
        return [f"{found['given']} {found['family']}"]
    text = text.strip(' "“「,.')
    if "et al" in text or are_people(text) or (quoted and "," in text):
        return leading_authors(text)
    return [text] if quoted and is_person(text) and " " in text else []


def _typed(text: str) -> Reference | None:
    found = _TYPED.match(text)
    if not found:
        return None
    names = re.sub(r"(?<=\w)\s+[^\W\d_a-z]{1,3}(?=,|$)", "", found["names"])  # "Vaswani A" is a person, too
    if not (_are_authors(found["names"]) or all(map(is_person, split_authors(names)))):
        return None
    rest = found["rest"]
    return Reference(found["title"], split_authors(found["names"]), None, rest, venue_next=bool(rest))


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
    end = _end_of_initials(text) or _SENTENCE_END.search(text)
    if not end or end.end() == len(text):
        return None
    first, rest = text[: end.start()], text[end.end() :]
    if _are_authors(first):
        end = _SENTENCE_END.search(rest)
        title, rest = (rest[: end.start()], rest[end.end() :]) if end else (rest, "")
        dated = _YEAR_AT_END.search(title)
        year = int(dated["year"]) if dated else None
        return Reference(title[: dated.start()] if dated else title, leading_authors(first), year, rest)
    names = rest[: end.start()] if (end := _SENTENCE_END.search(rest)) else rest
    if are_people(names) or (len(rest) <= 120 and read_appearance(rest, authors_known=True).year):
        return Reference(first, [], None, rest)
    return None


def _end_of_initials(text: str) -> re.Match[str] | None:
    """Finds the full stop of the last author's initials, the last one with only people before it."""
    ends = [end for end in _INITIAL_END.finditer(text[:_MAX_NAMES]) if are_people(text[: end.start() + 1])]
    return ends[-1] if ends else None


def _plain(text: str) -> Reference:
    for bracket in _BRACKET.finditer(text):
        if bracket.start() and is_appearance(bracket["inside"]):
            return Reference(text[: bracket.start()], [], None, text[bracket.start() :])
    place = _PLACE_AT_END.search(text)
    if place and place.start() > 3 and is_appearance(place["place"]):
        return Reference(text[: place.start()], [], None, place["place"])
    dash = _DASH.search(text)
    if dash and dash.start() >= 2:
        return Reference(text[: dash.start()], [], None, text[dash.start() :])
    return Reference(text, [], None, "")


def _are_authors(text: str) -> bool:
    text = text.strip(" ,")
    if _REVERSED.fullmatch(f"{text}." if text[-1:].isupper() else text):
        return True
    return "et al" in text or are_people(text) or (_INITIALLED.match(text) is not None and is_person(text))
