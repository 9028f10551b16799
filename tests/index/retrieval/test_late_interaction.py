import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers.models import WordLevel

from index.encoders.static import StaticEncoder
from index.retrieval.late_interaction import LateIndex

WORDS = list("abcdefgh")


def encoder_of(rows, scales):
    tokenizer = Tokenizer(WordLevel({word: row for row, word in enumerate(["?", *WORDS])}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return StaticEncoder(tokenizer, rows, scales, name="toy", fingerprint="0" * 16)


ROWS = np.random.default_rng(11).integers(-127, 128, size=(9, 5)).astype(np.int8)
SCALES = np.random.default_rng(12).uniform(0.1, 2.0, size=9).astype(np.float32)


def max_sim(query, text):
    """The definition, one pair of pieces at a time: squared best cosines, weighted by squared lengths."""
    total = weights = 0.0
    for piece in set(query.split()):
        asked = ROWS[1 + WORDS.index(piece)].astype(float)
        best = 0.0
        for other in text.split():
            held = ROWS[1 + WORDS.index(other)].astype(float)
            best = max(best, asked @ held / (np.linalg.norm(asked) * np.linalg.norm(held)))
        weight = (np.linalg.norm(asked) * SCALES[1 + WORDS.index(piece)]) ** 2
        total += weight * best**2
        weights += weight
    return total / weights if weights else 0.0


@pytest.fixture(scope="module")
def encoder():
    return encoder_of(ROWS, SCALES)


texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)


@given(texts, st.lists(texts, min_size=1, max_size=6))
def test_scores_are_those_of_a_double_loop(encoder, query, passages):
    late = LateIndex.build(encoder, passages)

    found = late.scores(encoder, query, np.arange(len(passages)))

    np.testing.assert_allclose(found, [max_sim(query, text) for text in passages], atol=1e-5)


def test_a_score_worked_out_by_hand():
    # a = (3, 4), b = (1, 0), c = (0, 2) with scales 1, 5, 1: lengths 5, 5, 2
    rows = np.array([[0, 0], [3, 4], [1, 0], [0, 2]] + [[0, 0]] * 5, dtype=np.int8)
    toy = encoder_of(rows, np.array([1, 1, 5, 1, 1, 1, 1, 1, 1], dtype=np.float32))

    # asked "a b" of a text "c": cosines 0.8 and 0; (5 * 0.64 + 5 * 0) / 10 = 0.32
    np.testing.assert_allclose(LateIndex.compare(toy, "a b", ["c", "b", "a b c"]), [0.32, 0.68, 1.0], rtol=1e-6)
    # of a text "b": cosines 0.6 and 1; (5 * 0.36 + 5 * 1) / 10 = 0.68


def test_pieces_that_point_away_count_as_nothing_and_not_as_a_match():
    rows = np.array([[0, 0], [1, 0], [-1, 0]] + [[0, 0]] * 6, dtype=np.int8)
    toy = encoder_of(rows, np.ones(9, dtype=np.float32))

    np.testing.assert_array_equal(LateIndex.compare(toy, "a", ["b"]), [0.0])


def test_a_passage_that_holds_the_whole_question_scores_one(encoder):
    np.testing.assert_allclose(LateIndex.compare(encoder, "a c e", ["e d c b a"]), [1.0], rtol=1e-5)


def test_repeating_a_word_changes_nothing(encoder):
    once = LateIndex.compare(encoder, "a b", ["c d"])

    np.testing.assert_array_equal(LateIndex.compare(encoder, "a b b a", ["c d d c c"]), once)


def test_an_empty_passage_between_others_scores_nothing_and_shifts_nobody(encoder):
    full = LateIndex.compare(encoder, "a b", ["a b", "c"])

    found = LateIndex.compare(encoder, "a b", ["", "a b", "", "c", ""])

    np.testing.assert_allclose(found, [0.0, full[0], 0.0, full[1], 0.0])


def test_an_empty_question_scores_nothing(encoder):
    np.testing.assert_array_equal(LateIndex.compare(encoder, "", ["a", "b"]), [0.0, 0.0])


def test_rows_are_scored_in_the_order_asked_for(encoder):
    late = LateIndex.build(encoder, ["a b", "c", "d e f", "g"])
    everything = late.scores(encoder, "a d", np.arange(4))

    some = late.scores(encoder, "a d", np.array([2, 0, 2]))

    np.testing.assert_allclose(some, everything[[2, 0, 2]])


def test_a_saved_index_scores_the_same(encoder, tmp_path):
    late = LateIndex.build(encoder, ["a b", "", "d e f"])
    late.save(tmp_path / "late")

    loaded = LateIndex.load(tmp_path / "late")

    rows = np.arange(3)
    np.testing.assert_array_equal(loaded.scores(encoder, "a f", rows), late.scores(encoder, "a f", rows))


def test_novelty_is_the_weight_of_the_pieces_no_passage_holds():
    # a, b, c, d of lengths 5, 1, 2, 2; the passages hold b and c
    rows = np.array([[0, 0], [3, 4], [1, 0], [0, 2], [2, 0]] + [[1, 1]] * 4, dtype=np.int8)
    toy = encoder_of(rows, np.ones(9, dtype=np.float32))
    late = LateIndex.build(toy, ["b", "c b", ""])

    assert late.novelty(toy, "b c c") == 0.0
    assert late.novelty(toy, "a b c d") == pytest.approx(0.7)  # (5 + 2) / (5 + 1 + 2 + 2)
    assert late.novelty(toy, "a d d") == 1.0
    assert late.novelty(toy, "") == 1.0


def test_rows_taken_over_and_fresh_ones_stand_in_the_new_order():
    old = LateIndex.of_ids([np.array(ids, dtype=np.int32) for ids in ([1, 2], [], [3, 4, 5])])
    fresh = LateIndex.of_ids([np.array([6], dtype=np.int32)])
    joined = old.with_rows(np.array([2, -1, 0, 1]), fresh)

    assert [joined.ids_of(row).tolist() for row in range(joined.size)] == [[3, 4, 5], [6], [1, 2], []]
    assert joined.ids_of(0).dtype == np.int32
