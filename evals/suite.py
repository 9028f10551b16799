"""Running the suite: every question through retrieval, refusal and answering, scored by slice."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.answer.support import is_carried
from app.assistant import Assistant
from app.types import Answer, Citation, Sentence, Status
from evals.grades import Grades, graded_shares, read_grades
from evals.measures import NAMES, mean_scores, score_queries
from evals.questions import UNANSWERABLE, Question, qrels_of
from evals.statistics import bootstrap_interval
from evals.support import Agreement, agreement, read_pairs
from evals.understanding import ConstraintReport, IntentReport
from index.types import Hit
from ingest.text.folding import fold

DEPTH = 20
_UNJUDGED_DEPTH = 10
_LISTED = 10  # works that a list is expected to hold at most


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question got.

    Attributes:
        question: The question.
        answer: The answer.
        hits: The first entries of the search.
        measures: Retrieval measures, empty when the question is unanswerable.
        probability: That the question can be answered.
        milliseconds: Time of a whole answer.
        relevant: Entries that answer or help, by the gold and by the judgements.
        grades: How well single quotes answer the question (``evals.grades``).
    """

    question: Question
    answer: Answer
    hits: tuple[Hit, ...]
    measures: Mapping[str, float]
    probability: float
    milliseconds: float
    relevant: frozenset[str] = frozenset()
    grades: Grades = field(default_factory=dict)

    @property
    def run(self) -> dict[str, float]:
        """Scores of the found entries."""
        return {hit.entry.entry_id: hit.score for hit in self.hits}

    @property
    def declined(self) -> bool:
        """Whether nothing of the corpus was said: declined, or met with a word of the program's own."""
        return not self.answer.citations

    @property
    def said_missing(self) -> bool:
        """Whether the answer says that what is asked, or a part of it, is not there."""
        return self.declined or self.answer.status is Status.PARTLY_ANSWERED


@dataclass(frozen=True, slots=True)
class Report:
    """The suite's result.

    Attributes:
        counts: Questions, and how many of them the corpus answers.
        scores: Means of the retrieval measures by slice.
        intervals: 95 % bootstrap intervals of nDCG@10 by slice.
        answers: Shares in [0, 1] by slice; citation recall is over sentences, citation precision over citations.
        milliseconds: Median and 95th percentile of a whole answer.
        support: How well the support function agrees with labelled pairs.
        intents: How well intents are told, when that was looked at.
        constraints: How well constraints are read, likewise.
    """

    counts: Mapping[str, int]
    scores: Mapping[str, Mapping[str, float]]
    intervals: Mapping[str, tuple[float, float]]
    answers: Mapping[str, Mapping[str, float]]
    milliseconds: Mapping[str, float]
    support: Agreement
    intents: IntentReport | None = None
    constraints: ConstraintReport | None = None


def run_suite(
    assistant: Assistant, questions: Sequence[Question], progress: Callable[[int, int], None] = lambda *_: None
) -> list[Outcome]:
    """Asks every question and keeps what came back."""
    asked = []
    for number, question in enumerate(questions, start=1):
        started = time.perf_counter()
        answer = assistant.ask(question.text, question.history)
        elapsed = 1000 * (time.perf_counter() - started)
        found = assistant.searcher.find(question.text, k=DEPTH, history=question.history)
        probability = assistant.probability(found.question, found.hits)
        asked.append((question, answer, found.hits, probability, elapsed))
        progress(number, len(questions))
    runs = {question.id: {hit.entry.entry_id: hit.score for hit in hits} for question, _, hits, _, _ in asked}
    relevant, grades = qrels_of(questions), read_grades()
    measures = score_queries(relevant, runs)
    return [
        Outcome(
            question,
            answer,
            hits,
            measures.get(question.id, {}),
            probability,
            elapsed,
            frozenset(relevant.get(question.id, ())),
            grades.get(question.id, {}),
        )
        for question, answer, hits, probability, elapsed in asked
    ]


