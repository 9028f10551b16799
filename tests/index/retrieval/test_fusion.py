import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.retrieval.fusion import fuse, lexical_across, min_max

score_lists = st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=8).map(
    lambda values: np.array(values, dtype=np.float32)
)


def test_min_max_maps_the_lowest_to_nought_and_the_highest_to_one():
    # (4 - 2) / (10 - 2) = 0.25
    np.testing.assert_allclose(min_max(np.array([2, 10, 4], dtype=np.float32)), [0.0, 1.0, 0.25])


def test_scores_that_are_all_alike_tell_nothing():
    np.testing.assert_array_equal(min_max(np.array([3, 3, 3], dtype=np.float32)), [0.0, 0.0, 0.0])


def test_no_scores_stay_none():
    assert min_max(np.zeros(0, dtype=np.float32)).shape == (0,)


def test_fusion_is_the_weighted_mean_of_scaled_scores():
    lexical, dense = np.array([0, 5, 10], dtype=np.float32), np.array([0.9, 0.1, 0.5], dtype=np.float32)

    # scaled: (0, 0.5, 1) and (1, 0, 0.5); weights 3 : 1
    # (0 * 3 + 1) / 4 = 0.25; (0.5 * 3 + 0) / 4 = 0.375; (1 * 3 + 0.5) / 4 = 0.875
    np.testing.assert_allclose(fuse([(3.0, lexical), (1.0, dense)]), [0.25, 0.375, 0.875], rtol=1e-6)


def test_a_system_that_cannot_read_the_question_does_not_decide():
    silent, speaking = np.zeros(3, dtype=np.float32), np.array([0.2, 0.8, 0.5], dtype=np.float32)

    assert np.argsort(-fuse([(1.0, silent), (1.0, speaking)])).tolist() == [1, 2, 0]


@given(score_lists, st.floats(0.1, 10))
def test_only_the_ratios_of_the_weights_matter(scores, factor):
    other = scores[::-1].copy()

    once = fuse([(1.0, scores), (0.5, other)])

    np.testing.assert_allclose(fuse([(factor, scores), (0.5 * factor, other)]), once, atol=1e-5)


@given(score_lists)
def test_fused_scores_lie_between_nought_and_one_and_keep_the_order(scores):
    fused = fuse([(2.0, scores)])

    assert fused.min() >= 0.0
    assert fused.max() <= 1.0 + 1e-6
    assert all(fused[i] <= fused[j] for i in range(len(scores)) for j in range(len(scores)) if scores[i] < scores[j])


def test_weights_of_nought_fuse_to_nought():
    assert fuse([(0.0, np.array([1, 2], dtype=np.float32))]).tolist() == pytest.approx([0.0, 0.0])


def floats(*values):
    return np.array(values, dtype=np.float32)


# Five passages in the question's language, five in the other. Among the first, lexical = 10 * dense exactly, and late
# says nothing; the scaled dense scores are those given, as they run from 0 to 1.
ACROSS = {
    "lexical": floats(0, 2.5, 5, 7.5, 10, 0, 0, 0, 6, 0),
    "dense": floats(0, 0.25, 0.5, 0.75, 1, 0.5, 0, 1, 0.4, 0.1),
    "late": floats(*[0.3] * 10),
}
OWN = np.array([True] * 5 + [False] * 5)


def test_a_passage_in_the_other_language_gets_what_is_as_near_in_meaning_in_the_questions():
    # 10 * (0.5, 0, 1, 0.4, 0.1); the fourth has shared words, a name perhaps, that are worth more: 6 instead of 4
    np.testing.assert_allclose(lexical_across(ACROSS, OWN), [0, 2.5, 5, 7.5, 10, 5, 0, 10, 6, 1], atol=1e-4)


def test_what_is_expected_stays_between_nought_and_the_best_score():
    nearer = ACROSS | {"dense": floats(0, 0.1, 0.2, 0.3, 0.4, 1, 0.9, 0.8, 0.7, 0.6)}

    # the line says 25 * dense, more than any passage has
    np.testing.assert_allclose(lexical_across(nearer, OWN)[5:], [10] * 5, atol=1e-4)


@pytest.mark.parametrize("own", [np.array([True] * 10), np.array([False] * 10), np.array([True] * 6 + [False] * 4)])
def test_candidates_of_one_language_or_too_few_of_another_keep_their_scores(own):
    assert lexical_across(ACROSS, own) is ACROSS["lexical"]


@given(
    st.lists(st.tuples(*[st.floats(0, 50, width=32)] * 3, st.booleans()), min_size=1, max_size=30),
)
def test_no_score_of_the_questions_language_changes_and_none_falls(rows):
    lexical, dense, late = (floats(*column) for column in list(zip(*rows, strict=True))[:3])
    own = np.array([row[3] for row in rows])

    filled = lexical_across({"lexical": lexical, "dense": dense, "late": late}, own)

    np.testing.assert_array_equal(filled[own], lexical[own])
    assert (filled >= lexical).all()
    assert filled.max() <= lexical.max() + 1e-3
    assert filled.dtype == np.float32
