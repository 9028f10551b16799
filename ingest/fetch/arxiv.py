"""Fetching abstracts from arXiv's API, politely and once.

One connection, many ids a request, three seconds between requests (arXiv's terms of use), every abstract kept for
good in ``data/abstracts/``. Being offline is not an error: what is missing is fetched another time.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import httpx

from ingest.fetch.documents import abstract_document, abstract_file, keep_abstract, one_line

_ATOM = "{http://www.w3.org/2005/Atom}"
_PATIENCE = 120.0  # seconds; who asks for more is asked another time
_BUSY = (429, 500, 502, 503, 504)  # worth another try a little later
_ID = re.compile(r"/abs/(?P<id>.+?)(?:v\d+)?$")


@dataclass(frozen=True, slots=True)
class ArxivConfig:
    """How to talk to the API.

    Attributes:
        url: Address of the API; ``LLMSTUDY_ARXIV_API`` chooses a mirror.
        batch: Ids a request.
        pause: Seconds between requests.
        timeout: Seconds to wait for an answer; connecting gets at most five.
        tries: Attempts a batch when the server is busy.
    """

    url: str = "https://export.arxiv.org/api/query"
    batch: int = 50
    pause: float = 3.0
    timeout: float = 30.0
    tries: int = 3

    @classmethod
    def from_environment(cls) -> ArxivConfig:
        """Returns the defaults with the address the environment names, if it names one."""
        return cls(url=os.environ.get("LLMSTUDY_ARXIV_API", cls().url))


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What a run of ``fetch_abstracts`` did.

    Attributes:
        fetched: Abstracts that came.
        missing: Ids that arXiv does not know.
        stopped: Why it ended early, or "".
        waiting: Abstracts that are left for another time.
    """

    fetched: int
    missing: tuple[str, ...]
    stopped: str
    waiting: int = 0


class _BusyError(Exception):
    """The server asks to come back later."""


def fetch_abstracts(
    ids: Sequence[str],
    folder: Path,
    config: ArxivConfig,
    *,
    progress: Callable[[int, int], None] = lambda *_: None,
    sleep: Callable[[float], None] = time.sleep,
) -> FetchReport:
    """Fetches the abstracts that are not in the folder yet.

    Args:
        ids: arXiv ids without versions.
        folder: One Markdown file an abstract is written here.
        config: Address and manners.
        progress: Called with the number of ids asked for and their total.
        sleep: Waits between requests.

    Returns:
        A report; every abstract fetched before an interruption is kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [paper for paper in dict.fromkeys(ids) if not abstract_file(folder, paper).is_file()]
    fetched, missing = 0, list[str]()
    if not wanted:
        return FetchReport(0, (), "")
    try:
        client = httpx.Client(timeout=httpx.Timeout(config.timeout, connect=min(5.0, config.timeout)))
    except (OSError, ValueError, ImportError) as error:  # a proxy or a certificate of the environment that is none
        return FetchReport(0, (), f"this machine's network settings do not work ({error})", len(wanted))
    with client:
        for start in range(0, len(wanted), config.batch):
            batch = wanted[start : start + config.batch]
            if start:
                sleep(config.pause)
            try:
                documents = dict(_parse(_ask(client, batch, config, sleep)))
            except (httpx.HTTPError, ElementTree.ParseError, _BusyError) as error:
                return FetchReport(fetched, tuple(missing), _reason(error), len(wanted) - start)
            for paper, document in documents.items():
                if paper in batch:
                    keep_abstract(folder, paper, document)
                    fetched += 1
            missing += [paper for paper in batch if paper not in documents]
            progress(start + len(batch), len(wanted))
    return FetchReport(fetched, tuple(missing), "")


def _ask(client: httpx.Client, batch: Sequence[str], config: ArxivConfig, sleep: Callable[[float], None]) -> str:
    for attempt in range(1, config.tries + 1):
        response = client.get(config.url, params={"id_list": ",".join(batch), "max_results": len(batch)})
        if response.status_code not in _BUSY:
            response.raise_for_status()
            return response.text
        asked = response.headers.get("Retry-After", "")
        pause = max(config.pause * 2**attempt, float(asked) if asked.isdecimal() else 0.0)
        if pause > _PATIENCE:
            break
        if attempt < config.tries:
            sleep(pause)
    raise _BusyError


def _parse(feed: str) -> Iterator[tuple[str, str]]:
    """Yields (id, Markdown document) of each paper in an Atom feed."""
    for entry in ElementTree.fromstring(feed).iter(f"{_ATOM}entry"):
        match = _ID.search(_text(entry, "id"))
        summary = _text(entry, "summary")
        if not match or not summary:
            continue  # arXiv answers an unknown id with an entry that has no abstract
        yield (
            match["id"],
            abstract_document(
                match["id"],
                summary,
                title=_text(entry, "title"),
                authors=[_text(author, "name") for author in entry.iter(f"{_ATOM}author")],
                published=_text(entry, "published")[:10],
                categories=[str(c.get("term")) for c in entry.iter(f"{_ATOM}category")],
            ),
        )


def _text(element: ElementTree.Element, name: str) -> str:
    return one_line(element.findtext(f"{_ATOM}{name}") or "")


def _reason(error: Exception) -> str:
    if isinstance(error, _BusyError):
        return "arXiv is busy; run ingest again later, what was fetched is kept"
    if isinstance(error, httpx.ConnectError | httpx.TimeoutException):
        return "arXiv cannot be reached; run ingest again when online"
    if isinstance(error, httpx.HTTPStatusError):
        return f"arXiv answered {error.response.status_code}; run ingest again later"
    return f"arXiv's answer could not be read ({error}); run ingest again later"
