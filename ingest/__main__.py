"""``ingest``: refresh the index from the corpus, or look for faults of the corpus. A composition root."""

from __future__ import annotations

import ingest.interrupts  # noqa: F401 - before what takes time to load  # isort: skip

from pathlib import Path
from typing import Annotated

import typer

from ingest.console import (
    BatchOption,
    CorpusOption,
    DataOption,
    DeviceOption,
    EncoderOption,
    Lines,
    Terminal,
    one_line_ends,
)
from ingest.errors import CorpusError

_STOPPED = "stopped; the index is as it was / 已停止，索引保持原样"

OfflineOption = Annotated[bool, typer.Option("--offline", help="Do not fetch abstracts. 不联网获取摘要。")]
CheckOption = Annotated[bool, typer.Option("--check", help="Only report faults of the corpus. 只检查语料。")]
FullOption = Annotated[bool, typer.Option("--full", help="Build all of it again. 全部重建。")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say what would change, write nothing. 只说明会有哪些变化，不写入。")
]
WatchOption = Annotated[
    bool, typer.Option("--watch", help="Go on and refresh whenever a file changes. 持续运行，文件一有变化就更新。")
]
VerifyOption = Annotated[
    bool,
    typer.Option("--verify", help="Check the index file by file and ask it questions. 逐个校验索引文件并试查。"),
]
RollbackOption = Annotated[
    bool, typer.Option("--rollback", help="Go back to the index before this one. 回到上一个索引。")
]
DumpOption = Annotated[
    Path | None,
    typer.Option(help="Take abstracts from arXiv's bulk metadata file. 从 arXiv 的批量元数据文件读取摘要。"),
]
NoWaitOption = Annotated[
    bool, typer.Option("--no-wait", help="Stop if another ingest is at work. 若另一个 ingest 正在运行则不等待。")
]

JsonOption = Annotated[
    bool, typer.Option("--json", help="Tell the progress in JSON lines on stdout. 用 JSON 行输出进度。")
]
IncludeOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Read only lists whose path fits this glob (repeatable, remembered; '**' takes all back). "
        "只读路径符合该模式的清单（可重复，会记住；'**' 恢复全部）。"
    ),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option(help="Leave out lists whose path fits this glob (repeatable, remembered). 不读路径符合该模式的清单。"),
]


def refresh(
    corpus: CorpusOption = None,
    data: DataOption = Path("data"),
    offline: OfflineOption = False,
    arxiv_dump: DumpOption = None,
    check: CheckOption = False,
    include: IncludeOption = None,
    exclude: ExcludeOption = None,
    full: FullOption = False,
    dry_run: DryRunOption = False,
    watch: WatchOption = False,
    verify: VerifyOption = False,
    rollback: RollbackOption = False,
    no_wait: NoWaitOption = False,
    as_json: JsonOption = False,
    encoder: EncoderOption = None,
    batch: BatchOption = 32,
    device: DeviceOption = None,
) -> None:
    """Refreshes the index: fetches what is new, rebuilds what changed. 更新索引：获取新内容，重建有变化的部分。"""
    alone = {"--check": check, "--dry-run": dry_run, "--watch": watch, "--verify": verify, "--rollback": rollback}
    if sum(alone.values()) > 1:
        raise typer.BadParameter(f"give only one of {', '.join(name for name, given in alone.items() if given)}")
    with one_line_ends(_STOPPED):
        from index.storage.origin import choose_corpus

        if include or exclude:
            from ingest.corpus import Selection, write_selection

            write_selection(choose_corpus(corpus, data), data, Selection(tuple(include or ()), tuple(exclude or ())))

        if check:
            raise typer.Exit(_check(choose_corpus(corpus, data), data))
        from index.encoders.load import choose_encoder
        from index.refresh import preview_refresh, refresh_index, roll_back_index, verify_index

        talk = Lines() if as_json else Terminal()
        if rollback:
            return roll_back_index(data, talk, wait=not no_wait)
        if dry_run:
            return preview_refresh(corpus, data, talk)
        chosen = choose_encoder(data, encoder, batch=batch, device=device)
        if verify:
            return verify_index(data, talk, chosen)
        unread = refresh_index(
            corpus, data, talk, offline=offline, full=full, wait=not no_wait, dump=arxiv_dump, encoder=chosen
        )
        if watch:
            from index.watching import watch_corpus

            return watch_corpus(choose_corpus(corpus, data), data, talk, chosen)
        if unread:
            raise CorpusError(f"{unread[0]}; files skipped: {len(unread)}, everything else is indexed")


def _check(corpus: Path, data: Path) -> int:
    from index.refresh import summary_of
    from ingest.library import read_library
    from ingest.lint.check import check_corpus

    library = read_library(corpus, data)
    problems = [*library.problems, *check_corpus(corpus, library)]
    for problem in problems:
        typer.echo(str(problem))
    for problem in library.skipped:
        typer.echo(str(problem), err=True)
    typer.echo(f"{summary_of(library)}; problems: {len(problems)}", err=True)
    return 1 if problems else 0


def main() -> None:
    """Runs the command."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(refresh)
    app()


if __name__ == "__main__":
    main()
