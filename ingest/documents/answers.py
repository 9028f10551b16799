"""Questions with answers at the end of a card's or note's language part.

    ### Questions

    **What is LoRA?** <!-- what | lora in a nutshell | explain low-rank adaptation -->
    LoRA (low-rank adaptation) is a fine-tuning method that …

The comment holds the aspect, with the other entry's id where two are compared, and other wordings of the question,
which are searched but not shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

HEADINGS = {"en": "### Questions", "zh": "### 问答"}
ASPECTS = ("what", "problem", "how", "why", "result", "data", "cost", "limit", "use", "vs")
_QUESTION = re.compile(
    r"^\*\*(?P<question>.+?)\*\* *<!-- *(?P<aspect>[a-z]+)(?: +(?P<other>[^ |]+))? *(?P<rest>(?:\|[^|]*)*)-->$"
)


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question with its answer.

    Attributes:
        question: As shown.
        aspect: One of ``ASPECTS``.
        other: Id of the entry compared with, or "".
        wordings: Other ways to ask it.
        answer: The line after the question.
        line: Number of the question's line, from 1.
    """

    question: str
    aspect: str
    other: str
    wordings: tuple[str, ...]
    answer: str
    line: int


def questions_start(lines: Sequence[str]) -> int:
    """Returns the index of the line that opens the questions, or the number of lines when there are none."""
    return next((i for i, line in enumerate(lines) if line.strip() in HEADINGS.values()), len(lines))


def answered_questions(lines: Sequence[str], start: int) -> Iterator[AnsweredQuestion]:
    """Yields the questions of a language part.

    Args:
        lines: The lines of the part.
        start: Number of its first line in the file, from 1.
    """
    for offset in range(questions_start(lines), len(lines) - 1):
        found = _QUESTION.match(lines[offset].rstrip())
        if found and lines[offset + 1].strip():
            wordings = tuple(text.strip() for text in found["rest"].split("|") if text.strip())
            yield AnsweredQuestion(
                found["question"],
                found["aspect"],
                found["other"] or "",
                wordings,
                lines[offset + 1].strip(),
                start + offset,
            )


def read_answered(text: str) -> AnsweredQuestion | None:
    """Returns the question of a passage of kind ``answer``, or None for another text."""
    lines = [next(iter(HEADINGS.values())), *text.split("\n")]
    return next(answered_questions(lines, 0), None)
