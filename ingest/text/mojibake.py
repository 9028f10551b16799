"""UTF-8 text that was read in another encoding and saved again: telling it from sound text, and undoing it.

Read as Windows-1254 or 1252, most of the damage is reversible: each wrong character stands for one byte. Eight bytes
have no character in that code page and were dropped, so some three-byte Han characters come back with two bytes. Each
gap has at most 24 fillings; ``ingest.text.readings`` takes the one that makes words. Text read as GBK, or GBK read as
Latin, comes back whole or not at all; what else can be undone without a guess is left to ftfy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.text.readings import common_han, is_close_call, most_readable
from ingest.text.scripts import HAN_CHARACTER

_DROPPED = bytes((0x81, 0x8D, 0x8E, 0x8F, 0x90, 0x9D, 0x9E, 0xAD))
_FEWEST = 4  # wrongly decoded characters that show a file's damage


def _characters_of(first: int, last: int) -> str:
    """Returns what the bytes from first to last look like in the code pages, as the inside of a character class."""
    shown = {
        bytes((value,)).decode(codec, "ignore") for value in range(first, last + 1) for codec in ("cp1254", "cp1252")
    }
    controls = {chr(value) for value in range(first, last + 1)}
    return "".join(map(re.escape, sorted((shown | controls) - {""})))


_LEADS, _TAILS = _characters_of(0xC2, 0xF4), _characters_of(0x80, 0xBF)
_SEQUENCE = re.compile(f"[{_LEADS}][{_TAILS}]{{1,3}}")
_LATIN_RUN = re.compile(f"[{_LEADS}{_TAILS}\u00c0\u00c1\u00f5-\u00ff]+")


@dataclass(frozen=True, slots=True)
class MendedLine:
    """A line whose wrong decoding was undone; ``guessed`` are the places of characters that lost a byte."""

    number: int
    before: str
    after: str
    guessed: tuple[int, ...] = ()
    doubtful: tuple[int, ...] = ()


def mend_lines(lines: list[str], *, weigh: bool = False) -> list[MendedLine]:
    """Returns the lines that were decoded wrongly, each with what it was; sound lines are never among them.

    Args:
        lines: All lines of a file; how many are wrong decides how a line is taken.
        weigh: Whether to say which guesses were close ones, which takes longer.
    """
    wrong = [line for line in lines if not line.isascii()]
    if not wrong:
        return []
    mended = list(_undone(lines, lossy=looks_garbled("\n".join(wrong)), misread=_looks_misread(wrong), weigh=weigh))
    return [line for line in mended if line.after != line.before]


def looks_garbled(text: str) -> bool:
    """Tells whether the lines of a text without Han characters are wrongly decoded UTF-8.

    A UTF-8 Han character read as a single-byte code page is an accented letter followed by signs; in European text
    letters follow.
    """
    lines = [line for line in text.split("\n") if not line.isascii() and not HAN_CHARACTER.search(line)]
    found = [match[0] for line in lines for match in _SEQUENCE.finditer(line)]
    others = sum(not character.isascii() for line in lines for character in line)
    return len(found) >= _FEWEST and sum(map(len, found)) >= 0.8 * others


def repair(line: str) -> str:
    """Returns a line with its wrong decoding undone; characters that were never wrong stay as they are."""
    return most_readable(_lattice(line))


def _undone(lines: list[str], *, lossy: bool, misread: bool, weigh: bool) -> Iterator[MendedLine]:
    for number, line in enumerate(lines, start=1):
        if line.isascii():
            continue
        if lossy and not HAN_CHARACTER.search(line) and _SEQUENCE.search(line):
            yield _filled(number, line, weigh=weigh)
        elif (misread and (after := _from_gbk(line))) or (after := _from_latin(line)):
            yield MendedLine(number, line, after)
        elif _SEQUENCE.search(line):
            yield MendedLine(number, line, _fixed(line))


def _filled(number: int, line: str, *, weigh: bool) -> MendedLine:
    lattice = _lattice(line)
    text = most_readable(lattice)
    guessed = [place for place, options in enumerate(lattice) if len(options) > 1]
    doubtful = [place for place in guessed if weigh and is_close_call(lattice, text, place)]
    after = _fixed(text, also_text=True)
    if len(after) != len(text):
        guessed, doubtful = [], []
    return MendedLine(number, line, after, tuple(guessed), tuple(doubtful))


def _fixed(line: str, *, also_text: bool = False) -> str:
    """Returns what ftfy makes of a line; a line it would lose something of stays as it is."""
    import ftfy  # few files need it

    if also_text:
        fixed = ftfy.fix_text(line, normalization=None, uncurl_quotes=False, fix_character_width=False)
    else:
        fixed = ftfy.fix_encoding(line)
    lost = fixed.count("\ufffd") > line.count("\ufffd")
    return line if lost or "\n" in fixed or "\r" in fixed else fixed


def _looks_misread(lines: list[str]) -> bool:
    """Tells UTF-8 that was read as GBK: every second Han character is one that hardly anybody uses."""
    han = {character for line in lines for character in line if HAN_CHARACTER.match(character)}
    return len(han) >= _FEWEST and len(han - common_han()) * 4 > len(han)


def _from_gbk(line: str) -> str:
    """Returns a line that was UTF-8 before it was read as GBK, or "" when it was not."""
    try:
        after = line.encode("gb18030").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return ""
    return after if _is_common_han(after) else ""


def _from_latin(line: str) -> str:
    """Returns a line that was GBK before it was read as a Latin code page, or "" when it was not."""
    if HAN_CHARACTER.search(line) or not any(len(run[0]) >= 2 * _FEWEST for run in _LATIN_RUN.finditer(line)):
        return ""
    try:
        content = b"".join(
            bytes((value,)) if value else character.encode("ascii") for character, value in _bytes_of(line)
        )
        after = content.decode("gbk")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return ""
    return after if _is_common_han(after) else ""


def _is_common_han(text: str) -> bool:
    han = [character for character in text if HAN_CHARACTER.match(character)]
    return len(han) >= _FEWEST and len([c for c in han if c in common_han()]) >= 0.95 * len(han)


def _bytes_of(line: str) -> list[tuple[str, int | None]]:
    return [(character, _byte_of(character)) for character in line]


def _lattice(line: str) -> list[list[str]]:
    values = [_byte_of(character) for character in line]
    lattice: list[list[str]] = []
    position = 0
    while position < len(line):
        options, length = _decode_at(values, position)
        lattice.append(options or [line[position]])
        position += length
    return lattice


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
    """Returns the characters that some bytes may stand for; odd ones only where there are no others."""
    characters: dict[str, None] = {}
    for candidate in candidates:
        try:
            characters[candidate.decode("utf-8")] = None
        except UnicodeDecodeError:
            continue
    for usual in (_is_emoji_style, _is_emoji, _is_assigned):
        if len(characters) > 1 and any(map(usual, characters)):
            characters = dict.fromkeys(filter(usual, characters))
    return list(characters)


def _is_emoji_style(character: str) -> bool:
    return character == "\ufe0f"  # behind a symbol that is shown as a picture


def _is_emoji(character: str) -> bool:
    return "\U0001f300" <= character <= "\U0001faff"


def _is_assigned(character: str) -> bool:
    return unicodedata.category(character) not in ("Cn", "Co", "Cc", "Cf", "Zs")
