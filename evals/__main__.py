"""``python -m evals``: the shipped suite, or public sets in BEIR's layout, by one encoder or several side by side.

A composition root.
"""

from __future__ import annotations

import ingest.interrupts  # noqa: F401 - before what takes time to load  # isort: skip

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from evals.feedback import import_feedback
from evals.load import load
from evals.regression import Comparison, Verdict, as_sections, compare, read_regression, write_regression
from evals.suite import Report
from evals.tables import keep_public, write_readmes
from evals.understanding import judge_constraints, judge_intents, understanding_rows, worst_confusions
from index.encoders.base import SHIPPED, Encoder
from index.refresh import refresh_index
from index.storage.origin import choose_corpus
from ingest.console import BatchOption, CorpusOption, DataOption, DeviceOption, Terminal, one_line_ends
from ingest.places import refuse_changes

if TYPE_CHECKING:
    from evals.beir import Dataset
    from evals.encoders import Values
    from evals.questions import Question

_talk = Terminal()
_out = Console(highlight=False, soft_wrap=True)
_COLOURS = {Verdict.OK: "green", Verdict.CLOSE: "yellow", Verdict.FAIL: "red"}

DatasetOption = Annotated[list[Path] | None, typer.Option(help="A BEIR-format folder; repeatable. BEIR 格式的目录。")]
EncodersOption = Annotated[
    list[str] | None,
    typer.Option(
        help="As for `ingest`, by default the shipped one; several are compared with it, side by side. "
        "编码器，默认自带的；给几个则与自带的并排比较。"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON. 输出 JSON。")]
AblationsOption = Annotated[bool, typer.Option("--ablations", help="Also compare all variants. 同时比较各种变体。")]
UpdateOption = Annotated[bool, typer.Option("--update", help="Keep the scores, for later runs too. 更新回归文件。")]
CalibrateOption = Annotated[
    bool, typer.Option("--calibrate", help="Fit the decision to answer and keep it. 重新拟合“是否作答”。")
]
LlmOption = Annotated[
    bool, typer.Option("--llm", help="Written answers of LLM_MODEL, beside the quoted ones. 评测语言模型撰写的回答。")
]
BenchOption = Annotated[bool, typer.Option("--bench", help="Speed and memory instead. 改测速度与内存。")]
LimitOption = Annotated[int | None, typer.Option("--questions", min=1, help="With --llm: only so many. 只问这么多题。")]
FitSupportOption = Annotated[
    bool, typer.Option("--fit-support", help="Fit the support function and keep it. 重新拟合支持度函数。")
]


def main(  # noqa: PLR0912
    context: typer.Context,
    dataset: DatasetOption = None,
    as_json: JsonOption = False,
    ablations: AblationsOption = False,
    update: UpdateOption = False,
    calibrate: CalibrateOption = False,
    llm: LlmOption = False,
    limit: LimitOption = None,
    fit_support: FitSupportOption = False,
    bench: BenchOption = False,
    encoder: EncodersOption = None,
    batch: BatchOption = 32,
    device: DeviceOption = None,
    corpus: CorpusOption = None,
    data: DataOption = Path("data"),
) -> None:
    """Runs the retrieval eval suite; exits with 1 on a regression. 运行检索评测，有退步时以 1 退出。"""
    if context.invoked_subcommand:
        return
    specs = encoder or [SHIPPED]
    if update and specs != [SHIPPED]:
        raise typer.BadParameter("--update keeps the scores of the shipped encoder; leave out --encoder")
    if calibrate and (dataset or specs != [SHIPPED]):
        raise typer.BadParameter("--calibrate goes with the suite and the shipped encoder")
    if ablations and len(specs) > 1:
        raise typer.BadParameter("--ablations takes one --encoder")
    encoders = _load(specs, data, batch, device)
    with one_line_ends():
        refuse_changes("--update, --calibrate, --fit-support", wanted=update or calibrate or fit_support)
        corpus = choose_corpus(corpus, data)
        if bench:
            from evals.bench import bench_and_report

            bench_and_report(corpus, data / "evals", next(encoders), _talk, None if as_json else _print_table)
            return
        if llm or fit_support:
            from evals.support_run import fit_and_report, write_and_report

            home = data / "evals"
            refresh_index(corpus, home, _talk, offline=True, encoder=next(encoders))
            show = None if as_json else _print_table
            (write_and_report(home, limit, _talk, show) if llm else fit_and_report(home, _talk, show))
            return
        if len(specs) > 1:
            _compare_encoders(encoders, dataset or [], corpus, data, as_json=as_json)
            return
        chosen = next(encoders)
        if dataset:
            for folder in dataset:
                _public_set(folder, chosen, as_json=as_json, update=update)
            if update:
                write_readmes(Path(), read_regression())
            return
        report = _suite(corpus, data, chosen, ablations=ablations, calibrate=calibrate)
        found = as_sections(report)
        if update:
            write_regression(found)
            write_readmes(Path(), read_regression())
            _talk.say("wrote evals/data/regression.toml and the tables of the READMEs")
        # What must be found again is what the shipped encoder finds.
        comparisons = list(compare(found, read_regression())) if chosen.name == SHIPPED else []
        if as_json:
            sys.stdout.write(json.dumps(found | {"milliseconds": dict(report.milliseconds)}) + "\n")
        else:
            _print_report(report, comparisons)
    if any(comparison.verdict is Verdict.FAIL for comparison in comparisons):
        raise typer.Exit(1)


def _load(specs: Sequence[str], data: Path, batch: int, device: str | None) -> Iterator[Encoder]:
    """Loads encoders one after the other: large ones would not fit into memory together."""
    from index.encoders.load import load_encoder

    for spec in specs:
        yield load_encoder(spec, home=data / "encoders", batch=batch, device=device)


def _suite(corpus: Path, data: Path, encoder: Encoder, *, ablations: bool, calibrate: bool) -> Report:
    """Runs the suite on an index of its own, without fetched abstracts, so that every clone gets the same scores."""
    from app.assistant import Assistant
    from evals.ablations import run_variants
    from evals.artefacts import results_json, write_qrels, write_results, write_run
    from evals.encoders import home_of
    from evals.questions import check_gold, read_judgements, read_questions
    from evals.report import html_report
    from evals.suite import run_suite, summarise, unjudged_rate
    from index.storage.generations import current_generation

    home = home_of(encoder, data / "evals")
    refresh_index(corpus, home, _talk, offline=True, encoder=encoder)
    questions, judged = read_questions(), read_judgements()
    assistant = Assistant.open(home, encoder)
    check_gold(questions, assistant.searcher.store)
    if calibrate:
        from evals.recipe import fit_all

        fit_all(assistant, questions, _talk)
    with _talk.progress("asking") as progress:
        outcomes = run_suite(assistant, questions, progress)
    variants = []
    if ablations:
        with _talk.progress("variants") as progress:
            variants = run_variants(assistant.searcher, questions, progress)

    @cache
    def lines_of(path: str) -> list[str]:
        return (corpus.resolve().parent / path).read_text(encoding="utf-8").split("\n")

    manifest = current_generation(home / "index")[1]
    report = summarise(outcomes, lambda path, line: lines_of(path)[line - 1])
    indexed = {"entries": manifest.entries, "passages": manifest.passages}
    report = replace(report, intents=judge_intents(), constraints=judge_constraints(assistant.searcher))
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
    _talk.say(
        f"unjudged among the first ten hits: {unjudged_rate(outcomes, judged):.1%}; report: {results / 'report.html'}"
    )
    if variants:
        asked = [question for question in questions if question.answerable]
        _print_table("variants", {v.name: dict(v.mean(asked)) | {"p": v.p_value} for v in variants})
    return report


def _compare_encoders(
    encoders: Iterator[Encoder], folders: Sequence[Path], corpus: Path, data: Path, *, as_json: bool
) -> None:
    """Prints the shipped encoder and others side by side, on the suite or on public sets."""
    from evals.beir import read_dataset
    from evals.encoders import side_by_side
    from evals.questions import read_questions
    from ingest.text.scripts import language_of

    questions = [question for question in read_questions() if question.answerable]
    sets: list[Dataset | None] = [read_dataset(folder) for folder in folders] or [None]  # None is the suite
    values: list[dict[str, Values]] = [{} for _ in sets]
    for encoder in chain(_load([SHIPPED], data, 1, None), encoders):
        for of_encoder, dataset in zip(values, sets, strict=True):
            if encoder.name not in of_encoder:
                of_encoder[encoder.name] = _values(encoder, dataset, questions, corpus, data)
    for of_encoder, dataset in zip(values, sets, strict=True):
        languages = {question.id: question.language for question in questions}
        if dataset:
            languages = {query: language_of(dataset.queries[query]) for query in dataset.qrels}
        name, rows = dataset.name if dataset else "suite", side_by_side(of_encoder, languages)
        if as_json:
            sys.stdout.write(json.dumps({"dataset": name, "encoders": rows}) + "\n")
        else:
            _print_table(f"{name}; p against {SHIPPED}", rows)


def _values(
    encoder: Encoder, dataset: Dataset | None, questions: Sequence[Question], corpus: Path, data: Path
) -> Values:
    """Returns what an encoder finds, on a public set or on the suite."""
    from evals.encoders import home_of, run_on_set, run_on_suite
    from evals.questions import check_gold
    from index.search import Searcher

    title = Path(encoder.name).name[:18]
    if dataset:
        with _talk.progress(title) as progress:
            return run_on_set(dataset, encoder, progress)
    home = home_of(encoder, data / "evals")
    refresh_index(corpus, home, _talk, offline=True, encoder=encoder)
    with closing(Searcher.open(home / "index", encoder)) as searcher, _talk.progress(title) as progress:
        check_gold(questions, searcher.store)
        return run_on_suite(searcher, questions, progress)


def _public_set(folder: Path, encoder: Encoder, *, as_json: bool, update: bool) -> None:
    from evals.beir import evaluate_dataset, read_dataset

    with _talk.progress(folder.name) as progress:
        result = evaluate_dataset(read_dataset(folder), encoder, lambda _, done, total: progress(done, total))
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
    _print_understanding(report)
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
    if comparisons:
        _out.print(f"{len(comparisons)} values compared with evals/data/regression.toml, {failed} failed")


def _print_understanding(report: Report) -> None:
    if report.intents is None or report.constraints is None:
        return
    _print_table("understanding", understanding_rows(report.intents, report.constraints))
    confusions = ", ".join(f"{true} as {told} {number}" for true, told, number in worst_confusions(report.intents))
    _out.print(f"intents confused most often: {confusions}")
    _out.print(f"filters that exclude an answer: {report.constraints.excluding:.1%}")


def _print_table(title: str, rows: Mapping[str, Mapping[str, float]]) -> None:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    names = list(next(iter(rows.values())))
    for name in names:
        table.add_column(name, justify="right")
    for row, values in rows.items():
        table.add_row(row, *(f"{values[name]:.4f}" for name in names))
    _out.print(table)


def commands() -> typer.Typer:
    """Returns the command with what it does beside the suite."""
    cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    cli.callback(invoke_without_command=True)(main)
    cli.command()(load)
    cli.command()(import_feedback)
    return cli


def run() -> None:
    """Runs the command."""
    commands()()


if __name__ == "__main__":
    run()
