"""Whether the pages behind links are there, asked politely and seldom.

One connection a host, a pause between its requests, HEAD before GET, answers kept for a week. A server that is busy,
slow or wants a login does not make a link dead: only 404, 410 and a name that does not exist do.
"""

from __future__ import annotations

import json
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

import httpx

from ingest.lint.addresses import Address
from ingest.lint.rules import Finding
from ingest.text.links import link_fault

_GONE = (404, 410)
_MOVED = (301, 308)
_NO_HEAD = (400, 403, 404, 405, 406, 429, 500, 501, 503)  # some servers answer HEAD so, and GET rightly
_SMALL = 65_536  # bytes; longer pages are not read
_CACHE = "links.json"


@dataclass(frozen=True, slots=True)
class OnlineConfig:
    """Manners.

    Attributes:
        pause: Seconds between two requests to one host.
        timeout: Seconds to wait for an answer.
        hosts: How many hosts are asked at once.
        kept: Seconds for which an answer is believed; a page that was not reached is asked again sooner.
    """

    pause: float = 1.0
    timeout: float = 15.0
    hosts: int = 8
    kept: float = 7 * 86400.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: its status (0 for none), where the page has moved for good, what went wrong, and when."""

    status: int
    moved: str
    trouble: str
    asked: float


def check_online(
    addresses: Mapping[str, Sequence[Address]],
    data: Path,
    config: OnlineConfig = OnlineConfig(),
    *,
    progress: Callable[[int, int], None] = lambda *_: None,
    clock: Callable[[], float] = time.time,
) -> Iterator[Finding]:
    """Yields the links whose pages are gone, have moved or did not answer.

    Args:
        addresses: The links of each file by path.
        data: Answers are kept there.
        config: Manners.
        progress: Called with the number of addresses that were asked and of all.
        clock: Seconds since 1970.
    """
    places = [(path, address) for path, links in addresses.items() for address in links if not address.image]
    places = [(path, address) for path, address in places if link_fault(address.url) is None]
    answers = _answers({urldefrag(address.url)[0] for _, address in places}, data, config, progress, clock)
    for path, address in places:
        answer = answers[urldefrag(address.url)[0]]
        if answer.status in _GONE or answer.trouble == "no such host":
            rule, reason = "dead-link", f"{address.url}: {answer.trouble or answer.status}"
            yield Finding(path, address.line, address.column, rule, reason, "link another page, or take the link away")
        elif answer.trouble or answer.status >= 500 or answer.status == 429:
            reason = f"{address.url}: {answer.trouble or answer.status}"
            yield Finding(path, address.line, address.column, "unreachable-link", reason, "try again later")
        elif answer.moved:
            reason = f"{address.url} has moved to {answer.moved}"
            yield Finding(path, address.line, address.column, "moved-link", reason, f"link {answer.moved}")


def _answers(
    urls: Iterable[str],
    data: Path,
    config: OnlineConfig,
    progress: Callable[[int, int], None],
    clock: Callable[[], float],
) -> dict[str, Answer]:
    known = _read(data / _CACHE)
    wanted = sorted(url for url in urls if not _is_fresh(known.get(url), config, clock()))
    by_host: dict[str, list[str]] = defaultdict(list)
    for url in wanted:
        by_host[urlsplit(url).netloc].append(url)
    done = 0

    def ask_host(mine: list[str]) -> list[tuple[str, Answer]]:
        with httpx.Client(timeout=config.timeout, headers={"User-Agent": "ingest-check/1 (link checker)"}) as client:
            found = []
            for number, url in enumerate(mine):
                if number:
                    time.sleep(config.pause)
                found.append((url, _ask(client, url, clock)))
            return found

    try:
        with ThreadPoolExecutor(config.hosts) as pool:
            for found in pool.map(ask_host, by_host.values()):
                known.update(found)
                done += len(found)
                progress(done, len(wanted))
    finally:
        if wanted:
            _write(data / _CACHE, known)
    return known


def _is_fresh(answer: Answer | None, config: OnlineConfig, now: float) -> bool:
    if answer is None:
        return False
    settled = not answer.trouble and answer.status < 500 and answer.status != 429
    return 0 <= now - answer.asked < (config.kept if settled else config.kept / 168)


def _ask(client: httpx.Client, url: str, clock: Callable[[], float]) -> Answer:
    status, moved, trouble = 0, "", ""
    try:
        status, moved = _follow(client, "HEAD", url)
        if status in _NO_HEAD:
            status, moved = _follow(client, "GET", url)
    except httpx.ConnectError as error:
        trouble = "no such host" if _is_unknown_host(error) else "no connection"
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        trouble = "too slow" if isinstance(error, httpx.TimeoutException) else f"no answer ({type(error).__name__})"
    return Answer(status, moved, trouble, clock())


def _follow(client: httpx.Client, method: str, url: str) -> tuple[int, str]:
    """Returns the last status and, where every step there was for good, the last address; bodies are not read."""
    at, for_good = url, True
    for _ in range(6):
        with client.stream(method, at) as response:
            if method == "HEAD" or int(response.headers.get("Content-Length") or _SMALL) < _SMALL:
                response.read()  # little or nothing, and the connection stays open for the next request
            if response.next_request is None:
                return response.status_code, at if for_good and at != url else ""
            for_good = for_good and response.status_code in _MOVED
            at = str(response.next_request.url)
    return 0, ""


def _is_unknown_host(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return cause.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
        cause = cause.__cause__ or cause.__context__
    return False


def _read(file: Path) -> dict[str, Answer]:
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        return {
            url: Answer(int(s), str(moved), str(trouble), float(asked))
            for url, (s, moved, trouble, asked) in stored.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write(file: Path, answers: Mapping[str, Answer]) -> None:
    rows = {url: (a.status, a.moved, a.trouble, a.asked) for url, a in sorted(answers.items())}
    with suppress(OSError):  # a cache that cannot be kept costs only time
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".part")
        partial.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        partial.replace(file)
