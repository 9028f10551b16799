import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.retrieval.ranking import best_rows, rank_entries, ranks_by_entry


def ranked(scores, entry_of, *, second=0.0, bonus=None):
    rows = np.arange(len(scores))
    return rank_entries(np.asarray(scores, np.float32), rows, np.asarray(entry_of), second=second, bonus=bonus or {})


def test_an_entry_is_ranked_by_its_best_passage_when_the_second_weighs_nothing():
    found = ranked([0.5, 0.9, 0.7, 0.8], [0, 1, 0, 2])

    assert [entry.entry_row for entry in found] == [1, 2, 0]
    assert found[2].positions == (2, 0)


def test_a_second_passage_lifts_its_entry():
    scores, entries = [0.8, 0.75, 0.82], [0, 0, 1]

    assert [entry.entry_row for entry in ranked(scores, entries)] == [1, 0]
    lifted = ranked(scores, entries, second=0.5)
    assert [entry.entry_row for entry in lifted] == [0, 1]
    assert np.isclose(lifted[0].score, (0.8 + 0.5 * 0.75) / 1.5)


def test_a_bonus_is_added_to_the_entry():
    assert [entry.entry_row for entry in ranked([0.5, 0.6], [0, 1], bonus={0: 0.2, 7: 1.0})] == [0, 1]


def test_equal_entries_come_by_their_rows():
    assert [entry.entry_row for entry in ranked([0.5, 0.5, 0.5], [2, 0, 1])] == [0, 1, 2]


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=30), st.integers(1, 40))
def test_the_best_rows_hold_every_score_as_good_as_the_last_of_them(values, k):
    scores = np.asarray(values, np.float32)

    rows = best_rows(scores, k)

    positive = sorted((value for value in scores if value > 0), reverse=True)
    worst = positive[min(k, len(positive)) - 1] if positive else np.inf
    assert set(rows) == {row for row, value in enumerate(scores) if value > 0 and value >= worst}


def test_ranks_are_of_each_entrys_best_score_and_equals_share_the_better():
    found = ranks_by_entry(np.asarray([0.1, 0.9, 0.5, 0.9], np.float32), np.asarray([0, 0, 1, 2]))

    assert {row: rank for row, (_, rank) in found.items()} == {0: 1, 2: 1, 1: 3}
    assert np.isclose(found[0][0], 0.9)
