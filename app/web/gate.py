"""Whether who asks may: passwords, sessions and tokens, with wrong passwords counted by client and by name."""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.requests import HTTPConnection

from app.state.accounts import Accounts
from app.state.sessions import Sessions
from app.web.buckets import Buckets

SESSION_COOKIE = "session"
_KNOWN = 200
_NAME_CHARS = 64


class Gate:
    """Checks passwords, sessions and tokens."""

    def __init__(self, accounts: Accounts, sessions: Sessions, clock: Callable[[], float] = time.monotonic) -> None:
        """Lets in who has an account."""
        self.sessions = sessions
        self._accounts = accounts
        self._of_client, self._of_name = Buckets(8, 1 / 30, clock), Buckets(30, 1 / 30, clock)
        self._secret = secrets.token_bytes(16)
        self._known: OrderedDict[bytes, str | None] = OrderedDict()  # so that each request of a script is not hashed

    def waits(self, client: str, name: str) -> bool:
        """Tells whether there were too many wrong passwords from a client or for a name to listen to another one."""
        return not (self._of_client.has(_network(client)) and self._of_name.has(name[:_NAME_CHARS]))

    def check(self, client: str, name: str, password: str) -> bool:
        """Tells whether a password is right; while ``waits`` none is."""
        seen = hashlib.blake2b(f"{name}:{password}".encode("utf-8", "replace"), key=self._secret).digest()
        mark = self._accounts.mark(name)
        if mark is not None and self._known.get(seen) == mark:
            return True
        network, name = _network(client), name[:_NAME_CHARS]
        if not (self._of_client.take(network) and self._of_name.take(name)):
            return False
        if not self._accounts.check(name, password):
            return False
        self._of_client.give_back(network)
        self._of_name.give_back(name)
        self._known[seen] = mark
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)
        return True

    def name_of(self, request: HTTPConnection) -> str | None:
        """Returns who is asking, or None; hashes a password at most, so it belongs into a thread."""
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.sessions.name_of_token(shown.strip())
        if scheme.lower() == "basic":
            name, password = _basic(shown)
            return name if self.check(client_of(request), name, password) else None
        return self.sessions.name_of(request.cookies.get(SESSION_COOKIE, ""))


def client_of(request: HTTPConnection) -> str:
    """Returns the address that a request comes from."""
    return request.client.host if request.client else ""


def _basic(shown: str) -> tuple[str, str]:
    try:
        name, _, password = base64.b64decode(shown, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def _network(client: str) -> str:
    """Returns what one person may choose addresses from: of the newer kind that is a whole network."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv4Address):
        return client
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(address) >> 64 << 64))
