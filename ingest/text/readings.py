"""The likeliest reading of text some of whose characters are known only up to a few alternatives.

A reading is scored by its words, with the frequencies of jieba's dictionary, and by its pairs of neighbouring
characters, counted on technical Chinese (``han_pairs.tsv``) and on the study cards (``card_pairs.tsv``, five times).
Together they are right more often than either alone; ``DECISIONS.md`` has the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from ingest.text.scripts import HAN_CHARACTER

_SMOOTHING = 300.0
_CARD_WEIGHT = 5
_UNKNOWN = 0.5  # the frequency of a character that is no word
_CLOSING = {"【": "】", "「": "」", "『": "』"}
_WINDOW = 5  # characters on each side that decide whether a choice was a close one
_CLOSE = 2.5  # natural logarithm: another character would be up to 12 times less likely

Lattice = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Pairs:
    singles: dict[str, int]
    pairs: dict[str, int]
    total: int

    def score(self, first: str, second: str) -> float:
        """Log probability of ``second`` after ``first``: pair counts, smoothed with the character's own frequency."""
        alone = (self.singles.get(second, 0) + 0.5) / self.total
        return math.log(
            (self.pairs.get(first + second, 0) + _SMOOTHING * alone) / (self.singles.get(first, 0) + _SMOOTHING)
        )


@dataclass(frozen=True, slots=True)
class _Words:
    """Logarithms of the frequencies of words, and every beginning of one."""

    frequency: dict[str, float]
    beginnings: frozenset[str]
    unknown: float


def most_readable(lattice: Lattice) -> str:
    """Returns the likeliest reading.

    Args:
        lattice: For each place the characters that may stand there, at least one.
    """
    return _best(_matched_brackets(lattice))[1]


def is_close_call(lattice: Lattice, reading: str, place: int) -> bool:
    """Tells whether another character at a place would read nearly as well as the one chosen."""
    others = [option for option in _matched_brackets(lattice)[place] if option != reading[place]]
    if not others:
        return False
    before, after = reading[max(0, place - _WINDOW) : place], reading[place + 1 : place + 1 + _WINDOW]
    chosen = _best([*before, reading[place], *after])[0]
    other = _best([*before, others, *after])[0]
    return chosen - other < _CLOSE


def common_han() -> frozenset[str]:
    """Returns the Han characters that ordinary technical Chinese is written with."""
    return frozenset(filter(HAN_CHARACTER.match, _pairs().singles))


def _best(lattice: Lattice) -> tuple[float, str]:
    """Viterbi over places and last characters; a step is one word, or one character of another script."""
    words, pairs = _words(), _pairs()
    best: list[dict[str, tuple[float, str]]] = [{} for _ in range(len(lattice) + 1)]
    best[0][""] = (0.0, "")
    for place, options in enumerate(lattice):
        for last, (score, text) in best[place].items():
            waiting = [(option, score + pairs.score(last, option)) for option in options]
            while waiting:
                word, reached = waiting.pop()
                end = place + len(word)
                if not HAN_CHARACTER.match(word):
                    _keep(best[end], word, reached, text)
                    continue
                if word in words.frequency or len(word) == 1:
                    _keep(best[end], word, reached + words.frequency.get(word, words.unknown), text)
                if word in words.beginnings and end < len(lattice):
                    waiting += [
                        (word + option, reached + pairs.score(word[-1], option))
                        for option in lattice[end]
                        if word + option in words.frequency or word + option in words.beginnings
                    ]
    return max(best[-1].values())


def _keep(best: dict[str, tuple[float, str]], word: str, score: float, text: str) -> None:
    last = word[-1]
    if last not in best or best[last][0] < score:
        best[last] = (score, text + word)


def _matched_brackets(lattice: Lattice) -> Lattice:
    """Takes opening brackets that nothing closes, and closing ones that nothing opens, out of the alternatives."""
    found = [list(options) for options in lattice]
    for opening, closing in _CLOSING.items():
        _match(found, range(len(found) - 1, -1, -1), known=closing, guessed=opening)
        _match(found, range(len(found)), known=opening, guessed=closing)
    return found


def _match(lattice: list[list[str]], places: range, *, known: str, guessed: str) -> None:
    waiting = 0
    for place in places:
        options = lattice[place]
        if options == [known]:
            waiting += 1
        elif options == [guessed]:
            waiting = max(0, waiting - 1)
        elif guessed in options and waiting and guessed == "【":  # the one that lists are full of
            lattice[place] = [guessed]
            waiting -= 1
        elif guessed in options and not waiting:
            lattice[place] = [option for option in options if option != guessed] or options


@cache
def _pairs() -> _Pairs:
    singles: dict[str, int] = {}
    pairs: dict[str, int] = {}
    for name, weight in (("han_pairs.tsv", 1), ("card_pairs.tsv", _CARD_WEIGHT)):
        for row in files("ingest.text").joinpath(name).read_text(encoding="utf-8").splitlines():
            text, count = row.split("\t")
            table = singles if len(text) == 1 else pairs
            table[text] = table.get(text, 0) + weight * int(count)
    return _Pairs(singles, pairs, sum(singles.values()))


@cache
def _words() -> _Words:
    package = find_spec("jieba")  # only its word list: importing jieba takes a while and warns
    if package is None or package.origin is None:
        return _Words({}, frozenset(), 0.0)
    rows = (Path(package.origin).parent / "dict.txt").read_text(encoding="utf-8").splitlines()
    counts = {word: int(count) for word, count, *_ in (row.split(" ") for row in rows)}
    total = math.log(sum(counts.values()))
    beginnings = frozenset(word[:end] for word in counts for end in range(1, len(word)))
    frequency = {word: math.log(max(count, _UNKNOWN)) - total for word, count in counts.items()}
    return _Words(frequency, beginnings, math.log(_UNKNOWN) - total)
