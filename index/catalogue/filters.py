"""Filters: which entries and passages a search may return.

Within one field any value will do, across fields all must. Values are compared in the form of ``facets``, and
entries that fit them are looked up there; nothing here reads an entry.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from index.catalogue import facets
from index.errors import FilterError
from ingest.text.folding import fold
from ingest.types import Kind

Rows = frozenset[int]
Lookup = Callable[[str, Collection[str]], Rows]
_YEARS = range(1950, 2101)
_GIVEN_UP = (*facets.FACETS, "languages")  # in this order


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
        venues: Conferences or journals, with or without a year.
        sections: Headings it stands under, in one of ``lists`` where lists are given.
        organisations: Who made it.
        alone: Whether this is all: what a question says beside it does not filter.
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
    organisations: tuple[str, ...] = ()
    alone: bool = False

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

    def forms(self, constraint: str) -> list[str]:
        """Returns the values of a constraint in the form in which facets are compared."""
        if constraint == facets.YEAR:
            return [str(y) for y in _YEARS if (self.since or y) <= y <= (self.until or y)]
        if constraint == facets.SECTION and self.lists:
            return [f"{fold(name)}/{fold(heading)}" for name in self.lists for heading in self.sections]
        if constraint == facets.AUTHOR:
            return [form for author in self.authors for form in facets.author_forms(author)]
        return [fold(value) for value in getattr(self, constraint)]

    def rows(self, lookup: Lookup) -> Rows | None:
        """Returns the rows of the entries that fit, or None when every entry does; ``languages`` is for passages.

        Args:
            lookup: Returns the rows of the entries that have a facet in one of some forms.
        """
        fitting = [lookup(name, self.forms(name)) for name in self.constraints if name in facets.FACETS]
        return frozenset.intersection(*fitting) if fitting else None

    def agreement(self, lookup: Lookup) -> dict[int, float]:
        """Returns the share of the constrained fields that an entry fits, in (0, 1], by the row of the entry."""
        names = [name for name in self.constraints if name in facets.FACETS]
        shares: dict[int, float] = {}
        for name in names:
            for row in lookup(name, self.forms(name)):
                shares[row] = shares.get(row, 0.0) + 1.0 / len(names)
        return shares

    def passage_matches(self, language: str) -> bool:
        """Tells whether a passage in a language may be returned."""
        return not self.languages or language in self.languages

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


def fit(filters: Filters, lookup: Lookup, keep: Sequence[str] = ()) -> Fit:
    """Returns the filters, relaxed as little as needed for an entry to fit.

    Args:
        filters: What is asked for.
        lookup: As in ``Filters.rows``.
        keep: Constraints that are never given up; with these alone there may be nothing that fits.
    """
    known: dict[str, Rows] = {}

    def remembered(facet: str, forms: Collection[str]) -> Rows:
        if facet not in known:
            known[facet] = lookup(facet, forms)
        return known[facet]

    for weaker in (filters, *filters.relaxed(keep)):
        rows = weaker.rows(lookup if facets.SECTION in weaker.constraints else remembered)
        if rows is None or rows:
            break
    else:
        weaker = filters  # what must be kept fits nothing: giving up the rest would not help
    return Fit(weaker, tuple(name for name in filters.constraints if name not in weaker.constraints))


def _fields_of(constraint: str) -> tuple[str, ...]:
    return ("since", "until") if constraint == facets.YEAR else (constraint,)


NO_FILTERS = Filters()
