"""The names and years that questions and options may speak of, gathered once from the entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from rapidfuzz import process

from index.catalogue.filters import Filters, author_forms, forms_of, owners_of, surname_of
from index.catalogue.names import name_units
from index.errors import FilterError
from ingest.text.folding import fold
from ingest.types import Entry, Kind

LANGUAGES = ("zh", "en")
_NEAREST = 8
_VENUE_YEAR = re.compile(r"^(.*?)[\s,，]*(?:19|20)\d\d(?!\d)(.*)$")
_NO_VENUE = re.compile(r"blog|website|documentation|\b(?:Build|issue|Seminar|article)\b", re.I)
_VENUE_PART = re.compile(r"^Findings of\s+|\s+(?:Findings|Workshop|Annual Symposium)$|^.*\bWorkshop at\s+")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the entries of an index can be asked for by name.

    Attributes:
        newest_year: The newest year of an entry, or None.
        topics: Topic names, as written.
        lists: Ids of lists.
        sections: Headings, as written, by folded form.
        venues: Conferences and journals without their years.
        authors: Full names of authors by folded form; single Latin words are organisations or handles.
        surnames: Folded surnames.
        makers: Single-word authors, and owners of links, in units (``index.catalogue.names``).
    """

    newest_year: int | None
    topics: tuple[str, ...]
    lists: tuple[str, ...]
    sections: Mapping[str, str]
    venues: tuple[str, ...]
    authors: Mapping[str, str]
    surnames: frozenset[str]
    makers: frozenset[str]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Catalogue:
        """Gathers the names of some entries."""
        known = tuple(entries)
        authors = sorted({author for entry in known for author in entry.authors} - {"et al."})
        people = [author for author in authors if not _is_handle(author)]
        makers = {author for author in authors if _is_handle(author)} | {o for entry in known for o in owners_of(entry)}
        makers_units = frozenset(" ".join(name_units(maker)) for maker in makers)
        return cls(
            newest_year=max((entry.year for entry in known if entry.year is not None), default=None),
            topics=tuple(sorted({topic for entry in known for topic in entry.topics})),
            lists=tuple(sorted({place.list_id for entry in known for place in entry.listings})),
            sections={
                form: heading
                for heading in sorted({h for entry in known for place in entry.listings for h in place.section})
                for form in forms_of(heading)
            },
            venues=tuple(
                name
                for name in sorted({name for entry in known for name in _venue_names(entry.venue)})
                if " ".join(name_units(name)) not in makers_units
            ),
            authors={form: person for person in people for form in author_forms(person)},
            surnames=frozenset(filter(None, map(surname_of, people))),
            makers=makers_units,
        )

    def read_options(
        self,
        topics: Sequence[str] = (),
        since: int | None = None,
        until: int | None = None,
        kinds: Sequence[str] = (),
        lists: Sequence[str] = (),
        languages: Sequence[str] = (),
    ) -> Filters:
        """Returns the filters that somebody typed.

        Raises:
            FilterError: A value names nothing in the index, or the years are reversed; the message says what there is.
        """
        return Filters(
            topics=_known("主题", "topic", topics, self.topics),
            since=since,
            until=until,
            kinds=tuple(map(Kind, _known("类型", "kind", kinds, [kind.value for kind in Kind]))),
            lists=_known("清单", "list", lists, self.lists),
            languages=_known("语言", "language", languages, LANGUAGES),
        )


def _known(zh: str, en: str, typed: Sequence[str], valid: Sequence[str]) -> tuple[str, ...]:
    """Returns values as the index writes them."""
    by_form = {fold(value): value for value in valid}
    for value in typed:
        if fold(value) not in by_form:
            _unknown(zh, en, value, valid)
    return tuple(dict.fromkeys(by_form[fold(value)] for value in typed))


def _unknown(zh: str, en: str, value: str, valid: Sequence[str]) -> NoReturn:
    nearest = [name for name, *_ in process.extract(value, valid, processor=fold, limit=_NEAREST)]
    names, more = ", ".join(nearest), len(valid) - len(nearest)
    raise FilterError(
        f"没有叫“{value}”的{zh}，可用的有：{names}{f' 等 {len(valid)} 个' if more else ''} / "
        f"no {en} is called {value!r}; there are: {names}{f', and {more} more' if more else ''}"
    )


def _is_handle(author: str) -> bool:
    return author.isascii() and " " not in author.strip()


def _venue_names(venue: str) -> list[str]:
    """Returns the names of a conference or journal; only what comes with a year and is no site counts as one."""
    dated = _VENUE_YEAR.match(re.sub(r"\s*[(（].*?[)）]", "", venue))
    if not dated or _NO_VENUE.search(venue):
        return []
    name = _VENUE_PART.sub("", _VENUE_PART.sub("", dated[1].strip(" ,，")))
    return [name] if name else []
