"""How far the support function can be trusted: its agreement with sentence and passage pairs labelled by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.answer.support import CARRIED, support
from evals.errors import EvaluationError

SHIPPED_PAIRS = Path(__file__).parent / "data" / "support.jsonl"
_LABELS = {"supported": True, "unsupported": False}


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence, the passage it cites, and whether the passage carries all of it."""

    sentence: str
    passage: str
    supported: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the function's verdicts (support of at least ``CARRIED``) compare with the labels.

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
    pairs = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise EvaluationError(f"cannot read {file}: {error.strerror}") from error
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            pairs.append(Pair(str(row["sentence"]), str(row["passage"]), _LABELS[row["label"]], str(row["type"])))
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise EvaluationError(f"{file}:{number}: not a labelled pair ({error!r})") from error
    return pairs


def agreement(pairs: Sequence[Pair]) -> Agreement:
    """Compares the function with the labels."""
    verdicts = [(support(pair.sentence, pair.passage) >= CARRIED, pair.supported) for pair in pairs]
    count = len(verdicts) or 1
    equal = sum(passed == label for passed, label in verdicts) / count
    passed, labelled = sum(p for p, _ in verdicts), sum(label for _, label in verdicts)
    chance = (passed * labelled + (count - passed) * (count - labelled)) / count**2
    both = sum(p and label for p, label in verdicts)
    return Agreement(
        pairs=len(pairs),
        accuracy=equal,
        kappa=(equal - chance) / (1 - chance) if chance < 1 else 0.0,
        precision=both / passed if passed else 0.0,
        recall=both / labelled if labelled else 0.0,
    )
