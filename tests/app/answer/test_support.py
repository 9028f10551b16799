import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.support import support

QUOTE = "- LoRA reduces the *trainable* parameters by 10,000 times and [memory](https://a.org) by 3 times."


@pytest.mark.parametrize(
    "sentence",
    [
        QUOTE,
        "LoRA reduces the trainable parameters by 10,000 times",
        "lora reduces the trainable parameters",
        "memory by 3 times.",
        "**trainable** parameters",
        "LoRA reduces the trainable parameters by 10000 times",
    ],
)
def test_words_that_stand_in_the_quote_are_fully_supported(sentence):
    assert support(sentence, QUOTE) == 1.0


@pytest.mark.parametrize(
    "sentence",
    [
        "LoRA reduces the trainable parameters by 1,000 times",
        "In 2021 LoRA reduces the trainable parameters",
        "LoRA reduces memory by 3.5 times",
    ],
)
def test_a_number_the_quote_has_not_makes_support_nought(sentence):
    assert support(sentence, QUOTE) == 0.0


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("5 times faster than before", "It is 15 times faster than before."),
        ("It is 35 times faster", "It is 3.5 times faster than before."),
        ("The model has 7", "The model has 70 billion parameters."),
        ("准确率是 9", "准确率是 95%。"),
    ],
)
def test_the_digits_of_another_number_do_not_support_a_number(sentence, quote):
    assert support(sentence, quote) == 0.0


@pytest.mark.parametrize(
    ("sentence", "share"),
    [
        ("LoRA reduces latency", 2 / 3),  # lora, reduc; latenc is missing
        ("memory parameters", 1.0),  # both words, in another order
        ("quantization distillation", 0.0),
        ("LoRA reduces memory by 3 percent", 4 / 5),  # lora, reduc, memori, 3; percent is missing
    ],
)
def test_otherwise_support_is_the_share_of_words_the_quote_holds(sentence, share):
    assert support(sentence, QUOTE) == pytest.approx(share)


def test_chinese_is_compared_by_pairs_of_characters():
    # 冻结 结权 权重 stand in the quote, 重量 量化 do not
    assert support("冻结权重量化", "冻结权重，训练低秩矩阵。") == pytest.approx(3 / 5)
    assert support("训练低秩矩阵", "冻结权重，训练低秩矩阵。") == 1.0


@pytest.mark.parametrize("sentence", ["", "。", "the", "3", "AI."])
def test_a_sentence_too_short_to_prove_anything_has_no_support(sentence):
    assert support(sentence, "the AI has 3 parts。") == 0.0


def test_an_empty_quote_supports_nothing():
    assert support("LoRA reduces memory", "") == 0.0


texts = st.text(st.sampled_from("loRA 微调权重 12.,。%*_[]()"), max_size=25)


@given(texts, texts)
def test_support_is_a_share(sentence, quote):
    assert 0.0 <= support(sentence, quote) <= 1.0


@given(texts, texts)
def test_a_longer_quote_supports_no_less(sentence, quote):
    assert support(sentence, f"{quote}\n\n{sentence}") >= support(sentence, quote)
