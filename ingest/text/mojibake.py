"""Repairing UTF-8 text that was read as Windows-1254 (or 1252) and saved again.

Most of the damage is reversible: each wrong character stands for one byte. Eight bytes have no character in that
code page and were dropped, so some three-byte Han characters come back with two bytes. Each gap has at most 24
fillings; the one that reads best is taken, by how common the character pairs are in ordinary technical Chinese.
"""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files

_DROPPED = bytes((0x81, 0x8D, 0x8E, 0x8F, 0x90, 0x9D, 0x9E, 0xAD))
_SMOOTHING = 100.0
_GARBLED_LEADS = "äåæçèéãïğÄÅÆÇÈÉ"


def looks_garbled(text: str) -> bool:
    """Tells whether a text is mostly wrongly decoded UTF-8.

    A UTF-8 Han character read as a single-byte code page starts with one of a few accented letters; ordinary
    European text has far fewer of them, and ordinary Chinese text has none.
    """
    leads = sum(text.count(lead) for lead in _GARBLED_LEADS)
    return leads >= 8 and leads * 25 > len(text) and not any("\u4e00" <= character <= "\u9fff" for character in text)


def repair(line: str) -> str:
    """Returns a line with its wrong decoding undone; characters that were never wrong stay as they are."""
    bytes_or_text = [_byte_of(character) for character in line]
    lattice: list[list[str]] = []
    position = 0
    while position < len(line):
        options, length = _decode_at(bytes_or_text, position)
        lattice.append(options or [line[position]])
        position += length
    return _most_readable(lattice)


def _byte_of(character: str) -> int | None:
    if ord(character) < 0x80:
        return None
    for codec in ("cp1254", "cp1252"):
        try:
            return character.encode(codec)[0]
        except UnicodeEncodeError:
            continue
    return ord(character) if ord(character) < 0x100 else None


def _decode_at(values: list[int | None], start: int) -> tuple[list[str], int]:
    """Returns the characters the bytes at ``start`` may stand for, and how many bytes they use."""
    lead = values[start]
    if lead is None or lead < 0xC2 or lead > 0xF4:
        return [], 1
    size = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    tail: list[int] = []
    for value in values[start + 1 : start + size]:
        if value is None or not 0x80 <= value < 0xC0:
            break
        tail.append(value)
    missing = size - 1 - len(tail)
    if missing == 0:
        return _decoded([bytes((lead, *tail))]), size
    fillings = [bytes((lead, *tail))]
    for _ in range(missing):
        fillings = [f[:i] + bytes((d,)) + f[i:] for f in fillings for i in range(1, len(f) + 1) for d in _DROPPED]
    return _decoded(fillings), 1 + len(tail)


def _decoded(candidates: list[bytes]) -> list[str]:
    characters: dict[str, None] = {}
    for candidate in candidates:
        try:
            characters[candidate.decode("utf-8")] = None
        except UnicodeDecodeError:
            continue
    return list(characters)


def _most_readable(lattice: list[list[str]]) -> str:
    """Viterbi over the alternatives, scored by the character pairs of ``han_pairs.tsv``."""
    best: dict[str, tuple[float, str]] = {"": (0.0, "")}
    for options in lattice:
        best = {
            option: max(
                (score + _pair_score(previous, option), text + option) for previous, (score, text) in best.items()
            )
            for option in options
        }
    return max(best.values())[1]


def _pair_score(first: str, second: str) -> float:
    """Log probability of ``second`` after ``first``: pair counts, smoothed with the character's own frequency."""
    singles, pairs, total = _statistics()
    alone = (singles.get(second, 0) + 0.5) / total
    return math.log((pairs.get(first + second, 0) + _SMOOTHING * alone) / (singles.get(first, 0) + _SMOOTHING))


@cache
def _statistics() -> tuple[dict[str, int], dict[str, int], int]:
    singles: dict[str, int] = {}
    pairs: dict[str, int] = {}
    table = files("ingest.text").joinpath("han_pairs.tsv").read_text(encoding="utf-8")
    for row in table.splitlines():
        text, count = row.split("\t")
        (singles if len(text) == 1 else pairs)[text] = int(count)
    return singles, pairs, sum(singles.values())
