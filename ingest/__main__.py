"""``ingest``: refresh the index from the corpus. A composition root: the one place where reading meets indexing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ingest.errors import CorpusError, StudyError
from ingest.passages import PassageConfig
from ingest.types import Library, Problem

if TYPE_CHECKING:
    from index.encoder import Encoder

EncoderOption = Annotated[
    str | None,
    typer.Option(
        help="Encoder of the vectors: shipped, a folder below data/encoders, or any sentence-transformers model by "
        "name or folder; without it that of the index stays, and shipped goes back. "
        "向量编码器：shipped、目录或模型名；不给则沿用索引的编码器，shipped 换回自带的。"
    ),
]
BatchOption = Annotated[int, typer.Option(min=1, help="Texts such a model encodes at once. 模型一次编码的文本数。")]
DeviceOption = Annotated[
    str | None, typer.Option(help="Where such a model runs: cpu, cuda, mps. 模型运行的设备。", show_default="the best")
]

_console = Console(stderr=True, highlight=False, soft_wrap=True)


def refresh(
    corpus: Annotated[Path, typer.Option(help="Folder of lists, cards and notes. 清单、卡片与笔记所在目录。")] = Path(
        "corpus"
    ),
    data: Annotated[Path, typer.Option(envvar="LLMSTUDY_DATA", help="Generated state. 生成的数据目录。")] = Path(
        "data"
    ),
    offline: Annotated[bool, typer.Option("--offline", help="Do not fetch abstracts. 不联网获取摘要。")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only report faults of the corpus. 只检查语料。")] = False,
    full: Annotated[bool, typer.Option("--full", help="Rebuild even if nothing changed. 强制重建。")] = False,
    encoder: EncoderOption = None,
    batch: BatchOption = 32,
    device: DeviceOption = None,
) -> None:
    """Refreshes the index: fetches what is new, rebuilds what changed. 更新索引：获取新内容，重建有变化的部分。"""
    try:
        if check:
            raise typer.Exit(_check(corpus, data))
        from index.encoders import choose_encoder

        chosen = choose_encoder(data, encoder, batch=batch, device=device)
        unread = refresh_index(corpus, data, offline=offline, full=full, encoder=chosen)
        if unread:
            raise CorpusError(f"{unread[0]}; files skipped: {len(unread)}, everything else is indexed")
    except StudyError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        typer.echo("stopped; the index is as it was", err=True)
        raise typer.Exit(130) from None


def build_if_missing(corpus: Path, data: Path, encoder: Encoder | None = None, *, switch: bool = False) -> None:
    """Builds the index when there is none, without a network: the first answer should not wait for one.

    Where there is one and the corpus has changed since, says so and leaves it: refreshing is the user's decision.

    Args:
        corpus: Folder of lists, cards and notes.
        data: The data folder.
        encoder: Makes the vectors of a new index; the shipped one by default.
        switch: Also rebuild an index that was built with another encoder: the user has asked for this one.
    """
    from index.errors import IndexUnavailableError
    from index.generations import current_generation
    from ingest.library import corpus_fingerprint

    try:
        _, manifest = current_generation(data / "index")
    except IndexUnavailableError:
        refresh_index(corpus, data, offline=True, full=True, encoder=encoder)
        return
    if encoder and switch and manifest.encoder_fingerprint != encoder.fingerprint:
        _console.print(
            f"the index was built with encoder {manifest.encoder}; rebuilding it with {encoder.name}", markup=False
        )
        refresh_index(corpus, data, offline=True, encoder=encoder)
        return
    if corpus.is_dir() and corpus_fingerprint(corpus, data, PassageConfig()) != manifest.corpus:
        _console.print(
            f"{corpus} has changed since the index was built; refresh it with: ingest --corpus {corpus} --data {data}",
            style="yellow",
        )


def _check(corpus: Path, data: Path) -> int:
    from ingest.check import check_corpus
    from ingest.library import read_library

    library = read_library(corpus, data)
    problems = [*library.problems, *check_corpus(corpus, library)]
    for problem in problems:
        typer.echo(str(problem))
    typer.echo(f"{_summary(library)}; problems: {len(problems)}", err=True)
    return 1 if problems else 0


def refresh_index(
    corpus: Path, data: Path, *, offline: bool, full: bool = False, encoder: Encoder | None = None
) -> tuple[Problem, ...]:
    """Fetches what is new unless offline, and rebuilds the index when something changed or ``full`` asks for it.

    Another encoder than that of the index is a change; the shipped one is the default.

    Returns:
        The files that could not be read; the index is built from the others.

    Raises:
        CorpusError: There is no corpus, or nothing in it could be read.
    """
    from index.encoder import SHIPPED
    from index.encoders import load_encoder, table_beside
    from index.errors import IndexUnavailableError
    from index.generations import current_generation
    from ingest.library import corpus_fingerprint, read_library

    started = time.perf_counter()
    config = PassageConfig()
    corpus_fingerprint(corpus, data, config)  # a wrong folder is said at once, before anything is fetched
    if not offline:
        _fetch(corpus, data)
    fingerprint = corpus_fingerprint(corpus, data, config)
    encoder = encoder or load_encoder(None)
    table = table_beside(encoder)
    try:
        _, manifest = current_generation(data / "index")
    except IndexUnavailableError:
        manifest = None
    wanted = (fingerprint, encoder.fingerprint, table.fingerprint)
    if manifest and not full and wanted == (manifest.corpus, manifest.encoder_fingerprint, manifest.table_fingerprint):
        _console.print(f"nothing changed: {manifest.entries} entries, {manifest.passages} passages")
        return ()

    from index.build import build_index

    with progress_bar("reading") as advance:
        library = read_library(corpus, data, config, lambda _, number, total: advance(number, total))
    with progress_bar("indexing") as advance:
        build_index(library, encoder, data / "index", corpus=fingerprint, table=table, progress=advance)
    for problem in library.problems[:5]:
        _console.print(f"  {problem}", style="yellow", markup=False)
    if len(library.problems) > 5:
        _console.print(f"  … {len(library.problems)} problems in all; see: ingest --check", style="yellow")
    by = "" if encoder.name == SHIPPED else f" with encoder {encoder.name}"
    _console.print(f"indexed {_summary(library)}{by} in {time.perf_counter() - started:.1f} s", markup=False)
    return library.unread


def _fetch(corpus: Path, data: Path) -> None:
    from ingest.arxiv import ArxivConfig, fetch_abstracts
    from ingest.library import read_library

    ids = [entry.arxiv_id for entry in read_library(corpus, data).entries if entry.arxiv_id]
    with progress_bar("fetching abstracts") as advance:
        report = fetch_abstracts(ids, data / "abstracts", ArxivConfig.from_environment(), progress=advance)
    if report.fetched or report.stopped:
        _console.print(f"fetched abstracts: {report.fetched}" + (f"; {report.stopped}" if report.stopped else ""))
    if report.missing:
        _console.print(f"  arXiv does not know: {', '.join(report.missing)}", style="yellow")


def _summary(library: Library) -> str:
    kinds = Counter(entry.kind.value for entry in library.entries)
    detail = ", ".join(f"{kind} {number}" for kind, number in kinds.most_common())
    return f"{len(library.entries)} entries ({detail}), {len(library.passages)} passages"


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Shows a bar on stderr while the block runs; the function it yields takes what is done and the total."""
    columns = (TextColumn("{task.description:<18}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_console, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def main() -> None:
    """Runs the command."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(refresh)
    app()


if __name__ == "__main__":
    main()
