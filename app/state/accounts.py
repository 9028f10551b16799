"""Who may use the pages: names and hashed passwords in a file of their own, one a line, as ``NAME:HASH``.

The first line is a secret that signs what the program hands out to those who are logged in; whoever can read the file
can forge it, so it is written for its owner only. The file is read again when it changes: a password that is set takes
effect in a program that runs, and ends the sessions and tokens that were given for the one before.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.errors import AccountError

NAME = re.compile(r"[\w.@-]{1,64}")
MIN_PASSWORD_CHARS = 8
MAX_PASSWORD_BYTES = 1_024
_COST, _BLOCK, _LANES = 2**15, 8, 3  # of OWASP's equal settings of scrypt the one that takes 32 MB
_MEMORY = 128 * 1024 * 1024
_SIGNED = "#key "


@dataclass(frozen=True, slots=True)
class _Content:
    key: str
    hashes: Mapping[str, str]


class Accounts:
    """The accounts of a file; safe to share between threads."""

    def __init__(self, file: Path) -> None:
        """Reads a file.

        Raises:
            AccountError: It is not there, cannot be read, or has no accounts.
        """
        self._file = file
        self._lock = threading.Lock()
        self._hashing = threading.Lock()  # one at a time: each takes its megabytes
        self._stamp = _stamp(file)
        self._content = _read(file)
        if not self._content.hashes:
            raise AccountError(f"{file} has no accounts; add one with: python -m app passwd {file} NAME")
        self._nobody = hash_password(secrets.token_hex(8))

    @property
    def key(self) -> str:
        """The secret that signs sessions and tokens."""
        return self._now().key

    def check(self, name: str, password: str) -> bool:
        """Tells whether a password is that of a name; for an unknown name that takes as long."""
        known = self._now().hashes.get(name)
        with self._hashing:
            return _fits(password, known or self._nobody) and known is not None

    def mark(self, name: str) -> str | None:
        """Returns what changes with the password of a name, or None where there is no such name."""
        known = self._now().hashes.get(name)
        return None if known is None else hashlib.sha256(known.encode()).hexdigest()[:16]

    def _now(self) -> _Content:
        with self._lock:
            try:
                stamp = _stamp(self._file)
                if stamp != self._stamp:
                    self._content, self._stamp = _read(self._file), stamp
            except AccountError:
                pass  # being edited by hand, or gone: those who were let in by the last whole file still are
            return self._content


def set_password(file: Path, name: str, password: str) -> bool:
    """Adds an account to a file, which is made when it is not there, or gives it another password.

    Returns:
        Whether the name is new.

    Raises:
        AccountError: The name or the password cannot be used, or the file cannot be read or written.
    """
    if not NAME.fullmatch(name):
        raise AccountError(f"{name[:80]!r} cannot be a name; use up to 64 letters, digits, '.', '-', '_' or '@'")
    if len(password) < MIN_PASSWORD_CHARS or len(password.encode("utf-8", "replace")) > MAX_PASSWORD_BYTES:
        raise AccountError(
            f"a password has {MIN_PASSWORD_CHARS} characters or more, and {MAX_PASSWORD_BYTES} bytes at most"
        )
    content = _read(file) if file.exists() else _Content(secrets.token_urlsafe(32), {})
    _write(file, _Content(content.key, {**content.hashes, name: hash_password(password)}))
    return name not in content.hashes


def remove_account(file: Path, name: str) -> None:
    """Removes an account.

    Raises:
        AccountError: There is none of this name, or the file cannot be read or written.
    """
    content = _read(file)
    if name not in content.hashes:
        raise AccountError(f"{file} has no account {name!r}")
    _write(file, _Content(content.key, {known: hash_ for known, hash_ in content.hashes.items() if known != name}))


def hash_password(password: str) -> str:
    """Returns a password's hash by scrypt, with its salt and what it cost."""
    salt = secrets.token_bytes(16)
    digest = _scrypt(password, salt, _COST, _BLOCK, _LANES)
    return f"scrypt${_COST}${_BLOCK}${_LANES}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def _fits(password: str, known: str) -> bool:
    if len(password.encode("utf-8", "replace")) > MAX_PASSWORD_BYTES:
        return False
    _, cost, block, lanes, salt, digest = known.split("$")
    found = _scrypt(password, base64.b64decode(salt), int(cost), int(block), int(lanes))
    return hmac.compare_digest(found, base64.b64decode(digest))


def _scrypt(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    text = password.encode("utf-8", "replace")
    return hashlib.scrypt(text, salt=salt, n=cost, r=block, p=lanes, maxmem=_MEMORY, dklen=32)


def _stamp(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError as error:
        raise AccountError(
            f"cannot read {file} ({error.strerror}); make it with: python -m app passwd {file} NAME"
        ) from error
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(file: Path) -> _Content:
    try:
        first, *lines = file.read_text(encoding="utf-8").splitlines() or [""]
    except (OSError, UnicodeDecodeError) as error:
        raise AccountError(f"cannot read {file} ({error}); make it with: python -m app passwd {file} NAME") from error
    if not first.startswith(_SIGNED) or len(first) < len(_SIGNED) + 32:
        raise AccountError(f"{file} is no file of accounts; make one with: python -m app passwd NEW_FILE NAME")
    hashes = {}
    for number, line in enumerate(lines, start=2):
        name, _, known = line.partition(":")
        if not NAME.fullmatch(name) or not _is_hash(known):
            raise AccountError(f"{file}:{number}: not NAME:HASH; set a password with: python -m app passwd {file} NAME")
        hashes[name] = known
    return _Content(first.removeprefix(_SIGNED), hashes)


def _is_hash(text: str) -> bool:
    found = re.fullmatch(r"scrypt\$(\d{2,6})\$(\d{1,2})\$(\d{1,2})\$([\w+/=]{8,})\$([\w+/=]{8,})", text)
    return found is not None and 128 * int(found[1]) * int(found[2]) * int(found[3]) < _MEMORY


def _write(file: Path, content: _Content) -> None:
    """Replaces a file by one that only its owner can read, all of it or not at all."""
    lines = [f"{_SIGNED}{content.key}", *(f"{name}:{known}" for name, known in content.hashes.items())]
    try:
        handle, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # made with mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write("\n".join(lines) + "\n")
            os.replace(beside, file)
        except BaseException:
            os.unlink(beside)
            raise
    except OSError as error:
        raise AccountError(f"cannot write {file} ({error.strerror})") from error
