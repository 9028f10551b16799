"""How well questions are understood: intents on unseen families of wordings, constraints, and what follow-ups mean."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.errors import EvaluationError
from index.catalogue.filters import Filters
from index.query.intent import shipped_intents
from index.query.tokens import folded, tidy
from index.search import Searcher
from index.training.intents.train import read_wordings

SHIPPED_INTENTS = Path(__file__).parent / "data" / "intents.jsonl"
SHIPPED_CONSTRAINTS = Path(__file__).parent / "data" / "constraints.jsonl"
_BY_ROWS = ("venues", "authors", "organisations")  # compared by the entries they mean, as names have several spellings


@dataclass(frozen=True, slots=True)
class IntentReport:
    """How well intents are told.

    Attributes:
        accuracy: Share of the wordings that stand alone whose intent is told, by language.
        leaning: Shares of leaning wordings told as such, and of others taken for leaning, by language.
        confusion: How many wordings of one intent were taken for another, (true, told) → number.
    """

    accuracy: Mapping[str, float]
    leaning: Mapping[str, tuple[float, float]]
    confusion: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class ConstraintReport:
    """How well constraints are read.

    Attributes:
        exact: Share of the questions whose constraints are read exactly, by language and "all".
        excluding: Share whose filters exclude an entry that answers.
        wrong: Ids of the questions read wrongly.
    """

    exact: Mapping[str, float]
    excluding: float
    wrong: Sequence[str]


def judge_intents(file: Path = SHIPPED_INTENTS) -> IntentReport:
    """Reads held-out wordings with the shipped model."""
    model = shipped_intents()
    read = [(wording, model.read(folded(tidy(wording.text)))) for wording in read_wordings(file)]
    languages = sorted({wording.language for wording, _ in read})

    def share(language: str, *, leans: bool, told: str) -> float:
        of_language = [(w, i) for w, i in read if w.language == language and w.leans == leans]
        hits = [i.leans > 0.5 if told == "leans" else i.label == w.intent for w, i in of_language]
        return sum(hits) / max(len(hits), 1)

    confusion = Counter((w.intent, i.label) for w, i in read if not w.leans and i.label != w.intent)
    return IntentReport(
        {name: share(name, leans=False, told="intent") for name in languages},
        {name: (share(name, leans=True, told="leans"), share(name, leans=False, told="leans")) for name in languages},
        confusion,
    )


def judge_constraints(searcher: Searcher, file: Path = SHIPPED_CONSTRAINTS) -> ConstraintReport:
    """Reads questions whose constraints are known.

    Raises:
        EvaluationError: A line is malformed; the message names it.
    """
    rows = list(_rows(file))
    known = {entry.entry_id: row for row, entry in enumerate(searcher.store.entries())}
    right: dict[str, list[bool]] = {"all": []}
    excluding, wrong = 0, []
    for row in rows:
        question = searcher.read(row["q"])
        exact = _read_exactly(searcher, row, question.wished, question.soft, question.count)
        for name in ("all", row["language"]):
            right.setdefault(name, []).append(exact)
        if not exact:
            wrong.append(str(row["id"]))
        fitting = question.filters.rows(searcher.store.rows_with)
        excluding += fitting is not None and any(known[a] not in fitting for a in row["answers"] if a in known)
    return ConstraintReport(
        {name: sum(values) / len(values) for name, values in right.items()}, excluding / max(len(rows), 1), wrong
    )


def _rows(file: Path) -> Sequence[Mapping[str, Any]]:
    rows = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            row["q"], row["language"], row["asks"], row["answers"]
        except (ValueError, KeyError, TypeError) as error:
            raise EvaluationError(f"{file}:{number}: not a question with constraints ({error!r})") from error
        rows.append(row)
    return rows


def _read_exactly(
    searcher: Searcher, row: Mapping[str, Any], wished: Filters, soft: Filters, count: int | None
) -> bool:
    if row["asks"] != "works":
        return not wished and count is None
    year = f" {row['venue_year']}" if row["venue_year"] else ""
    wanted = Filters(
        since=row["since"],
        until=row["until"],
        venues=tuple(f"{venue}{year}" for venue in row["venues"]),
        authors=tuple(row["authors"]),
        organisations=tuple(row["organisations"]),
        lists=tuple(row["lists"]),
    )
    kinds = {kind.value for kind in (*wished.kinds, *soft.kinds)}
    return (
        (wished.since, wished.until, set(wished.lists), count)
        == (wanted.since, wanted.until, set(wanted.lists), row["count"])
        and all(_rows_of(searcher, wished, name) == _rows_of(searcher, wanted, name) for name in _BY_ROWS)
        and set(row["kinds"]) <= kinds
    )


def _rows_of(searcher: Searcher, filters: Filters, name: str) -> Collection[int] | None:
    return searcher.store.rows_with(name, filters.forms(name)) if getattr(filters, name) else None


def worst_confusions(report: IntentReport, most: int = 12) -> list[tuple[str, str, int]]:
    """Returns (true, told, number) of the likeliest confusions, most frequent first."""
    ranked = sorted(report.confusion.items(), key=lambda item: (-item[1], item[0]))
    return [(true, told, number) for (true, told), number in ranked[:most]]


def understanding_rows(intents: IntentReport, constraints: ConstraintReport) -> dict[str, dict[str, float]]:
    """Returns how well questions are understood by language, as rows of a table."""
    shown = {"intent told": intents.accuracy, "constraints read exactly": constraints.exact}
    rows = {name: {language: values[language] for language in ("zh", "en")} for name, values in shown.items()}
    for place, name in enumerate(("leaning told", "taken for leaning")):
        rows[name] = {language: intents.leaning[language][place] for language in ("zh", "en")}
    return rows
