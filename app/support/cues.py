"""Words that turn a sentence around: negations, opposite directions, quantifiers, causes; read from ``cues.tsv``.

Word vectors put opposites next to each other, so these are compared as such. An English word that ends in ``*`` stands
for everything that begins with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

_NO_CUES = re.compile(
    r"不仅|不只|不但|不过|不断|不少|无论|不管|不妨|无关|未来|差不多|非线性|无损|不止|不光|不等|不久|差异|差别|误差|残差|偏差|方差|"
    r"人工智能|人类反馈|只是|不定|多少|至少|大量|大模型|大语言|大学|大小|小组|小说|小时|强化|强调|加强|增强|多轮|多个|多种|很多|许多|减少数|再次|多头|多层|多模态|多语言|多任务|长度|深度|宽度|人名|好奇|正态|正则|正文|正是|真正|反正|修正|都是|"
    r"not only|not just|no longer than|at least|at most|machine learning|as well as|as well|rather than",
    re.I,
)
_WORD = re.compile(r"[a-z]+(?:['’-][a-z]+)*")


@dataclass(frozen=True, slots=True)
class Cue:
    """A turning word: its axis, its side ("+" or "-"), and where it begins in the text."""

    axis: str
    side: str
    start: int


@cache
def axes() -> tuple[str, ...]:
    """Returns the names of the axes, in the order of the table."""
    return tuple(dict.fromkeys(axis for axis, _, _ in _rows()))


def cues(text: str) -> list[Cue]:
    """Returns the cues of a text, in reading order; a word may stand on several axes."""
    lowered = text.lower() if len(text.lower()) == len(text) else text
    lowered = _NO_CUES.sub(lambda found: " " * len(found[0]), lowered)
    places = [*_WORD.finditer(lowered)]
    if not text.isascii():
        places += _chinese().finditer(lowered)
        places.sort(key=lambda match: match.start())
    return [Cue(axis, side, match.start()) for match in places for axis, side in _sides_of(match[0])]


@lru_cache(maxsize=65536)
def _sides_of(word: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        dict.fromkeys(
            (axis, side)
            for axis, side, words in _rows()
            if any(word == one or (one.endswith("*") and word.startswith(one[:-1])) for one in words)
        )
    )


@cache
def _rows() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    lines = files("app.support").joinpath("cues.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines if line.strip()]
    return tuple((axis, side, (*en.split(), *zh.split())) for axis, side, en, zh in rows)


@cache
def _chinese() -> re.Pattern[str]:
    words = {word for _, _, row in _rows() for word in row if not word[0].isascii()}
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
