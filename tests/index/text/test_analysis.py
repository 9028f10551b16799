import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.analysis import content_words, held_words, index_terms, query_terms

mixed_text = st.text(st.sampled_from("LoRA gpt-4 T5c++的是什么大模型？，。 ＧＰＴ4_é"), max_size=30)


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("什么是 LoRA？", ["lora"]),
        ("LoRA 是什么", ["lora"]),
        ("请介绍一下 LoRA 吧", ["lora"]),
        ("What is LoRA?", ["lora"]),
        ("Please explain LoRA to me", ["lora"]),
        ("How does LoRA work?", ["lora", "work"]),
    ],
)
def test_words_that_only_make_a_question_are_no_terms(question, terms):
    assert query_terms(question) == terms


def test_a_passage_keeps_the_words_a_question_drops():
    assert index_terms("什么是 LoRA") == ["什", "么", "是", "什么", "么是", "lora"]


def test_a_question_of_nothing_but_question_words_keeps_them():
    assert query_terms("what is it") == ["what", "is", "it"]


@pytest.mark.parametrize(
    ("spelling", "terms"),
    [
        ("GPT-4", ["gpt-4", "gpt", "4", "gpt4"]),
        ("gpt-4", ["gpt-4", "gpt", "4", "gpt4"]),
        ("GPT4", ["gpt4", "gpt", "4"]),
        ("gpt 4", ["gpt", "4"]),
        ("ＧＰＴ－４", ["gpt-4", "gpt", "4", "gpt4"]),
    ],
)
def test_a_name_with_a_number_is_indexed_whole_and_in_parts(spelling, terms):
    assert index_terms(spelling) == terms


@pytest.mark.parametrize("asked", ["gpt-4", "GPT4", "gpt 4", "ＧＰＴ－４"])
@pytest.mark.parametrize("written", ["GPT-4", "GPT4", "GPT 4"])
def test_every_spelling_of_a_name_finds_every_other_by_its_word_and_its_number(asked, written):
    assert {"gpt", "4"} <= set(query_terms(asked)) & set(index_terms(written))


def test_a_hyphenated_name_is_indexed_whole_joined_and_by_stemmed_parts():
    # "tuning" is stemmed to "tune"; the whole name is not a word and is left alone
    assert index_terms("P-Tuning") == ["p-tuning", "p", "tune", "ptuning"]


def test_a_name_with_a_full_stop_inside_keeps_it():
    assert index_terms("LLM.int8()") == ["llm.int8", "llm", "int", "8", "llmint8"]


def test_a_full_stop_at_the_end_of_a_sentence_is_no_part_of_the_word():
    assert index_terms("It uses BERT.") == ["it", "use", "bert"]


def test_plus_and_sharp_belong_to_a_name():
    assert index_terms("C++ and C#") == ["c++", "and", "c#"]


def test_han_text_gives_single_characters_and_pairs_of_neighbours():
    assert index_terms("大模型") == ["大", "模", "型", "大模", "模型"]


def test_pairs_do_not_reach_across_punctuation_or_latin_words():
    assert index_terms("微调，用LoRA训练") == ["微", "调", "微调", "用", "lora", "训", "练", "训练"]


def test_full_width_and_upper_case_make_no_difference():
    assert index_terms("ＬｏＲＡ　微调") == index_terms("lora 微调")


def test_english_words_meet_in_their_stem():
    assert index_terms("quantized quantizing quantizes") == ["quantiz"] * 3


def test_short_words_are_not_stemmed():
    assert index_terms("its bus gas") == ["its", "bus", "gas"]


def test_content_words_count_latin_names_whole_and_chinese_in_pairs():
    assert content_words("什么是 GPT-4 的注意力机制？") == ["gpt-4", "注意", "意力", "力机", "机制"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("模型的参数", ["模型", "参数"]), ("对于这个模型，对齐了", ["模型", "对齐"]), ("对话和对比", ["对话", "对比"])],
)
def test_content_words_end_at_function_words_and_keep_words_that_hold_such_a_character(text, words):
    assert content_words(text) == words


def test_a_single_han_character_is_a_content_word_of_its_own():
    assert content_words("熵是什么？") == ["熵"]


def test_content_words_name_each_word_once():
    assert content_words("LoRA or lora, or QLoRA?") == ["lora", "qlora"]


@given(mixed_text)
def test_a_question_has_terms_whenever_its_text_has_any(text):
    assert bool(query_terms(text)) == bool(index_terms(text))


@given(mixed_text)
def test_content_words_are_the_same_in_capitals_and_never_repeat(text):
    words = content_words(text)

    assert words == content_words(text.upper())
    assert len(words) == len(set(words))


@given(mixed_text, mixed_text)
def test_terms_of_two_paragraphs_are_the_terms_of_each(first, second):
    assert index_terms(f"{first}\n{second}") == index_terms(first) + index_terms(second)


@given(st.lists(mixed_text, max_size=4), mixed_text)
def test_texts_hold_the_words_that_are_among_their_terms(texts, asked):
    words = content_words(asked)

    held = [[float(word in index_terms(text)) for word in words] for text in texts]

    assert held_words(words, texts).tolist() == held
    assert held_words(words, texts).shape == (len(texts), len(words))
