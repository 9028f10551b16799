"""``ingest``: refresh the index from the corpus, or look for faults of the corpus. A composition root."""

from __future__ import annotations

import ingest.interrupts  # noqa: F401 - before what takes time to load  # isort: skip

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from ingest.lint.rules import ReportFormat

if TYPE_CHECKING:
    from ingest.fetch.harvest import Harvest

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
AddOption = Annotated[
    list[Path] | None,
    typer.Option(
        help="Copy a PDF, or all PDFs of a folder, into the data folder (repeatable). "
        "把 PDF 或文件夹中的全部 PDF 加入数据目录（可重复）。"
    ),
]
FullTextOption = Annotated[
    bool,
    typer.Option(
        "--full-text",
        help="Fetch the PDFs of listed arXiv papers, one in 3 s. 获取清单中 arXiv 论文的 PDF。",
    ),
]
SetOption = Annotated[
    str | None,
    typer.Option(
        help="Harvest a category of arXiv, as cs.CL; its papers become entries. 收录 arXiv 的一个类别，例如 cs.CL。"
    ),
]
SinceOption = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"], help="First day of --arxiv-set. --arxiv-set 的起始日期。", show_default="as before"
    ),
]
UntilOption = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Last day of --arxiv-set. --arxiv-set 的截止日期。", show_default="today"),
]
DumpOption = Annotated[
    Path | None,
    typer.Option(help="Take abstracts from arXiv's bulk metadata file. 从 arXiv 的批量元数据文件读取摘要。"),
]
NoWaitOption = Annotated[
    bool, typer.Option("--no-wait", help="Stop if another ingest is at work. 若另一个 ingest 正在运行则不等待。")
]
RepairOption = Annotated[
    Path | None,
    typer.Option(help="Write a mended copy of a wrongly decoded list beside it. 在旁边写出乱码清单的修复副本。"),
]
FixOption = Annotated[
    bool, typer.Option("--fix", help="With --check: make the safe corrections. 与 --check 合用：做安全的改正。")
]
OnlineOption = Annotated[
    bool, typer.Option("--online", help="With --check: ask whether linked pages exist. 与 --check 合用：检查死链。")
]
NotesOption = Annotated[
    bool, typer.Option("--notes", help="With --check: tell notes too. 与 --check 合用：也列出提示。")
]
FormatOption = Annotated[
    ReportFormat, typer.Option("--format", help="With --check: form of the report. 与 --check 合用：报告格式。")
]

IndexUrlOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Keep terms and vectors in a Qdrant cluster, as http://host:6333; local takes them back. "
        "把词项与向量存入 Qdrant 集群；local 改回本机。",
        show_default="where they are",
    ),
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
    add: AddOption = None,
    full_text: FullTextOption = False,
    arxiv_set: SetOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    check: CheckOption = False,
    fix: FixOption = False,
    online: OnlineOption = False,
    notes: NotesOption = False,
    report: FormatOption = ReportFormat.TEXT,
    repair: RepairOption = None,
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
    index_url: IndexUrlOption = None,
    batch: BatchOption = 32,
    device: DeviceOption = None,
) -> None:
    """Refreshes the index: fetches what is new, rebuilds what changed. 更新索引：获取新内容，重建有变化的部分。"""
    alone = {"--check": check, "--dry-run": dry_run, "--watch": watch, "--verify": verify, "--rollback": rollback}
    if sum(alone.values()) > 1:
        raise typer.BadParameter(f"give only one of {', '.join(name for name, given in alone.items() if given)}")
    if (add or full_text or arxiv_set) and any(given for name, given in alone.items() if name != "--watch"):
        raise typer.BadParameter(
            "--add, --full-text and --arxiv-set bring files; leave out what only looks or goes back"
        )
    if (since or until) and not arxiv_set:
        raise typer.BadParameter("--since and --until are days of --arxiv-set; name a set, too")
    if not check and (fix or online or notes or report is not ReportFormat.TEXT):
        raise typer.BadParameter("--fix, --online, --notes and --format belong to --check")
    with one_line_ends(_STOPPED):
        if repair:
            return _repair(repair)
        from index.storage.origin import choose_corpus

        if include or exclude:
            from ingest.corpus import Selection, write_selection

            write_selection(choose_corpus(corpus, data), data, Selection(tuple(include or ()), tuple(exclude or ())))

        if check:
            from ingest.lint.command import run_check

            raise typer.Exit(
                run_check(
                    choose_corpus(corpus, data),
                    data,
                    Terminal(),
                    dump=arxiv_dump,
                    fix=fix,
                    online=online,
                    notes=notes,
                    form=report,
                )
            )
        from index.encoders.load import choose_encoder
        from index.refresh import preview_refresh, refresh_index, roll_back_index, verify_index
        from index.sources import Sources

        talk = Lines() if as_json else Terminal()
        if rollback:
            return roll_back_index(data, talk, wait=not no_wait)
        if dry_run:
            return preview_refresh(corpus, data, talk)
        chosen = choose_encoder(data, encoder, batch=batch, device=device)
        if verify:
            return verify_index(data, talk, chosen)
        harvest = _harvest(arxiv_set, since, until) if arxiv_set else None
        sources = Sources(arxiv_dump, tuple(add or ()), full_text, harvest)
        unread = refresh_index(
            corpus,
            data,
            talk,
            offline=offline,
            full=full,
            wait=not no_wait,
            sources=sources,
            encoder=chosen,
            index_url=index_url,
        )
        if watch:
            from index.watching import watch_corpus

            return watch_corpus(choose_corpus(corpus, data), data, talk, chosen)
        if unread:
            raise CorpusError(f"{unread[0]}; files skipped: {len(unread)}, everything else is indexed")


def _harvest(name: str, since: datetime | None, until: datetime | None) -> Harvest:
    from ingest.fetch.harvest import Harvest

    return Harvest(name, *(day.date() if day else None for day in (since, until)))


def _repair(file: Path) -> None:
    from ingest.repair import repair_file

    for line in repair_file(file).lines():
        typer.echo(line)


def main() -> None:
    """Runs the command."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(refresh)
    app()


if __name__ == "__main__":
    main()
