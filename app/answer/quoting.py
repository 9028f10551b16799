"""Which spans an answer quotes, and how much it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.answer.defining import closeness, is_about, says_how
from app.answer.ordering import LOOKED_AT
from app.answer.selection import Candidate
from app.answer.spans import opens_with_a_verdict
from app.types import Length
from index.query.naming import Names
from index.text.analysis import term_set
from index.text.spans import count_words

_FILLED = 3  # spans that a definition is filled up to
_OF_THE_TERM = 0.75  # closeness from which on a span says what the very term is, or how it works


@dataclass(frozen=True, slots=True)
class ExtractiveConfig:
    """How much an answer says.

    Attributes:
        entries: Entries whose spans are compared.
        spans: At most so many spans, by length …
        words: … and so many words, a Chinese character counting for half a one.
        fair: What a definition is filled up to, in words, by length.
        adds: A further span must be the first to hold what is asked for with so much probability, by length …
        answers: … and with so much to be a part of the answer; the others are related and stand apart, below it.
        same: Two spans whose vectors are nearer than this say the same; the later one is left out.
        new: … and so is one fewer than this share of whose words is new.
        sides: Works set beside each other.
        shared: Aspects that are compared.
    """

    entries: int = 5
    spans: tuple[int, int, int] = (1, 6, 9)
    words: tuple[int, int, int] = (80, 180, 300)
    fair: tuple[int, int, int] = (0, 50, 120)
    adds: tuple[float, float, float] = (1.0, 0.08, 0.01)
    answers: float = 0.16
    same: float = 0.78
    new: float = 0.4
    sides: int = 4
    shared: tuple[str, ...] = ("what", "how", "result", "cost", "limit")


@dataclass(frozen=True, slots=True)
class Quotes:
    """The spans chosen for an answer, the likeliest first.

    Attributes:
        answer: What is asked for; the first of all is among them.
        related: What stands near it and may hold a part.
    """

    answer: list[Candidate]
    related: list[Candidate]

    @property
    def all(self) -> list[Candidate]:
        """Both, the answer first."""
        return [*self.answer, *self.related]


def choose_quotes(
    ranked: Sequence[Candidate], length: Length, config: ExtractiveConfig, *, names: Names | None = None
) -> Quotes:
    """Chooses the first span and those after it that may hold what is asked for where the ones before do not.

    Args:
        ranked: What is chosen from; there must be one.
        length: How much to say.
        config: Its bounds.
        names: Of the term that is asked for, if a definition is; then more of the first span's entry is said until
            the answer is of a fair length, and what other terms are is no part of it.
    """
    size = list(Length).index(length)
    most, adds, room = config.spans[size], config.adds[size], config.words[size]
    fair = room - config.fair[size] if names is not None else room  # what may be left of the room
    chosen, room = Quotes([ranked[0]], []), room - count_words(ranked[0].span.plain)
    unsaid = 1.0 - ranked[0].probability
    for candidate in ranked[1:LOOKED_AT]:
        more = room > fair and len(chosen.all) < _FILLED and candidate.hit.row == ranked[0].hit.row
        more = more and candidate.span.asked is not None  # prose says the same in other words
        words = count_words(candidate.span.plain)
        verdict = opens_with_a_verdict(candidate.span.plain)  # "Yes." answers a question that is not shown
        chance = candidate.probability * unsaid
        if len(chosen.all) == most or words > room or verdict or not (more or chance >= adds):
            continue
        near = not more and chance < config.answers
        if not _is_said(candidate, chosen.all, config):
            (chosen.related if near else chosen.answer).append(candidate)
            room -= words
            unsaid *= 1.0 - candidate.probability
    return chosen if names is None else _of_the_term(names, chosen)


def _of_the_term(names: Names, chosen: Quotes) -> Quotes:
    """Sets apart, below the definition of a term, what other terms are."""
    first, *others = chosen.answer
    if not is_about(names, first.span):
        return chosen
    own = [
        first,
        *(
            other
            for other in others
            if closeness(names, other.span) >= _OF_THE_TERM or (says_how(other.span) and is_about(names, other.span))
        ),
    ]
    return Quotes(own, [quote for quote in chosen.all if quote not in own])


def _is_said(candidate: Candidate, chosen: Sequence[Candidate], config: ExtractiveConfig) -> bool:
    """Tells a span that says what others have said: much like one of them, or with few words that none has."""
    span, terms = candidate.span, term_set(candidate.span.plain)
    known = frozenset[str]().union(*(term_set(other.span.plain) for other in chosen))
    if len(terms - known) < config.new * len(terms):
        return True
    return any(
        float(candidate.vector @ other.vector) >= config.same
        or (span.passage == other.span.passage and (span.text in other.span.text or other.span.text in span.text))
        for other in chosen
    )
