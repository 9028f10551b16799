import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text.readings import _pairs, _words, is_close_call, most_readable


def best_score(text):
    """The score of one reading, from every way to cut it into words."""
    words, pairs = _words(), _pairs()

    def cut(rest):
        if not rest:
            return 0.0
        ends = [end for end in range(1, len(rest) + 1) if end == 1 or rest[:end] in words.frequency]
        return max(words.frequency.get(rest[:end], words.unknown) + cut(rest[end:]) for end in ends)

    return cut(text) + sum(pairs.score(first, second) for first, second in itertools.pairwise(["", *text]))


@given(
    st.lists(
        st.lists(st.sampled_from("大模型的训练方法天夫"), min_size=1, max_size=4, unique=True), min_size=1, max_size=5
    )
)
def test_the_chosen_reading_scores_as_well_as_the_best_of_all_readings(lattice):
    best = max(best_score("".join(reading)) for reading in itertools.product(*lattice))  # every reading, one by one

    assert best_score(most_readable(lattice)) == pytest.approx(best)


def test_a_bracket_is_opened_only_where_it_is_closed():
    assert most_readable(["、【", "汉", "】"]) == "【汉】"
    assert most_readable(["、【", "汉", "、"]) == "、汉、"


def test_a_choice_is_close_where_another_character_reads_as_well():
    assert is_close_call(["不中"], "中", 0)
    assert not is_close_call(["大", "模横", "型"], "大模型", 1)
    assert not is_close_call(["大", "模", "型"], "大模型", 1)  # nothing to choose
