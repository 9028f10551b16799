"""When and where a work appeared, as lists write it: ``ICLR, 2022``, ``ACL'23``, ``[2023/10]``, ``(NeurIPS 2020)``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.lists.names import are_people, is_person

_Y = r"(?:19[5-9]\d|20[0-4]\d)"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_NUMBERED = rf"{_Y}\s?[-./]\s?(?:1[0-2]|0?[1-9])(?![\d.]*\d)(?:[-./](?:[12]\d|3[01]|0?[1-9])(?!\d))?"
_DATE = re.compile(
    rf"(?<![\d.])(?P<year>{_Y})\s?[-./]\s?(?:1[0-2]|0?[1-9])(?:[-./](?:3[01]|[12]\d|0?[1-9]))?(?!\d)"
    rf"|(?<!\d)(?P<han>{_Y})\s?年(?:\s?\d{{1,2}}\s?月(?:\s?\d{{1,2}}\s?日)?)?"
    rf"|\b{_MONTH}\s(?:\d{{1,2}},?\s)?(?P<named>{_Y})(?!\d)"
)
_SHORT = re.compile(r"(?<=[A-Za-z)])\s?['’‘](?P<year>\d\d)(?!\d)")  # ACL'23
_BARE = re.compile(rf"(?<![\w.#@/'’-])(?P<year>{_Y})(?=[a-z]?(?:\s*(?:$|[)\]\[(（）.,;:，。；、|*_\"”+/-])|\s+[A-Z]))")
_CITED_AS = re.compile(r"\((?P<authors>[^()]{1,200}?(?:et al\.?|&[^()]{1,100}?)),?\s*(?P<year>(?:19|20)\d\d)\)")
_VENUE = re.compile(r"[A-Za-z][\w&/ .\-–+]*[\w.]|[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z ]*")
_NUMBERS_BEHIND = re.compile(r"(?:[\s,.:]+(?:vol\.?|no\.?|pp?\.?)?\s*[\d.:–-]+)+$", re.I)
_AROUND = re.compile(
    r"^(?:(?:in\b:?|proc(?:\.|eedings)?(?: of)?(?: the)?|the|accepted (?:by|at|to)|published (?:in|at))\s+)+", re.I
)
_SMALL_WORDS = frozenset("of the on in and for at to a an und de la preprint arxiv et with".split())
_PROSE_BEFORE = re.compile(r"(?:^|\s)[a-z]{2,}\s+(?:[a-z]+\s+)*$")
_PREFIX_PART = re.compile(r"[\[(【（](?P<inside>[^\[\]()【】（）]{2,40})[\])】）]\s*[.:：,，-]?\s*")
_SENTENCE_END = re.compile(r"(?<=[a-z])(?<!\bvol)(?<!\bno)(?<!\bpp)\.\s")
_MAX_VENUE = 60
_GLUED = re.compile(
    rf"^(?P<venue>[A-Z&/ +-]*[A-Z]|(?i:acl|naacl|corr|neurips|arxiv|interspeech))[-_]?(?P<year>{_Y})$"
)  # ACL2023
_YEAR_AND_MONTH = re.compile(
    r"(?:(?P<venue>ar[xi]{2}v)[:\s.-]*)?(?P<year>[01]\d|[23]\d)(?P<point>[-./]?)(?:0[1-9]|1[0-2])(?:(?P=point)[0-3]\d)?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Appeared:
    """A year (or None), the venue beside it (or ""), and the text that is left without both."""

    year: int | None
    venue: str
    rest: str


def read_appearance(text: str, *, authors_known: bool = False) -> Appeared:
    """Reads year and venue off the credits of a work: a date with a month comes before the year of a venue.

    Args:
        text: Credits, with a bar where names or links were taken out.
        authors_known: Whether the names of the authors stand elsewhere, so that words before the year are no names.
    """
    short_date = _year_and_month(text.strip())
    if short_date is not None:
        return short_date
    text = _GLUED.sub(r"\g<venue> \g<year>", text) if len(text) <= _MAX_VENUE else text
    date = _DATE.search(text)
    short = _SHORT.search(text)
    bare = next((found for found in _BARE.finditer(text) if date is None or found.start() >= date.end()), None)
    if bare is None and date is not None:
        bare = _BARE.search(text, 0, date.start())
    placed = short or bare or date
    if placed is None:
        return Appeared(None, "", text)
    venue, start = _venue_before(text[: placed.start()], authors_known=authors_known)
    if not venue and _PROSE_BEFORE.search(text[: placed.start()]):
        return Appeared(None, "", text)
    rest = text[:start] + "|" + text[placed.end() :]
    return Appeared(_year_of(date or placed), venue, _DATE.sub("|", rest))


def year_in(text: str) -> int | None:
    """Returns the year of a text that is known to be a date, in whatever shape: ``F2019``, ``2021.10``, ``'23``."""
    if (appeared := _year_and_month(text.strip())) is not None:
        return appeared.year
    found = re.search(_Y, text) or re.search(r"['’](?P<year>\d\d)(?!\d)", text)
    return (int(found[0]) if len(found[0]) == 4 else 2000 + int(found[0][1:])) if found else None


