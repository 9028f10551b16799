import numpy as np
import pytest

from index.encoders.static import shipped_table
from index.retrieval.comparing import compare, read_texts


@pytest.fixture(scope="module")
def table():
    return shipped_table()


def compared(table, question, *texts):
    asked, *read = read_texts(table, [question, *texts])
    return compare(table, asked, read)


def test_a_text_holds_the_question_that_it_repeats_and_not_an_empty_one(table):
    found = compared(table, "rank decomposition", "the rank decomposition of a matrix", "")

    assert found.best[0] == pytest.approx(1.0, abs=1e-3)
    assert found.cosines[1] == found.back[1] == 0.0
    assert not found.best[1].any()


def test_weights_sum_to_one_and_words_that_matter_weigh_more(table):
    found = compared(table, "the quantisation", "x")

    assert float(found.weights.sum()) == pytest.approx(1.0, abs=1e-5)
    asked = read_texts(table, ["the quantisation"])[0].distinct
    the = table.tokenize(["the"])[0][0]
    assert found.weights[list(asked).index(the)] == found.weights.min()


def test_a_translation_is_more_like_it_than_another_subject(table):
    found = compared(table, "知识蒸馏", "knowledge distillation", "carbon emissions")

    translated, other = found.best @ found.weights
    assert translated > other
    assert found.cosines[0] > found.cosines[1]


def test_back_tells_how_much_of_the_text_the_question_covers(table):
    found = compared(table, "low rank", "low rank", "low rank adaptation of large models for news")

    assert found.back[0] == pytest.approx(1.0, abs=1e-3)
    assert found.back[1] < found.back[0]


def test_readings_are_remembered_and_count_a_word_once(table):
    once, often = read_texts(table, ["rank rank rank matrix", "rank matrix"])

    assert np.array_equal(once.distinct, often.distinct)
    assert once.length == often.length
    assert len(once.tokens) == len(often.tokens) + 2
    assert read_texts(table, ["rank matrix"])[0] is often


def test_without_tokens_or_texts_there_is_nothing_to_compare(table):
    assert compared(table, "", "text").best.shape == (1, 0)
    assert compared(table, "question").best.shape[0] == 0
