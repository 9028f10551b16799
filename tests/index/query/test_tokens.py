from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalogue.names import name_units
from index.query.tokens import folded, tidy, tokens_of
from index.types import Token

texts = st.text(st.sampled_from("aB1 ẞİŉﬁΣσ论文、-.'\t\u3000[") | st.characters(codec="utf-8"), max_size=40)


def test_a_text_is_tidy_in_one_width_with_single_spaces():
    assert tidy("  ＬｏＲＡ\u3000 是\t\n什么？ ") == "LoRA 是 什么?"


@given(texts)
def test_tidying_twice_changes_nothing_more(text):
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(("text", "low"), [("LoRA", "lora"), ("İI", "İi"), ("Straße", "straße"), ("ÄÖ", "äö")])
def test_folding_lowers_what_has_a_small_form_of_one_character(text, low):
    # casefold would make "i̇" of "İ" and "ss" of "ß", two characters of one
    assert folded(text) == low


@given(texts)
def test_folding_never_changes_the_length(text):
    assert len(folded(text)) == len(text)


@given(texts)
def test_tokens_stand_where_they_say_in_reading_order(text):
    low = folded(tidy(text))
    tokens = tokens_of(low)

    assert [low[token.start : token.end] for token in tokens] == [token.form for token in tokens]
    assert all(first.end <= second.start for first, second in pairwise(tokens))


def test_latin_words_are_whole_and_han_characters_single():
    assert tokens_of("gpt-4是什么") == (
        Token("gpt", 0, 3), Token("4", 4, 5), Token("是", 5, 6), Token("什", 6, 7), Token("么", 7, 8),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["LoRA: Low-Rank", "GPT-4 的思维链", "don't", "２０２２ 年", "C++ / a_b"])
def test_questions_and_names_are_cut_alike(text):
    assert tuple(token.form for token in tokens_of(folded(tidy(text)))) == name_units(text)


@pytest.mark.parametrize(
    "question", ["什麼是 Lora？", "  ＬｏＲＡ 和 QLoRA 的區別", "What is atention\u3000in İstanbul?", "知识争馏"]
)
def test_the_tokens_of_a_question_point_into_its_corrected_text(shipped_reader, question):
    read = shipped_reader.read(question)

    assert read.tokens
    assert [folded(read.corrected)[token.start : token.end] for token in read.tokens] == [t.form for t in read.tokens]
