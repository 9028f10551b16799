"""Turning words of a sentence against those of a text: negations, opposite directions, quantifiers, where they stand.

A word of the sentence and one of the text belong together when the same things are said around them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.support.alignment import Alignment, Floats, turns_by_clause
from app.support.cues import Cue
from app.support.reading import Reading, remembered

QUANTIFIERS = ("all", "most", "some", "only", "may", "must", "cause", "superlative")
TURNS = (
    "negation_added", "negation_dropped", "negation_here", "denied_more", "denied_less", "opposed", "opposed_near",
    "opposed_all", "unopposed_near", "raised", "lowered",
    *(f"{name}_added" for name in QUANTIFIERS), *(f"{name}_dropped" for name in QUANTIFIERS),
)  # fmt: skip
_STRENGTH = {"some": 1, "may": 1, "most": 2, "all": 3, "must": 3, "only": 3}
_SCOPE = 5  # pieces that a negation reaches
_FADING = 0.8  # of a negation, a piece further
_AT_BEST = 0.9  # of the best match: places that are as good
_DENIED = ("negation", "+")


def compare_turns(values: dict[str, float], laid: Alignment) -> None:
    """Compares the turning words of each clause with those of its best clause in the text, and of the run around it."""
    said, found, theirs = laid.said, laid.found, turns_by_clause(laid.found)
    if not said.cues and not found.cues:
        return
    mine = turns_by_clause(said)
    first, last = laid.sentences
    run = {(c.axis, c.side) for c in found.cues if first <= found.sentence_of[found.clause_at(c.start)] <= last}
    all_mine = {(c.axis, c.side) for c in said.cues}
    for clause, partner in enumerate(laid.of_clause.argmax(axis=0).tolist()):
        ours, other = mine.get(clause, frozenset()), theirs.get(partner, frozenset())
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
    values["negation_here"] = float(_DENIED in all_mine and all(_DENIED not in turns for turns in theirs.values()))
    _compare_negations(values, laid, mine)
    _compare_opposites(values, laid)


def _compare_opposites(values: dict[str, float], laid: Alignment) -> None:
    """Looks which side of its axis a turning word is on in the text, where it stands among the same words."""
    for cue in laid.said.cues:
        strength = _STRENGTH.get(cue.axis, 0)
        agrees = opposes = weaker = stronger = 0.0
        for other in laid.found.cues:
            if other.axis != cue.axis and not (strength and other.axis in _STRENGTH):
                continue
            like = laid.around((cue.start, cue.start + 1), (other.start, other.start + 1))
            if other.axis != cue.axis:
                weaker = max(weaker, like) if _STRENGTH[other.axis] < strength else weaker
                stronger = max(stronger, like) if _STRENGTH[other.axis] > strength else stronger
            elif other.side == cue.side:
                agrees = max(agrees, like)
            else:
                opposes = max(opposes, like)
        values["raised"] = max(values["raised"], weaker - agrees)
        values["lowered"] = max(values["lowered"], stronger - agrees)
        if opposes > agrees:
            values["opposed_near"] = max(values["opposed_near"], opposes - agrees)
        elif agrees:
            values["unopposed_near"] = max(values["unopposed_near"], agrees)


def _compare_negations(
    values: dict[str, float], laid: Alignment, mine: Mapping[int, frozenset[tuple[str, str]]]
) -> None:
    """Looks, for every negation on either side, whether what it denies is denied on the other side, too."""
    said, found = laid.said, laid.found
    ours = [_scope(said, cue) for cue in said.cues if cue.axis == "negation"]
    others = [_scope(found, cue) for cue in found.cues if cue.axis == "negation"]
    if ours:
        values["negation_added"] = _undenied(laid.by_clause, said, ours, turns_by_clause(found))
    if others:
        by_said = np.maximum.reduceat(laid.match, said.firsts, axis=1).T
        values["negation_dropped"] = _undenied(by_said, found, others, mine)
    if not ours and not others:
        return
    here, there = _reach(said), _reach(found)
    heavy = laid.heavy
    columns = laid.match[:, heavy]
    as_good = columns >= _AT_BEST * laid.best[heavy]
    most = np.where(as_good, there[:, None], 0.0).max(axis=0)
    least = np.where(as_good, there[:, None], 1.0).min(axis=0)
    weight = laid.best[heavy]
    values["denied_more"] = float((weight * (here[heavy] - most)).max(initial=0.0))
    values["denied_less"] = float((weight * (least - here[heavy])).max(initial=0.0))


@remembered
def _reach(reading: Reading) -> Floats:
    """Returns how far each piece is within reach of a negation, shape (pieces,)."""
    reach = np.zeros(len(reading.starts), dtype=np.float32)
    pieces = np.arange(len(reach))
    for cue in reading.cues:
        if cue.axis == "negation":
            place, _ = reading.pieces_in(cue.start, cue.start + 1)
            distance = np.where(pieces >= place, pieces - place, 2 * (place - pieces))
            np.maximum(reach, _FADING**distance, out=reach)
    return reach


def _undenied(
    by_clause: Floats, reading: Reading, scopes: list[tuple[int, int]], turns: Mapping[int, frozenset[tuple[str, str]]]
) -> float:
    """Returns how well what is denied here is said there where nothing is denied, at most."""
    most = 0.0
    for first, last in scopes:
        weights = reading.weights[first:last]
        if not len(weights):
            continue
        held = by_clause[:, first:last] @ weights / max(float(weights.sum()), 1e-9)
        best = float(held.max())
        near = np.flatnonzero(held >= best - 0.05).tolist()
        if not any(_DENIED in turns.get(clause, ()) for clause in near):
            most = max(most, best)
    return most


def _scope(reading: Reading, cue: Cue) -> tuple[int, int]:
    """Returns the pieces that a negation is about: those that follow it in its clause, or precede it at the end."""
    first, _ = reading.pieces_in(cue.start, cue.start + 1)
    begin, end = reading.clause_pieces(reading.clause_of[min(first, len(reading.clause_of) - 1)])
    if first + 1 >= end:
        return max(begin, first - _SCOPE), first
    return first + 1, min(first + 1 + _SCOPE, end)
