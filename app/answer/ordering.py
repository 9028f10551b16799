"""What of the spans found comes first, where their probabilities are not the whole of it."""

from __future__ import annotations

from collections.abc import Sequence

from app.answer.selection import Candidate
from index.query.conversation import History
from index.text.analysis import term_set
from index.types import ParsedQuery

LOOKED_AT = 30  # candidates among which a definition, and what supports an answer, is looked for
_PROCEDURE = 0.3  # odds of a procedure, against the likeliest span, from which on it comes first


def definition_first(question: ParsedQuery, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Returns candidates with what the very term that is asked for is, and how it works, in front, if that is there.

    An entry's own definition answers "what is LoRA?" and not "what is NF4?": the question that it answers must hold all
    words of the one asked.
    """
    wanted = set(question.words)

    def of_aspect(aspect: str) -> list[Candidate]:
        return [
            candidate for candidate in ranked[:LOOKED_AT] if wanted
            and (asked := candidate.span.asked) is not None and asked.aspect == aspect
            and wanted <= term_set(" ".join((asked.question, *asked.wordings)))
        ]  # fmt: skip

    what = of_aspect("what")[:1]
    how = [candidate for candidate in of_aspect("how") if what and candidate.hit.row == what[0].hit.row][:1]
    return _in_front([*what, *how], ranked)


def not_said_before(ranked: Sequence[Candidate], history: History) -> list[Candidate]:
    """Returns the likeliest candidate, which may be asked for again, and those that no earlier answer has quoted."""
    said = "\n".join(turn.answer for turn in history)
    return [*ranked[:1], *(candidate for candidate in ranked[1:] if candidate.span.plain not in said)]


def procedure_first(question: ParsedQuery, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Returns candidates with a procedure in front, where the question asks how to do something and one is likely."""
    if question.intent.label != "how-to" or not ranked:
        return list(ranked)
    likely = [c for c in ranked[:LOOKED_AT] if c.span.steps and c.odds >= _PROCEDURE * ranked[0].odds][:1]
    return _in_front(likely, ranked)


def _in_front(first: Sequence[Candidate], ranked: Sequence[Candidate]) -> list[Candidate]:
    return [*first, *(candidate for candidate in ranked if all(candidate is not other for other in first))]
