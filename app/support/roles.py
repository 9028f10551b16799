"""Who is better than whom: the two sides of a comparison in a sentence against those in a text.

"A outperforms B", "B is beaten by A", "A 优于 B", "A 比 B 快" and "与 B 相比 A 更快" are taken apart into side, first
and second; the same one has to come first in the text, or the other one on the opposite side.
"""

from __future__ import annotations

import re

from app.support.alignment import Alignment
from app.support.cues import Cue
from app.support.reading import Reading, remembered

ROLES = ("role_kept", "role_turned")
_COMPARED = frozenset({"quality", "speed", "amount", "size", "price", "ease", "order", "frequency", "goodness"})
_THAN = re.compile(r"(?<![相对可])比(?![例率较如])")
_COMPARED_WITH = re.compile(r"(?:compared (?:to|with)|unlike|relative to|与|和|跟|相比于|相对于|不同于)\s*$", re.I)
_PASSIVE = re.compile(r"被|受到?|遭")
_BY = re.compile(r"\w*\s+by\b", re.I)
_REACH = 80  # characters between a turning word and what it compares

Role = tuple[str, str, str, str]  # axis, side, what is on this side, what it is compared with


def compare_roles(values: dict[str, float], laid: Alignment) -> None:
    """Looks whether comparisons of the same kind put the same names first."""
    mine = roles_of(laid.said)
    if not mine:
        return
    for axis, side, one, other in mine:
        for found_axis, found_side, first, second in roles_of(laid.found):
            if found_axis != axis or not {one, other} & {first, second} - {""}:
                continue
            straight = one == first or (other == second and other != "")
            kept = straight == (side == found_side)
            values["role_kept" if kept else "role_turned"] = 1.0


@remembered
def roles_of(reading: Reading) -> list[Role]:
    """Returns the comparisons of a text between names; what is not named is empty."""
    roles = []
    for cue in reading.cues:
        if cue.axis in _COMPARED:
            first, second = _sides(reading, cue)
            if first or second:
                roles.append((cue.axis, cue.side, first, second))
    return roles


def _sides(reading: Reading, cue: Cue) -> tuple[str, str]:
    sentence = reading.sentence_of[reading.clause_at(cue.start)]
    names = [
        (name.form, name.start, name.end)
        for name in reading.names
        if abs(name.start - cue.start) < _REACH and reading.sentence_of[reading.clause_at(name.start)] == sentence
    ]
    before = [name for name in names if name[2] <= cue.start]
    after = [name for name in names if name[1] > cue.start]
    if reading.language == "zh":
        low = max(0, cue.start - _REACH)
        turns = [*_THAN.finditer(reading.text, low, cue.start)] or [*_PASSIVE.finditer(reading.text, low, cue.start)]
        behind = [name for name in before if turns and name[1] >= turns[-1].end()]
        if behind:
            one = next((form for form, _, stop in before if stop <= turns[-1].start()), "")
            return (one, behind[0][0]) if turns[-1][0] == "比" else (behind[0][0], one)
    elif before and after and _BY.match(reading.text, cue.start):
        return after[0][0], before[-1][0]
    compared = [name for name in before if _COMPARED_WITH.search(reading.text[: name[1]])]
    plain = [name for name in before if name not in compared]
    first = plain[-1][0] if plain else ""
    return first, after[0][0] if after else compared[-1][0] if compared else ""
