"""Thumbs for answers, with a reason in words: what ``python -m evals`` may later turn into questions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from app.state.answers import KeptAnswer, from_json
from app.state.database import Database

MAX_REASON_CHARS = 1_000
_HISTORY = 3


@dataclass(frozen=True, slots=True)
class Rating:
    """A rated answer.

    Attributes:
        verdict: "up" or "down".
        reason: In the reader's words.
        rated: When, in seconds since 1970.
        answer: What was rated.
        history: The questions and answers just before it, oldest first.
    """

    verdict: str
    reason: str
    rated: float
    answer: KeptAnswer
    history: tuple[tuple[str, str], ...] = ()


class Ratings:
    """The ratings of all readers, one an answer."""

    def __init__(self, database: Database) -> None:
        """Keeps ratings in a database."""
        self._db = database

    def rate(self, turn_id: int, verdict: str, reason: str = "") -> None:
        """Rates a turn "up" or "down"; "" takes the rating back."""
        if not verdict:
            self._db.change("DELETE FROM ratings WHERE turn_id = ?", turn_id)
            return
        self._db.change(
            "INSERT INTO ratings VALUES (?, ?, ?, ?) ON CONFLICT (turn_id) DO UPDATE SET verdict = excluded.verdict,"
            " reason = excluded.reason, rated = excluded.rated",
            turn_id,
            verdict,
            reason.strip()[:MAX_REASON_CHARS],
            time.time(),
        )

    def all(self) -> Iterator[Rating]:
        """Yields all ratings, oldest first."""
        found = self._db.query(
            "SELECT verdict, reason, rated, answer, conversation_id, turn_id FROM ratings JOIN turns USING (turn_id)"
            " ORDER BY rated, turn_id"
        )
        for verdict, reason, rated, answer, conversation_id, turn_id in found:
            yield Rating(verdict, reason, rated, from_json(answer), self._before(conversation_id, turn_id))

    def _before(self, conversation_id: str, turn_id: int) -> tuple[tuple[str, str], ...]:
        found = self._db.query(
            "SELECT question, said FROM turns WHERE conversation_id = ? AND turn_id < ? AND deleted IS NULL"
            " ORDER BY turn_id DESC LIMIT ?",
            conversation_id,
            turn_id,
            _HISTORY,
        )
        return tuple((question, said) for question, said in reversed(found))
