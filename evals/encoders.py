"""Encoders side by side: the same questions, the vectors alone and in the mixture, one index an encoder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evals.ablations import VARIANTS, run_question
from evals.beir import Dataset, run_systems
from evals.measures import mean_scores, score_queries
from evals.questions import Question, qrels_of
from evals.statistics import paired_p_value
from index.encoders.base import SHIPPED, Encoder
from index.search import Searcher

_DECIDING = "nDCG@10"
_ON_SETS = ("dense", "hybrid")

Values = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Measures by system and question id."""


def home_of(encoder: Encoder, evals: Path) -> Path:
    """Returns the folder of an encoder's index and results: the shipped one has ``evals``, any other one below it."""
    if encoder.name == SHIPPED:
        return evals
    last = re.sub(r"[^\w.-]+", "-", Path(encoder.name).name)
    return evals / "encoders" / f"{last}-{hashlib.sha256(encoder.name.encode()).hexdigest()[:8]}"


def run_on_suite(
    searcher: Searcher, questions: Sequence[Question], progress: Callable[[int, int], None] = lambda *_: None
) -> Values:
    """Returns the measures of the answerable questions, by the vectors alone and by the shipped mixture."""
    asked = [question for question in questions if question.answerable]
    values = {}
    for number, (name, variant) in enumerate((("dense", "dense"), ("mixture", "shipped"))):
        by = searcher.with_config(VARIANTS[variant])
        runs = {}
        for done, question in enumerate(asked, start=1):
            runs[question.id] = run_question(by, question)
            progress(number * len(asked) + done, 2 * len(asked))
        values[name] = score_queries(qrels_of(asked), runs)
    return values


def run_on_set(dataset: Dataset, encoder: Encoder, progress: Callable[[int, int], None] = lambda *_: None) -> Values:
    """Returns the measures of the queries of a public set, by the vectors alone and by the mixture."""
    return run_systems(dataset, encoder, _ON_SETS, lambda _, done, total: progress(done, total))


def side_by_side(of_encoder: Mapping[str, Values], languages: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Returns one row for each system and encoder.

    Args:
        of_encoder: Measures by encoder; the first one is what the others are compared with.
        languages: Languages of the questions by id; each has a column.

    Returns:
        Means of nDCG@10 over all questions and by language, of Success@5, and the p of a paired randomisation test on
        nDCG@10 against the first encoder.
    """
    first = next(iter(of_encoder.values()))
    rows = {}
    for system in first:
        for encoder, systems in of_encoder.items():
            values = systems[system]
            means = mean_scores(values)
            row = {_DECIDING: means[_DECIDING]}
            for language in sorted(set(languages.values()), reverse=True):  # zh before en, as everywhere
                own = {name: scores for name, scores in values.items() if languages[name] == language}
                row[f"{_DECIDING}, {language}"] = mean_scores(own)[_DECIDING]
            pairs = [[of[system][name][_DECIDING] for name in values] for of in (systems, first)]
            rows[f"{system}, {encoder}"] = row | {"Success@5": means["Success@5"], "p": paired_p_value(*pairs)}
    return rows
