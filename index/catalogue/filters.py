"""Filters: which entries and passages a search may return.

Within one field any value will do, across fields all must. Values are compared without case and punctuation; a name
with a gloss in brackets (``唐杰 (Jie Tang)``, ``指令微调（instruction tuning）``) goes by either part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from urllib.parse import urlsplit

from index.catalogue.names import name_units
from index.errors import FilterError
from ingest.text.folding import fold
from ingest.types import Entry, Kind

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_HOSTS = ("github.com", "huggingface.co")
_GLOSS = re.compile(r"^(.+?)\s*[(（](.+)[)）]\s*$")


@dataclass(frozen=True, slots=True)
class Filters:
    """What an entry must be to be returned; an empty value constrains nothing.

    Attributes:
        topics: Topic names.
        since: First year, inclusive.
        until: Last year, inclusive.
        kinds: Kinds of entry.
        lists: Ids of lists it stands in.
        languages: Languages of the passages that are ranked and shown, "zh" or "en"; entries have no language.
        authors: Names; "Tom Brown" means "Tom B. Brown", a single Latin word is a surname.
        venues: Words that all occur in the venue: "EMNLP 2021" means "EMNLP Findings 2021" too.
        sections: Headings it stands under, in one of ``lists`` where lists are given.
        makers: Organisations, found as whole words among authors, venue, owners of repositories and hosts of links.
    """

    topics: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    kinds: tuple[Kind, ...] = ()
    lists: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    makers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Checks that the years are a range.

        Raises:
            FilterError: ``since`` is later than ``until``.
        """
        if self.since is not None and self.until is not None and self.since > self.until:
            raise FilterError(
                f"起始年份 {self.since} 晚于截止年份 {self.until}，请对调 / "
                f"since {self.since} is later than until {self.until}; swap them"
            )

    @property
    def constraints(self) -> tuple[str, ...]:
        """Names of the constrained fields, those given up first in front; the two years are one, "years"."""
        return tuple(name for name in _GIVEN_UP if any(getattr(self, field) for field in _fields_of(name)))

    def __bool__(self) -> bool:
        """Tells whether anything is constrained."""
        return bool(self.constraints)

    def matches(self, entry: Entry) -> bool:
        """Tells whether an entry may be returned; ``languages`` is for passages and not looked at."""
        return all(_CHECKS[name](self, entry) for name in self.constraints if name in _CHECKS)

    def passage_matches(self, language: str) -> bool:
        """Tells whether a passage in a language may be returned."""
        return not self.languages or language in self.languages

    def agreement(self, entry: Entry) -> float:
        """Returns the share of the constrained fields that an entry fits, in [0, 1]; 0 when nothing is constrained."""
        checks = [_CHECKS[name] for name in self.constraints if name in _CHECKS]
        return sum(check(self, entry) for check in checks) / len(checks) if checks else 0.0

    def over(self, other: Filters) -> Filters:
        """Returns both together; where both constrain a field, this one's values count."""
        return replace(
            other, **{field: getattr(self, field) for name in self.constraints for field in _fields_of(name)}
        )

    def without(self, constraints: Iterable[str]) -> Filters:
        """Returns the filters with some constraints (names as in ``constraints``) taken away."""
        empty = Filters()
        return replace(self, **{field: getattr(empty, field) for name in constraints for field in _fields_of(name)})

    def relaxed(self, keep: Iterable[str] = ()) -> Iterator[Filters]:
        """Yields weaker filters: first all with one constraint less, then with two, down to those to keep.

        Among equals the one is given up first that says least about what is wanted: years before authors.
        """
        loose = [name for name in self.constraints if name not in set(keep)]
        for count in range(1, len(loose) + 1):
            yield from (self.without(names) for names in combinations(loose, count))


@dataclass(frozen=True, slots=True)
class Fit:
    """Filters that some entry fits.

    Attributes:
        filters: What is left of the filters asked for.
        dropped: Names of the constraints that were given up, empty when all could be kept.
    """

    filters: Filters
    dropped: tuple[str, ...]


