"""How well single quotes answer questions of the suite, as readers graded them.

A reader saw a question and a dozen of the quotes that compete for it, in random order, and graded each as the first
thing said in reply: 3 answers at once what was asked, 2 holds a needed part of it, 1 is background, 0 is beside the
point. A quote is known by its letters and figures, so that marks of Markdown do not matter. What has changed since, or
is new, has no grade and counts nowhere; ``quotes graded`` says how much that is.

``data/common.jsonl`` holds the most common questions of the field, as people type them, of which several rankings put
different quotes first: one reader said which of these answer best (3), the others are 0. Its ids are the questions.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.types import Answer
from evals.lines import read_rows

SHIPPED_GRADES = Path(__file__).parent / "data" / "graded.jsonl"
SHIPPED_COMMON = Path(__file__).parent / "data" / "common.jsonl"
GRADES = (0, 1, 2, 3)
_ANSWERS, _BACKGROUND = 3, 1

Grades = Mapping[str, int]


def read_grades(file: Path = SHIPPED_GRADES) -> dict[str, Grades]:
    """Reads the grades of quotes, by the question's id and ``key_of`` the quote, from JSON lines.

    Raises:
        EvaluationError: The file cannot be read, or a line is malformed; the message names it.
    """
    return dict(read_rows(file, _graded, "a question with graded quotes"))


def key_of(quote: str) -> str:
    """Returns what a quote is known by: a hash of its letters and figures, 12 hexadecimal digits."""
    return hashlib.blake2b(re.sub(r"[\W_]+", "", quote).casefold().encode(), digest_size=6).hexdigest()


def graded_shares(answers: Sequence[tuple[Answer, Grades]]) -> dict[str, float]:
    """Returns shares over answers, each with the grades of quotes for its question; nothing where none is graded.

    ``first quote answers``: of the first quotes that have a grade, those with 3. ``quotes beside the point``: of the
    further ones, those with 1 or 0. ``quotes graded``: of all quotes, those that have a grade.
    """
    found = [[grades.get(key_of(c.quote)) for c in answer.citations] for answer, grades in answers if grades]
    first = [of_quotes[0] for of_quotes in found if of_quotes and of_quotes[0] is not None]
    further = [grade for of_quotes in found for grade in of_quotes[1:] if grade is not None]
    quotes = sum(map(len, found))
    if not first:
        return {}
    return {
        "first quote answers": sum(grade == _ANSWERS for grade in first) / len(first),
        "quotes beside the point": sum(grade <= _BACKGROUND for grade in further) / max(len(further), 1),
        "quotes graded": (len(first) + len(further)) / quotes,
    }


def _graded(row: dict[str, Any]) -> tuple[str, Grades]:
    grades = {str(key): int(grade) for key, grade in row["grades"].items()}
    if any(grade not in GRADES for grade in grades.values()):
        raise ValueError("unknown grade")
    return str(row["id"]), grades
