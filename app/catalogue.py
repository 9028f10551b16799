"""The entries of one index as a reader browses them: by id, with what to read before, after and beside each.

What stands in the front matter of a study card beyond the fields of an entry is read from its record passages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.storage.store import Store
from ingest.text.folding import simplified
from ingest.text.scripts import has_han
from ingest.types import Entry, PassageKind, Term

_LIST = re.compile(r"^(prerequisites|related): (\[.*\])\s*$", re.M)
_MINUTES = re.compile(r"^reading_minutes: (\d{1,4})\s*$", re.M)


@dataclass(frozen=True, slots=True)
class Record:
    """What a study card says about reading an entry: ids of entries, and minutes, or None."""

    prerequisites: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    minutes: int | None = None


class Catalogue:
    """All entries of a store; safe to share between threads once made."""

    def __init__(self, store: Store) -> None:
        """Reads the entries of a store."""
        self.store = store
        self.entries: Mapping[str, Entry] = {entry.entry_id: entry for entry in store.entries()}

    def record(self, entry_id: str) -> Record:
        """Returns what the card of an entry says; ids that the index does not have are left out."""
        return self._records.get(entry_id, Record())

    def dependents(self, entry_id: str) -> Sequence[str]:
        """Returns the ids of the entries that name this one as a prerequisite, in reading order."""
        return self._dependents.get(entry_id, ())

    def languages(self, entry_id: str) -> tuple[str, ...]:
        """Returns the languages in which something is written about an entry, sorted."""
        return self._languages.get(entry_id, ())

    def list_title(self, list_id: str, language: str) -> str:
        """Returns what a list is called in a language, else in the other one, else its id."""
        titles = self._list_titles.get(list_id, [])
        fitting = [title for title in titles if has_han(title) == (language == "zh")]
        return next(iter([*fitting, *titles]), list_id)

    @cached_property
    def terms(self) -> Sequence[Term]:
        """The terms of the glossary, in the order of their lines."""
        return tuple(self.store.glossary())

    @cached_property
    def places(self) -> Mapping[str, tuple[int, int]]:
        """Where entries lie on the map, by id."""
        return dict(zip(self.entries, self.store.places(), strict=False))

    def searched(self, entry_id: str) -> str:
        """Returns what an entry can be found by while its name is typed, in lower case and Simplified characters."""
        return self._searched[entry_id]

    @cached_property
    def _languages(self) -> dict[str, tuple[str, ...]]:
        ids = list(self.entries)
        found: dict[str, set[str]] = {}
        for row, language in zip(self.store.entry_rows(), self.store.languages(), strict=True):
            found.setdefault(ids[row], set()).add(language)
        return {entry_id: tuple(sorted(languages)) for entry_id, languages in found.items()}

    @cached_property
    def _list_titles(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for list_id, title in self.store.list_titles():
            found.setdefault(list_id, []).append(title)
        return found

    @cached_property
    def _searched(self) -> dict[str, str]:
        return {
            entry_id: simplified(
                " ".join((e.title, e.title_zh, e.title_en, *e.aliases, *e.authors, *e.organisations, e.venue, entry_id))
            ).casefold()
            for entry_id, e in self.entries.items()
        }

    @cached_property
    def _records(self) -> dict[str, Record]:
        rows = self.store.rows_of_passages(self.store.passage_ids_of(PassageKind.RECORD))
        texts: dict[str, str] = {}
        for _, passage in sorted(self.store.passages(rows).items()):
            texts[passage.entry_id] = f"{texts.get(passage.entry_id, '')}\n{passage.text}"
        return {entry_id: self._read(text, entry_id) for entry_id, text in texts.items()}

    @cached_property
    def _dependents(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for entry_id in self.entries:
            for before in self.record(entry_id).prerequisites:
                found.setdefault(before, []).append(entry_id)
        return found

    def _read(self, text: str, own: str) -> Record:
        lists = {name: self._ids(value, own) for name, value in _LIST.findall(text)}
        minutes = _MINUTES.search(text)
        return Record(lists.get("prerequisites", ()), lists.get("related", ()), int(minutes[1]) if minutes else None)

    def _ids(self, value: str, own: str) -> tuple[str, ...]:
        try:
            ids = json.loads(value)
        except ValueError:  # ids without quotes
            ids = [part.strip(" \"'") for part in value[1:-1].split(",")]
        return tuple(dict.fromkeys(x for x in ids if isinstance(x, str) and x in self.entries and x != own))
