"""What an answer should hold, from the intent of a question."""

from __future__ import annotations

from dataclasses import dataclass

from index.query.patterns import FACTS, read_all
from index.query.tokens import folded
from index.types import ParsedQuery


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an answer should hold.

    Attributes:
        defines: What something is.
        wants_list: Several entries, one line each.
        compares: Two or more works side by side.
        facts: Names of catalogue facts (``index.query.patterns.FACTS``).
    """

    defines: bool
    wants_list: bool
    compares: bool
    facts: tuple[str, ...]


def read_wishes(question: ParsedQuery) -> Wishes:
    """Returns what the answer to a question should hold."""
    label = question.intent.label
    asked = folded(question.corrected)
    facts = (
        () if label in ("list", "comparison") else tuple(dict.fromkeys(read.slot for read in read_all(asked, *FACTS)))
    )
    return Wishes(label == "definition", label == "list", label == "comparison", facts)
