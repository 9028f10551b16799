"""A reading path: entries that serve a goal, what must be read before them in front, with a reason for each.

Only what the study cards and the search say is used: prerequisites, years and reading times are the cards' own; where a
card names no time it is estimated from the length of what is written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.assistant import Assistant
from app.catalogue import Catalogue
from ingest.types import Entry, Kind, PassageKind

STEPS = (3, 20)  # fewest and most
_SEEDS = 30
_INHERITED = 0.8  # share of its dependent's worth that a prerequisite gets
_DEEP = 3
_SERVED = 0.5  # least probability that the library answers; of 20 goals tried, 13 of 13 pass and 1 of 7 foreign ones
_TOKENS_A_MINUTE = 220
_READABLE = (Kind.PAPER, Kind.CONCEPT, Kind.ARTICLE, Kind.MODEL, Kind.COURSE, Kind.BENCHMARK, Kind.DATASET)


@dataclass(frozen=True, slots=True)
class PathStep:
    """A step of a path.

    Attributes:
        entry: What to read.
        needed_for: Ids of later steps that name it as a prerequisite.
        level: Length of the longest chain of prerequisites in the path before it, from 0.
        minutes: Time to read it.
        estimated: Whether the minutes are our estimate.
    """

    entry: Entry
    needed_for: tuple[str, ...]
    level: int
    minutes: int
    estimated: bool


def find_path(goal: str, topic: str, steps: int, assistant: Assistant, catalogue: Catalogue) -> list[PathStep]:
    """Returns a path in reading order.

    Args:
        goal: What somebody wants to understand, in words, or "".
        topic: A topic that entries must have, or "".
        steps: How many steps; less when fewer entries serve the goal.
        assistant: Whose search finds what serves the goal.
        catalogue: The entries.
    """
    steps = max(STEPS[0], min(STEPS[1], steps))
    worth = _seeds(goal, topic, assistant, catalogue)
    for entry_id, value in list(worth.items())[: max(3, steps // 2)]:
        _add_prerequisites(entry_id, value, worth, catalogue, _DEEP)
    ranked = sorted(worth, key=lambda x: (-worth[x], x))
    chosen = set(ranked[:steps])
    return _ordered(chosen, catalogue)


def path_of(entry_ids: Sequence[str], catalogue: Catalogue) -> list[PathStep]:
    """Returns the path that a reader chose, in the order given; what the library does not have is left out."""
    placed = [x for x in dict.fromkeys(entry_ids) if x in catalogue.entries]
    before = {x: [y for y in catalogue.record(x).prerequisites if y in placed] for x in placed}
    needed_for = {x: tuple(y for y in placed if x in before[y]) for x in placed}
    levels: dict[str, int] = {}
    for entry_id in placed:  # a prerequisite that is read later draws no arrow
        levels[entry_id] = 1 + max((levels[y] for y in before[entry_id] if y in levels), default=-1)
    return [_step(x, placed, needed_for, levels[x], catalogue) for x in placed]


def in_reading_order(entry_ids: Sequence[str], catalogue: Catalogue) -> list[str]:
    """Returns the entries with prerequisites first, then by year."""
    return [step.entry.entry_id for step in _ordered({x for x in entry_ids if x in catalogue.entries}, catalogue)]


def _seeds(goal: str, topic: str, assistant: Assistant, catalogue: Catalogue) -> dict[str, float]:
    def fits(entry: Entry) -> bool:
        heading = entry.kind is Kind.CONCEPT and not entry.entry_id.startswith("note:")  # of a list: nothing to read
        return entry.kind in _READABLE and not heading and (not topic or topic in entry.topics)

    if goal:
        found = assistant.searcher.find(goal, k=_SEEDS)
        if assistant.probability(found.question, found.hits) < _SERVED:
            return {}
        return {hit.entry.entry_id: hit.score for hit in found.hits if fits(hit.entry)}
    entries = [entry for entry in catalogue.entries.values() if topic and fits(entry)]
    used = {e.entry_id: len(catalogue.dependents(e.entry_id)) + 2 * len(e.listings) for e in entries}
    most = max(used.values(), default=1) or 1
    ranked = sorted(used, key=lambda x: (-used[x], x))
    return {entry_id: used[entry_id] / most for entry_id in ranked[:_SEEDS]}


def _add_prerequisites(entry_id: str, value: float, worth: dict[str, float], catalogue: Catalogue, depth: int) -> None:
    for before in catalogue.record(entry_id).prerequisites:
        inherited = value * _INHERITED
        if worth.get(before, 0.0) < inherited:
            worth[before] = inherited
            if depth > 1:
                _add_prerequisites(before, inherited, worth, catalogue, depth - 1)


def _ordered(chosen: set[str], catalogue: Catalogue) -> list[PathStep]:
    """Returns the chosen entries, prerequisites first, then by year; a circle of prerequisites is cut by year."""
    before = {x: [y for y in catalogue.record(x).prerequisites if y in chosen] for x in chosen}
    needed_for = {x: tuple(y for y in chosen if x in before[y]) for x in chosen}
    placed: list[str] = []
    levels: dict[str, int] = {}
    while len(placed) < len(chosen):
        left = [x for x in chosen if x not in levels]
        ready = [x for x in left if all(y in levels for y in before[x])] or left
        following = min(ready, key=lambda x: _order(catalogue.entries[x]))
        levels[following] = 1 + max((levels[y] for y in before[following] if y in levels), default=-1)
        placed.append(following)
    return [_step(x, placed, needed_for, levels[x], catalogue) for x in placed]


def _order(entry: Entry) -> tuple[bool, int, str]:
    return entry.kind is not Kind.CONCEPT, entry.year or 0, entry.entry_id  # notes introduce


def _step(
    entry_id: str, placed: Sequence[str], needed_for: Mapping[str, tuple[str, ...]], level: int, catalogue: Catalogue
) -> PathStep:
    minutes = catalogue.record(entry_id).minutes
    later = tuple(sorted(needed_for[entry_id], key=placed.index))
    entry = catalogue.entries[entry_id]
    return PathStep(entry, later, level, minutes or _estimate(entry_id, catalogue), minutes is None)


def _estimate(entry_id: str, catalogue: Catalogue) -> int:
    """Returns the minutes to read what is written here in the language in which more is, a multiple of five."""
    tokens: dict[str, int] = {}
    for passage in catalogue.store.passages_of(entry_id):
        if passage.kind is not PassageKind.RECORD:
            tokens[passage.language] = tokens.get(passage.language, 0) + passage.token_count
    return max(5, 5 * round(max(tokens.values(), default=0) / _TOKENS_A_MINUTE / 5))
