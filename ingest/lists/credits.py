"""Who, where and when: the credits after a title and on the lines below it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.lists.dates import cited_as, is_appearance, read_appearance, venue_name
from ingest.lists.facts import are_labels, is_link_row, read_fact
from ingest.lists.head import Head
from ingest.lists.inline import Line, text_of
from ingest.lists.names import are_people, is_person, split_authors

NAMES_IN_BRACKETS = re.compile(r"^\s*[(（](?P<names>[^()（）]{1,200}(?:\([^()]{0,100}\)[^()（）]{0,100}){0,4})[)）]")
_NOTE = re.compile(r"^\s*[:：]|(?:^|[\s|)）])[-–—]{1,2}\s")
_AFFILIATION = re.compile(r"\b(?:Universit\w+|Institute|Laborator\w+|College|Academy|School|Department)\b")
_MAX_CREDIT_LINES = 3


def credit_lines(lines: Sequence[Line]) -> Sequence[Line]:
    """Returns the lines after the title that are about authors, venue and links rather than a note."""
    end = 1
    while end < min(len(lines), 1 + _MAX_CREDIT_LINES) and _is_credit(lines[end], first=end == 1):
        end += 1
    return lines[1:end]


def take_credits(head: Head, lines: list[Line]) -> None:
    """Reads authors, venue and year into a head, off what follows its title and the lines of credits below."""
    lines = [_without_note(lines[0]), *lines[1:]]
    italics = [span.text for line in lines for span in line if span.italic and span.href is None]
    outside = "|".join(
        "".join("|" if span.italic or span.href is not None else span.text for span in line) for line in lines
    )
    cited = cited_as(outside)
    if cited:
        head.authors, head.year = split_authors(cited["authors"]), int(cited["year"])
        return
    dated = [text for text in italics if is_appearance(text)]
    names = " ".join(text for text in italics if text not in dated and not _AFFILIATION.search(text))
    if names and not head.authors and not _are_names(names) and (people := _people_in(outside, dated=True)):
        head.authors, head.venue = people, head.venue or venue_name(names)
    elif names and not head.authors:
        behind = re.match(r"(?P<names>.*\bet al\.?)\s+(?P<venue>[^\s,].*)$", names)
        head.authors = split_authors(re.sub(r"\([^()]*\)", "", behind["names"]) if behind else names)
        head.venue = head.venue or (venue_name(behind["venue"]) if behind else "")
    aliases = NAMES_IN_BRACKETS.match(outside)
    if aliases and not is_appearance(aliases["names"]):
        outside = outside[aliases.end() :]
    credits, note = _split_note(outside)
    text = " ".join([credits, *dated])
    appeared = read_appearance(text, authors_known=bool(head.authors))
    if appeared.year is None and note and _is_credit_text(note):
        appeared = read_appearance(note)
    if appeared.year is not None:
        head.year, head.venue = head.year or appeared.year, head.venue or appeared.venue
    if not head.authors:
        head.authors = _people_in(appeared.rest if appeared.year else text, dated=appeared.year is not None)
    if not head.authors and len(lines) > 1 and not italics:
        below = "".join(span.text for span in lines[1]).split("[")[0]
        head.authors = split_authors(below) if "," in below and not re.search(r"[\u4e00-\u9fff]", below) else []


def _are_names(text: str) -> bool:
    return "et al" in text or are_people(text) or (" " in text and is_person(text))


def _is_credit(line: Line, *, first: bool) -> bool:
    text = text_of([span for span in line if span.href is None])
    fact = read_fact(line)
    if fact and fact[0]:
        return False
    if is_link_row(line) or are_labels(line) or are_people(text) or is_appearance(text):
        return True
    names_then_links = any(span.bracketed for span in line) and text.count(",") >= 1
    return first and (line[0].italic or names_then_links)


def _without_note(line: Line) -> Line:
    """Returns a line up to the italics in its note: those stress a word, the ones before it are authors."""
    noted = False
    for i, span in enumerate(line):
        if span.italic and noted and not are_people(span.text):
            return line[:i]
        noted = noted or (span.href is None and _NOTE.search(span.text) is not None)
    return line


def _split_note(text: str) -> tuple[str, str]:
    note = _NOTE.search(text)
    return (text[: note.start() + 1], text[note.end() :]) if note else (text, "")


def _is_credit_text(text: str) -> bool:
    """Tells names with a year, which some lists put where others have a note."""
    appeared = read_appearance(text)
    names = appeared.rest.strip(" |,.")
    return appeared.year is not None and (are_people(names) or (is_person(names) and " " in names))


def _people_in(text: str, *, dated: bool) -> list[str]:
    for piece in re.split(r"[|;；\[\]]|(?<=[a-z]{2})\.\s(?=[A-Z])|\bby\b", text):
        names = piece.strip(' ,，.()（）:：-–—"“”')
        if are_people(names) or (dated and " " in names and is_person(names)):
            return split_authors(names)
    return []
