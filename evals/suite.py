"""Running the suite: every question through retrieval and answering, scored by language."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.assistant import Assistant
from app.types import Answer, Status
from evals.measures import mean_scores, score_queries
from evals.questions import Question, qrels_of
from ingest.text import fold

_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question got."""

    question: Question
    answer: Answer
    run: Mapping[str, float]
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """The suite's result.

    Attributes:
        counts: Questions and what they ran on.
        scores: Retrieval measures by slice ("all", "zh", "en").
        answers: Shares in [0, 1] by slice: unanswerable questions declined, answerable ones wrongly declined, quotes
            that stand verbatim at their line, sentences with full support, answers in the question's language.
        milliseconds: Median and 95th percentile of a whole answer.
    """

    counts: Mapping[str, int]
    scores: Mapping[str, Mapping[str, float]]
    answers: Mapping[str, Mapping[str, float]]
    milliseconds: Mapping[str, float]


def run_suite(
    assistant: Assistant, questions: Sequence[Question], progress: Callable[[int, int], None] = lambda *_: None
) -> list[Outcome]:
    """Asks every question and keeps what came back."""
    outcomes = []
    for number, question in enumerate(questions, start=1):
        started = time.perf_counter()
        answer = assistant.ask(question.text)
        elapsed = 1000 * (time.perf_counter() - started)
        hits = assistant.searcher.search(question.text, k=_DEPTH)
        outcomes.append(Outcome(question, answer, {hit.entry.entry_id: hit.score for hit in hits}, elapsed))
        progress(number, len(questions))
    return outcomes


def summarise(outcomes: Sequence[Outcome], read_line: Callable[[str, int], str]) -> Report:
    """Scores outcomes.

    Args:
        outcomes: From ``run_suite``.
        read_line: Returns a line of a cited file, to check quotes against the files themselves.
    """
    values = score_queries(
        qrels_of([outcome.question for outcome in outcomes]), {o.question.id: o.run for o in outcomes}
    )
    slices = {"all": list(outcomes)} | {
        language: [o for o in outcomes if o.question.language == language] for language in ("zh", "en")
    }
    times = sorted(outcome.milliseconds for outcome in outcomes)
    return Report(
        counts={
            "questions": len(outcomes),
            "answerable": sum(o.question.answerable for o in outcomes),
        },
        scores={
            name: mean_scores({o.question.id: values[o.question.id] for o in members if o.question.answerable})
            for name, members in slices.items()
        },
        answers={name: _answer_shares(members, read_line) for name, members in slices.items()},
        milliseconds={"p50": times[len(times) // 2], "p95": times[min(len(times) - 1, int(0.95 * len(times)))]},
    )


def _answer_shares(outcomes: Sequence[Outcome], read_line: Callable[[str, int], str]) -> dict[str, float]:
    must_decline = [o for o in outcomes if not o.question.answerable]
    must_answer = [o for o in outcomes if o.question.answerable]
    answered = [o.answer for o in must_answer if o.answer.status is Status.ANSWERED]
    citations = [citation for answer in answered for citation in answer.citations]
    return {
        "declined, unanswerable": _share([o.answer.status is Status.DECLINED for o in must_decline]),
        "declined, answerable": _share([o.answer.status is Status.DECLINED for o in must_answer]),
        "quote at its line": _share([c.quote in read_line(c.passage.path, c.line) for c in citations]),
        "fully supported": _share([c.support >= 1.0 for c in citations]),
        "cites gold": _share([_cites_gold(o) for o in must_answer if o.answer.status is Status.ANSWERED]),
        "in the question's language": _share([_in_language(answer) for answer in answered]),
    }


def _cites_gold(outcome: Outcome) -> bool:
    gold = {gold.entry_id for gold in outcome.question.gold}
    return any(citation.entry.entry_id in gold for citation in outcome.answer.citations)


def _in_language(answer: Answer) -> bool:
    quoted = [c.passage.language for c in answer.citations if len(fold(c.quote)) > 30]
    return not quoted or quoted.count(answer.language) >= 0.5 * len(quoted)


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0
