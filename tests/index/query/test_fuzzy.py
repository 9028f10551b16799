import pytest

from index.query.fuzzy import FuzzyNames

ATTENTION = "attention is all you need"
FEW_SHOT = "language models are few shot learners"
CHAIN = "chain of thought prompting elicits reasoning in large language models"
INSTRUCT_ZH = "用 人 类 反 馈 训 练 语 言 模 型 遵 循 指 令"
SURVEYS = [
    f"a survey of large language models for {field}" for field in ("law", "medicine", "code", "finance", "science")
]
NAMES = [ATTENTION, FEW_SHOT, CHAIN, INSTRUCT_ZH, "lora", "transformers", "scaling laws", *SURVEYS]


@pytest.fixture(scope="module")
def names():
    return FuzzyNames(NAMES)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("atention is al you ned", ATTENTION),
        ("What does attenton is all you nead say?", ATTENTION),
        ("the paper called language models are few shot", FEW_SHOT),
        ("那篇叫 language models are few-shot lerners 的论文", FEW_SHOT),
        ("chain of thought prompting elicits", CHAIN),
        ("用人类反馈训练语言模型", INSTRUCT_ZH),
        ("用人類反饋訓練語言模型的論文", INSTRUCT_ZH),
        ("scalling laws", "scaling laws"),
    ],
)
def test_a_misspelt_or_half_remembered_title_is_found(names, question, name):
    assert list(names.named(question)) == [name]


@pytest.mark.parametrize(
    "question",
    [
        "what are large language models",  # many titles say so
        "how are language models trained",
        "loar",  # too short
        "how do transfomers work",  # one word is a topic
        "用人类写的诗训练鹦鹉",
        "which papers about attention in biology explain all that a student may need for the exam next week",
        "",
        "？",
    ],
)
def test_common_words_and_details_name_nothing(names, question):
    assert names.named(question) == {}


def test_the_closer_the_title_the_higher_the_closeness(names):
    exact, slip = (names.named(text)[ATTENTION] for text in (ATTENTION, "atention is all you need"))

    assert exact == 1.0
    assert 0.86 <= slip < exact


def test_a_catalogue_without_names_names_nothing():
    assert FuzzyNames([]).named(ATTENTION) == {}
