import pytest

from index.query.parts import parts_of
from index.types import Turn


@pytest.fixture(scope="module")
def asked(shipped_reader):
    def asked(question, history=()):
        return [part.asked for part in parts_of(question, history, shipped_reader.read)]

    return asked


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What is LoRA and what is RAG?", ["What is LoRA", "what is RAG?"]),
        ("What is LoRA? What is RAG?", ["What is LoRA?", "What is RAG?"]),
        ("LoRA 是什么，RAG 又是什么？", ["LoRA 是什么", "RAG 又是什么？"]),
        ("Who wrote BERT and who wrote GPT-2?", ["Who wrote BERT", "who wrote GPT-2?"]),
        ("What is LoRA, and also what is RAG?", ["What is LoRA", "what is RAG?"]),
        ("What is LoRA? What is LoRA good for?", ["What is LoRA?", "What is LoRA good for?"]),
    ],
)
def test_a_question_is_taken_apart_where_each_part_says_what_it_is_about(asked, question, parts):
    assert asked(question) == parts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("How does LoRA work and what does it cost?", ["How does LoRA work", "what does it cost?"]),
        ("什么是 LoRA？它和 BERT 有什么关系？", ["什么是 LoRA？", "它和 BERT 有什么关系？"]),
        ("什么是 RAG，怎么评测？", ["什么是 RAG", "RAG 怎么评测？"]),
        ("What is perplexity and what are the limits?", ["What is perplexity", "what are the limits perplexity?"]),
        ("思维链是什么？小模型能直接用吗？", ["思维链是什么？", "思维链 小模型能直接用吗？"]),
        ("What is DPO, who made it, and why is it simple?", ["What is DPO", "who made it", "why is it simple?"]),
    ],
)
def test_what_a_later_part_leaves_out_is_what_the_first_one_is_about(asked, question, parts):
    assert asked(question) == parts


def test_a_part_that_points_back_is_asked_after_the_first_one(shipped_reader):
    first, second = parts_of("What is LoRA and who wrote it?", (), shipped_reader.read)

    assert (first.history, second.history) == ((), (Turn("What is LoRA", ""),))
    assert second.question.context == ("lora",)


def test_in_a_conversation_the_first_part_may_lean_on_the_turn_before(asked):
    history = (Turn("What is LoRA?", "LoRA is a method."),)

    assert asked("它怎么工作？有什么缺点？", history) == ["它怎么工作？", "lora 有什么缺点？"]


@pytest.mark.parametrize(
    "question",
    [
        "我知道 BERT 是什么，GPT-2 有什么不同？",
        "When I use LoRA, what rank should I choose for BERT?",
        "How do I decide when to use RAG and when to use LoRA?",
        "What is the difference between LoRA and RAG, and which is cheaper?",
        "LoRA 和 RAG 是什么，哪个更便宜？",
        "Is BERT bidirectional, and GPT-2 not?",
        "Who is the first author of UniLM, and where and when did it appear?",  # "where" alone says nothing
        "不改参数，只在提示里给几个例子模型就会做，这叫什么？",  # what comes first asks nothing
        "HELM 为什么要看七个指标，只看准确率不行吗？",
        "推理时 GPT-3 需要多少显存，单卡能跑吗？",
        "What is LoRA?",
        "",
    ],
)
def test_what_is_asked_once_stays_whole(asked, question):
    assert asked(question) == []


def test_a_part_is_shown_as_a_question_of_its_own(shipped_reader):
    for question, shown in (
        ("What is LoRA and who wrote it?", ["What is LoRA?", "Who wrote it?"]),
        ("什么是 RAG，怎么评测?", ["什么是 RAG？", "怎么评测？"]),
        ("Explain LoRA and who wrote it?", ["Explain LoRA", "Who wrote it?"]),
        ("什么是 LoRA？列出三篇关于它的论文", ["什么是 LoRA？", "列出三篇关于它的论文"]),
    ):
        assert [part.text for part in parts_of(question, (), shipped_reader.read)] == shown


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("1. What is RLHF? 2. What is DPO?", ["What is RLHF?", "What is DPO?"]),
        ("请回答：1. 什么是困惑度？2. BLEU 怎么算？", ["什么是困惑度？", "BLEU 怎么算？"]),
        ("(1) What is LoRA? (2) who wrote it?", ["What is LoRA?", "who wrote it?"]),
        ("1、什么是RLHF 2、什么是DPO 3、两者区别", ["什么是RLHF", "什么是DPO", "RLHF 和 DPO 两者区别"]),
    ],
)
def test_numbered_questions_are_asked_one_by_one(asked, question, parts):
    assert asked(question) == parts


@pytest.mark.parametrize(
    "question", ["What is LoRA 1.5 and 2.0?", "1. What is LoRA?", "1) 2) LoRA", "2. What is LoRA 4. in short?"]
)
def test_other_numbers_take_nothing_apart(asked, question):
    assert asked(question) == []


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("pros and cons of RAG", ["What are the advantages of RAG?", "What are the disadvantages of RAG?"]),
        (
            "What are the advantages and limitations of LoRA?",
            ["What are the advantages of LoRA?", "What are the disadvantages of LoRA?"],
        ),
        ("LoRA 的优缺点是什么？", ["LoRA 有哪些优点？", "LoRA 有哪些缺点？"]),
        ("LoRA 有哪些优势和不足？", ["LoRA 有哪些优点？", "LoRA 有哪些缺点？"]),
    ],
)
def test_what_speaks_for_a_thing_and_what_against_it_are_two_questions(asked, question, parts):
    assert asked(question) == parts


@pytest.mark.parametrize(
    "question", ["What are the pros and cons of studying at home?", "LoRA 和全量微调各自的优缺点有什么区别？"]
)
def test_two_sides_of_nothing_known_or_of_several_things_stay_together(asked, question):
    assert asked(question) == []
