"""Refreshing an index: fetch what is new, rebuild what changed. Where reading meets indexing.

What reads and what builds is loaded when something has changed: most refreshes find that nothing has.
"""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from index.encoders.base import SHIPPED, Encoder
from index.encoders.load import choose_encoder, table_beside
from index.errors import IndexUnavailableError, MissingIndexError
from index.reporting import Reporter
from index.retrieval.placement import address_of, choose_address, follow
from index.sources import Sources, bring_files, bring_texts, tell_waiting
from index.storage.generations import current_generation, damaged, open_generation, roll_back, sweep
from index.storage.locking import refresh_lock
from index.storage.manifest import DamagedError, Manifest
from index.storage.origin import choose_corpus, corpus_of, ingest_command, recorded_form, remember_corpus
from ingest.errors import CorpusError
from ingest.fingerprint import corpus_fingerprint
from ingest.passages import PassageConfig
from ingest.types import Entry, Library, Problem

if TYPE_CHECKING:
    from index.changes import Changes

_SHOWN = 5  # problems told at the end of a refresh
_CONFIG = PassageConfig()
_WAITING = "another ingest is at work on {data}; waiting for it / 另一个 ingest 正在更新 {data}，等它完成"


def refresh_index(  # noqa: PLR0913 - what a command can ask for
    corpus: Path | None,
    data: Path,
    report: Reporter,
    *,
    offline: bool,
    full: bool = False,
    wait: bool = True,
    sources: Sources = Sources(),
    encoder: Encoder | None = None,
    index_url: str | None = None,
) -> tuple[Problem, ...]:
    """Fetches what is new unless offline, and rebuilds the index when something changed or ``full`` asks for it.

    What has not changed is taken over from the live index, unless ``full`` asks to compute it again. Another encoder
    than that of the index is a change. A damaged index is rebuilt.

    Args:
        corpus: Folder of lists, cards and notes; by default that of the index, else ``corpus/``.
        data: The data folder.
        report: Who is told.
        offline: Whether to leave arXiv alone.
        full: Whether to start from nothing.
        wait: Whether to wait for another refresh of the same data folder.
        sources: What else to bring into the data folder first.
        encoder: Makes the vectors; by default that of the index, else the shipped one.
        index_url: The Qdrant cluster that is to hold terms and vectors, or "local"; by default where they are.

    Returns:
        The files that could not be read; the index is built from the others.

    Raises:
        CorpusError: There is no corpus, or nothing in it could be read.
        IndexUnavailableError: The index cannot be written, or another refresh is at work and ``wait`` is false.
    """
    corpus = choose_corpus(corpus, data)
    with refresh_lock(data, wait=wait, waiting=lambda: report.say(_WAITING.format(data=data))):
        started = time.perf_counter()
        remember_corpus(data, corpus)
        sweep(data / "index")
        bring_files(corpus, data, report, sources, offline=offline, again=full)
        fingerprint = corpus_fingerprint(corpus, data, _CONFIG)  # a wrong folder is said before anything is fetched
        live = _live(data, report)
        now = address_of(live[0]) if live else None
        address = choose_address(index_url, now)
        library = None if live and live[1].corpus == fingerprint else _read(corpus, data, report, again=full)
        if bring_texts(library.entries if library else _entries(live), data, report, sources, offline=offline):
            library, fingerprint = None, corpus_fingerprint(corpus, data, _CONFIG)
        encoder = encoder or choose_encoder(data, None)
        table = table_beside(encoder)
        manifest = live[1] if live else None
        inputs = (fingerprint, encoder.fingerprint, table.fingerprint)
        if manifest and not full and address == now and manifest.inputs == inputs:
            report.say(f"nothing changed: {manifest.entries} entries, {manifest.passages} passages")
            return ()
        library = library or _read(corpus, data, report, again=full)
        if live:
            _tell_changes(_changes(live[0], library), report)
        from index.build import build_index  # heavy, and not needed where nothing changed
        from index.reuse import Earlier

        # What is in a cluster is sooner made again than fetched.
        reusable = manifest and not full and not now and manifest.inputs[1:] == inputs[1:]
        with report.progress("indexing") as advance, _without_collector():
            build_index(
                library,
                encoder,
                data / "index",
                corpus=fingerprint,
                corpus_folder=recorded_form(data, corpus),
                table=table,
                earlier=Earlier.load(live[0]) if live and reusable else None,
                address=address,
                progress=advance,
            )
    _tell_problems(library, report)
    if offline:
        tell_waiting(library.entries, data, report)
    by = "" if encoder.name == SHIPPED else f" with encoder {encoder.name}"
    report.say(f"indexed {summary_of(library)}{by} in {time.perf_counter() - started:.1f} s")
    return library.unread


def preview_refresh(corpus: Path | None, data: Path, report: Reporter) -> None:
    """Says what a refresh without a network would change; writes nothing.

    Raises:
        CorpusError: There is no corpus, or nothing in it could be read.
    """
    corpus = choose_corpus(corpus, data)
    live = _live(data, report)
    if live and live[1].corpus == corpus_fingerprint(corpus, data, _CONFIG):
        report.say(f"nothing would change: {live[1].entries} entries, {live[1].passages} passages")
        return
    from ingest.library import read_library

    with report.progress("reading") as advance:
        library = read_library(corpus, data, _CONFIG, lambda _, number, total: advance(number, total))
    if live:
        _tell_changes(_changes(live[0], library), report)
    _tell_problems(library, report)
    report.say(f"would index {summary_of(library)}; nothing was written")


