import pytest

from index.catalogue.names import names_in_order
from index.query.conversation import changes_subject, resolve

NAMES = {"lora", "qlora", "distilbert", "albert", "bert", "知 识 蒸 馏", "flashattention"}
TERMS = {"inference"}
LORA = [("什么是 LoRA？", "LoRA 冻结权重，只学习一个很小的修正量。")]
PAIR = [("small alternatives to BERT?", "Two are DistilBERT, a six-layer student, and ALBERT, which shares weights.")]


def understood(question, history):
    return resolve(
        question,
        history,
        lambda text: names_in_order(text, NAMES),
        lambda text: bool(names_in_order(text, NAMES | TERMS)),
    )


@pytest.mark.parametrize(
    "question",
    [
        "它是哪年发表的？",
        "作者是谁？",
        "那它省多少显存？",
        "这篇论文的代码在哪？",
        "训练它比全量微调便宜吗",
        "When was it published?",
        "who wrote it",
        "how does that compare?",
    ],
)
def test_a_question_that_points_back_gets_what_the_last_answer_names(question):
    assert understood(question, LORA) == f"{question} lora"


@pytest.mark.parametrize(
    "question",
    [
        "什么是 QLoRA？",  # names its own subject
        "What limits inference?",  # "it" inside a word points nowhere, and the glossary knows the subject
        "FlashAttention: who built it?",  # the pronoun stands for a name before it
        "Why does a large language model need to be told where each word stands, can't it see?",
        "让模型别带偏见，并且说明理由，它就真的能改掉这个毛病吗",
        "换个话题：它是哪年发表的？",
        "By the way, who wrote it?",
    ],
)
def test_a_question_of_its_own_is_left_alone(question):
    assert understood(question, LORA) == question


def test_without_earlier_turns_nothing_is_pointed_at():
    assert understood("它的作者是谁？", []) == "它的作者是谁？"


@pytest.mark.parametrize(
    ("question", "picked"),
    [
        ("which of those two runs faster", ["distilbert", "albert"]),
        ("前者快多少？", ["distilbert"]),
        ("How large is the second one?", ["albert"]),
        ("第二个呢", ["albert"]),
        ("how large is the latter", ["albert"]),
    ],
)
def test_an_ordinal_picks_a_name_of_the_last_answer(question, picked):
    assert understood(question, PAIR) == " ".join([question, *picked])


def test_an_ordinal_beyond_the_names_leaves_them_all():
    assert understood("the third one?", PAIR) == "the third one? distilbert albert"


def test_an_answer_without_names_leaves_the_name_of_its_question():
    assert understood("它快吗？", [("知识蒸馏是什么？", "让小模型学大模型。")]) == "它快吗？ 知识蒸馏"


def test_turns_without_any_name_leave_the_question_before():
    assert understood("它快吗？", [("怎么省显存？", "少存一点。")]) == "它快吗？ 怎么省显存？"


@pytest.mark.parametrize(
    ("question", "resolved"),
    [
        ("那 QLoRA 呢？", "QLoRA 省多少显存？"),
        ("and ALBERT?", "ALBERT 省多少显存？"),
        ("what about QLoRA", "QLoRA 省多少显存？"),
    ],
)
def test_what_about_another_asks_the_same_of_it(question, resolved):
    assert understood(question, [("LoRA 省多少显存？", "很多。")]) == resolved


@pytest.mark.parametrize("question", ["换个问题，什么是 LoRA？", "different question: what is LoRA?"])
def test_a_change_of_subject_is_heard(question):
    assert changes_subject(question)


def test_a_plain_question_changes_no_subject():
    assert not changes_subject("换成 LoRA 会怎样？")


@pytest.mark.parametrize("question", ["and who wrote QLoRA?", "那 QLoRA 为什么慢呢？"])
def test_a_question_about_another_that_asks_something_of_its_own_is_left_alone(question):
    assert understood(question, [("LoRA 省多少显存？", "很多。")]) == question


def test_an_endless_turn_before_is_cut():
    assert len(understood("它快吗？", [("很" * 100_000, "好。")])) < 3_000
