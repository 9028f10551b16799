"""Many questions from a JSON-lines file: one answer a line, in order; a malformed line costs only itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.answer.llm import LanguageModel
from app.assistant import Assistant
from app.errors import QuestionError
from app.types import Answer, Length
from index.catalogue.filters import NO_FILTERS, Filters
from index.types import Turn


@dataclass(frozen=True, slots=True)
class BatchItem:
    """A question of a batch file."""

    id: str
    question: str
    history: tuple[Turn, ...] = ()


def read_item(line: str) -> BatchItem:
    """Reads one line, ``{"id", "q", "history": [[user, assistant], …]?}``; other keys are ignored.

    Raises:
        QuestionError: The line is not such an object.
    """
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise QuestionError(f"not JSON ({error.msg} at character {error.pos})") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, thousands of brackets
        raise QuestionError(f"not JSON that can be read ({error})") from error
    if not isinstance(row, dict) or not isinstance(row.get("q"), str):
        raise QuestionError('needs an object with "id" and a string "q"')
    if not isinstance(row.get("id"), str | int):
        raise QuestionError('needs an "id"')
    history = row.get("history") or []
    turns_hold = isinstance(history, list) and all(
        isinstance(turn, list) and len(turn) == 2 and all(isinstance(text, str) for text in turn) for turn in history
    )
    if not turns_hold:
        raise QuestionError('"history" must be a list of [user, assistant] pairs')
    return BatchItem(str(row["id"]), row["q"], tuple(Turn(user, assistant) for user, assistant in history))


def answer_batch(
    assistant: Assistant,
    lines: Iterable[str],
    filters: Filters = NO_FILTERS,
    model: LanguageModel | None = None,
    *,
    explain: bool = False,
    length: Length = Length.NORMAL,
) -> Iterator[tuple[int, BatchItem | None, Answer | QuestionError]]:
    """Yields (line number, item, answer) of each non-empty line; a line that cannot be asked yields its error."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        item = None
        try:
            item = read_item(line)
            answer = assistant.answer(
                item.question, item.history, model=model, filters=filters, explain=explain, length=length
            )
            yield number, item, answer
        except QuestionError as error:
            yield number, item, error
