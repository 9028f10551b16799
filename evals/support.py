"""How far the support function can be trusted: its agreement with sentence and passage pairs labelled by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.answer.support import Check, Verdict, is_carried, shipped_checker
from evals.lines import read_rows

SHIPPED_PAIRS = Path(__file__).parent / "data" / "support.jsonl"
JUDGED_PAIRS = Path(__file__).parent / "data" / "support_pairs.jsonl"
_LABELS = {"supported": True, "unsupported": False}


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence, the passage it cites, and whether the passage carries all of it."""

    sentence: str
    passage: str
    supported: bool
    kind: str


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A pair with two labels, given in two readings.

    Attributes:
        id: Its name.
        sentence: The sentence.
        passage: The passage it is held against.
        entry: Id of the work that the passage is about.
        labels: Whether the passage carries all of the sentence, first and second reading.
        kind: "paraphrase", "shortened" …, or the error that was planted.
        second: The label of a second reader, who saw neither these nor the program's; None where there is none.
        language: "zh" or "en"; "zh-en" for a Chinese sentence and an English passage.
        split: "dev", where thresholds are chosen, or "test".
    """

    id: str
    sentence: str
    passage: str
    entry: str
    labels: tuple[bool, bool]
    kind: str
    language: str
    split: str
    second: bool | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How verdicts compare with labels.

    Attributes:
        pairs: Number of pairs.
        accuracy: Share of equal verdicts.
        kappa: Cohen's kappa (1960), agreement beyond chance.
        precision: Of the pairs it passes, the share labelled supported.
        recall: Of the pairs labelled supported, the share it passes.
    """

    pairs: int
    accuracy: float
    kappa: float
    precision: float
    recall: float


def read_pairs(file: Path = SHIPPED_PAIRS) -> list[Pair]:
    """Reads labelled pairs, one JSON object a line.

    Raises:
        EvaluationError: The file is missing or a line is malformed; the message names file and line.
    """

    def read(row: Mapping[str, Any]) -> Pair:
        return Pair(str(row["sentence"]), str(row["passage"]), _LABELS[row["label"]], str(row["type"]))

    return read_rows(file, read, "a labelled pair")


def read_judged(file: Path = JUDGED_PAIRS) -> list[JudgedPair]:
    """Reads pairs that were labelled twice, one JSON object a line.

    Raises:
        EvaluationError: The file is missing or a line is malformed; the message names file and line.
    """

    def read(row: Mapping[str, Any]) -> JudgedPair:
        first, second = (_LABELS[label] for label in row["labels"])
        name, sentence, passage, entry = (str(row[field]) for field in ("id", "sentence", "passage", "entry"))
        labels, kind = (first, second), str(row["type"])
        other = _LABELS[row["second"]] if "second" in row else None
        return JudgedPair(name, sentence, passage, entry, labels, kind, str(row["language"]), str(row["split"]), other)

    return read_rows(file, read, "a labelled pair")


def agreement(pairs: Sequence[Pair], passes: Callable[[str, str], bool] | None = None) -> Agreement:
    """Compares the shipped function, or another one, with the labels."""
    passes = passes or (lambda sentence, passage: is_carried(_shipped(sentence, passage).support))
    return compare([(passes(pair.sentence, pair.passage), pair.supported) for pair in pairs])


def compare(verdicts: Sequence[tuple[bool, bool]]) -> Agreement:
    """Compares verdicts with labels, pair by pair."""
    count = len(verdicts) or 1
    equal = sum(passed == label for passed, label in verdicts) / count
    passed, labelled = sum(p for p, _ in verdicts), sum(label for _, label in verdicts)
    chance = (passed * labelled + (count - passed) * (count - labelled)) / count**2
    both = sum(p and label for p, label in verdicts)
    return Agreement(
        pairs=len(verdicts),
        accuracy=equal,
        kappa=(equal - chance) / (1 - chance) if chance < 1 else 0.0,
        precision=both / passed if passed else 0.0,
        recall=both / labelled if labelled else 0.0,
    )


def judged_report(pairs: Sequence[JudgedPair], check: Callable[[JudgedPair], Check]) -> dict[str, dict[str, float]]:
    """Returns how the verdicts on pairs with two like labels compare with these, by slice.

    Slices are everything, each language, and each kind; ``found`` is the share of wrong sentences not called supported,
    ``kept`` that of correct ones called supported, ``called wrong`` that of correct ones called unsupported.
    """
    agreed = [(pair, check(pair)) for pair in pairs if pair.labels[0] == pair.labels[1]]
    slices: dict[str, list[tuple[JudgedPair, Check]]] = {"all": agreed}
    for row in agreed:
        slices.setdefault(row[0].language, []).append(row)
    for row in sorted(agreed, key=lambda row: row[0].kind):
        slices.setdefault(row[0].kind, []).append(row)
    return {name: _slice(rows) for name, rows in slices.items()}


def readings(pairs: Sequence[JudgedPair]) -> Agreement:
    """Returns how the second reading of pairs agrees with the first."""
    return compare([(pair.labels[1], pair.labels[0]) for pair in pairs])


def readers(pairs: Sequence[JudgedPair]) -> Agreement:
    """Returns how a second reader agrees with the labels, on the pairs that both have read."""
    return compare([(bool(pair.second), pair.labels[0]) for pair in pairs if pair.second is not None])


def _slice(rows: Sequence[tuple[JudgedPair, Check]]) -> dict[str, float]:
    right = [check for pair, check in rows if pair.labels[0]]
    wrong = [check for pair, check in rows if not pair.labels[0]]
    nan = float("nan")
    return {
        "pairs": float(len(rows)),
        "kappa": compare([(c.verdict is Verdict.SUPPORTED, p.labels[0]) for p, c in rows]).kappa
        if right and wrong
        else nan,
        "found": sum(c.verdict is not Verdict.SUPPORTED for c in wrong) / len(wrong) if wrong else nan,
        "kept": sum(c.verdict is Verdict.SUPPORTED for c in right) / len(right) if right else nan,
        "called wrong": sum(c.verdict is Verdict.UNSUPPORTED for c in right) / len(right) if right else nan,
    }


def _shipped(sentence: str, passage: str) -> Check:
    checker = shipped_checker()
    return checker.check(sentence, [checker.ground(passage)])
