from dataclasses import replace

import pytest

from app.answer.defining import asked_names, closeness, is_definition
from index.text.spans import spans_of
from ingest.types import Passage, PassageKind


@pytest.fixture
def names(shipped_searcher):
    def names(question):
        return asked_names(shipped_searcher.read(question))

    return names


def span(question, aspect, answer, *wordings):
    comment = " | ".join([aspect, *wordings])
    text = f"**{question}** <!-- {comment} -->\n{answer}"
    language = "en" if answer.isascii() else "zh"
    (found,) = spans_of(Passage("p", "e", PassageKind.ANSWER, language, text, "notes/n.md", 1, 2, 20))
    return found


PERPLEXITY = span("What is perplexity?", "what", "Perplexity measures how well a model predicts a text.", "ppl meaning")


@pytest.mark.parametrize(
    "question",
    [
        "What is perplexity?",
        "What does perplexity mean?",
        "define perplexity",
        "perplexity meaning",
        "explain perplexity",
    ],
)
def test_however_a_definition_is_asked_for_it_is_found(names, question):
    assert is_definition(names(question), PERPLEXITY)


@pytest.mark.parametrize("question", ["困惑度是什么意思", "什么叫困惑度", "困惑度的含义"])
def test_also_in_chinese_and_by_the_name_in_the_other_language(names, question):
    chinese = span("困惑度是什么？", "what", "困惑度衡量语言模型预测一段文本的能力。")

    assert is_definition(names(question), chinese)
    assert is_definition(names(question), PERPLEXITY)


def test_what_asks_for_more_than_a_term_is_not_answered_by_its_definition(names):
    assert not is_definition(names("How does perplexity change with the tokenizer?"), PERPLEXITY)


def test_the_definition_of_something_with_a_longer_name_is_further_away(names):
    part = span("What is the perplexity gap?", "what", "The perplexity gap is a difference.")
    asked = names("What is perplexity?")

    assert not is_definition(asked, part)
    assert 0 < closeness(asked, part) < closeness(asked, PERPLEXITY)


@pytest.mark.parametrize(
    "other",
    [
        span("What is perplexity?", "limit", "Perplexity says nothing about truth."),
        span(
            "What is perplexity?", "what", "As a measure of what was predicted, one takes the exponential, perplexity."
        ),
        span("What is a metric?", "what", "A metric is a rule.", "what is perplexity"),
    ],
)
def test_what_is_no_definition_of_the_term_counts_nothing(names, other):
    assert closeness(names("What is perplexity?"), other) == 0


def test_words_of_one_stem_are_told_apart_by_their_spelling(names):
    token = span("What is a token?", "what", "A token is a unit of text.")
    tokenisation = span("What is tokenisation?", "what", "Tokenisation is the cutting of text into tokens.")
    asked = names("what is tokenization")

    assert closeness(asked, tokenisation) > closeness(asked, token)


def test_prose_defines_nothing():
    assert closeness({"perplexity": frozenset({"perplex"})}, replace(PERPLEXITY, asked=None)) == 0
