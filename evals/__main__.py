"""``python -m evals``: the shipped suite, or public sets in BEIR's layout. A composition root."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from evals.regression import Comparison, Verdict, as_sections, compare, read_regression, write_regression
from evals.suite import Report
from evals.tables import keep_public, write_readmes
from ingest.errors import StudyError

_talk = Console(stderr=True, highlight=False)
_COLOURS = {Verdict.OK: "green", Verdict.CLOSE: "yellow", Verdict.FAIL: "red"}


def main(
    dataset: Annotated[
        list[Path] | None, typer.Option(help="A BEIR-format folder; may be repeated. BEIR 格式的目录。")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON. 输出 JSON。")] = False,
    update: Annotated[
        bool,
        typer.Option(
            "--update",
            help="Write the scores as the new expectation, and the README's tables. 更新回归文件和 README 表格。",
        ),
    ] = False,
    corpus: Annotated[Path, typer.Option(help="Folder of lists, cards and notes. 清单、卡片与笔记所在目录。")] = Path(
        "corpus"
    ),
    data: Annotated[Path, typer.Option(envvar="LLMSTUDY_DATA", help="Generated state. 生成的数据目录。")] = Path(
        "data"
    ),
) -> None:
    """Runs the retrieval eval suite; exits with 1 on a regression. 运行检索评测，有退步时以 1 退出。"""
    try:
        if dataset:
            for folder in dataset:
                _public_set(folder, as_json=as_json, update=update)
            if update:
                write_readmes(Path(), read_regression())
            return
        report = _shipped_suite(corpus, data)
        if update:
            write_regression(report)
            write_readmes(Path(), as_sections(report))
            _talk.print("wrote evals/regression.toml and the tables of the READMEs")
        comparisons = list(compare(report, read_regression()))
    except StudyError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        sys.stdout.write(json.dumps(as_sections(report) | {"milliseconds": dict(report.milliseconds)}) + "\n")
    else:
        _print_report(report, comparisons)
    if any(comparison.verdict is Verdict.FAIL for comparison in comparisons):
        raise typer.Exit(1)


def _shipped_suite(corpus: Path, data: Path) -> Report:
    """Runs the suite on an index of its own, without fetched abstracts, so that every clone gets the same scores."""
    from app.assistant import Assistant
    from evals.questions import check_gold, read_questions
    from evals.suite import run_suite, summarise
    from ingest.__main__ import refresh_index

    refresh_index(corpus, data / "evals", offline=True)
    questions = read_questions()
    assistant = Assistant.open(data / "evals")
    check_gold(questions, assistant.searcher.store)
    with _bar("asking") as progress:
        outcomes = run_suite(assistant, questions, progress)

    @cache
    def lines_of(path: str) -> list[str]:
        return (corpus.resolve().parent / path).read_text(encoding="utf-8").split("\n")

    return summarise(outcomes, lambda path, line: lines_of(path)[line - 1])


def _public_set(folder: Path, *, as_json: bool, update: bool) -> None:
    from evals.beir import evaluate_dataset, read_dataset

    with _bar(folder.name) as progress:
        result = evaluate_dataset(read_dataset(folder), progress=lambda _, done, total: progress(done, total))
    if update:
        keep_public(result)
    if as_json:
        sys.stdout.write(json.dumps(result) + "\n")
        return
    _print_table(str(result["dataset"]), result["systems"])


def _print_report(report: Report, comparisons: list[Comparison]) -> None:
    _print_table("retrieval", report.scores)
    _print_table("answers", report.answers)
    out = Console(highlight=False)
    times = report.milliseconds
    asked = report.counts["questions"]
    out.print(f"{asked} questions; an answer takes {times['p50']:.1f} ms (p50), {times['p95']:.1f} ms (p95)")
    for comparison in comparisons:
        if comparison.verdict is not Verdict.OK:
            found = f"{comparison.name} is {comparison.value:.4f}, expected {comparison.expected:.4f}"
            out.print(f"{comparison.verdict.value}: {found}", style=_COLOURS[comparison.verdict])
    failed = sum(comparison.verdict is Verdict.FAIL for comparison in comparisons)
    out.print(f"{len(comparisons)} values compared with evals/regression.toml, {failed} failed")


def _print_table(title: str, rows: Any) -> None:  # noqa: ANN401 - a mapping of mappings of numbers
    table = Table(title=title, title_justify="left")
    table.add_column("")
    names = list(next(iter(rows.values())))
    for name in names:
        table.add_column(name, justify="right")
    for row, values in rows.items():
        table.add_row(row, *(f"{values[name]:.4f}" for name in names))
    Console().print(table)


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    with Progress(console=_talk, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


if __name__ == "__main__":
    typer.run(main)
