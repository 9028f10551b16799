import pytest

from index.catalogue.gazetteer import telling_words
from index.query.fuzzy import nearly_named
from ingest.text.folding import normalised

ATTENTION = "attention is all you need"
FEW_SHOT = "language models are few shot learners"
CHAIN = "chain of thought prompting elicits reasoning in large language models"
INSTRUCT_ZH = "用 人 类 反 馈 训 练 语 言 模 型 遵 循 指 令"
SURVEYS = [
    f"a survey of large language models for {field}" for field in ("law", "medicine", "code", "finance", "science")
]
NAMES = [ATTENTION, FEW_SHOT, CHAIN, INSTRUCT_ZH, "lora", "transformers", "scaling laws", *SURVEYS]


def telling_of(names):
    table = telling_words(names)
    return lambda words: sorted(pair for pair in table if pair[0] in words)


@pytest.fixture(scope="module")
def named():
    telling = telling_of(NAMES)
    return lambda question: nearly_named(normalised(question), telling)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("attention is al you ned", ATTENTION),  # the spelling has mended the longer word before
        ("What does attenton is all you nead say?", ATTENTION),
        ("the paper called language models are few shot", FEW_SHOT),
        ("那篇叫 language models are few-shot lerners 的论文", FEW_SHOT),
        ("chain of thought prompting elicits", CHAIN),
        ("用人类反馈训练语言模型", INSTRUCT_ZH),
        ("用人類反饋訓練語言模型的論文", INSTRUCT_ZH),
        ("scalling laws", "scaling laws"),
    ],
)
def test_a_misspelt_or_half_remembered_title_is_found(named, question, name):
    assert list(named(question)) == [name]


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
def test_common_words_and_details_name_nothing(named, question):
    assert named(question) == {}


def test_the_closer_the_title_the_higher_the_closeness(named):
    exact, slip = (named(text)[ATTENTION] for text in (ATTENTION, "atention is all you need"))

    assert exact == 1.0
    assert 0.86 <= slip < exact


def test_a_catalogue_without_names_names_nothing():
    assert nearly_named(ATTENTION, telling_of([])) == {}


def test_a_word_that_many_names_hold_tells_nothing():
    words = {word for word, _ in telling_words(NAMES)}

    assert {"attent", "few-shot"} & words  # compared by stems
    assert "survey" not in words  # five of the names hold it; three may
