"""Faults of the answered questions of cards and notes: aspects, languages, openings that dangle, numbers, length."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.documents.answers import ASPECTS, HEADINGS, AnsweredQuestion, answered_questions, questions_start
from ingest.documents.front_matter import Document, Part
from ingest.passages import PassageConfig
from ingest.text.scripts import HAN
from ingest.text.tokens import count_tokens
from ingest.types import Problem

_PASSAGE = PassageConfig().max_tokens  # what is longer is cut, and its question stands alone
_MOST = {"en": 70, "zh": 130}  # words, and Han characters with Latin words
_DANGLING = {
    "en": re.compile(
        r"^(?:(?:this|that|these|those|such|it|its|they|their|both|however|moreover|instead|therefore|thus|so|then|"
        r"the (?:two|former|latter))\b)(?! (?:is|are) (?:an?|the)\b)",
        re.I,
    ),
    "zh": re.compile(
        r"^(?:这|那(?!么多)|它|其(?!他|余|实)|该|此|上述|前者|后者|两者|二者|因此|所以|但|然而|同时|另外|不过|于是|而且)"
    ),
}
_WORD = re.compile(rf"[{HAN}]|[A-Za-z0-9][\w'’.%-]*")
_NUMBER = re.compile(r"(?<![\w.])\d(?:[\d,]*\d)?(?:\.\d+)?")
_SMALL = 10  # smaller numbers are written as words as often as not


def answer_problems(document: Document, known: set[str], least: int) -> Iterator[Problem]:
    """Yields the faults of a document's answered questions.

    Args:
        document: A card or a note.
        known: Ids of entries.
        least: How many questions each language needs.
    """
    found = {part.language: list(answered_questions(part.lines, part.start)) for part in document.parts}
    for part in document.parts:
        if part.language in HEADINGS:
            yield from _of_part(document.path, part, found[part.language], known, least)
    english, chinese = found.get("en", []), found.get("zh", [])
    if len(english) != len(chinese):
        line = document.parts[-1].start
        yield Problem(document.path, line, f"{len(english)} English and {len(chinese)} Chinese questions")
        return
    for one, other in zip(english, chinese, strict=True):
        if (one.aspect, one.other) != (other.aspect, other.other):
            yield Problem(document.path, other.line, f"aspect {other.aspect!r} where the English has {one.aspect!r}")
        only_english, only_chinese = _unmatched(one.answer, other.answer)
        if only_english and only_chinese:
            message = f"numbers differ: English {', '.join(only_english)}, Chinese {', '.join(only_chinese)}"
            yield Problem(document.path, other.line + 1, message)


def _of_part(
    path: str, part: Part, questions: Sequence[AnsweredQuestion], known: set[str], least: int
) -> Iterator[Problem]:
    if len(questions) < least:
        line = part.start + min(questions_start(part.lines), len(part.lines) - 1)
        heading = HEADINGS[part.language]
        yield Problem(path, line, f"{len(questions)} answered questions under {heading!r}, needs {least}")
    if not any(question.aspect == "vs" for question in questions):
        yield Problem(path, part.start, "no question compares it with another entry (aspect vs)")
    for question in questions:
        if question.aspect not in ASPECTS:
            yield Problem(path, question.line, f"aspect {question.aspect!r} is not one of {', '.join(ASPECTS)}")
        if (question.aspect == "vs") != bool(question.other):
            yield Problem(path, question.line, "aspect vs, and no other, needs the id of another entry")
        if question.other and question.other not in known:
            yield Problem(path, question.line, f"compares with {question.other!r}, which is no entry")
        if not question.wordings:
            yield Problem(path, question.line, "needs another wording of the question")
        length = len(_WORD.findall(question.answer) if part.language == "zh" else question.answer.split())
        if length > _MOST[part.language]:
            yield Problem(path, question.line + 1, f"answer of {length}, at most {_MOST[part.language]}")
        tokens = sum(count_tokens(line) + 1 for line in part.lines[question.line - part.start :][:2])  # as they are cut
        if tokens > _PASSAGE:
            message = f"question, wordings and answer have {tokens} tokens, a passage {_PASSAGE} at most"
            yield Problem(path, question.line, message)
        if _DANGLING[part.language].match(question.answer):
            yield Problem(path, question.line + 1, f"opens with what stands outside: {question.answer[:30]}")


def _unmatched(english: str, chinese: str) -> tuple[list[str], list[str]]:
    """Returns the numbers that only one of two texts has; by their digits, so that 175B and 1750 亿 are the same."""
    one, other = _digits(english), _digits(chinese)
    return (
        [text for digits, text in one.items() if digits not in other],
        [text for digits, text in other.items() if digits not in one],
    )


def _digits(text: str) -> dict[str, str]:
    """Returns the numbers of a text by their significant digits; small whole ones may be words and do not count."""
    found = (match[0] for match in _NUMBER.finditer(re.sub(r"`[^`]*`", "", text)))
    numbers = ((number.replace(",", ""), number) for number in found)
    return {
        plain.replace(".", "").strip("0"): number for plain, number in numbers if "." in plain or int(plain) > _SMALL
    }
