"""The suite's questions: what is asked, which entries answer it, and the words they answer it with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.errors import EvaluationError
from index.store import Store

SHIPPED_QUESTIONS = Path(__file__).parent / "questions.jsonl"


@dataclass(frozen=True, slots=True)
class Gold:
    """An entry that answers a question.

    Attributes:
        entry_id: The entry.
        grade: 2 when it answers, 1 when it helps.
        quote: Words of one of its passages that show it, verbatim, so that passages may be cut anew.
    """

    entry_id: str
    grade: int
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the suite; one without gold must be declined."""

    id: str
    text: str
    language: str
    kind: str
    gold: tuple[Gold, ...]
    line: int

    @property
    def answerable(self) -> bool:
        """Whether the corpus answers it."""
        return bool(self.gold)


def read_questions(file: Path = SHIPPED_QUESTIONS) -> list[Question]:
    """Reads a question file, one JSON object a line.

    Raises:
        EvaluationError: A line is malformed, an id is used twice, or an answerable question has no gold.
    """
    questions: dict[str, Question] = {}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise EvaluationError(f"cannot read {file}: {error.strerror}") from error
    for number, line in enumerate(lines, start=1):
        try:
            question = _question(json.loads(line), number)
        except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise EvaluationError(f"{file}:{number}: not a question ({error!r})") from error
        if question.id in questions:
            raise EvaluationError(f"{file}:{number}: id {question.id!r} is used twice")
        if not question.gold and question.kind != "unanswerable":
            raise EvaluationError(
                f"{file}:{number}: {question.id!r} has no gold; give it an entry or kind 'unanswerable'"
            )
        questions[question.id] = question
    return list(questions.values())


def check_gold(questions: Sequence[Question], store: Store, file: Path = SHIPPED_QUESTIONS) -> None:
    """Checks that every gold entry exists and every quote stands in it.

    Raises:
        EvaluationError: One does not; the message names file and line.
    """
    known = {entry.entry_id for entry in store.entries()}
    for question, gold in [(asked, gold) for asked in questions for gold in asked.gold]:
        if gold.entry_id not in known:
            raise EvaluationError(f"{file}:{question.line}: unknown entry {gold.entry_id!r}")
        if not any(gold.quote in passage.text for passage in store.passages_of(gold.entry_id)):
            raise EvaluationError(f"{file}:{question.line}: {gold.entry_id} no longer says “{gold.quote[:40]}”")


def qrels_of(questions: Sequence[Question]) -> Mapping[str, Mapping[str, int]]:
    """Returns the grades of entries by question, for the answerable ones."""
    return {q.id: {gold.entry_id: gold.grade for gold in q.gold} for q in questions if q.answerable}


def _question(row: Mapping[str, Any], line: int) -> Question:
    gold = tuple(_gold(row["gold"]))
    return Question(str(row["id"]), str(row["q"]), str(row["language"]), str(row["kind"]), gold, line)


def _gold(rows: Sequence[Mapping[str, Any]]) -> Iterator[Gold]:
    for row in rows:
        if not row["quote"].strip() or int(row["grade"]) not in (1, 2):
            raise ValueError("gold needs a quote and a grade of 1 or 2")
        yield Gold(str(row["entry"]), int(row["grade"]), str(row["quote"]))
