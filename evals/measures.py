"""Retrieval measures in their TREC meanings, computed by ir-measures.

nDCG@10 uses graded judgements; R@10 is recall; Success@k is 1 when any relevant entry is among the first k; RR@10 is
the reciprocal rank of the first relevant entry, 0 beyond ten.
"""

from __future__ import annotations

from collections.abc import Mapping

import ir_measures
from ir_measures import RR, R, Success, nDCG

MEASURES = (nDCG @ 10, R @ 10, Success @ 1, Success @ 5, RR @ 10)
NAMES = tuple(str(measure) for measure in MEASURES)

Qrels = Mapping[str, Mapping[str, int]]
Run = Mapping[str, Mapping[str, float]]


def score_queries(qrels: Qrels, run: Run) -> dict[str, dict[str, float]]:
    """Returns every measure of every judged query; a query the run does not answer scores 0.

    Args:
        qrels: Grades (0 and up) of entries by query.
        run: Scores of entries by query; higher is better.
    """
    # trec_eval breaks ties by id in descending order; ranks have to be apart for ours to count.
    spread = {query: _by_rank(scores) for query, scores in run.items()}
    values = {query: dict.fromkeys(NAMES, 0.0) for query in qrels}
    for metric in ir_measures.iter_calc(MEASURES, {q: dict(g) for q, g in qrels.items()}, spread):
        values[metric.query_id][str(metric.measure)] = float(metric.value)
    return values


def mean_scores(values: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Returns the mean of each measure over queries (0 for none)."""
    count = len(values) or 1
    return {name: sum(scores[name] for scores in values.values()) / count for name in NAMES}


def _by_rank(scores: Mapping[str, float]) -> dict[str, float]:
    ranked = sorted(scores, key=lambda entry: (-scores[entry], entry))
    return {entry: float(len(ranked) - rank) for rank, entry in enumerate(ranked)}
