"""What those who are logged in show at each request: a signed session, or a token for scripts.

Nothing is kept of a session that goes on, so they need no room; kept are those that were ended before their time.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.errors import AccountError
from app.state.accounts import Accounts
from app.state.database import Database

SESSION_SECONDS = 14 * 24 * 3600
TOKEN_SECONDS = 366 * 24 * 3600
_MAX_CHARS = 600


class Sessions:
    """Gives out sessions and reads them."""

    def __init__(self, accounts: Accounts, database: Database, clock: Callable[[], float] = time.time) -> None:
        """Signs with the accounts' key and remembers in a database which sessions were ended."""
        self._accounts = accounts
        self._db = database
        self._clock = clock
        self._ended = {session for (session,) in database.query("SELECT session FROM ended_sessions")}

    def start(self, name: str) -> str:
        """Returns a new session of a name."""
        return _signer(self._accounts, "session").dumps([name, self._accounts.mark(name), secrets.token_urlsafe(9)])

    def name_of(self, shown: str) -> str | None:
        """Returns whose session it is, or None when it is forged, over, ended, or of another password."""
        found = self._read(shown, "session", SESSION_SECONDS)
        return found[0] if found and found[2] not in self._ended else None

    def name_of_token(self, shown: str) -> str | None:
        """Returns whose token it is, or None when it is forged, over, or of another password."""
        found = self._read(shown, "token", TOKEN_SECONDS)
        return found[0] if found else None

    def end(self, shown: str) -> None:
        """Ends a session before its time."""
        found = self._read(shown, "session", SESSION_SECONDS)
        if not found or found[2] in self._ended:
            return
        now = self._clock()
        self._db.change("DELETE FROM ended_sessions WHERE until < ?", now)
        self._db.change("INSERT OR IGNORE INTO ended_sessions VALUES (?, ?)", found[2], now + SESSION_SECONDS)
        self._ended = {session for (session,) in self._db.query("SELECT session FROM ended_sessions")}

    def _read(self, shown: str, kind: str, seconds: int) -> list[str] | None:
        if len(shown) > _MAX_CHARS:
            return None
        try:
            found: Any = _signer(self._accounts, kind).loads(shown, max_age=seconds)
        except BadSignature:
            return None
        return found if self._accounts.mark(found[0]) == found[1] else None


def new_token(accounts: Accounts, name: str) -> str:
    """Returns a token for scripts, good for a year or until the name's password changes.

    Raises:
        AccountError: There is no such name.
    """
    mark = accounts.mark(name)
    if mark is None:
        raise AccountError(f"there is no account {name!r}; add it with: python -m app passwd FILE {name}")
    return _signer(accounts, "token").dumps([name, mark])


def _signer(accounts: Accounts, kind: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(accounts.key, salt=kind)
