"""``python -m evals``: the shipped suite, or public sets in BEIR's layout. A composition root."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from evals.regression import Comparison, Verdict, as_sections, compare, read_regression, write_regression
from evals.suite import Report
from evals.tables import keep_public, write_readmes
from ingest.__main__ import progress_bar, refresh_index
from ingest.errors import StudyError

_talk = Console(stderr=True, highlight=False, soft_wrap=True)
_out = Console(highlight=False, soft_wrap=True)
_COLOURS = {Verdict.OK: "green", Verdict.CLOSE: "yellow", Verdict.FAIL: "red"}

DatasetOption = Annotated[
    list[Path] | None, typer.Option(help="A BEIR-format folder; may be repeated. BEIR 格式的目录。")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON. 输出 JSON。")]
AblationsOption = Annotated[bool, typer.Option("--ablations", help="Also compare all variants. 同时比较各种变体。")]
UpdateOption = Annotated[
    bool,
    typer.Option("--update", help="Write the scores as expected, and the README's tables. 更新回归文件和 README。"),
]
CorpusOption = Annotated[Path, typer.Option(help="Folder of lists, cards and notes. 清单、卡片与笔记所在目录。")]
DataOption = Annotated[Path, typer.Option(envvar="LLMSTUDY_DATA", help="Generated state. 生成的数据目录。")]


def main(
    dataset: DatasetOption = None,
    as_json: JsonOption = False,
    ablations: AblationsOption = False,
    update: UpdateOption = False,
    corpus: CorpusOption = Path("corpus"),
    data: DataOption = Path("data"),
) -> None:
    """Runs the retrieval eval suite; exits with 1 on a regression. 运行检索评测，有退步时以 1 退出。"""
    try:
        if dataset:
            for folder in dataset:
                _public_set(folder, as_json=as_json, update=update)
            if update:
                write_readmes(Path(), read_regression())
            return
        report = _shipped_suite(corpus, data, ablations=ablations)
        found = as_sections(report)
        if update:
            write_regression(found)
            write_readmes(Path(), found)
            _talk.print("wrote evals/regression.toml and the tables of the READMEs")
        comparisons = list(compare(found, read_regression()))
    except StudyError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        sys.stdout.write(json.dumps(found | {"milliseconds": dict(report.milliseconds)}) + "\n")
    else:
        _print_report(report, comparisons)
    if any(comparison.verdict is Verdict.FAIL for comparison in comparisons):
        raise typer.Exit(1)


def _shipped_suite(corpus: Path, data: Path, *, ablations: bool) -> Report:
    """Runs the suite on an index of its own, without fetched abstracts, so that every clone gets the same scores."""
    from app.assistant import Assistant
    from evals.ablations import run_variants
    from evals.artefacts import results_json, write_qrels, write_results, write_run
    from evals.questions import check_gold, read_judgements, read_questions
    from evals.report import html_report
    from evals.suite import run_suite, summarise, unjudged_rate
    from index.generations import current_generation

    home = data / "evals"
    refresh_index(corpus, home, offline=True)
    questions, judged = read_questions(), read_judgements()
    assistant = Assistant.open(home)
    check_gold(questions, assistant.searcher.store)
    with progress_bar("asking") as progress:
        outcomes = run_suite(assistant, questions, progress)
    variants = []
    if ablations:
        with progress_bar("variants") as progress:
            variants = run_variants(assistant.searcher, questions, progress)

    @cache
    def lines_of(path: str) -> list[str]:
        return (corpus.resolve().parent / path).read_text(encoding="utf-8").split("\n")

    manifest = current_generation(home / "index")[1]
    report = summarise(outcomes, lambda path, line: lines_of(path)[line - 1])
    indexed = {"entries": manifest.entries, "passages": manifest.passages}
    report = replace(report, counts={**indexed, **report.counts})  # scores on another corpus would mean nothing
    results = home / "results"
    results.mkdir(exist_ok=True)
    write_run(results / "shipped.run", {o.question.id: o.run for o in outcomes if o.question.answerable}, "shipped")
    for variant in variants:
        name = variant.name.replace(" ", "_").replace(",", "")
        write_run(results / f"{name}.run", variant.runs, name)
    write_qrels(results / "suite.qrels", questions, judged)
    write_results(results, results_json(report, outcomes, manifest, variants))
    (results / "report.html").write_text(html_report(report, outcomes, variants), encoding="utf-8")
    _talk.print(
        f"unjudged among the first ten hits: {unjudged_rate(outcomes, judged):.1%}; report: {results / 'report.html'}"
    )
    if variants:
        asked = [question for question in questions if question.answerable]
        _print_table("variants", {v.name: dict(v.mean(asked)) | {"p": v.p_value} for v in variants})
    return report


def _public_set(folder: Path, *, as_json: bool, update: bool) -> None:
    from evals.beir import evaluate_dataset, read_dataset

    with progress_bar(folder.name) as progress:
        result = evaluate_dataset(read_dataset(folder), progress=lambda _, done, total: progress(done, total))
    if update:
        keep_public(result)
    if as_json:
        sys.stdout.write(json.dumps(result) + "\n")
        return
    _print_table(str(result["dataset"]), result["systems"])


def _print_report(report: Report, comparisons: Sequence[Comparison]) -> None:
    _print_table("retrieval", report.scores)
    slices = [name for name in ("all", "zh", "en", "dev", "test") if name in report.answers]
    shares = {share: {name: report.answers[name][share] for name in slices} for share in report.answers["all"]}
    _print_table("answers", shares)
    held = report.support
    _out.print(
        f"support function against {held.pairs} labelled pairs: accuracy {held.accuracy:.3f}, kappa {held.kappa:.3f}, "
        f"precision {held.precision:.3f}, recall {held.recall:.3f}"
    )
    asked, times = report.counts["questions"], report.milliseconds
    _out.print(f"{asked} questions; an answer takes {times['p50']:.1f} ms (p50), {times['p95']:.1f} ms (p95)")
    for comparison in comparisons:
        if comparison.verdict is not Verdict.OK:
            found = f"{comparison.name} is {comparison.value:.4f}, expected {comparison.expected:.4f}"
            _out.print(f"{comparison.verdict.value}: {found}", style=_COLOURS[comparison.verdict])
    failed = sum(comparison.verdict is Verdict.FAIL for comparison in comparisons)
    _out.print(f"{len(comparisons)} values compared with evals/regression.toml, {failed} failed")


def _print_table(title: str, rows: Mapping[str, Mapping[str, float]]) -> None:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    names = list(next(iter(rows.values())))
    for name in names:
        table.add_column(name, justify="right")
    for row, values in rows.items():
        table.add_row(row, *(f"{values[name]:.4f}" for name in names))
    _out.print(table)


def run() -> None:
    """Runs the command."""
    cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    cli.command()(main)
    cli()


if __name__ == "__main__":
    run()
