"""What an answer should hold, from the intent of a question and the nouns for works in it."""

from __future__ import annotations

from dataclasses import dataclass

from index.query.patterns import FACTS, read_all
from index.query.tokens import folded
from index.types import ParsedQuery, Slot

_IN_DOUBT = 0.3  # probability of a list


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
    facts = tuple(dict.fromkeys(read.slot for read in read_all(asked, *FACTS)))
    listed = _asks_for_works(question) and not (facts and question.named())
    facts = () if listed or label == "comparison" else facts
    return Wishes(label == "definition", listed, label == "comparison" and not listed, facts)


def _asks_for_works(question: ParsedQuery) -> bool:
    """Tells a request for a list; a noun for works speaks for one where the intent model is in doubt."""
    nouns = any(entity.slot is Slot.KIND for entity in question.entities)
    return question.intent.label == "list" or (nouns and question.intent.probabilities["list"] >= _IN_DOUBT)