def fit(filters: Filters, entries: Iterable[Entry], keep: Iterable[str] = ()) -> Fit:
    """Returns the filters, relaxed as little as needed for an entry to fit.

    Args:
        filters: What is asked for.
        entries: What there is.
        keep: Constraints that are never given up; with these alone there may be nothing that fits.
    """
    known, kept = tuple(entries), tuple(keep)
    for weaker in (filters, *filters.relaxed(kept)):
        if any(weaker.matches(entry) for entry in known):
            break
    else:
        weaker = filters  # what must be kept fits nothing: giving up the rest would not help
    return Fit(weaker, tuple(name for name in filters.constraints if name not in weaker.constraints))


def years_of(entry: Entry) -> frozenset[int]:
    """Returns the years a reader may date an entry by: of its first version and of its venue (``ICLR 2022``)."""
    years = {int(year) for year in _YEAR.findall(entry.venue)}
    return frozenset(years if entry.year is None else {*years, entry.year})


@lru_cache(maxsize=65_536)
def forms_of(name: str) -> frozenset[str]:
    """Returns the forms a name is compared by: whole, and the parts before and in brackets."""
    parts = _GLOSS.match(name)
    return frozenset(filter(None, map(fold, (name, *(parts.groups() if parts else ())))))


@lru_cache(maxsize=65_536)
def author_forms(author: str) -> frozenset[str]:
    """Returns the forms of a person's name: as ``forms_of``, and without initials in the middle."""
    parts = _GLOSS.match(author)
    names = [author, *(parts.groups() if parts else ())]
    words = [re.findall(r"[\w'’-]+", name) for name in names]
    short = ["".join(w for i, w in enumerate(ws) if i in (0, len(ws) - 1) or len(w) > 1) for ws in words]
    return frozenset(filter(None, map(fold, (*names, *short))))


@lru_cache(maxsize=65_536)
def surname_of(author: str) -> str:
    """Returns the folded last word of a Latin name of several words, else ""."""
    words = author.split()
    return fold(words[-1]) if len(words) > 1 and words[-1][0].isupper() and words[-1] != "al." else ""


def owners_of(entry: Entry) -> Iterator[str]:
    """Yields the names of the accounts that own an entry's repositories, models and data sets."""
    for link in entry.links:
        parts = urlsplit(link.url)
        if parts.netloc in _HOSTS and (path := parts.path.strip("/").split("/"))[0] not in ("", "datasets", "spaces"):
            yield path[0]


def _fields_of(constraint: str) -> tuple[str, ...]:
    return ("since", "until") if constraint == "years" else (constraint,)


def _in_years(filters: Filters, entry: Entry) -> bool:
    first, last = filters.since or 0, filters.until or 9999
    return any(first <= year <= last for year in years_of(entry))


def _shares_form(wanted: Iterable[str], names: Iterable[str]) -> bool:
    known = frozenset[str]().union(*map(forms_of, names))
    return any(fold(name) in known for name in wanted)


def _by_author(filters: Filters, entry: Entry) -> bool:
    known = frozenset[str]().union(*map(author_forms, entry.authors)) | {surname_of(name) for name in entry.authors}
    return any(author_forms(name) & known for name in filters.authors)


def _at_venue(filters: Filters, entry: Entry) -> bool:
    words = set(name_units(entry.venue))
    return any(words.issuperset(name_units(venue)) for venue in filters.venues)


def _under(filters: Filters, entry: Entry) -> bool:
    places = [place for place in entry.listings if not filters.lists or place.list_id in filters.lists]
    return _shares_form(filters.sections, (heading for place in places for heading in place.section))


def _by_maker(filters: Filters, entry: Entry) -> bool:
    hosts = (urlsplit(link.url).netloc.replace(".", " ") for link in entry.links)
    known = [f" {' '.join(name_units(text))} " for text in (*entry.authors, entry.venue, *owners_of(entry), *hosts)]
    return any(f" {' '.join(name_units(maker))} " in text for maker in filters.makers for text in known)


_CHECKS: Mapping[str, Callable[[Filters, Entry], bool]] = {
    "years": _in_years,
    "venues": _at_venue,
    "sections": _under,
    "lists": lambda filters, entry: any(place.list_id in filters.lists for place in entry.listings),
    "kinds": lambda filters, entry: entry.kind in filters.kinds,
    "makers": _by_maker,
    "topics": lambda filters, entry: _shares_form(filters.topics, entry.topics),
    "authors": _by_author,
}
_GIVEN_UP = (*_CHECKS, "languages")  # in this order
NO_FILTERS = Filters()
