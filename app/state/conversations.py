"""Conversations: whose they are, what they are called, and their turns. What is deleted can be taken back for a while.

A reader is a name that the page made up for one browser, or "local" on a page that only its own machine can reach.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.errors import StateError
from app.state.answers import KeptAnswer, from_json, to_json
from app.state.database import Database

MAX_TURNS = 200
MAX_CONVERSATIONS = 1_000
_TITLE_CHARS = 80
_KEPT_SECONDS = 7 * 24 * 3600  # deleted things, until they are gone for good


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation; ``changed`` is in seconds since 1970."""

    conversation_id: str
    title: str
    changed: float


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A turn of a conversation; the verdict is "up", "down" or ""."""

    turn_id: int
    answer: KeptAnswer
    verdict: str = ""


class Conversations:
    """The conversations of all readers; a reader reaches only their own."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        """Keeps conversations in a database."""
        self._db = database
        self._clock = clock

    def start(self, reader: str, question: str) -> str:
        """Starts a conversation, named after its first question, and returns its id.

        Raises:
            StateError: The reader has ``MAX_CONVERSATIONS`` already.
        """
        self._sweep()
        ((count,),) = self._db.query("SELECT count(*) FROM conversations WHERE reader = ?", reader)
        if count >= MAX_CONVERSATIONS:
            raise StateError(
                f"已有 {count} 个对话，达到上限；请先删除一些 / there are {count} conversations; delete some first"
            )
        conversation_id = secrets.token_urlsafe(9)
        self._db.change(
            "INSERT INTO conversations (conversation_id, reader, title, changed) VALUES (?, ?, ?, ?)",
            conversation_id,
            reader,
            _title(question),
            self._clock(),
        )
        return conversation_id

    def listed(self, reader: str, search: str = "") -> list[Conversation]:
        """Returns the conversations that have turns, newest first; with words, those whose title or text holds all."""
        conditions, values = "", []
        for word in search.split()[:8]:
            pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
            conditions += (
                " AND (title LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM turns t WHERE t.deleted IS NULL AND"
                " t.conversation_id = c.conversation_id AND (t.question LIKE ? ESCAPE '\\'"
                " OR t.said LIKE ? ESCAPE '\\')))"
            )
            values += [pattern] * 3
        found = self._db.query(
            "SELECT conversation_id, title, changed FROM conversations c WHERE reader = ? AND deleted IS NULL AND"
            " EXISTS (SELECT 1 FROM turns t WHERE t.conversation_id = c.conversation_id AND t.deleted IS NULL)"
            f"{conditions} ORDER BY changed DESC, conversation_id",
            reader,
            *values,
        )
        return [Conversation(*row) for row in found]

    def get(self, reader: str, conversation_id: str) -> Conversation | None:
        """Returns a conversation, or None when the reader has none of this id."""
        found = self._db.query(
            "SELECT conversation_id, title, changed FROM conversations"
            " WHERE conversation_id = ? AND reader = ? AND deleted IS NULL",
            conversation_id,
            reader,
        )
        return Conversation(*found[0]) if found else None

    def turns(self, conversation_id: str) -> list[KeptTurn]:
        """Returns the turns of a conversation, oldest first."""
        found = self._db.query(
            "SELECT turn_id, answer, coalesce(verdict, '') FROM turns LEFT JOIN ratings USING (turn_id)"
            " WHERE conversation_id = ? AND deleted IS NULL ORDER BY turn_id",
            conversation_id,
        )
        return [KeptTurn(turn_id, from_json(answer), verdict) for turn_id, answer, verdict in found]

    def add(self, conversation_id: str, answer: KeptAnswer, *, instead_of: int | None = None) -> KeptTurn:
        """Adds a turn at the end, or puts it in the place of another one.

        Raises:
            StateError: The conversation has ``MAX_TURNS`` turns already.
        """
        now = self._clock()
        with self._db.transaction():
            if instead_of is not None and self._db.change(
                "UPDATE turns SET question = ?, answer = ?, said = ? WHERE turn_id = ? AND conversation_id = ?",
                answer.question,
                to_json(answer),
                answer.text,
                instead_of,
                conversation_id,
            ):
                self._db.change("DELETE FROM ratings WHERE turn_id = ?", instead_of)
                turn_id = instead_of
            else:
                turn_id = self._append(conversation_id, answer, now)
            self._db.change("UPDATE conversations SET changed = ? WHERE conversation_id = ?", now, conversation_id)
        return KeptTurn(turn_id, answer)

    def rename(self, conversation_id: str, title: str) -> None:
        """Gives a conversation another title; an empty one changes nothing."""
        if title.strip():
            self._db.change(
                "UPDATE conversations SET title = ? WHERE conversation_id = ?",
                _title(title),
                conversation_id,
            )

    def delete(self, reader: str, conversation_id: str, *, restore: bool = False) -> bool:
        """Deletes a conversation, or takes that back; tells whether there was one."""
        return bool(
            self._db.change(
                f"UPDATE conversations SET deleted = ? WHERE conversation_id = ? AND reader = ? AND deleted IS"
                f" {'NOT NULL' if restore else 'NULL'}",
                None if restore else self._clock(),
                conversation_id,
                reader,
            )
        )

    def delete_turn(self, conversation_id: str, turn_id: int, *, restore: bool = False) -> bool:
        """Deletes a turn, or takes that back; tells whether there was one."""
        return bool(
            self._db.change(
                f"UPDATE turns SET deleted = ? WHERE turn_id = ? AND conversation_id = ? AND deleted IS"
                f" {'NOT NULL' if restore else 'NULL'}",
                None if restore else self._clock(),
                turn_id,
                conversation_id,
            )
        )

    def owner_of_turn(self, reader: str, turn_id: int) -> str | None:
        """Returns the id of the reader's conversation that a turn belongs to, or None."""
        found: Sequence[tuple[str]] = self._db.query(
            "SELECT conversation_id FROM turns JOIN conversations USING (conversation_id)"
            " WHERE turn_id = ? AND reader = ?",
            turn_id,
            reader,
        )
        return found[0][0] if found else None

    def _append(self, conversation_id: str, answer: KeptAnswer, now: float) -> int:
        ((count,),) = self._db.query(
            "SELECT count(*) FROM turns WHERE conversation_id = ? AND deleted IS NULL", conversation_id
        )
        if count >= MAX_TURNS:
            raise StateError(
                f"这个对话已有 {count} 轮，达到上限；请开始新对话 / "
                f"this conversation has {count} questions, the limit; start a new one"
            )
        self._db.change(
            "INSERT INTO turns (conversation_id, question, answer, said, asked) VALUES (?, ?, ?, ?, ?)",
            conversation_id,
            answer.question,
            to_json(answer),
            answer.text,
            now,
        )
        ((turn_id,),) = self._db.query("SELECT last_insert_rowid()")
        return int(turn_id)

    def _sweep(self) -> None:
        """Forgets for good what was deleted long ago, and conversations in which nothing was ever said."""
        before = self._clock() - _KEPT_SECONDS
        self._db.change("DELETE FROM conversations WHERE deleted < ?", before)
        self._db.change("DELETE FROM turns WHERE deleted < ?", before)
        self._db.change(
            "DELETE FROM conversations WHERE changed < ?"
            " AND conversation_id NOT IN (SELECT conversation_id FROM turns)",
            before,
        )


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE_CHARS else line[: _TITLE_CHARS - 1] + "…"