def is_appearance(text: str) -> bool:
    """Tells a text that only says when or where: ``2023/10``, ``ICLR 2023``, ``NeurIPS'20 Oral``."""
    appeared = read_appearance(text, authors_known=True)
    rest = re.sub(r"\W", "", appeared.rest)
    return appeared.year is not None and len(rest) <= 12 and (rest.isascii() or not rest)


def take_prefix(text: str) -> tuple[Appeared, str] | None:
    """Takes a leading date or venue in brackets off a line: ``[2023/10] …``, ``(ICLR 2023) …``; else None."""
    found = _PREFIX_PART.match(text)
    if not found or not is_appearance(found["inside"]):
        return None
    return read_appearance(found["inside"], authors_known=True), text[found.end() :]


def cited_as(text: str) -> re.Match[str] | None:
    """Finds a citation in brackets, ``(Dao et al., 2022)``; groups ``authors`` and ``year``."""
    return _CITED_AS.search(text)


def venue_name(text: str) -> str:
    """Returns a venue without volume and pages, or "" when a text names none; arXiv in its own spelling."""
    text = _AROUND.sub("", text.strip(" .,，*()（）[]"))
    if re.search(r"ar[xi]{2}v", text, re.I):
        return "arXiv"
    found = _VENUE.search(text)
    venue = _NUMBERS_BEHIND.sub("", found[0]).strip(" .,") if found else ""
    prose = [word for word in re.findall(r"(?<![\w'’-])[a-z]+\b", venue) if word not in _SMALL_WORDS]
    return venue if len(venue) <= _MAX_VENUE and not prose else ""


def _year_and_month(text: str) -> Appeared | None:
    """Reads ``24-05``, ``24.05`` and, after arXiv's name, ``arXiv:2405``; what may be a month and a day is no date."""
    found = _YEAR_AND_MONTH.fullmatch(text)
    if not found or not (found["venue"] or (found["point"] and int(found["year"]) > 12)):
        return None
    return Appeared(2000 + int(found["year"]), "arXiv" if found["venue"] else "", "")


def _venue_before(text: str, *, authors_known: bool) -> tuple[str, int]:
    """Returns the venue at the end of a text, and where it starts."""
    start = max(text.rfind(mark) for mark in '|[]:：;；"”')
    sentence = (
        max((found.end() for found in re.finditer(r"(?<=[a-z])(?<!\bvol)(?<!\bno)(?<!\bpp)\.\s", text)), default=0) - 1
    )
    start = max(start, sentence if text[sentence + 1 :].strip(" (（,") else start)
    piece = text[start + 1 :]
    names, comma, behind = piece.rstrip(" ,(（").rpartition(",")
    if not authors_known and comma and (are_people(names.strip()) or is_person(names.strip())):
        start, piece = start + len(names) + 1, behind
    if re.search(r"arxiv:\s*$|arxiv:\s*[\d.]+[\s,(]*$", text, re.I):
        return "arXiv", max(text.lower().rfind("arxiv", 0, text.lower().rfind("arxiv")), 0)
    venue = venue_name(piece)
    names = piece.strip(" .,，*()（）")
    if not authors_known and (are_people(names) or (is_person(names) and " " in names)):
        return "", len(text)
    return venue, start + 1 if venue else len(text)


def _year_of(found: re.Match[str]) -> int:
    digits = next(value for value in found.groupdict().values() if value)
    return int(digits) if len(digits) == 4 else 2000 + int(digits)