def verify_index(data: Path, report: Reporter, encoder: Encoder) -> None:
    """Checks every file of the index against its checksum, and asks the index about every hundredth of its passages.

    Raises:
        IndexUnavailableError: It is damaged; the message names the command that rebuilds it.
    """
    from index.self_check import check_generation

    generation, manifest, hold = open_generation(data / "index")
    with closing(hold):
        try:
            asked = check_generation(generation, manifest, encoder, table_beside(encoder))
        except DamagedError as error:
            raise damaged(data / "index", error) from error
    report.say(
        f"the index is whole: {len(manifest.files)} files, {manifest.entries} entries, {manifest.passages} passages, "
        f"{asked} of which were looked for and found"
    )


def roll_back_index(data: Path, report: Reporter, *, wait: bool = True) -> None:
    """Makes the index before the live one live again; done twice, nothing has changed.

    Raises:
        IndexUnavailableError: There is none, or it is not whole.
    """
    with refresh_lock(data, wait=wait, waiting=lambda: report.say(_WAITING.format(data=data))):
        manifest = roll_back(data / "index")
        follow(data / "index")
    report.say(f"went back to an index of {manifest.entries} entries, {manifest.passages} passages")


def build_if_missing(
    corpus: Path | None, data: Path, report: Reporter, encoder: Encoder | None = None, *, switch: bool = False
) -> None:
    """Builds the index when there is none, without a network: the first answer should not wait for one.

    Where there is one and the corpus has changed since, says so and leaves it: refreshing is the user's decision.

    Args:
        corpus: Folder of lists, cards and notes; by default that of the index, else ``corpus/``.
        data: The data folder.
        report: Who is told.
        encoder: Makes the vectors of a new index; the shipped one by default.
        switch: Also rebuild an index that was built with another encoder: the user has asked for this one.

    Raises:
        IndexUnavailableError: The index is damaged; the message names the command that rebuilds it.
    """
    try:
        manifest = current_generation(data / "index")[1]
    except MissingIndexError:
        refresh_index(corpus, data, report, offline=True, encoder=encoder)
        return
    if encoder and switch and manifest.encoder_fingerprint != encoder.fingerprint:
        report.say(f"the index was built with encoder {manifest.encoder}; rebuilding it with {encoder.name}")
        refresh_index(corpus, data, report, offline=True, encoder=encoder)
    elif (known := corpus or corpus_of(data)) and known.is_dir():
        _tell_staleness(known, data, manifest, report)


def summary_of(library: Library) -> str:
    """Returns how much a library holds, in one phrase."""
    kinds = Counter(entry.kind.value for entry in library.entries)
    detail = ", ".join(f"{kind} {number}" for kind, number in kinds.most_common())
    return f"{len(library.entries)} entries ({detail}), {len(library.passages)} passages"


def _live(data: Path, report: Reporter) -> tuple[Path, Manifest] | None:
    """Returns the live generation if every file of it is whole, else None; says so where one is damaged."""
    try:
        generation, manifest, hold = open_generation(data / "index")
    except MissingIndexError:
        return None
    except IndexUnavailableError as error:
        report.say(f"{str(error).partition(';')[0]}; rebuilding it", warning=True)
        return None
    hold.close()  # the holder of the refresh lock is the only one who removes anything
    return generation, manifest


def _read(corpus: Path, data: Path, report: Reporter, *, again: bool) -> Library:
    """Reads the corpus; what is remembered of unchanged files is forgotten first where all is to be read ``again``."""
    from ingest.library import read_library
    from ingest.parse_cache import ParseCache

    with report.progress("reading") as advance, ParseCache(data, _CONFIG, again=again) as cache, _without_collector():
        return read_library(corpus, data, _CONFIG, lambda _, number, total: advance(number, total), cache)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Leaves cycles of objects alone for a while: there are few, and looking for them costs an eighth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _entries(live: tuple[Path, Manifest] | None) -> list[Entry]:
    if not live:
        return []
    from index.storage.store import Store

    with closing(Store(live[0] / "store.sqlite")) as store:
        return list(store.entries())


def _changes(generation: Path, library: Library) -> Changes:
    from index.changes import compare_entries
    from index.storage.store import Store

    with closing(Store(generation / "store.sqlite")) as store:
        old = list(store.entries()), list(store.all_passages())
    return compare_entries(old, (library.entries, library.passages))


def _tell_changes(changes: Changes, report: Reporter) -> None:
    for line in changes.lines():
        report.say(line)


def _tell_problems(library: Library, report: Reporter) -> None:
    if library.skipped:
        names = ", ".join(problem.path for problem in library.skipped[:_SHOWN])
        more = len(library.skipped) - _SHOWN
        report.say(f"left alone: {names}" + (f" and {more} more; see: ingest --check" if more > 0 else ""))
    for problem in library.problems[:_SHOWN]:
        report.say(f"  {problem}", warning=True)
    if len(library.problems) > _SHOWN:
        report.say(f"  … {len(library.problems)} problems in all; see: ingest --check", warning=True)


def _tell_staleness(corpus: Path, data: Path, manifest: Manifest, report: Reporter) -> None:
    try:
        changed = corpus_fingerprint(corpus, data, _CONFIG) != manifest.corpus
    except (CorpusError, OSError) as error:  # an answer needs the index only
        report.say(f"cannot see whether {corpus} has changed since the index was built: {error}", warning=True)
        return
    if changed:
        command = ingest_command(data, corpus=corpus)
        report.say(f"{corpus} has changed since the index was built; refresh it with: {command}", warning=True)
