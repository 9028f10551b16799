"""What citation formats need to know of a work: its type, people and key. Knows nothing of any format's syntax."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.types import Entry, Kind

_JOURNALS = re.compile(
    r"\b(?:journal|transactions|letters|magazine|nature|science|jmlr|tmlr|tacl|pnas|jair|plos|"
    r"ieee access|communications of|"
    r"computing surveys|computational linguistics|frontiers|scientific reports|acm (?:tois|csur))\b|学报|杂志",
    re.I,
)
_PARTICLES = frozenset("van von der den de del della di da du la le ten ter el al bin ibn dos".split())
_STOP = frozenset(
    "a an the on in of for and to with from via is are towards toward how what why can do does using by at as".split()
)
_GROUPS = re.compile(
    r"\b(?:ai|team|research|labs?|university|group|institute|academy|inc|foundation|community|contributors|project|company|"
    r"google|microsoft|openai|meta|nvidia|anthropic|deepmind|facebook|tencent|baidu|alibaba)\.?$",
    re.I,
)
_LINKED = ("paper", "arxiv", "pdf")


@dataclass(frozen=True, slots=True)
class Person:
    """An author; a name that is not of the form "Given Family" is all family name, and ``literal``."""

    family: str
    given: str = ""
    literal: bool = False


def people_of(entry: Entry) -> tuple[list[Person], bool]:
    """Returns the authors of a work, organisations where it names no people, and whether there are more."""
    more = any(author.casefold().rstrip(".") in ("et al", "others") for author in entry.authors)
    named = [author for author in entry.authors if author.casefold().rstrip(".") not in ("et al", "others")]
    groups = {*entry.organisations}
    people = [Person(name, literal=True) if name in groups or _GROUPS.search(name) else _person(name) for name in named]
    return people or [Person(name, literal=True) for name in entry.organisations[:1]], more


def form_of(entry: Entry) -> str:
    """Returns "article", "conference", "preprint", "software", "dataset", "web" or "report"."""
    match entry.kind:
        case Kind.REPOSITORY:
            return "software"
        case Kind.DATASET | Kind.BENCHMARK if not entry.arxiv_id and not _published(entry):
            return "dataset"
        case Kind.COURSE | Kind.ARTICLE | Kind.CONCEPT if not entry.arxiv_id:
            return "web"
    if _published(entry):
        return "article" if _JOURNALS.search(entry.venue) else "conference"
    return "preprint" if entry.arxiv_id else "report" if entry.kind is Kind.PAPER else "web"


def url_of(entry: Entry) -> str:
    """Returns the address that stands for a work, or ""."""
    if entry.arxiv_id:
        return f"https://arxiv.org/abs/{entry.arxiv_id}"
    links = [link for link in entry.links if link.url.startswith(("http://", "https://"))]
    best = [link for link in links if link.label.casefold() in _LINKED]
    return next((link.url for link in (*best, *links)), "")


def venue_of(entry: Entry) -> str:
    """Returns where a work was published, without its year; "" for preprints."""
    return re.sub(r"[ ,]*\b(?:19|20)\d\d\b", "", entry.venue).strip() if _published(entry) else ""


def citation_keys(entries: Iterable[Entry]) -> dict[str, str]:
    """Returns a key such as ``hu2021lora`` for every work, by its id; namesakes get a letter, in order of their ids.

    Give it the whole library, and a work has the same key in every export.
    """
    keys: dict[str, str] = {}
    used: dict[str, int] = {}
    for entry in sorted(entries, key=lambda entry: entry.entry_id):
        base = _key(entry)
        used[base] = used.get(base, 0) + 1
        keys[entry.entry_id] = base if used[base] == 1 else f"{base}{_letter(used[base])}"
    return keys


def _letter(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _key(entry: Entry) -> str:
    people, _ = people_of(entry)
    who = _ascii(people[0].family) if people else ""
    words = [word for word in re.findall(r"[a-z0-9]+", _plain(entry.title)) if word not in _STOP]
    if not words:
        words = [word for alias in entry.aliases for word in re.findall(r"[a-z0-9]+", _plain(alias))]
    year = str(entry.year) if entry.year else ""
    return f"{who}{year}{words[0] if words else ''}" or f"entry{_ascii(entry.entry_id)[:24]}"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode().replace("'", "")


def _ascii(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", _plain(text))


def _published(entry: Entry) -> bool:
    return bool(entry.venue) and not re.fullmatch(
        r"(?:arxiv|preprint|corr|blog|github|website|technical report).*", entry.venue, re.I
    )


def _person(author: str) -> Person:
    words = author.split()
    if len(words) < 2 or (not author[0].isascii() and not author[0].isalpha()):
        return Person(author, literal=True)
    start = len(words) - 1
    while start > 1 and words[start - 1].casefold() in _PARTICLES:
        start -= 1
    return Person(" ".join(words[start:]), " ".join(words[:start]))


def in_order(entries: Sequence[Entry]) -> list[Entry]:
    """Returns works in the order given, each once."""
    return list({entry.entry_id: entry for entry in entries}.values())
