"""``ingest``: refresh the index from the corpus, or look for faults of the corpus. A composition root."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ingest.console import BatchOption, CorpusOption, DataOption, DeviceOption, EncoderOption, Terminal
from ingest.errors import CorpusError, StudyError

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
    corpus: CorpusOption = Path("corpus"),
    data: DataOption = Path("data"),
    offline: Annotated[bool, typer.Option("--offline", help="Do not fetch abstracts. 不联网获取摘要。")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only report faults of the corpus. 只检查语料。")] = False,
    include: IncludeOption = None,
    exclude: ExcludeOption = None,
    full: Annotated[bool, typer.Option("--full", help="Rebuild even if nothing changed. 强制重建。")] = False,
    encoder: EncoderOption = None,
    batch: BatchOption = 32,
    device: DeviceOption = None,
) -> None:
    """Refreshes the index: fetches what is new, rebuilds what changed. 更新索引：获取新内容，重建有变化的部分。"""
    try:
        if include or exclude:
            from ingest.corpus import Selection, write_selection

            write_selection(corpus, data, Selection(tuple(include or ()), tuple(exclude or ())))
        if check:
            raise typer.Exit(_check(corpus, data))
        from index.encoders.load import choose_encoder
        from index.refresh import refresh_index

        chosen = choose_encoder(data, encoder, batch=batch, device=device)
        unread = refresh_index(corpus, data, Terminal(), offline=offline, full=full, encoder=chosen)
        if unread:
            raise CorpusError(f"{unread[0]}; files skipped: {len(unread)}, everything else is indexed")
    except StudyError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        typer.echo("stopped; the index is as it was", err=True)
        raise typer.Exit(130) from None


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
