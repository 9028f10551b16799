"""What the pages share: the live assistant, its catalogue, and what readers leave behind."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import HTTPConnection

from app.answer.llm import LanguageModel
from app.assistant import Assistant
from app.catalogue import Catalogue
from app.state.accounts import Accounts
from app.state.conversations import Conversations
from app.state.database import FILE_NAME, Database
from app.state.own_path import OwnPaths
from app.state.ratings import Ratings
from app.state.reading import Reading
from app.state.reviews import Reviews
from app.state.sessions import Sessions
from app.study.cards import Flashcard, flashcards, term_cards
from app.web.gate import Gate
from app.web.reloading import LiveAssistant

READER_COOKIE = "reader"
STYLE_COOKIE, QUOTED = "answers", "quoted"  # how a reader wants answers, where a language model could write them


@dataclass(slots=True)
class Services:
    """Everything a page needs; safe to share between threads.

    Attributes:
        live: The assistant of the live index.
        conversations: The readers' conversations.
        ratings: Their thumbs.
        reviews: How well they know which flashcard.
        reading: What they have read.
        own_paths: The paths they have put together.
        local: Whether only this machine can reach the page; then all its browsers are one reader.
        gate: Checks who is asking, or None where anyone may.
        model: Writes the answers of readers who want them written; None where none is configured.
    """

    live: LiveAssistant
    conversations: Conversations
    ratings: Ratings
    reviews: Reviews
    reading: Reading
    own_paths: OwnPaths
    local: bool
    gate: Gate | None = None
    model: LanguageModel | None = None
    _of: Assistant | None = None
    _catalogue: Catalogue | None = None
    _cards_of: Catalogue | None = None
    _cards: Sequence[Flashcard] = ()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(
        cls,
        data: Path,
        live: LiveAssistant,
        *,
        local: bool,
        accounts: Accounts | None = None,
        model: LanguageModel | None = None,
    ) -> Services:
        """Opens what readers left behind below a data folder.

        Raises:
            StateError: The file cannot be used.
        """
        database = Database(data / FILE_NAME)
        return cls.over(database, live, local=local, accounts=accounts, model=model)

    @classmethod
    def over(
        cls,
        database: Database,
        live: LiveAssistant,
        *,
        local: bool,
        accounts: Accounts | None = None,
        model: LanguageModel | None = None,
    ) -> Services:
        """Combines a live assistant with an open database."""
        state = Conversations(database), Ratings(database), Reviews(database), Reading(database), OwnPaths(database)
        gate = None if accounts is None else Gate(accounts, Sessions(accounts, database))
        return cls(live, *state, local, gate, model)

    def catalogue(self) -> Catalogue:
        """Returns the entries of the live index."""
        assistant = self.live.get()
        with self._lock:
            if self._catalogue is None or self._of is not assistant:
                self._of, self._catalogue = assistant, Catalogue(assistant.searcher.store)
            return self._catalogue

    def cards(self) -> Sequence[Flashcard]:
        """Returns the flashcards of the live index."""
        catalogue = self.catalogue()
        with self._lock:
            if self._cards_of is not catalogue:
                self._cards_of, self._cards = catalogue, (*flashcards(catalogue), *term_cards(catalogue))
            return self._cards

    def reader(self, request: HTTPConnection) -> str:
        """Returns whose conversations a request is about; no name that a browser makes up is one of another kind."""
        user = user_of(request)
        if user is not None:
            return f"user:{user}"
        return "local" if self.local else str(request.state.reader)


def user_of(request: HTTPConnection) -> str | None:
    """Returns the name of who is logged in, or None."""
    return getattr(request.state, "user", None)
