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
from ingest.fetch.polite import BusyError, Manners, PoliteClient, SettingsError, reason

_ATOM = "{http://www.w3.org/2005/Atom}"
_NO_ID = 400  # what arXiv answers when one of the ids has no form that it knows
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
        deadline: Seconds until the whole answer must be there.
    """

    url: str = "https://export.arxiv.org/api/query"
    batch: int = 50
    pause: float = 3.0
    timeout: float = 30.0
    tries: int = 3
    deadline: float = 120.0

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
    manners = Manners(config.pause, config.timeout, config.deadline, tries=config.tries)
    answered = 0
    try:
        with PoliteClient(manners, sleep) as client:
            for start in range(0, len(wanted), config.batch):
                batch = wanted[start : start + config.batch]
                documents = _ask(client, batch, config)
                for paper in batch:
                    if paper in documents:
                        keep_abstract(folder, paper, documents[paper])
                        fetched += 1
                    else:
                        missing.append(paper)
                answered += len(batch)
                progress(answered, len(wanted))
    except (httpx.HTTPError, ElementTree.ParseError, BusyError, SettingsError) as error:
        return FetchReport(fetched, tuple(missing), reason(error), len(wanted) - answered)
    return FetchReport(fetched, tuple(missing), "")


def _ask(client: PoliteClient, batch: Sequence[str], config: ArxivConfig) -> dict[str, str]:
    """Returns the documents of a batch by id; one id that arXiv takes for none must not cost the others."""
    try:
        return dict(_parse(client.get(config.url, {"id_list": ",".join(batch), "max_results": len(batch)})))
    except httpx.HTTPStatusError as error:
        if error.response.status_code != _NO_ID:
            raise
    if len(batch) == 1:
        return {}
    half = len(batch) // 2
    return _ask(client, batch[:half], config) | _ask(client, batch[half:], config)


def _parse(feed: bytes) -> Iterator[tuple[str, str]]:
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
