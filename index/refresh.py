"""Refreshing an index: fetch what is new, rebuild what changed. Where reading meets indexing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from index.encoders.base import SHIPPED, Encoder
from index.encoders.load import load_encoder, table_beside
from index.errors import IndexUnavailableError
from index.storage.generations import Manifest, current_generation
from ingest.fetch.arxiv import ArxivConfig, fetch_abstracts
from ingest.library import corpus_fingerprint, read_library
from ingest.passages import PassageConfig
from ingest.types import Library, Problem

_SHOWN = 5  # problems told at the end of a refresh


class Reporter(Protocol):
    """Who is told how a refresh goes; ``ingest.console`` has the one for terminals."""

    def say(self, message: str, *, warning: bool = False) -> None:
        """Takes one line."""

    def progress(self, title: str) -> AbstractContextManager[Callable[[int, int], None]]:
        """Opens a progress bar; what it gives is called with what is done and the total."""


def refresh_index(
    corpus: Path, data: Path, report: Reporter, *, offline: bool, full: bool = False, encoder: Encoder | None = None
) -> tuple[Problem, ...]:
    """Fetches what is new unless offline, and rebuilds the index when something changed or ``full`` asks for it.

    Another encoder than that of the index is a change; the shipped one is the default.

    Returns:
        The files that could not be read; the index is built from the others.

    Raises:
        CorpusError: There is no corpus, or nothing in it could be read.
    """
    started = time.perf_counter()
    config = PassageConfig()
    corpus_fingerprint(corpus, data, config)  # a wrong folder is said at once, before anything is fetched
    if not offline:
        _fetch(corpus, data, report)
    fingerprint = corpus_fingerprint(corpus, data, config)
    encoder = encoder or load_encoder(None)
    table = table_beside(encoder)
    manifest = _live_manifest(data)
    wanted = (fingerprint, encoder.fingerprint, table.fingerprint)
    if manifest and not full and wanted == (manifest.corpus, manifest.encoder_fingerprint, manifest.table_fingerprint):
        report.say(f"nothing changed: {manifest.entries} entries, {manifest.passages} passages")
        return ()
    from index.build import build_index  # heavy, and not needed where nothing changed

    with report.progress("reading") as advance:
        library = read_library(corpus, data, config, lambda _, number, total: advance(number, total))
    with report.progress("indexing") as advance:
        build_index(library, encoder, data / "index", corpus=fingerprint, table=table, progress=advance)
    if library.skipped:
        names = ", ".join(problem.path for problem in library.skipped[:_SHOWN])
        more = len(library.skipped) - _SHOWN
        report.say(f"left alone: {names}" + (f" and {more} more; see: ingest --check" if more > 0 else ""))
    for problem in library.problems[:_SHOWN]:
        report.say(f"  {problem}", warning=True)
    if len(library.problems) > _SHOWN:
        report.say(f"  … {len(library.problems)} problems in all; see: ingest --check", warning=True)
    by = "" if encoder.name == SHIPPED else f" with encoder {encoder.name}"
    report.say(f"indexed {summary_of(library)}{by} in {time.perf_counter() - started:.1f} s")
    return library.unread


def build_if_missing(
    corpus: Path, data: Path, report: Reporter, encoder: Encoder | None = None, *, switch: bool = False
) -> None:
    """Builds the index when there is none, without a network: the first answer should not wait for one.

    Where there is one and the corpus has changed since, says so and leaves it: refreshing is the user's decision.

    Args:
        corpus: Folder of lists, cards and notes.
        data: The data folder.
        report: Who is told.
        encoder: Makes the vectors of a new index; the shipped one by default.
        switch: Also rebuild an index that was built with another encoder: the user has asked for this one.
    """
    manifest = _live_manifest(data)
    if manifest is None:
        refresh_index(corpus, data, report, offline=True, full=True, encoder=encoder)
    elif encoder and switch and manifest.encoder_fingerprint != encoder.fingerprint:
        report.say(f"the index was built with encoder {manifest.encoder}; rebuilding it with {encoder.name}")
        refresh_index(corpus, data, report, offline=True, encoder=encoder)
    elif corpus.is_dir() and corpus_fingerprint(corpus, data, PassageConfig()) != manifest.corpus:
        report.say(
            f"{corpus} has changed since the index was built; refresh it with: ingest --corpus {corpus} --data {data}",
            warning=True,
        )


def summary_of(library: Library) -> str:
    """Returns how much a library holds, in one phrase."""
    kinds = Counter(entry.kind.value for entry in library.entries)
    detail = ", ".join(f"{kind} {number}" for kind, number in kinds.most_common())
    return f"{len(library.entries)} entries ({detail}), {len(library.passages)} passages"


def _live_manifest(data: Path) -> Manifest | None:
    try:
        return current_generation(data / "index")[1]
    except IndexUnavailableError:
        return None


def _fetch(corpus: Path, data: Path, report: Reporter) -> None:
    ids = [entry.arxiv_id for entry in read_library(corpus, data).entries if entry.arxiv_id]
    with report.progress("fetching abstracts") as advance:
        fetched = fetch_abstracts(ids, data / "abstracts", ArxivConfig.from_environment(), progress=advance)
    if fetched.fetched or fetched.stopped:
        report.say(f"fetched abstracts: {fetched.fetched}" + (f"; {fetched.stopped}" if fetched.stopped else ""))
    if fetched.missing:
        report.say(f"  arXiv does not know: {', '.join(fetched.missing)}", warning=True)
