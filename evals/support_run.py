"""The two runs around the support function: fitting it, and the answers of a language model that it checks."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from app.answer.llm import LanguageModel, configured
from app.answer.support import Check, Checker, Thresholds, names_of_entry, read_terms
from app.assistant import Assistant
from app.support.forest import Forest
from app.support.reading import Reader
from evals.errors import EvaluationError
from evals.questions import read_questions
from evals.support import JudgedPair, compare, judged_report, read_judged, read_pairs, readers, readings
from ingest.console import Terminal

Show = Callable[[str, Mapping[str, Mapping[str, float]]], None]
_CALLED_WRONG = 0.05  # at most so many of the correct sentences shall be called unsupported
_STRIDE = 7  # questions apart, so that a part of the suite has all of its kinds


def write_and_report(home: Path, limit: int | None, talk: Terminal, show: Show | None) -> None:
    """Has the configured model answer the suite's questions and reports it beside the quoted answers.

    Raises:
        EvaluationError: No model is configured.
    """
    from evals.written import Pair, ask_both, failed_share, pair_json, summarise_written

    config = configured()
    if config is None:
        raise EvaluationError(
            "no language model is configured: set LLM_MODEL and, for another endpoint, OPENAI_BASE_URL"
        )
    questions = read_questions()
    if limit is not None:
        order = sorted(range(len(questions)), key=lambda number: (number * _STRIDE) % len(questions))
        questions = [questions[number] for number in sorted(order[:limit])]
    results = home / "results"
    results.mkdir(exist_ok=True)
    with (
        closing(Assistant.open(home)) as assistant,
        talk.progress("writing") as progress,
        (results / "written.jsonl").open("w", encoding="utf-8") as lines,
    ):

        def keep(pair: Pair) -> None:
            lines.write(json.dumps(pair_json(pair), ensure_ascii=False) + "\n")
            lines.flush()

        pairs = ask_both(assistant, LanguageModel(config), questions, progress, keep)
    report = summarise_written(pairs)
    verdicts = {"written": dict(failed_share(pairs))}
    if show is None:
        sys.stdout.write(json.dumps({"model": config.model, "answers": report, "verdicts": verdicts}) + "\n")
        return
    show(f"{len(questions)} questions, {config.model}", report)
    show("verdicts on its sentences", verdicts)
    talk.say(f"every sentence with its verdict: {results / 'written.jsonl'}")


def fit_and_report(home: Path, talk: Terminal, show: Show | None) -> None:
    """Fits the support function, keeps it, and reports how it does on pairs it has not seen."""
    from evals.support_fitting import features_of, fit_forest, gather, keep, weights_of
    from evals.support_lexicon import fit_lexicon

    judged = read_judged()
    with closing(Assistant.open(home)) as assistant:
        store, table = assistant.searcher.store, assistant.searcher.table
        terms = read_terms(store.terms())
        names = {entry.entry_id: names_of_entry(entry) for entry in store.entries()}
        reader, held_out = Reader(table, terms), {pair.entry for pair in judged}
        lexicons = fit_lexicon(store, table, held_out)
        examples, written = gather(store, reader, held_out)
        with talk.progress("support") as progress:
            features = features_of(examples, reader, lexicons, progress)
    labels = np.asarray([example.carried for example in examples])
    forest = fit_forest(features, labels, weights_of(len(examples), written))
    checker = Checker(table, terms, Forest.of(forest))
    keep(forest, *_thresholds(checker, [pair for pair in judged if pair.split == "dev"], names))
    talk.say(f"wrote app/answer/support.json from {len(examples)} examples, {written} of them after written sentences")
    _report(Checker(table, terms), judged, names, talk, show)


def _thresholds(
    checker: Checker, judged: Sequence[JudgedPair], names: Mapping[str, Sequence[str]]
) -> tuple[float, float]:
    """Returns the threshold of the best agreement with pairs, and the one below which few correct sentences fall."""
    chances = [(_chance(checker, p.sentence, p.passage, names.get(p.entry, ())), p.labels[0]) for p in judged]
    chances += [(_chance(checker, p.sentence, p.passage, ()), p.supported) for p in read_pairs()]
    steps = np.arange(0.2, 0.8, 0.02)
    kappas = [compare([(chance >= step, label) for chance, label in chances]).kappa for step in steps]
    correct = np.asarray([chance for chance, label in chances if label])
    carried = float(steps[int(np.argmax(kappas))])
    return carried, min(float(np.quantile(correct[correct > 0], _CALLED_WRONG)), carried)


def _chance(checker: Checker, sentence: str, passage: str, names: Sequence[str]) -> float:
    return checker.check(sentence, [checker.ground(passage, names)], Thresholds(carried=2.0, partly=2.0)).support


def _report(
    checker: Checker,
    judged: Sequence[JudgedPair],
    names: Mapping[str, Sequence[str]],
    talk: Terminal,
    show: Show | None,
) -> None:
    def check(pair: JudgedPair) -> Check:
        return checker.check(pair.sentence, [checker.ground(pair.passage, names.get(pair.entry, ()))])

    both = readings(judged)
    talk.say(f"the two readings of {both.pairs} pairs agree: {both.accuracy:.3f}, kappa {both.kappa:.3f}")
    other = readers(judged)
    talk.say(f"a second reader of {other.pairs} of them agrees: {other.accuracy:.3f}, kappa {other.kappa:.3f}")
    reports = {split: judged_report([p for p in judged if p.split == split], check) for split in ("dev", "test")}
    if show is None:
        sys.stdout.write(json.dumps(reports) + "\n")
        return
    for split, report in reports.items():
        show(f"support function, {split}", report)