def slices_of(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Returns the slices the suite reports: everything, each language, each split, each kind."""
    slices = {"all": list(outcomes)}
    for name in ("language", "split", "kind"):
        for value in dict.fromkeys(getattr(outcome.question, name) for outcome in outcomes):
            slices[str(value)] = [o for o in outcomes if getattr(o.question, name) == value]
    return slices


def summarise(outcomes: Sequence[Outcome], read_line: Callable[[str, int], str]) -> Report:
    """Scores outcomes.

    Args:
        outcomes: From ``run_suite``.
        read_line: Returns a line of a cited file, to check quotes against the files themselves.
    """
    slices = slices_of(outcomes)
    answerable = {name: [o for o in members if o.question.answerable] for name, members in slices.items()}
    times = sorted(outcome.milliseconds for outcome in outcomes)
    return Report(
        counts={"questions": len(outcomes), "answerable": len(answerable["all"])},
        scores={name: mean_scores({o.question.id: o.measures for o in m}) for name, m in answerable.items() if m},
        intervals={name: bootstrap_interval([o.measures[NAMES[0]] for o in m]) for name, m in answerable.items() if m},
        answers={name: _answer_shares(members, read_line) for name, members in slices.items()},
        milliseconds={"p50": times[len(times) // 2], "p95": times[min(len(times) - 1, int(0.95 * len(times)))]},
        support=agreement(read_pairs()),
    )


def refusal_curve(outcomes: Sequence[Outcome]) -> list[tuple[float, float, float]]:
    """Returns (threshold, share of unanswerable declined, share of answerable declined) from 0 to 1."""
    good = [o.probability for o in outcomes if o.question.answerable]
    bad = [o.probability for o in outcomes if not o.question.answerable]
    return [(t / 50, _share([p < t / 50 for p in bad]), _share([p < t / 50 for p in good])) for t in range(51)]


def unjudged_rate(outcomes: Sequence[Outcome], judged: Mapping[str, Mapping[str, int]]) -> float:
    """Returns the share of the first ten hits of answerable questions that nobody has judged."""
    known = {o.question.id: {gold.entry_id for gold in o.question.gold} for o in outcomes}
    pairs = [
        (o.question.id, hit.entry.entry_id)
        for o in outcomes
        if o.question.answerable
        for hit in o.hits[:_UNJUDGED_DEPTH]
    ]
    return _share([entry not in known[q] and entry not in judged.get(q, {}) for q, entry in pairs])


def _answer_shares(outcomes: Sequence[Outcome], read_line: Callable[[str, int], str]) -> dict[str, float]:
    must_answer = [o for o in outcomes if o.question.answerable]
    answered = [o for o in must_answer if not o.declined]
    citations = [citation for o in answered for citation in o.answer.citations]
    of_kind = {kind: [o for o in outcomes if o.question.kind == kind] for kind in UNANSWERABLE}
    shares = {f"declined, {kind}": _share([o.declined for o in own]) for kind, own in of_kind.items() if own}
    if of_kind["near-miss"]:
        shares["said missing, near-miss"] = _share([o.said_missing for o in of_kind["near-miss"]])
    lists = [o for o in must_answer if o.question.kind == "list"]
    if lists:
        shares["list recall"] = _mean([list_recall(o) for o in lists])
        shares["list precision"] = _mean([list_precision(o) for o in lists if not o.declined])
    with_facts = [o for o in must_answer if o.question.facts]
    shares |= graded_shares([(o.answer, o.grades) for o in must_answer if o.question.kind != "list"])
    return shares | {
        "declined, unanswerable": _share([o.declined for o in outcomes if not o.question.answerable]),
        "declined, answerable": _share([o.declined for o in must_answer]),
        "said missing, answerable": _share([o.said_missing for o in must_answer]),
        "quote at its line": _share([_stands(c, read_line) for c in citations]),
        "citation recall": _share([_is_carried(o.answer, s) for o in answered for s in _statements(o.answer)]),
        "citation precision": _share([is_carried(c.support) for c in citations]),
        "cites gold": _share([_cites_gold(o) for o in answered]),
        "cited entry is gold": _share([_is_gold(o, c.entry.entry_id) for o in answered for c in o.answer.citations]),
        "gold is cited": _share([_is_cited(o, g.entry_id) for o in answered for g in o.question.gold]),
        "all facts present": _share([_has_facts(o) for o in with_facts]),
        "facts present": _mean([_facts_in(o.question, o.answer.text) for o in with_facts]),
        "fact in the first sentence": _share([_facts_in(o.question, _opening(o.answer)) > 0 for o in with_facts]),
        "in the question's language": _share([_in_language(o.answer) for o in answered]),
    }


def list_recall(outcome: Outcome) -> float:
    """Returns the share of the works of the gold list, of at most ten, that an answer cites; notes are no works."""
    gold = {gold.entry_id for gold in outcome.question.gold}
    works = {entry for entry in gold if not entry.startswith("note:")} or gold
    return len(works & _cited(outcome)) / min(_LISTED, len(works))


def list_precision(outcome: Outcome) -> float:
    """Returns the share of the cited entries that answer or help, by the gold and by the judgements."""
    cited = _cited(outcome)
    return sum(entry in outcome.relevant for entry in cited) / len(cited) if cited else 0.0


def _cited(outcome: Outcome) -> set[str]:
    return {citation.entry.entry_id for citation in outcome.answer.citations}


def _stands(citation: Citation, read_line: Callable[[str, int], str]) -> bool:
    """Tells whether a quote, line by line, stands in its file from its line on."""
    lines = citation.quote.split("\n")
    if citation.passage.page is not None:  # its file is no text; the page was kept apart
        return citation.quote in citation.passage.text
    return all(text in read_line(citation.passage.path, citation.line + i) for i, text in enumerate(lines))


def _statements(answer: Answer) -> list[Sentence]:
    """Returns the sentences of an answer but those in which the program itself says what it did not find."""
    partly = answer.status is Status.PARTLY_ANSWERED
    return [sentence for sentence in answer.sentences if sentence.citations or not partly]


def _is_carried(answer: Answer, sentence: Sentence) -> bool:
    """ALCE's recall (Gao and others, EMNLP 2023): the sentence is carried by what it cites."""
    return any(citation.n in sentence.citations and is_carried(citation.support) for citation in answer.citations)


def _is_gold(outcome: Outcome, entry_id: str) -> bool:
    return any(gold.entry_id == entry_id for gold in outcome.question.gold)


def _is_cited(outcome: Outcome, entry_id: str) -> bool:
    return any(citation.entry.entry_id == entry_id for citation in outcome.answer.citations)


def _cites_gold(outcome: Outcome) -> bool:
    return any(_is_gold(outcome, citation.entry.entry_id) for citation in outcome.answer.citations)


def _has_facts(outcome: Outcome) -> bool:
    return _facts_in(outcome.question, outcome.answer.text) == 1.0


def _facts_in(question: Question, text: str) -> float:
    return sum(re.search(fact, text, re.I) is not None for fact in question.facts) / len(question.facts)


def _opening(answer: Answer) -> str:
    return answer.sentences[0].text if answer.sentences else ""


def _in_language(answer: Answer) -> bool:
    quoted = [c.passage.language for c in answer.citations if len(fold(c.quote)) > 30]
    return not quoted or quoted.count(answer.language) >= 0.5 * len(quoted)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0
