"""From passages to measures: an entry scores by its best passage, and is judged as the suite judges it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean, median

from evals.bench import percentile
from evals.measures import mean_scores, score_queries
from evals.peers.export import Exported
from evals.peers.measuring import Measured
from evals.questions import Question, qrels_of, read_judgements

_DEPTH = 20  # entries that are kept, as in the suite
_SHOWN = 10
_LANGUAGES = ("zh", "en")
Found = Mapping[str, Sequence[tuple[str, float]]]
Run = dict[str, dict[str, float]]
Values = Mapping[str, Mapping[str, float]]


def entries_of(found: Found, entry_of: Mapping[str, str]) -> Run:
    """Returns the first entries of each question, each by the place of its best passage."""
    run: Run = {}
    for question, passages in found.items():
        entries = list(dict.fromkeys(entry_of[passage] for passage, _ in passages))[:_DEPTH]
        run[question] = {entry: float(_DEPTH - rank) for rank, entry in enumerate(entries)}
    return run


def quality(run: Run, questions: Sequence[Question]) -> tuple[dict[str, float], Values]:
    """Scores a run.

    Besides nDCG@10 and Success@5 in all and by language: the share of the first ten entries that nobody has judged, and
    nDCG@10 with these left out of the ranking (Sakai, SIGIR 2007), since a system that was never judged finds more of
    them and they count as wrong.

    Returns:
        The means, and the measures by question.
    """
    judged = read_judgements()
    qrels = qrels_of(questions, judged)
    known = {q.id: set(qrels[q.id]) | set(judged.get(q.id, ())) for q in questions}
    values = score_queries(qrels, run)
    condensed = {
        q: {entry: score for entry, score in entries.items() if entry in known[q]} for q, entries in run.items()
    }
    first = [(q, entry) for q, entries in run.items() for entry in list(entries)[:_SHOWN]]
    means = {"unjudged": mean(entry not in known[q] for q, entry in first) if first else 0.0}
    slices = {"": questions} | {f", {language}": _of(questions, language) for language in _LANGUAGES}
    for name, own in slices.items():
        of_slice = mean_scores({q.id: values[q.id] for q in own})
        means |= {f"{measure}{name}": of_slice[measure] for measure in ("nDCG@10", "Success@5")}
    means["nDCG@10, judged"] = mean_scores(score_queries(qrels, condensed))["nDCG@10"]
    return means, values


def costs(measured: Measured) -> dict[str, float]:
    """Returns what a variant costs, the median of its rounds: milliseconds and seconds of the processor, MB."""
    rounds = measured.asked
    p50 = median(percentile(asked.cpu_ms, 50) for asked in rounds)
    return {
        "search p50": p50,
        "search p95": median(percentile(asked.cpu_ms, 95) for asked in rounds),
        "search p50, clock": median(percentile(asked.wall_ms, 50) for asked in rounds),
        "search p95, clock": median(percentile(asked.wall_ms, 95) for asked in rounds),
        "to ours": p50 / measured.beside if measured.beside else 0.0,
        "cold start": median(asked.cold_cpu for asked in rounds),
        "cold start, clock": median(asked.cold_wall for asked in rounds),
        "resident": median(asked.resident for asked in rounds),
        "build": measured.build,
        "index": measured.index_mb,
    }


def score(measured: Measured, exported: Exported) -> tuple[dict[str, float], Values]:
    """Returns what a variant finds and costs, and its measures by question."""
    run = entries_of(measured.asked[0].found, exported.entry_of)
    means, values = quality(run, exported.questions)
    return means | costs(measured), values


def _of(questions: Sequence[Question], language: str) -> list[Question]:
    return [question for question in questions if question.language == language]
