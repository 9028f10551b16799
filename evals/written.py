"""Answers that a language model writes, beside the quoted ones to the same questions: facts, citations, cost.

Citation recall and precision are ALCE's (Gao and others, EMNLP 2023), with the support function in the place of its
entailment model: a sentence counts when what it cites carries it, a citation when it carries its sentence. What the
function misses is missed here, too; ``python -m evals`` prints how far it can be trusted.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.answer.llm import LanguageModel
from app.answer.support import Verdict, is_carried
from app.assistant import Assistant
from app.render.json import answer_json
from app.types import Answer, Status
from evals.questions import Question
from ingest.text.tokens import count_tokens


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with its quoted and its written answer, and the seconds each took."""

    question: Question
    quoted: Answer
    written: Answer
    seconds: tuple[float, float]


def ask_both(
    assistant: Assistant,
    model: LanguageModel,
    questions: Sequence[Question],
    progress: Callable[[int, int], None] = lambda *_: None,
    keep: Callable[[Pair], None] = lambda _: None,
) -> list[Pair]:
    """Asks every question twice; what was answered is kept at once, as a slow model may be interrupted."""
    pairs = []
    for number, question in enumerate(questions, start=1):
        started = time.perf_counter()
        quoted = assistant.ask(question.text, question.history)
        between = time.perf_counter()
        written = assistant.answer(question.text, question.history, model=model)
        pairs.append(Pair(question, quoted, written, (between - started, time.perf_counter() - between)))
        keep(pairs[-1])
        progress(number, len(questions))
    return pairs


def summarise_written(pairs: Sequence[Pair]) -> dict[str, dict[str, float]]:
    """Returns measures by kind of answer, "quoted" and "written"; shares in [0, 1], means for tokens and seconds."""
    return {
        "quoted": _measures(pairs, [pair.quoted for pair in pairs], [pair.seconds[0] for pair in pairs]),
        "written": _measures(pairs, [pair.written for pair in pairs], [pair.seconds[1] for pair in pairs]),
    }


def failed_share(pairs: Sequence[Pair]) -> Mapping[str, float]:
    """Returns the share of the sentences that a model wrote by verdict, and of the answers that it failed to give."""
    checks = [s.check for pair in pairs if pair.written.writing for s in pair.written.sentences if s.check]
    answered = [pair for pair in pairs if pair.quoted.status is not Status.DECLINED and pair.quoted.citations]
    shares = {
        verdict.value: _share([check.verdict is verdict for check in checks])
        for verdict in Verdict
        if verdict is not Verdict.NO_CLAIM
    }
    return (
        {"sentences": float(len(checks))}
        | shares
        | {"fallen back": _share([p.written.writing is None for p in answered])}
    )


def pair_json(pair: Pair) -> dict[str, Any]:
    """Returns a question with both of its answers, for reading what was called supported and what not."""
    written = answer_json(pair.written, pair.question.id)
    told = {name: written[name] for name in ("id", "question", "language", "status", "citations", "notices")}
    return told | {"kind": pair.question.kind, "quoted": pair.quoted.text, "writing": written.get("writing")}


def _measures(pairs: Sequence[Pair], answers: Sequence[Answer], seconds: Sequence[float]) -> dict[str, float]:
    both = list(zip(pairs, answers, strict=True))
    said = [a for _, a in both if a.citations]
    recalled = [_recalled(answer) for answer in said]
    return {
        "facts": _share([_has_facts(pair, answer) for pair, answer in both if pair.question.facts]),
        "citation recall": sum(recalled) / len(recalled) if recalled else 0.0,
        "citation precision": _share([is_carried(c.support) for a in said for c in a.citations]),
        "supported": _share(
            [s.check is None or s.check.verdict is Verdict.SUPPORTED for a in said for s in a.sentences]
        ),
        "declined, unanswerable": _share([not a.citations for p, a in both if not p.question.answerable]),
        "declined, answerable": _share([not a.citations for p, a in both if p.question.answerable]),
        "prompt tokens": _mean([a.writing.usage.prompt_tokens if a.writing else 0 for a in answers]),
        "answer tokens": _mean([_answer_tokens(a) for a in answers]),
        "seconds": _mean(seconds),
    }


def _answer_tokens(answer: Answer) -> float:
    """Returns the tokens that a model wrote, counted here where its server does not."""
    if answer.writing is None:
        return 0.0
    return float(answer.writing.usage.answer_tokens or count_tokens(" ".join(s.text for s in answer.sentences)))


def _recalled(answer: Answer) -> float:
    sentences = [s for s in answer.sentences if answer.writing is None or s.check]
    if not sentences:
        return 0.0
    good = [bool(s.citations) and (s.check.verdict is Verdict.SUPPORTED if s.check else True) for s in sentences]
    return sum(good) / len(good)


def _has_facts(pair: Pair, answer: Answer) -> bool:
    """Tells whether the sentences that stand, those struck through left out, have all needed facts."""
    text = " ".join(s.text for s in answer.sentences if not (s.check and s.check.verdict is Verdict.UNSUPPORTED))
    return all(re.search(fact, text, re.I) for fact in pair.question.facts)


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
