"""Turning words of a sentence against those of a text: negations, opposite directions, quantifiers, where they stand.

A word of the sentence and one of the text belong together when the same things are said around them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.support.cues import Cue
from app.support.reading import Reading

Floats = NDArray[np.float32]
QUANTIFIERS = ("all", "most", "some", "only", "may", "must", "cause", "superlative")
_AROUND, _CLOSE = 6, 4  # pieces on either side of a place
_SCOPE = 5  # pieces that a negation reaches


def compare_turns(
    values: dict[str, float],
    said: Reading,
    found: Reading,
    match: Floats,
    partner: NDArray[np.int64],
    here: Sequence[int],
) -> None:
    """Compares the turning words of each clause with those of its best clause in the text, and of the run around it."""
    mine, theirs = _by_clause(said, said.cues), _by_clause(found, found.cues)
    run = {(c.axis, c.side) for c in found.cues if int(found.sentence_of[found.clause_at(c.start)]) in here}
    whole = {(c.axis, c.side) for c in found.cues}
    all_mine = {(c.axis, c.side) for c in said.cues}
    for clause in range(len(partner)):
        ours = mine.get(clause, set())
        other = theirs.get(int(partner[clause]), set())
        for axis, side in ours:
            opposite = (axis, "-" if side == "+" else "+")
            if axis == "negation" or (axis, side) in other:
                continue
            if opposite in other and opposite not in ours:
                values["opposed"] += 1.0
            if opposite in run and (axis, side) not in run and opposite not in all_mine:
                values["opposed_all"] += 1.0
        for name in QUANTIFIERS:
            if (name, "+") in ours and (name, "+") not in run:
                values[f"{name}_added"] = 1.0
            if (name, "+") in other and (name, "+") not in all_mine:
                values[f"{name}_dropped"] = 1.0
    values["negation_here"] = float(("negation", "+") in all_mine and ("negation", "+") not in whole)
    _negations(values, said, found, match, mine, theirs)
    _opposites(values, said, found, match)


def _opposites(values: dict[str, float], said: Reading, found: Reading, match: Floats) -> None:
    """Looks which side of its axis a turning word is on in the text, where it stands among the same words."""
    for cue in said.cues:
        near = {"+": 0.0, "-": 0.0}
        for other in found.cues:
            if other.axis == cue.axis:
                like = around(said, found, match, (cue.start, cue.start + 1), (other.start, other.start + 1))
                near[other.side] = max(near[other.side], like)
        agrees, opposes = near[cue.side], near["-" if cue.side == "+" else "+"]
        if opposes > agrees:
            values["opposed_near"] = max(values["opposed_near"], opposes - agrees)
        elif agrees:
            values["unopposed_near"] = max(values["unopposed_near"], agrees)


def _negations(
    values: dict[str, float],
    said: Reading,
    found: Reading,
    match: Floats,
    mine: dict[int, set[tuple[str, str]]],
    theirs: dict[int, set[tuple[str, str]]],
) -> None:
    """Looks, for every negation on either side, whether what it denies is denied on the other side, too."""
    denied = ("negation", "+")
    here, there = begins(said.clause_of), begins(found.clause_of)
    for cue in said.cues:
        first, last = _scope(said, cue)
        weights = said.weights[first:last]
        if cue.axis == "negation" and len(weights):
            best = np.maximum.reduceat(match[:, first:last], there, axis=0)
            held = (best * weights).sum(axis=1) / max(float(weights.sum()), 1e-9)
            near = np.flatnonzero(held >= held.max() - 0.05)
            if not any(denied in theirs.get(int(clause), ()) for clause in near):
                values["negation_added"] = max(values["negation_added"], float(held.max()))
    for cue in found.cues:
        first, last = _scope(found, cue)
        weights = found.weights[first:last]
        if cue.axis == "negation" and len(weights):
            best = np.maximum.reduceat(match[first:last], here, axis=1).T
            held = (best * weights).sum(axis=1) / max(float(weights.sum()), 1e-9)
            near = np.flatnonzero(held >= held.max() - 0.05)
            if not any(denied in mine.get(int(clause), ()) for clause in near):
                values["negation_dropped"] = max(values["negation_dropped"], float(held.max()))


def _scope(reading: Reading, cue: Cue) -> tuple[int, int]:
    """Returns the pieces that a negation is about: those that follow it in its clause, or precede it at the end."""
    first, _ = reading.pieces_in(cue.start, cue.start + 1)
    clause = reading.clause_of[min(first, len(reading.clause_of) - 1)]
    end = int(np.searchsorted(reading.clause_of, clause, side="right"))
    start = first + 1
    if start >= end:
        return max(int(np.searchsorted(reading.clause_of, clause)), first - _SCOPE), first
    return start, min(start + _SCOPE, end)


def _by_clause(reading: Reading, found: Sequence[Cue]) -> dict[int, set[tuple[str, str]]]:
    grouped: dict[int, set[tuple[str, str]]] = {}
    for cue in found:
        grouped.setdefault(reading.clause_at(cue.start), set()).add((cue.axis, cue.side))
    return grouped


def begins(clause_of: NDArray[np.int32]) -> NDArray[np.int64]:
    """Returns the first piece of each clause, from the clause of each piece."""
    return np.flatnonzero(np.diff(clause_of, prepend=-1))


def around(
    said: Reading,
    found: Reading,
    match: Floats,
    here: tuple[int, int],
    there: tuple[int, int],
    *,
    wide: bool = True,
) -> float:
    """Returns how much of what stands around a place in the sentence stands around a place in the text."""
    reach, more = (_AROUND, 3) if wide else (_CLOSE, 1)
    first, last = said.pieces_in(*here)
    begin, end = found.pieces_in(*there)
    left, right = max(first - reach, 0), min(last + reach, len(said.weights))
    low, high = max(begin - reach - more, 0), min(end + reach + more, len(found.weights))
    if low >= high:
        return 0.0
    weights = said.weights[left:right].copy()
    weights[max(first - left, 0) : max(last - left, 0)] = 0.0
    total = float(weights.sum())
    return float(match[low:high, left:right].max(axis=0) @ weights / total) if total > 0 else 1.0
