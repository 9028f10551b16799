"""Everything that a question can name, as rows of one table, and finding it in a question's tokens in one pass.

A name is compared as a run of whole tokens (``index.catalogue.names``). Its slot says what it is, its value whom it
means: the row of an entry, or the value of a facet as somebody would type it.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from index.catalogue.facets import organisation_names, surname_of, venue_names
from index.catalogue.names import MAX_UNITS, name_units, names_of, readable
from index.text.analysis import content_text, content_words
from index.types import Entity, Slot, Token
from ingest.types import Entry, Kind, Library, Term

_MIN_TERM_CHARS = 3  # two letters (TP, EM) mean too many things
_FEW_NAMES, _FEW_SHARE = 3, 0.01  # a word that more names use says nothing about which one is meant
_JOINING = frozenset("and or vs 和 与 或".split())
_PUNCTUATION = re.compile(r"[-.+#'’/&]+")
_OLD_NAMES = {"NIPS": "NeurIPS"}


@dataclass(frozen=True, slots=True)
class KindWords:
    """Words for a kind of entry.

    Attributes:
        words: The words, the first of them its name here.
        kinds: What they say; empty for "works".
        admitted: What they can mean in a catalogue, notes about it included; empty when they exclude nothing, as a
            paper that presents a model is of kind paper.
        topics: Topics that stand for the kind.
    """

    words: tuple[str, ...]
    kinds: tuple[Kind, ...]
    admitted: tuple[Kind, ...]
    topics: tuple[str, ...]


@cache
def kind_words() -> Mapping[str, KindWords]:
    """Returns the words for kinds of entries, by their first word; read from ``kinds.tsv``."""
    table = files("index.catalogue").joinpath("kinds.tsv").read_text(encoding="utf-8").splitlines()
    rows = [
        KindWords(
            tuple(row["words"].split("|")),
            tuple(map(Kind, row["kinds"].split())),
            tuple(map(Kind, row["admitted"].split())),
            tuple(row["topics"].split()),
        )
        for row in csv.DictReader(table, delimiter="\t")
    ]
    return {row.words[0]: row for row in rows}


def gazetteer_rows(library: Library) -> Iterator[tuple[str, Slot, str]]:
    """Yields every (name in comparable form, slot, value)."""
    for name, slot, value in _named(library):
        if (units := name_units(name)) and len(units) <= MAX_UNITS:
            yield " ".join(units), slot, value


def _named(library: Library) -> Iterator[tuple[str, Slot, str]]:
    for row, entry in enumerate(library.entries):
        yield from ((name, Slot.NAME, str(row)) for name in names_of(entry))
        yield from _people(entry)
        yield from _places(entry)
    yield from _makers(library)
    yield from ((old, Slot.VENUE, name) for old, name in _OLD_NAMES.items())
    yield from ((word, Slot.KIND, kind) for kind, words in kind_words().items() for word in words.words)
    yield from ((title, Slot.LIST, list_id) for list_id, title in library.list_titles)
    yield from (row for term in library.glossary for row in _terms(term))


def _people(entry: Entry) -> Iterator[tuple[str, Slot, str]]:
    for author in entry.authors:
        yield from ((name, Slot.AUTHOR, author) for name in _full_names(author))
        if surname_of(author):
            yield author.split()[-1], Slot.SURNAME, author.split()[-1]


def _places(entry: Entry) -> Iterator[tuple[str, Slot, str]]:
    for place in entry.listings:
        yield place.list_id.replace("-", " "), Slot.LIST, place.list_id
        for heading, *others in zip(place.section, place.section_in("zh"), place.section_in("en"), strict=True):
            names = dict.fromkeys((*_parts(heading), *others))
            yield from ((name, Slot.SECTION, heading) for name in names)
    yield from ((topic.replace("-", " "), Slot.TOPIC, topic) for topic in entry.topics)


def _makers(library: Library) -> Iterator[tuple[str, Slot, str]]:
    """Yields organisations by all their names, and venues that are none of these."""
    canonical = {_form(organisation.en) for organisation in library.organisations}
    known = {_form(name) for entry in library.entries for name in organisation_names(entry)}
    for entry in library.entries:
        accounts = (name for name in organisation_names(entry) if len(name) > 1 and _form(name) not in canonical)
        yield from ((name, Slot.ORGANISATION, name) for name in accounts)
        yield from ((venue, Slot.VENUE, venue) for venue in venue_names(entry.venue) if _form(venue) not in known)
    for organisation in library.organisations:
        for name in (organisation.en, organisation.zh, *organisation.aliases):
            yield name, Slot.ORGANISATION, organisation.en


def _terms(term: Term) -> Iterator[tuple[str, Slot, str]]:
    """Yields the names of a term, each with the main forms that it is not itself; it itself when it has no other."""
    for name in dict.fromkeys((term.en, term.zh, *term.aliases)):
        units = name_units(name)
        if sum(map(len, units)) >= _MIN_TERM_CHARS or (units and not units[0].isascii() and len(units) > 1):
            others = [form for form in (term.en, term.zh) if form != name]
            yield from ((name, Slot.TERM, form) for form in others or [name])


def heads_of(names: Iterable[str]) -> dict[str, int]:
    """Returns, by the first unit of the names, a bit for each length in units that such names have."""
    heads: dict[str, int] = {}
    for name in names:
        first, *rest = name.split(" ")
        heads[first] = heads.get(first, 0) | 1 << len(rest)
    return heads


def telling_words(names: Sequence[str]) -> set[tuple[str, str]]:
    """Returns (word, name) for the content words that only few of the names hold: these tell which one is meant."""
    words = {name: set(content_words(name_content(name))) for name in names}
    uses = Counter(word for held in words.values() for word in held)
    most = max(_FEW_NAMES, _FEW_SHARE * len(names))
    return {(word, name) for name, held in words.items() for word in held if uses[word] <= most}


@lru_cache(maxsize=8192)
def name_content(text: str) -> str:
    """Returns the content of a name or question as partial titles are compared: no punctuation inside words."""
    return " ".join(_PUNCTUATION.sub(" ", content_text(readable(text))).split())


def candidate_runs(tokens: Sequence[Token], heads: Mapping[str, int]) -> dict[str, list[tuple[int, int]]]:
    """Returns the runs of tokens that may be names, by their text, with the places (first, end) where they stand."""
    runs: dict[str, list[tuple[int, int]]] = {}
    forms = [token.form for token in tokens]
    for first, form in enumerate(forms):
        lengths = heads.get(form, 0)
        for length in range(1, min(lengths.bit_length(), len(forms) - first) + 1):
            if lengths >> (length - 1) & 1:
                runs.setdefault(" ".join(forms[first : first + length]), []).append((first, first + length))
    return runs


def longest_first(found: Iterable[Entity]) -> tuple[Entity, ...]:
    """Returns the entities that no longer one of their slot overlaps, in reading order.

    Several of one place and slot are alternatives, and all of them are kept. A name that joins others, as the title
    "LoRA and QLoRA" does, stands beside them and not in their way.
    """
    taken: dict[Slot, list[tuple[int, int]]] = {}
    kept: list[Entity] = []
    for entity in sorted(found, key=lambda e: (e.first - e.end, e.first, e.slot, e.value)):
        places, place = taken.setdefault(entity.slot, []), (entity.first, entity.end)
        if place in places or all(end <= entity.first or entity.end <= first for first, end in places):
            if _JOINING.isdisjoint(entity.name.split(" ")):
                places.append(place)
            kept.append(entity)
    return tuple(sorted(kept, key=lambda e: (e.first, e.end, e.slot, e.value)))


def _form(name: str) -> str:
    return " ".join(name_units(name))


def _parts(name: str) -> list[str]:
    """Returns a name with a gloss in brackets, and its two parts."""
    return [name, *(part for part in re.split(r"[()（）]", name) if part.strip() and part != name)]


def _full_names(author: str) -> Iterator[str]:
    """Yields an author's full names: ``唐杰 (Jie Tang)`` has two, initials in the middle may be left out."""
    for part in re.split(r"[()（）]", author):
        units = name_units(part)
        if len(units) > 1 and units != ("et", "al"):
            yield part
            if units[0].isascii():
                yield " ".join((units[0], *(unit for unit in units[1:-1] if len(unit) > 1), units[-1]))
