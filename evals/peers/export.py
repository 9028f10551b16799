"""What every system gets: the passages as our own index has them, and the questions that can be answered from them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.questions import Question, read_questions
from index.text.passages import searchable_text
from ingest.types import Library

PASSAGES, QUESTIONS = "passages.jsonl", "questions.jsonl"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        entry_of: The entry of each passage, by the passage's id.
        questions: What is asked.
    """

    entry_of: Mapping[str, str]
    questions: Sequence[Question]


def asked_questions(limit: int | None = None) -> list[Question]:
    """Returns the questions of the test split that have an answer and lean on no earlier turn; the first ``limit``."""
    return [q for q in read_questions() if q.answerable and q.split == "test" and not q.history][:limit]


def write_export(library: Library, questions: Sequence[Question], home: Path) -> Exported:
    """Writes both files into a folder.

    A passage is written as it is indexed here, the names of its entry before it, so that a peer lacks nothing that
    our own words and vectors are made of.
    """
    entries = {entry.entry_id: entry for entry in library.entries}
    home.mkdir(parents=True, exist_ok=True)
    _write(
        home / PASSAGES,
        ({"id": p.passage_id, "text": searchable_text(entries[p.entry_id], p)} for p in library.passages),
    )
    _write(home / QUESTIONS, ({"id": question.id, "q": question.text} for question in questions))
    return Exported({p.passage_id: p.entry_id for p in library.passages}, questions)


def _write(file: Path, rows: Iterable[Mapping[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
