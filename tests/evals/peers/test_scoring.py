import pytest

from evals.peers import scoring
from evals.peers.measuring import Asked, Measured
from evals.peers.scoring import costs, entries_of, quality


def test_an_entry_stands_where_its_best_passage_stands():
    found = {"q1": [("a#2", 0.9), ("b#1", 0.8), ("a#1", 0.7), ("c#1", 0.1)]}

    run = entries_of(found, {"a#1": "a", "a#2": "a", "b#1": "b", "c#1": "c"})

    assert run == {"q1": {"a": 20.0, "b": 19.0, "c": 18.0}}


def test_what_nobody_judged_counts_as_wrong_and_is_left_out_once(monkeypatch, ask):
    monkeypatch.setattr(scoring, "read_judgements", lambda: {"q1": {"seen": 0}})
    questions = [ask("q1", "?", "gold"), ask("q2", "？", "other", language="zh")]
    run = {"q1": {"new": 3.0, "gold": 2.0, "seen": 1.0}, "q2": {}}

    means, values = quality(run, questions)

    assert values["q1"]["nDCG@10"] == pytest.approx(0.6309, abs=1e-4)  # 1 / log2(3): second of three
    assert means["nDCG@10, en"] == pytest.approx(0.6309, abs=1e-4)
    assert means["nDCG@10, zh"] == 0.0  # nothing was found
    assert means["nDCG@10"] == pytest.approx(0.6309 / 2, abs=1e-4)
    assert means["nDCG@10, judged"] == 0.5  # without "new", gold comes first: (1 + 0) / 2
    assert means["Success@5"] == 0.5
    assert means["unjudged"] == pytest.approx(1 / 3)


def test_costs_are_medians_of_the_rounds_and_the_ratio_is_to_ours_beside_them():
    def asked(cpu, cold):
        return Asked({}, [cpu] * 3, [2 * cpu] * 3, cold, 2 * cold, 100.0)

    found = costs(Measured([asked(10.0, 1.0), asked(30.0, 3.0), asked(20.0, 2.0)], 5.0, 7.0, 1.5))

    assert found["search p50"] == found["search p95"] == 20.0
    assert found["search p50, clock"] == 40.0
    assert found["to ours"] == 4.0  # 20 / 5
    assert (found["cold start"], found["cold start, clock"]) == (2.0, 4.0)
    assert (found["resident"], found["build"], found["index"]) == (100.0, 7.0, 1.5)
