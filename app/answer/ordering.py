"""What of the spans found comes first, where their probabilities are not the whole of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.answer.defining import asked_names, closeness, is_definition, says_how
from app.answer.selection import Candidate
from index.query.conversation import History
from index.query.naming import named_alone
from index.types import ParsedQuery

LOOKED_AT = 30  # candidates among which what supports an answer is looked for
_DEFINED = 0.9  # probability of the definition of the very term


def definition_first(question: ParsedQuery, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Returns candidates with what the very term that is asked for is, and how it works, in front, if that is there.

    An entry's own definition answers "what is LoRA?" and not "what is NF4?": the less else than the term the question
    holds that is answered, the better. What is defined so is probable.
    """
    names = asked_names(question)
    fits = sorted(((closeness(names, one.span), one) for one in ranked), key=lambda fit: -fit[0])
    defining = [one for close, one in fits if close > 0] or _of_work(question, ranked)  # of equals, the likelier first
    if not defining:
        return list(ranked)
    what = defining[0]
    how = [one for one in defining[1:] if one.hit.row == what.hit.row and says_how(one.span)][:1]
    others = [one for one in ranked if one is not what and one not in how]
    return [replace(what, probability=max(what.probability, _DEFINED)), *how, *others]


def is_defined(question: ParsedQuery, ranked: Sequence[Candidate]) -> bool:
    """Tells that a candidate says what the term is that a question asks for."""
    names = asked_names(question)
    return any(is_definition(names, candidate.span) for candidate in ranked) or bool(_of_work(question, ranked))


def _of_work(question: ParsedQuery, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Returns what a work is, by its own card, where a question means nothing but a work of the turn before."""
    rows = set[int]().union(*question.named())
    if not rows or not question.context or not named_alone(question):
        return []
    own = [one for one in ranked if one.hit.row in rows and one.span.asked and one.span.asked.aspect == "what"]
    return sorted(own, key=lambda one: one.span.line)[:1]


def not_said_before(ranked: Sequence[Candidate], history: History) -> list[Candidate]:
    """Returns the likeliest candidate, which may be asked for again, and those that no earlier answer has quoted."""
    said = "\n".join(turn.answer for turn in history)
    return [*ranked[:1], *(candidate for candidate in ranked[1:] if candidate.span.plain not in said)]
