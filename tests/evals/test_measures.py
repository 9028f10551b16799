from math import log2

import numpy as np
import pytest

from evals.measures import mean_scores, score_queries

QRELS = {"q": {"a": 2, "b": 1, "c": 1, "n": 0}}


def ranked(*entries):
    """A run that puts entries in this order."""
    return {entry: float(-rank) for rank, entry in enumerate(entries)}


def by_definition(grades, ranking):
    """The measures, straight from their definitions."""
    gains = [grades.get(entry, 0) for entry in ranking[:10]]
    ideal = sorted(grades.values(), reverse=True)[:10]
    dcg, best = (sum(gain / log2(rank + 1) for rank, gain in enumerate(row, start=1)) for row in (gains, ideal))
    relevant = [rank for rank, gain in enumerate(gains, start=1) if gain > 0]
    return {
        "nDCG@10": dcg / best if best else 0.0,
        "R@10": len(relevant) / max(sum(grade > 0 for grade in grades.values()), 1),
        "Success@5": float(bool(relevant) and relevant[0] <= 5),
        "RR@10": 1 / relevant[0] if relevant else 0.0,
    }


def test_a_ranking_of_five_worked_out_by_hand():
    values = score_queries(QRELS, {"q": ranked("x", "a", "y", "b", "n")})["q"]

    # found: a (grade 2) at rank 2, b (grade 1) at rank 4; c is missing, x and y are not judged, n is judged 0
    # DCG  = 2 / log2(3) + 1 / log2(5)               = 1.26186 + 0.43068 = 1.69254
    # IDCG = 2 / log2(2) + 1 / log2(3) + 1 / log2(4) = 2 + 0.63093 + 0.5 = 3.13093
    assert values["nDCG@10"] == pytest.approx(1.69254 / 3.13093, abs=1e-5)  # 0.54059
    assert values["R@10"] == pytest.approx(2 / 3)
    assert values["Success@5"] == 1.0
    assert values["RR@10"] == 0.5


def test_the_best_possible_ranking_scores_one_everywhere():
    values = score_queries(QRELS, {"q": ranked("a", "c", "b")})["q"]

    assert set(values.values()) == {1.0}


@pytest.mark.parametrize(
    ("rank", "success_at_5", "reciprocal"),
    [(1, 1.0, 1.0), (5, 1.0, 0.2), (6, 0.0, 1 / 6), (10, 0.0, 0.1), (11, 0.0, 0.0)],
)
def test_the_cuts_are_after_five_and_after_ten(rank, success_at_5, reciprocal):
    entries = [f"x{n:02}" for n in range(20)]
    entries[rank - 1] = "a"

    values = score_queries({"q": {"a": 1}}, {"q": ranked(*entries)})["q"]

    assert values["Success@5"] == success_at_5
    assert values["RR@10"] == pytest.approx(reciprocal)
    assert values["R@10"] == (1.0 if rank <= 10 else 0.0)


def test_random_rankings_score_as_the_definitions_say():
    drawn = np.random.default_rng(3)
    entries = [f"e{n}" for n in range(25)]
    qrels = {
        f"q{n}": {e: int(drawn.integers(0, 3)) for e in drawn.choice(entries, 6, replace=False)} for n in range(30)
    }
    rankings = {query: [str(e) for e in drawn.permutation(entries)[:15]] for query in qrels}

    values = score_queries(qrels, {query: ranked(*ranking) for query, ranking in rankings.items()})

    for query, ranking in rankings.items():
        expected = by_definition(qrels[query], ranking)
        assert {name: values[query][name] for name in expected} == pytest.approx(expected, abs=1e-6)


def test_a_query_without_an_answer_scores_nought_and_counts():
    values = score_queries({"q": {"a": 1}, "silent": {"b": 1}}, {"q": ranked("a")})

    assert set(values["silent"].values()) == {0.0}
    assert set(mean_scores(values).values()) == {0.5}


def test_a_query_nobody_judged_is_left_out():
    assert set(score_queries({"q": {"a": 1}}, {"q": ranked("a"), "other": ranked("a")})) == {"q"}


def test_entries_with_equal_scores_are_ranked_by_id_as_the_search_ranks_them():
    values = score_queries({"q": {"a": 1}}, {"q": {"b": 0.5, "a": 0.5, "c": 0.5}})["q"]

    assert values["RR@10"] == 1.0


def test_the_mean_of_no_queries_is_nought():
    assert set(mean_scores({}).values()) == {0.0}
