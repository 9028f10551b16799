"""What a refresh brings into the data folder before it reads: PDFs, sets of arXiv, abstracts, full texts.

What fetches is loaded when something is to be fetched: most refreshes bring nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.reporting import Reporter
from ingest.pdf.reading import kept_text, pdf_hash, read_pdfs
from ingest.pdf.shelf import add_pdfs, pdfs_in
from ingest.types import Entry

if TYPE_CHECKING:
    from ingest.fetch.harvest import Harvest

_SHOWN = 5
_WAITING = "{number} {wait} for a network: run ingest again / 还有 {number} 篇摘要待联网后获取：届时请再次运行 ingest"


@dataclass(frozen=True, slots=True)
class Sources:
    """What else a refresh is asked to bring.

    Attributes:
        dump: A bulk file of arXiv's metadata to take abstracts from (``ingest.fetch.arxiv_dump``).
        add: PDFs, or folders with PDFs, to copy into the data folder.
        full_text: Whether to fetch the PDFs of the arXiv papers that the lists name.
        harvest: A set of arXiv whose papers become entries.
    """

    dump: Path | None = None
    add: tuple[Path, ...] = ()
    full_text: bool = False
    harvest: Harvest | None = None


def bring_files(
    corpus: Path, data: Path, report: Reporter, sources: Sources, *, offline: bool, again: bool = False
) -> None:
    """Brings what makes entries of its own: PDFs that are added, papers of a set; and reads the PDFs that are new.

    Args:
        corpus: Folder of lists, cards and notes.
        data: The data folder.
        report: Who is told.
        sources: What is asked for.
        offline: Whether to leave arXiv alone.
        again: Whether to try again PDFs that could not be read.

    Raises:
        CorpusError: What is to be added does not exist, or a set has no name that arXiv knows.
    """
    if sources.add:
        _add(corpus, data, report, sources.add)
    if sources.harvest and offline:
        report.say("a set of arXiv needs a network: leave out --offline", warning=True)
    elif sources.harvest:
        _harvest(data, report, sources.harvest)
    _read_pdfs([*pdfs_in(corpus), *pdfs_in(data)], data, report, again=again)


def bring_texts(entries: Sequence[Entry], data: Path, report: Reporter, sources: Sources, *, offline: bool) -> int:
    """Brings missing abstracts, from a bulk file and then from arXiv, and full texts; returns how many came."""
    came = _take(entries, data, report, sources.dump) if sources.dump else 0
    if offline:
        return came
    came += _ask_arxiv(entries, data, report)
    return came + _fetch_full_texts(entries, data, report) if sources.full_text else came


def tell_waiting(entries: Sequence[Entry], data: Path, report: Reporter) -> None:
    """Says how many abstracts are still to be fetched, if any."""
    from ingest.fetch.documents import abstract_file

    ids = {entry.arxiv_id for entry in entries if entry.arxiv_id}
    _tell_waiting(sum(not abstract_file(data / "abstracts", paper).is_file() for paper in ids), report)


def _add(corpus: Path, data: Path, report: Reporter, paths: Sequence[Path]) -> None:
    added = add_pdfs(paths, data, [*pdfs_in(corpus), *pdfs_in(data)])
    for problem in added.refused:
        report.say(f"  {problem.path}: {problem.message}", warning=True)
    known = f", there already: {len(added.known)}" if added.known else ""
    refused = f", skipped: {len(added.refused)}" if added.refused else ""
    report.say(
        f"PDFs copied to {data / 'pdfs'}: {len(added.copied)}{known}{refused}; to take one back, delete it there"
    )


def _read_pdfs(files: Sequence[Path], data: Path, report: Reporter, *, again: bool = False) -> None:
    if files:
        with report.progress("reading PDFs") as advance:
            read_pdfs(files, data, again=again, progress=advance)


def _harvest(data: Path, report: Reporter, harvest: Harvest) -> None:
    from ingest.fetch.harvest import HarvestConfig, harvest_set

    with report.progress(f"arXiv {harvest.name}") as advance:
        done = harvest_set(harvest, data, HarvestConfig.from_environment(), progress=advance)
    removed = f", withdrawn: {done.removed}" if done.removed else ""
    odd = f", records that could not be read: {done.malformed}" if done.malformed else ""
    left = f"; {done.stopped}" if done.stopped else ""
    report.say(f"arXiv {harvest.name}: {done.came} records came, papers now: {done.papers}{removed}{odd}{left}")


def _fetch_full_texts(entries: Sequence[Entry], data: Path, report: Reporter) -> int:
    from ingest.fetch.full_text import FullTextConfig, fetch_full_texts

    there = {text.arxiv_id for file in pdfs_in(data) if (text := kept_text(data, pdf_hash(file)))}
    ids = [entry.arxiv_id for entry in entries if entry.arxiv_id and entry.arxiv_id not in there]
    config = FullTextConfig.from_environment()
    with report.progress("fetching PDFs") as advance:
        fetched = fetch_full_texts(ids, data, config, progress=advance)
    left = f"; {fetched.stopped} (PDFs that wait: {fetched.waiting})" if fetched.stopped else ""
    report.say(f"fetched PDFs: {fetched.fetched}{left}")
    if fetched.missing:
        more = " …" if len(fetched.missing) > _SHOWN else ""
        report.say(f"  arXiv has no PDF of: {', '.join(fetched.missing[:_SHOWN])}{more}", warning=True)
    _read_pdfs(list(pdfs_in(data)), data, report)
    return fetched.fetched


def _take(entries: Sequence[Entry], data: Path, report: Reporter, dump: Path) -> int:
    from ingest.fetch.arxiv_dump import take_abstracts

    ids = [entry.arxiv_id for entry in entries if entry.arxiv_id]
    with report.progress("reading abstracts") as advance:
        found = take_abstracts(dump, ids, data / "abstracts", progress=advance)
    report.say(f"abstracts taken from {dump}: {found.taken}")
    if found.malformed:
        report.say(f"  lines that are no record: {found.malformed}", warning=True)
    return found.taken


def _ask_arxiv(entries: Sequence[Entry], data: Path, report: Reporter) -> int:
    from ingest.fetch.arxiv import ArxivConfig, fetch_abstracts

    ids = [entry.arxiv_id for entry in entries if entry.arxiv_id]
    with report.progress("fetching abstracts") as advance:
        fetched = fetch_abstracts(ids, data / "abstracts", ArxivConfig.from_environment(), progress=advance)
    if fetched.fetched or fetched.stopped:
        left = f"; {fetched.stopped}" if fetched.stopped else ""
        report.say(f"fetched abstracts: {fetched.fetched}{left}")
    _tell_waiting(fetched.waiting, report)
    if fetched.missing:
        report.say(f"  arXiv does not know: {', '.join(fetched.missing)}", warning=True)
    return fetched.fetched


def _tell_waiting(number: int, report: Reporter) -> None:
    if number:
        report.say(_WAITING.format(number=number, wait="abstract waits" if number == 1 else "abstracts wait"))
