"""The suite's questions: what is asked, which entries answer it, and the words they answer it with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.errors import EvaluationError
from index.storage.store import Store
from index.types import Turn

SHIPPED_QUESTIONS = Path(__file__).parent / "data" / "questions.jsonl"
SHIPPED_JUDGEMENTS = Path(__file__).parent / "data" / "judged.qrels"
UNANSWERABLE = ("near-miss", "out-of-scope", "injection", "small-talk")
KINDS = (
    "definition comparison list how-to why fact metadata note cross mixed typo follow-up".split()
    + list(UNANSWERABLE)
)  # fmt: skip
_SPLITS = ("dev", "test")
_QRELS_FIELDS = 4


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
    """A question of the suite; one without gold must be declined.

    Attributes:
        id: Its name in runs and judgements.
        text: What is asked.
        language: "zh" or "en".
        kind: One of ``KINDS``.
        topic: What it is about; all questions of a topic are in one split.
        split: "dev", for choosing settings, or "test", for telling how good they are.
        gold: The entries that answer it.
        facts: Regular expressions a right answer matches.
        history: Earlier turns.
        line: Its line in the question file.
    """

    id: str
    text: str
    language: str
    kind: str
    topic: str
    split: str
    gold: tuple[Gold, ...]
    facts: tuple[str, ...]
    history: tuple[Turn, ...]
    line: int

    @property
    def answerable(self) -> bool:
        """Whether the corpus answers it."""
        return bool(self.gold)


def read_questions(file: Path = SHIPPED_QUESTIONS) -> list[Question]:
    """Reads a question file, one JSON object a line.

    Raises:
        EvaluationError: A line is malformed, an id is used twice, or gold is missing or unexpected.
    """
    questions: dict[str, Question] = {}
    for number, line in _lines(file):
        try:
            question = _question(json.loads(line), number)
        except (json.JSONDecodeError, KeyError, TypeError, ValueError, re.error) as error:
            raise EvaluationError(f"{file}:{number}: not a question ({error!r})") from error
        if question.id in questions:
            raise EvaluationError(f"{file}:{number}: id {question.id!r} is used twice")
        if question.answerable == (question.kind in UNANSWERABLE):
            wanted = (
                "must have no gold"
                if question.answerable
                else f"has no gold; give it an entry, or a kind of {UNANSWERABLE}"
            )
            raise EvaluationError(f"{file}:{number}: {question.id!r} {wanted}")
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


def qrels_of(
    questions: Sequence[Question], judged: Mapping[str, Mapping[str, int]] | None = None
) -> dict[str, dict[str, int]]:
    """Returns the grades of entries by question, for the answerable ones: gold, and what else was judged to help."""
    judged = read_judgements() if judged is None else judged
    return {
        q.id: {entry: grade for entry, grade in judged.get(q.id, {}).items() if grade}
        | {gold.entry_id: gold.grade for gold in q.gold}
        for q in questions
        if q.answerable
    }


def read_judgements(file: Path = SHIPPED_JUDGEMENTS) -> dict[str, dict[str, int]]:
    """Reads judgements in TREC's four columns: question, 0, entry, grade.

    They add to the gold the entries that somebody looked at: those that answer or help as well (2 and 1), and those
    that do not (0).

    Raises:
        EvaluationError: A line is malformed; the message names file and line.
    """
    judged: dict[str, dict[str, int]] = {}
    for number, line in _lines(file):
        fields = line.split()
        if len(fields) != _QRELS_FIELDS or fields[3] not in ("0", "1", "2"):
            raise EvaluationError(f"{file}:{number}: needs question, 0, entry and a grade of 0 to 2")
        judged.setdefault(fields[0], {})[fields[2]] = int(fields[3])
    return judged


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise EvaluationError(f"cannot read {file}: {error.strerror}") from error
    yield from ((number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip())


def _question(row: Mapping[str, Any], line: int) -> Question:
    if row["kind"] not in KINDS or row["split"] not in _SPLITS or row["language"] not in ("zh", "en"):
        raise ValueError("unknown kind, split or language")
    facts = tuple(str(fact) for fact in row.get("facts", ()))
    for fact in facts:
        re.compile(fact)
    return Question(
        id=str(row["id"]),
        text=str(row["q"]),
        language=str(row["language"]),
        kind=str(row["kind"]),
        topic=str(row["topic"]),
        split=str(row["split"]),
        gold=tuple(_gold(row["gold"])),
        facts=facts,
        history=tuple(Turn(str(user), str(assistant)) for user, assistant in row.get("history", ())),
        line=line,
    )


def _gold(rows: Sequence[Mapping[str, Any]]) -> Iterator[Gold]:
    for row in rows:
        if not isinstance(row["quote"], str) or not row["quote"].strip() or int(row["grade"]) not in (1, 2):
            raise ValueError("gold needs a quote and a grade of 1 or 2")
        yield Gold(str(row["entry"]), int(row["grade"]), str(row["quote"]))
