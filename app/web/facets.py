"""Browsing: which entries fit the facets and words that are chosen, and how many would fit each other choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from app.catalogue import Catalogue
from app.web.topics import is_tag
from ingest.text.folding import simplified
from ingest.types import Entry

PER_PAGE = 40
LIST, MAP = "/library", "/library/map"  # the two views
SORTS = ("listed", "newest", "title")
NAMES = ("topic", "kind", "year", "list", "organisation", "language")
_SHOWN = 12  # values of a facet


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader has chosen; one value a facet, "" for any.

    Attributes:
        words: What to look for in titles, names, authors and organisations.
        facets: Value by name of the facet (``NAMES``).
        sort: One of ``SORTS``.
        page: From 1.
        view: Address of the page that shows it.
    """

    words: str
    facets: Mapping[str, str]
    sort: str = SORTS[0]
    page: int = 1
    view: str = LIST

    @classmethod
    def read(cls, query: Mapping[str, str], view: str = LIST) -> Choice:
        """Reads the query of an address; what it does not know is left out."""
        page = query.get("page", "1")
        sort = query.get("sort", "")
        return cls(
            query.get("q", "").strip()[:200],
            {name: query.get(name, "").strip()[:200] for name in NAMES},
            sort if sort in SORTS else SORTS[0],
            max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
            view,
        )

    def without(self, *names: str) -> Choice:
        """Returns this choice with some facets left open."""
        return replace(self, facets={name: "" if name in names else value for name, value in self.facets.items()})

    def seen_as(self, view: str) -> str:
        """Returns the address of the same choice in another view."""
        return replace(self, view=view).href()

    def href(self, **changes: str) -> str:
        """Returns the address of this choice with some facets, "q", "sort" or "page" changed."""
        fields = {"q": self.words, **self.facets, "sort": self.sort if self.sort != SORTS[0] else "", **changes}
        query = urlencode({name: value for name, value in fields.items() if value})
        return f"{self.view}?{query}" if query else self.view


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet with the number of entries that have it beside everything else chosen."""

    value: str
    count: int
    chosen: bool


def choose(choice: Choice, catalogue: Catalogue) -> list[Entry]:
    """Returns the entries that fit, in the order asked for."""
    fitting = [entry for entry in catalogue.entries.values() if _fits(entry, choice, catalogue)]
    return sorted(fitting, key=_ORDERS[choice.sort])


def count(choice: Choice, catalogue: Catalogue) -> dict[str, list[Value]]:
    """Returns the values of each facet, most frequent first, years newest first."""
    counted: dict[str, list[Value]] = {}
    for name in NAMES:
        chosen = choice.facets[name]
        others = [e for e in catalogue.entries.values() if _fits(e, choice, catalogue, but=name)]
        counts = Counter(value for entry in others for value in values_of(entry, name, catalogue))
        if name == "year":
            ranked = sorted(counts.items(), key=lambda item: -int(item[0]))
        else:
            ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            if name == "topic" and any(is_tag(value) for value, _ in ranked):
                ranked = [item for item in ranked if is_tag(item[0])]  # headings of lists are a facet of their own
        shown = [Value(value, number, value == chosen) for value, number in ranked[:_SHOWN]]
        if chosen and not any(value.chosen for value in shown):
            shown.append(Value(chosen, counts.get(chosen, 0), chosen=True))
        counted[name] = shown
    return counted


def values_of(entry: Entry, facet: str, catalogue: Catalogue) -> Sequence[str]:
    """Returns the values that an entry has of a facet."""
    return _VALUES[facet](entry, catalogue)


_VALUES: Mapping[str, Callable[[Entry, Catalogue], Sequence[str]]] = {
    "topic": lambda entry, _: entry.topics,
    "kind": lambda entry, _: (entry.kind.value,),
    "year": lambda entry, _: (str(entry.year),) if entry.year else (),
    "list": lambda entry, _: tuple(dict.fromkeys(listing.list_id for listing in entry.listings)),
    "organisation": lambda entry, _: entry.organisations,
    "language": lambda entry, catalogue: catalogue.languages(entry.entry_id),
}
_ORDERS: Mapping[str, Callable[[Entry], tuple[int | str, ...]]] = {
    "listed": lambda entry: (-len(entry.listings), -(entry.year or 0), entry.entry_id),
    "newest": lambda entry: (-(entry.year or 0), entry.entry_id),
    "title": lambda entry: (entry.title.casefold(), entry.entry_id),
}


def _fits(entry: Entry, choice: Choice, catalogue: Catalogue, but: str = "") -> bool:
    for name, value in choice.facets.items():
        if value and name != but and value not in values_of(entry, name, catalogue):
            return False
    if not choice.words:
        return True
    text = catalogue.searched(entry.entry_id)
    return all(word in text for word in simplified(choice.words).casefold().split())
