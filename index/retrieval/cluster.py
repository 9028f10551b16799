"""A Qdrant cluster: where it is, calls that are tried again, and which of its collections is live.

A collection belongs to one generation of an index and is never written to once it is complete. The alias ``NAME`` says
which one is live, ``NAME-previous`` which was before it; both are changed in one step. The program itself reads the
collection that its generation names: rows of passages are those of the store beside it, and of no other.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urldefrag, urlsplit

from index.errors import IndexUnavailableError

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

KEY_VARIABLE = "QDRANT_API_KEY"
_BUSY = 429
_NAME = re.compile(r"[A-Za-z0-9][\w-]*")
_AWAY = (
    "{url} 的 Qdrant 集群没有响应（{why}，共尝试 {tries} 次）；资料库仍可浏览，集群恢复后即可继续提问 / "
    "the Qdrant cluster at {url} does not answer ({why}, asked {tries} times); "
    "the library can still be read, and questions work again when the cluster is back"
)
_REFUSED = (
    "{url} 的 Qdrant 集群拒绝访问（HTTP {status}）；请检查环境变量 {key} / "
    "the Qdrant cluster at {url} refuses access (HTTP {status}); check the environment variable {key}"
)
_MISSING = (
    "{url} 的 Qdrant 集群中没有这份索引；请重建：ingest --index-url {url} / "
    "the Qdrant cluster at {url} does not have this index; rebuild it with: ingest --index-url {url}"
)
_NO_CLIENT = "an index in Qdrant needs its client; install it with: pip install '.[qdrant]'"

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Address:
    """Where an index is kept: the URL of a cluster, and the name that its collections there begin with."""

    url: str
    name: str = "llm-study"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Reads ``http://host:6333`` or ``https://host:6333#name``.

        Raises:
            IndexUnavailableError: It is no such address.
        """
        url, name = urldefrag(text.strip())
        parts = urlsplit(url)
        if parts.username is not None:
            raise IndexUnavailableError(f"an address is written down: give the key as {KEY_VARIABLE}, not in the URL")
        if parts.scheme not in ("http", "https") or not parts.hostname or not _NAME.fullmatch(name or cls("").name):
            raise IndexUnavailableError(
                f"{text!r} is no address of a Qdrant cluster; give one like http://localhost:6333, "
                "or http://localhost:6333#name for an index of that name"
            )
        return cls(url.rstrip("/"), name) if name else cls(url.rstrip("/"))

    def __str__(self) -> str:
        """Returns what ``parse`` reads."""
        return f"{self.url}#{self.name}"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take.

    Attributes:
        timeout: Seconds that one try may take.
        tries: How often it is tried.
        pause: Seconds between the first two tries; twice as long after every other.
    """

    timeout: int
    tries: int
    pause: float


READING = Patience(timeout=5, tries=3, pause=0.2)
WRITING = Patience(timeout=60, tries=7, pause=1.0)  # two minutes of pauses: a node may be restarted meanwhile


class Cluster:
    """One cluster; connects when it is first asked, and is safe to share between threads."""

    def __init__(self, address: Address, patience: Patience = READING, client: QdrantClient | None = None) -> None:
        """Takes a client where one is at hand; by default makes one, with the key of the environment."""
        self.address = address
        self._patience = patience
        self._given = client

    @cached_property
    def _client(self) -> QdrantClient:
        if self._given is not None:
            return self._given
        try:
            from qdrant_client import QdrantClient
        except ImportError as error:
            raise IndexUnavailableError(_NO_CLIENT) from error
        parts = urlsplit(self.address.url)
        return QdrantClient(
            url=self.address.url,
            port=parts.port or (443 if parts.scheme == "https" else 6333),
            api_key=os.environ.get(KEY_VARIABLE) or None,
            timeout=self._patience.timeout,
            check_compatibility=False,  # would ask before anything is wanted
        )

    def ask(self, call: Callable[[QdrantClient], Result]) -> Result:
        """Returns what a call returns, which is tried again while the cluster is away or too busy.

        Raises:
            IndexUnavailableError: It stays away, refuses, or has no such collection; in one line, in both languages.
        """
        client, url = self._client, self.address.url
        from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
        from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

        why = ""
        for attempt in range(self._patience.tries):
            if attempt:
                time.sleep(self._patience.pause * 2 ** (attempt - 1))
            try:
                return call(client)
            except ResponseHandlingException as error:
                why = f"{type(error.source).__name__}, {self._patience.timeout} s"
            except ResourceExhaustedResponse:
                why = f"HTTP {_BUSY}"
            except UnexpectedResponse as error:
                if (status := error.status_code or 500) < 500 and status != _BUSY:
                    raise IndexUnavailableError(self._refusal(status, str(error))) from error
                why = f"HTTP {status}"
        raise IndexUnavailableError(_AWAY.format(url=url, why=why, tries=self._patience.tries))

    def _refusal(self, status: int, said: str) -> str:
        """Returns what to say of an answer that will not change by asking again."""
        if status in (401, 403):
            return _REFUSED.format(url=self.address.url, status=status, key=KEY_VARIABLE)
        if status == 404:
            return _MISSING.format(url=self.address)
        return f"the Qdrant cluster at {self.address.url} cannot do this: {' '.join(said.split())[:300]}"

    def make_live(self, collection: str, previous: str | None) -> None:
        """Lets the aliases say which collection is live and which was before it, in one step."""
        from qdrant_client import models

        wanted = {self.address.name: collection, f"{self.address.name}-previous": previous}
        there = {alias.alias_name for alias in self.ask(lambda client: client.get_aliases()).aliases}
        changes: list[object] = [
            models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias))
            for alias in wanted
            if alias in there
        ]
        changes += [
            models.CreateAliasOperation(create_alias=models.CreateAlias(collection_name=target, alias_name=alias))
            for alias, target in wanted.items()
            if target
        ]
        self.ask(lambda client: client.update_collection_aliases(changes))

    def collections(self) -> set[str]:
        """Returns the collections of this index, complete or not."""
        found = self.ask(lambda client: client.get_collections()).collections
        return {
            each.name for each in found if re.fullmatch(rf"{re.escape(self.address.name)}-[0-9a-f]{{16}}", each.name)
        }

    def remove_all_but(self, keep: Collection[str]) -> None:
        """Removes collections of this index that are not to be kept."""
        for name in sorted(self.collections() - set(keep)):
            self._remove(name)

    def _remove(self, collection: str) -> None:
        self.ask(lambda client: client.delete_collection(collection))

    def close(self) -> None:
        """Closes the connection; harmless the second time."""
        if "_client" in self.__dict__ and self._given is None:
            self._client.close()
