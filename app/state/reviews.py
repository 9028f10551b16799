"""How well a reader knows which flashcard, and when it is due again, by the FSRS scheduler."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fsrs import Card, Rating, Scheduler

from app.state.database import Database

NEW_A_DAY = 20
_DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reader is.

    Attributes:
        due: Cards to repeat now.
        started: Cards seen at least once.
        today: Reviews in the last 24 hours.
        fresh: New cards among them.
        remembered: Share of reviews of the last 30 days that were not "again", in [0, 1], or None without any.
    """

    due: int
    started: int
    today: int
    fresh: int
    remembered: float | None


class Reviews:
    """The reviews of all readers."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Keeps reviews in a database."""
        self._db = database
        self._clock = clock
        self._scheduler = Scheduler(enable_fuzzing=False)

    def next(self, reader: str, keys: Sequence[str], most: int = NEW_A_DAY) -> str | None:
        """Returns the key of the card to show: the longest due, else the next new one while fewer than ``most`` came.

        They count for a day of 24 hours, whichever deck they were of.
        """
        due = self._due(reader)
        wanted = set(keys)
        if first := next((key for key in due if key in wanted), None):
            return first
        if self.progress(reader).fresh >= most:
            return None
        seen = self._seen(reader)
        return next((key for key in keys if key not in seen), None)

    def rate(self, reader: str, key: str, rating: int) -> datetime:
        """Rates a card 1 (again), 2 (hard), 3 (good) or 4 (easy) and returns when it is due again.

        Raises:
            ValueError: The rating is another number.
        """
        now = self._clock()
        found = self._db.query("SELECT state FROM cards WHERE reader = ? AND card = ?", reader, key)
        card = Card.from_dict(json.loads(found[0][0])) if found else Card(card_id=int(key, 16) >> 1, due=now)
        card, _ = self._scheduler.review_card(card, Rating(rating), review_datetime=now)
        with self._db.transaction():
            self._db.change(
                "INSERT INTO cards VALUES (?, ?, ?, ?) ON CONFLICT (reader, card) DO UPDATE SET state = excluded.state,"
                " due = excluded.due",
                reader,
                key,
                json.dumps(card.to_dict()),
                card.due.timestamp(),
            )
            self._db.change(
                "INSERT INTO reviews (reader, card, rating, fresh, reviewed) VALUES (?, ?, ?, ?, ?)",
                reader,
                key,
                rating,
                not found,
                now.timestamp(),
            )
        return card.due

    def progress(self, reader: str, keys: Collection[str] | None = None) -> Progress:
        """Returns how far a reader is, with all cards or with some."""
        now = self._clock().timestamp()
        due, seen = self._due(reader), self._seen(reader)
        ((today, fresh),) = self._db.query(
            "SELECT count(*), coalesce(sum(fresh), 0) FROM reviews WHERE reader = ? AND reviewed > ?",
            reader,
            now - _DAY,
        )
        ((remembered,),) = self._db.query(
            "SELECT avg(rating > 1) FROM reviews WHERE reader = ? AND NOT fresh AND reviewed > ?",
            reader,
            now - 30 * _DAY,
        )
        if keys is None:
            return Progress(len(due), len(seen), today, fresh, remembered)
        wanted = set(keys)
        return Progress(len(wanted & set(due)), len(wanted & seen), today, fresh, remembered)

    def _due(self, reader: str) -> list[str]:
        found = self._db.query(
            "SELECT card FROM cards WHERE reader = ? AND due <= ? ORDER BY due, card", reader, self._clock().timestamp()
        )
        return [key for (key,) in found]

    def _seen(self, reader: str) -> set[str]:
        return {key for (key,) in self._db.query("SELECT card FROM cards WHERE reader = ?", reader)}
