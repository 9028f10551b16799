"""What an answer should hold, from the intent of a question and the nouns for works in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.answer.defining import asks_what_it_is
from index.query.list_request import sounds_like_a_list
from index.query.patterns import FACTS, ORDERS, PICKS, Read, read_all, read_first
from index.query.remainder import left_over
from index.query.tokens import folded
from index.text.analysis import content_words
from index.types import ParsedQuery, Slot

_IN_DOUBT = 0.3  # probability of a list

_RECOMMEND = re.compile(
    r"(?:please |can you |could you )*(?:recommend|list|suggest|show me)\b|(?:请|帮我)*(?:推荐|列出|列举)", re.I
)
_MORE = 2  # content words; a single one is mostly a noun for the work itself


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an answer should hold.

    Attributes:
        defines: What something is.
        wants_list: Several entries, one line each.
        compares: Two or more works side by side.
        facts: Names of catalogue facts (``index.query.patterns.FACTS``).
        asks_more: Whether it asks for something beside them.
        facts_first: Whether it asks for them in its first half.
    """

    defines: bool
    wants_list: bool
    compares: bool
    facts: tuple[str, ...]
    asks_more: bool = False
    facts_first: bool = False


def read_wishes(question: ParsedQuery) -> Wishes:
    """Returns what the answer to a question should hold."""
    label = question.intent.label
    asked = folded(question.corrected)
    reads = list(read_all(asked, *FACTS))
    defines = asks_what_it_is(question)
    listed = _asks_for_works(question) and not (reads and (question.named() or label == "fact"))
    listed = listed and not question.is_a_name()
    if listed or label == "comparison":
        reads = []
    facts = tuple(dict.fromkeys(read.slot for read in reads))
    more = bool(facts) and _asks_more(question, reads)
    first = bool(facts) and 2 * min(read.start for read in reads) < len(asked)
    return Wishes(defines, listed, label == "comparison" and not listed, facts, more, first)


def asks_for_a_list(question: ParsedQuery) -> bool:
    """Tells whether the answer to a question should be a list of works."""
    return read_wishes(question).wants_list


def _asks_for_works(question: ParsedQuery) -> bool:
    """Tells a request for a list: by how it sounds, or as it names works and whose they should be, or in which order.

    Also of lists on another field than the one that the intent model knows.
    """
    if question.intent.label == "outfield" and _RECOMMEND.match(question.corrected) and not question.named():
        return True
    nouns = any(entity.slot is Slot.KIND for entity in question.entities)
    theirs = nouns and bool(question.filters.without(["kinds", "years"]))
    ordered = nouns and read_first(folded(question.corrected), *ORDERS) is not None
    in_doubt = theirs and question.intent.probabilities["list"] >= _IN_DOUBT
    return sounds_like_a_list(question.corrected) or in_doubt or ordered


def _asks_more(question: ParsedQuery, reads: Sequence[Read]) -> bool:
    """Tells a question that has content beside its names and the words that ask for facts."""
    pointers = read_all(folded(question.corrected), *PICKS, "points back")
    gone = [(read.start, read.end) for read in (*reads, *pointers)]
    named = [entity for entity in question.entities if entity.slot is not Slot.TERM]
    gone += [(question.tokens[e.first].start, question.tokens[e.end - 1].end) for e in named]
    return len(content_words(left_over(question.corrected, gone))) >= _MORE
