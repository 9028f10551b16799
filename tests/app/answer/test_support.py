import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.support import FITTED, Checker, Verdict, read_terms, support
from index.encoders.static import shipped_table

QUOTE = "- LoRA reduces the *trainable* parameters by 10,000 times and [memory](https://a.org) by 3 times."
LORA = "LoRA freezes the pretrained weights and trains two small low-rank matrices. It was published in 2021."
QLORA = "QLoRA stores the frozen base in 4 bits, so that a 65B model fits on one 48 GB GPU. It is slower than LoRA."
ZH = "QLoRA 把冻结的基座存成 4 比特，因此 650 亿参数的模型放得进一张 48 GB 的显卡，但比 LoRA 慢。"


@pytest.fixture(scope="module")
def checker():
    return Checker(shipped_table(), read_terms([("large language model", "大语言模型"), ("LLM", "大语言模型")]))


@pytest.fixture(scope="module")
def judge(checker):
    grounds = [checker.ground(LORA, ["LoRA"]), checker.ground(QLORA, ["QLoRA"]), checker.ground(ZH, ["QLoRA"])]
    return lambda sentence: checker.check(sentence, grounds)


@pytest.mark.parametrize(
    "sentence",
    [
        QUOTE,
        "LoRA reduces the trainable parameters by 10,000 times",
        "lora reduces the trainable parameters",
        "memory by 3 times.",
        "**trainable** parameters",
    ],
)
def test_words_that_stand_in_the_quote_are_fully_supported(sentence):
    assert support(sentence, QUOTE) == 1.0


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("QLoRA fits a 65B model on one 24 GB GPU.", "24 GB"),
        ("QLoRA stores the base in 8 bits.", "8 bits"),
        ("LoRA was published in 2022.", "2022"),
        ("GPTQ stores the frozen base in 4 bits.", "GPTQ"),
        ("QLoRA 把基座存成 8 比特。", "8 比特"),
        ("GPTQ 把冻结的基座存成 4 比特。", "GPTQ"),
    ],
)
def test_a_number_or_name_that_no_text_has_is_told(judge, sentence, missing):
    check = judge(sentence)

    assert check.verdict is Verdict.UNSUPPORTED
    assert missing in check.missing
    assert check.grounds == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "QLoRA keeps the frozen base in 4 bits.",
        "With QLoRA a 65B model fits on a single 48 GB GPU.",
        "LoRA trains two small matrices and leaves the pretrained weights frozen.",
        "LoRA 冻结预训练权重，只训练两个小的低秩矩阵。",
        "QLoRA 把基座模型存成 4 比特。",
    ],
)
def test_the_same_in_other_words_or_the_other_language_is_supported(judge, sentence):
    check = judge(sentence)

    assert check.verdict is Verdict.SUPPORTED
    assert check.grounds


@pytest.mark.parametrize(
    "sentence",
    [
        "QLoRA is faster than LoRA.",
        "QLoRA is not slower than LoRA.",
        "LoRA stores the frozen base in 4 bits.",
        "LoRA 比 QLoRA 慢。",
        "Speculative decoding uses a draft model.",
    ],
)
def test_what_turns_a_text_round_is_not_supported(judge, sentence):
    assert judge(sentence).verdict is not Verdict.SUPPORTED


def test_the_figures_of_one_work_are_not_those_of_another(checker):
    grounds = [
        checker.ground("LoRA trains low-rank matrices.", ["LoRA"]),
        checker.ground("QLoRA fits the fine-tuning of a 65B model on one 48 GB GPU.", ["QLoRA", "NF4"]),
        checker.ground("P-Tuning v2 puts prompts into every layer.", ["P-Tuning v2"]),
    ]

    check = checker.check("LoRA fits the fine-tuning of a 65B model on one 48 GB GPU.", grounds)

    assert check.verdict is not Verdict.SUPPORTED


def test_two_texts_may_carry_a_sentence_together(checker):
    grounds = [
        checker.ground("LoRA freezes the pretrained weights of the model.", ["LoRA"]),
        checker.ground("QLoRA stores the base model in 4 bits.", ["QLoRA"]),
    ]

    check = checker.check(
        "LoRA freezes the pretrained weights of the model, while QLoRA stores the base model in 4 bits.", grounds
    )

    assert check.verdict is Verdict.SUPPORTED
    assert set(check.grounds) == {0, 1}
    assert check.joined


def test_half_of_a_sentence_is_partly_supported_and_the_rest_named(checker):
    grounds = [checker.ground("LoRA freezes the pretrained weights of the model.", ["LoRA"])]

    check = checker.check(
        "LoRA freezes the pretrained weights of the model, and penguins live in Antarctica all year.", grounds
    )

    assert check.verdict is Verdict.PARTLY
    assert any("penguins" in text for text in check.missing)


@pytest.mark.parametrize("sentence", ["", "。", "3", "AI."])
def test_a_sentence_too_short_to_prove_anything_claims_nothing(judge, sentence):
    assert judge(sentence).verdict is Verdict.NO_CLAIM
    assert support(sentence, "the AI has 3 parts。") == 0.0


def test_nothing_supports_anything():
    assert support("LoRA reduces memory", "") == 0.0


def test_the_model_is_small_and_read_without_scikit_learn():
    assert FITTED.stat().st_size < 1_000_000
    assert set(json.loads(FITTED.read_text())) == {"features", "bias", "depth", "trees", "carried", "partly"}


texts = st.text(st.sampled_from("loRA 微调权重 12.,。%*_[]()不更快slower"), max_size=25)


@given(texts, texts)
def test_support_is_a_share(sentence, quote):
    assert 0.0 <= support(sentence, quote) <= 1.0


@pytest.mark.parametrize("piece", ["1,", "一", "百分之", "[", "not ", "LoRA", "（", "a-", "1 to ", "，"])
def test_hostile_sentences_take_bounded_time(judge, piece):
    started = time.process_time()
    judge(piece * (1_000 // len(piece)))
    assert time.process_time() - started < 3.0
