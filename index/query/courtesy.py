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
_POLITE = re.compile(
    r"\b(?:thank\w*|thx|hi|hello|hey|dear|regards|cheers|hope|appreciat\w*|welcome|good (?:morning|evening|day))\b|"
    r"谢|[你您]好|嗨|哈喽|辛苦|麻烦|拜托|打扰|请教|[早晚午]上?好|大家好",
    re.I,
)
_IN = (  # only where a clause begins: "why does it answer in Chinese?" asks about the language
    re.compile(
        r"(?:(?:请|麻烦你?)|(?:^|[,。.;?!:( ]))用(?P<wished>中文|汉语|英文|英语)来?"
        r"(?:回答|回复|解释|说明|讲解|讲一?下|讲讲|介绍|告诉我)(?:我(?!的)|一下|吧)*[ ,:。.;)]{0,3}"
    ),
    re.compile(
        r"(?:^|[.?!,;:] {0,2}|\b(?:please|pls) )"
        r"(?:(?:answer|reply|respond|explain)(?: (?:it|this|me|to me|the answer))? )?"
        r"in (?P<wished>chinese|english|mandarin)(?:,? (?:please|pls))?(?:[,.:;!?)]|$) {0,2}",
        re.I,
    ),
    re.compile(
        r"(?<=\w) in (?P<wished>chinese|english|mandarin)(?:,? (?:please|pls))?[.?!]{0,3}$",
        re.I,
    ),
)
_EXPLAIN = re.compile(r"(?:please |can you |could you |pls )*(?:explain|describe|define|tell me about)\b", re.I)
_OPENER = re.compile(
    r"(?:excuse me|sorry|hi(?: there)?|hey|thanks|thank you|ok(?:ay)?|抱歉|不好意思|打扰一下|打扰了?|[你您]好|谢谢)"
    r"[,!.:~]+ {0,2}(?=\S)",
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
        read: Tells what a text is about; courteous small talk at either end of a longer question goes.
    """
    language = ""
    for number, pattern in enumerate(_IN):
        wished = pattern.search(question)
        if wished and (number < len(_IN) - 1 or _EXPLAIN.match(question)):  # the last one fits any "… in Chinese"
            question = f"{question[: wished.start()]} {question[wished.end() :]}".strip(" ,;:")
            language = _LANGUAGES.get(wished["wished"].casefold(), "en")
            break
    return Core(_without_courtesy(question, read), language)


def _without_courtesy(question: str, read: Callable[[str], Intent]) -> str:
    if opener := _OPENER.match(question):
        question = question[opener.end() :]
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
    polite = len(piece) <= _LONGEST and _POLITE.search(piece) is not None
    return polite and read(piece).probabilities["smalltalk"] >= _COURTEOUS
