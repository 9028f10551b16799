"""What people say around a question: greetings, thanks, and in which language they would like the answer."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

from index.types import Intent
from ingest.text.scripts import HAN

_END = re.compile(rf"[.!?。~]+(?=\s|$)|[!?。~]+(?=[{HAN}])|\n+")  # of a piece; a question is in one width
_COURTEOUS = 0.6  # probability of small talk
_LONGEST = 60  # characters of a piece
_MOST = 3  # pieces at either end
_IN = re.compile(
    r"[ ,，。.;；(（]{0,3}(?:(?:请|麻烦你?|能不能|可以)?用(?P<zh>中文|汉语|英文|英语)(?:来)?"
    r"(?:回答|回复|解释|说明|讲解|讲一?下|讲讲|介绍|告诉我)(?:我|一下|吧|谢谢)*|"
    r"(?:please )?(?:\b(?:answer|reply|respond|explain|write)(?: (?:it|this|me|to me|the answer))?|(?<=[,.?!;] )|^)"
    r"[ ,]*\bin (?P<en>chinese|english|mandarin)(?:,? (?:please|pls))?(?=[,.:;!?)]|$))[ ,:，。.;；：)）]{0,3}",
    re.I,
)
_LANGUAGES = {"中文": "zh", "汉语": "zh", "chinese": "zh", "mandarin": "zh"}


@dataclass(frozen=True, slots=True)
class Core:
    """A question without what is said around it.

    Attributes:
        text: What is asked; "" where nothing but a language is wished.
        language: "zh" or "en" where the answer is wished in one; "" elsewhere.
    """

    text: str
    language: str = ""


def core_of(question: str, read: Callable[[str], Intent]) -> Core:
    """Returns what a question asks, and in which language the answer is wished.

    Args:
        question: Corrected and tidy.
        read: Tells what a text is about; small talk at either end of a longer question goes.
    """
    wished = _IN.search(question)
    language = ""
    if wished:
        question = f"{question[: wished.start()]} {question[wished.end() :]}".strip()
        language = _LANGUAGES.get((wished["zh"] or wished["en"]).casefold(), "en")
    return Core(_without_courtesy(question, read), language)


def _without_courtesy(question: str, read: Callable[[str], Intent]) -> str:
    ends = [0, *(found.end() for found in _END.finditer(question)), len(question)]
    pieces = [(start, end) for start, end in itertools.pairwise(ends) if question[start:end].strip()]
    first, last = 0, len(pieces)
    while last - first > 1 and first < _MOST and _is_courtesy(question, pieces[first], read):
        first += 1
    while last - first > 1 and len(pieces) - last < _MOST and _is_courtesy(question, pieces[last - 1], read):
        last -= 1
    return question[pieces[first][0] : pieces[last - 1][1]].strip() if pieces else question


def _is_courtesy(question: str, place: tuple[int, int], read: Callable[[str], Intent]) -> bool:
    piece = question[slice(*place)].strip()
    return len(piece) <= _LONGEST and read(piece).probabilities["smalltalk"] >= _COURTEOUS
