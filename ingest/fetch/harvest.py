"""Harvesting a set of arXiv over OAI-PMH: its papers become a list, ``data/arxiv/<set>.md``, and abstracts.

Records are kept one a line as they come, with the token that asks for the next page, so that a harvest that was killed
goes on where it was; an expired token starts it anew, which only repeats. A second harvest asks for what has changed.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx

from ingest.corpus import SET_FOLDER
from ingest.errors import CorpusError
from ingest.fetch.documents import abstract_document, abstract_file, keep_abstract
from ingest.fetch.oai import Page, Paper, ProtocolError, oai_set, read_page
from ingest.fetch.polite import BusyError, Manners, PoliteClient, SettingsError, reason

_PREFIX = "arXiv"  # the metadata format that has authors and categories apart
_MOST_RESTARTS = 2


@dataclass(frozen=True, slots=True)
class Harvest:
    """What to harvest: a category of arXiv, and the days between which its records changed; no day: as before."""

    name: str
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        """Checks the name of the category."""
        oai_set(self.name)


@dataclass(frozen=True, slots=True)
class HarvestConfig:
    """Where arXiv answers OAI-PMH, and how to ask; ``LLMSTUDY_ARXIV_OAI`` chooses a mirror."""

    url: str = "https://oaipmh.arxiv.org/oai"
    manners: Manners = field(default_factory=Manners)

    @classmethod
    def from_environment(cls) -> HarvestConfig:
        """Returns the defaults with the address the environment names, if it names one."""
        return cls(url=os.environ.get("LLMSTUDY_ARXIV_OAI", cls().url))


@dataclass(frozen=True, slots=True)
class HarvestReport:
    """What a harvest did.

    Attributes:
        came: Records that came, those of deleted papers included.
        papers: Papers of the set that are kept now.
        removed: Papers that arXiv has deleted.
        malformed: Records without an id, a title or an abstract.
        stopped: Why it ended early, or "".
    """

    came: int
    papers: int
    removed: int
    malformed: int
    stopped: str


@dataclass(slots=True)
class _State:
    """How far a harvest is, as it is kept beside its records."""

    since: str = ""
    until: str = ""
    token: str = ""
    started: str = ""  # day of the server at the first page
    done: bool = False


def harvest_set(
    harvest: Harvest,
    data: Path,
    config: HarvestConfig,
    *,
    progress: Callable[[int, int], None] = lambda *_: None,
    sleep: Callable[[float], None] = time.sleep,
) -> HarvestReport:
    """Harvests a set, or goes on with a harvest of the same days that did not come to its end.

    Raises:
        CorpusError: arXiv has no such set, or it was never harvested and no first day is given.
    """
    spec = oai_set(harvest.name)
    folder = data / SET_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    run = _Run(harvest, folder, _state(harvest, folder))
    stopped = ""
    try:
        with PoliteClient(config.manners, sleep) as client:
            run.ask(client, config.url, spec, progress)
    except (httpx.HTTPError, ElementTree.ParseError, BusyError, SettingsError) as error:
        stopped = reason(error)
    papers = _papers(run.records)
    listed = folder / f"{harvest.name}.md"
    if papers or listed.exists():
        _write_list(listed, harvest.name, papers.values())
    for paper in papers.values():
        if not abstract_file(data / "abstracts", paper.arxiv_id).is_file():
            (data / "abstracts").mkdir(exist_ok=True)
            keep_abstract(data / "abstracts", paper.arxiv_id, _abstract(paper))
    return HarvestReport(run.came, len(papers), run.removed, run.malformed, stopped)


class _Run:
    """One run of a harvest."""

    def __init__(self, harvest: Harvest, folder: Path, state: _State) -> None:
        self.harvest, self.state = harvest, state
        self.records = folder / f"{harvest.name}.jsonl"
        self.state_file = folder / f"{harvest.name}.state.json"
        self.came = self.removed = self.malformed = 0

    def ask(self, client: PoliteClient, url: str, spec: str, progress: Callable[[int, int], None]) -> None:
        restarts = 0
        while not self.state.done:
            try:
                page = read_page(client.get(url, self._question(spec)))
            except ProtocolError as error:
                if error.code == "noRecordsMatch":
                    page = Page((), 0, "", "", 0)
                elif error.code == "badResumptionToken" and restarts < _MOST_RESTARTS:
                    restarts += 1
                    self.state.token = ""
                    continue
                else:
                    raise CorpusError(f"arXiv refuses the set {self.harvest.name}: {error}") from error
            self._keep(page)
            progress(self.came, max(page.total, self.came))

    def _question(self, spec: str) -> dict[str, str | int]:
        if self.state.token:
            return {"verb": "ListRecords", "resumptionToken": self.state.token}
        days = {"from": self.state.since, "until": self.state.until}
        asked: dict[str, str | int] = {"verb": "ListRecords", "metadataPrefix": _PREFIX, "set": spec}
        return asked | {name: day for name, day in days.items() if day}

    def _keep(self, page: Page) -> None:
        """Keeps the records first and the token then: a kill between them repeats a page and loses none."""
        wanted = [paper for paper in page.papers if paper.deleted or _belongs(paper, self.harvest.name)]
        with self.records.open("a", encoding="utf-8") as stream:
            if stream.tell() and not _ends_in_newline(self.records):
                stream.write("\n")
            stream.writelines(f"{json.dumps(asdict(paper), ensure_ascii=False)}\n" for paper in wanted)
        self.came += len(page.papers)
        self.removed += sum(paper.deleted for paper in page.papers)
        self.malformed += page.malformed
        self.state.started = self.state.started or page.day
        self.state.token, self.state.done = page.token, not page.token
        _write(self.state_file, json.dumps(asdict(self.state)))


def _state(harvest: Harvest, folder: Path) -> _State:
    """Returns where to go on, or where to start: after a whole harvest, at the day on which that began."""
    since, until = (day.isoformat() if day else "" for day in (harvest.since, harvest.until))
    try:
        kept = _State(**json.loads((folder / f"{harvest.name}.state.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        kept = None
    if kept and not kept.done and since in ("", kept.since) and until in ("", kept.until):
        return kept
    if since:
        return _State(since, until)
    if kept and kept.done:
        return _State(kept.started or kept.since, until)
    raise CorpusError(f"{harvest.name} was never harvested whole; say from which day on with --since, as in 2026-01-01")


def _belongs(paper: Paper, name: str) -> bool:
    return any(category == name or category.startswith(f"{name}.") for category in paper.categories) or ":" in name


def _papers(records: Path) -> dict[str, Paper]:
    """Returns the papers that the records leave, by id; the last record of a paper counts."""
    papers: dict[str, Paper] = {}
    for line in _lines(records):
        try:
            fields: dict[str, Any] = json.loads(line)
            lists = {name: tuple(fields[name]) for name in ("authors", "categories")}
            paper = Paper(**fields | lists)
        except (ValueError, TypeError, KeyError):  # half a line of a run that was killed
            continue
        papers.pop(paper.arxiv_id, None)
        if not paper.deleted:
            papers[paper.arxiv_id] = paper
    return dict(sorted(papers.items()))


def _lines(file: Path) -> Iterator[str]:
    try:
        yield from file.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return


def _ends_in_newline(file: Path) -> bool:
    with file.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"


def _write_list(file: Path, name: str, papers: Iterable[Paper]) -> None:
    lines = ["---", f'title: "arXiv {name}"', "---", "", f"# arXiv {name}", ""]
    year = ""
    for paper in papers:
        if paper.published[:4] != year:
            year = paper.published[:4]
            lines += [f"## {year}", ""]
        authors = f" *{_plain(', '.join(paper.authors))}*." if paper.authors else ""
        link = f"[[arxiv](https://arxiv.org/abs/{paper.arxiv_id})]"
        lines.append(f"- **{_plain(paper.title)}**.{authors} arXiv, {paper.published[:4]}. {link}")
    _write(file, "\n".join(lines) + "\n")


def _plain(text: str) -> str:
    """Returns a text with the characters escaped that Markdown would take for its own."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|~" else c for c in text)


def _abstract(paper: Paper) -> str:
    return abstract_document(
        paper.arxiv_id,
        paper.abstract,
        title=paper.title,
        authors=paper.authors,
        published=paper.published,
        categories=paper.categories,
    )


def _write(file: Path, text: str) -> None:
    partial = file.with_name(f".{file.name}.part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)
