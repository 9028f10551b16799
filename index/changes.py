"""What a refresh changes, told by entries: added, edited, moved to another place, removed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.types import Entry, Passage

_SHOWN = 3  # titles named of each sort


@dataclass(frozen=True, slots=True)
class Changes:
    """Titles of entries by what happened to them, in reading order."""

    added: tuple[str, ...]
    edited: tuple[str, ...]
    moved: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        """Tells whether there are any."""
        return any((self.added, self.edited, self.moved, self.removed))

    def lines(self) -> list[str]:
        """Returns one line a sort, with the number of entries and the first titles."""
        sorts = {"added": self.added, "edited": self.edited, "moved": self.moved, "removed": self.removed}
        return [
            f"  {name} {len(titles)}: {', '.join(titles[:_SHOWN])}{' …' if len(titles) > _SHOWN else ''}"
            for name, titles in sorts.items()
            if titles
        ]


def compare_entries(
    old: tuple[Sequence[Entry], Iterable[Passage]], new: tuple[Sequence[Entry], Iterable[Passage]]
) -> Changes:
    """Compares the entries of two libraries, each given with its passages.

    An entry is edited when its facts or its texts differ, and moved when only the lists or sections differ that it
    stands in. Other line numbers alone are no change.
    """
    before, after = ({entry.entry_id: entry for entry in entries} for entries, _ in (old, new))
    old_texts, new_texts = _texts(old[1]), _texts(new[1])
    edited, moved = [], []
    for entry_id in after.keys() & before.keys():
        was, now = before[entry_id], after[entry_id]
        if replace(was, listings=()) != replace(now, listings=()) or old_texts[entry_id] != new_texts[entry_id]:
            edited.append(entry_id)
        elif _places(was) != _places(now):
            moved.append(entry_id)

    def titles(entries: dict[str, Entry], ids: Iterable[str]) -> tuple[str, ...]:
        wanted = set(ids)
        return tuple(entry.title for entry in entries.values() if entry.entry_id in wanted)

    return Changes(
        titles(after, after.keys() - before.keys()),
        titles(after, edited),
        titles(after, moved),
        titles(before, before.keys() - after.keys()),
    )


def _places(entry: Entry) -> list[tuple[str, tuple[str, ...], str]]:
    return sorted((listing.list_id, listing.section, listing.path) for listing in entry.listings)


def _texts(passages: Iterable[Passage]) -> defaultdict[str, list[tuple[str, str]]]:
    texts: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for passage in passages:
        texts[passage.entry_id].append((passage.kind, passage.text))
    for found in texts.values():
        found.sort()
    return texts
