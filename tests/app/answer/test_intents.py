import pytest

from app.answer.intents import Intent, read_intent

PLAIN = Intent(defines=False, wants_list=False, compares=False, facts=())


DEFINITIONS = [
    "什么是 LoRA？",
    "LoRA 是什么",
    "何谓量化？",
    "What is LoRA?",
    "What does RLHF mean?",
    "Explain attention",
    "define perplexity",
]
LISTS = [
    "有哪些训练后量化的论文？",
    "推荐几篇讲推理的论文",
    "列举几个开源模型",
    "Which papers study pruning?",
    "List the datasets for evaluation",
    "recommend some courses",
]
COMPARISONS = [
    "LoRA 和 QLoRA 有什么区别？",
    "ZeRO 与 Megatron-LM 相比如何",
    "Compare ZeRO with FSDP",
    "What is the difference between PPO and DPO?",
    "GPTQ vs. AWQ",
    "有哪些方法可以和 LoRA 比较？",
]


@pytest.mark.parametrize("question", DEFINITIONS)
def test_a_question_for_a_definition(question):
    assert read_intent(question) == Intent(defines=True, wants_list=False, compares=False, facts=())


@pytest.mark.parametrize("question", LISTS)
def test_a_question_for_a_list(question):
    intent = read_intent(question)

    assert (intent.wants_list, intent.compares, intent.facts) == (True, False, ())


@pytest.mark.parametrize("question", COMPARISONS)
def test_a_question_for_a_comparison_is_neither_a_list_nor_a_definition(question):
    intent = read_intent(question)

    assert (intent.compares, intent.wants_list, intent.defines) == (True, False, False)


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("LoRA 是哪一年发表的？", ("year",)),
        ("LoRA 是哪年提出的", ("year",)),
        ("When was LoRA published?", ("year",)),
        ("LoRA 的作者有谁？", ("authors",)),
        ("谁提出了 FlashAttention？", ("authors",)),
        ("Who wrote the LoRA paper?", ("authors",)),
        ("LoRA 发表在哪个会议？", ("venue",)),
        ("At which conference did LoRA appear?", ("venue",)),
        ("LoRA 的代码在哪里？", ("links",)),
        ("Where can I find the LoRA code?", ("links",)),
        ("LoRA 的作者是谁，哪一年发表？", ("year", "authors")),
        ("Who wrote LoRA and when was it published?", ("year", "authors")),
    ],
)
def test_a_question_for_facts_names_them(question, facts):
    assert read_intent(question).facts == facts


@pytest.mark.parametrize(
    "question", ["LoRA 为什么不增加推理延迟？", "How does RLHF use a reward model?", "Does quantization hurt accuracy?"]
)
def test_an_ordinary_question_asks_for_nothing_special(question):
    assert read_intent(question) == PLAIN


def test_a_list_of_works_by_year_asks_for_no_single_fact():
    assert read_intent("2023 年有哪些论文的作者来自清华？").facts == ()


@pytest.mark.parametrize(
    ("question", "wants_list"),
    [
        ("有哪些参数高效微调方法？", True),
        ("训练后量化的论文都有哪些", True),
        ("推荐几篇综述", True),
        ("大语言模型的幻觉问题有哪些解法", False),  # ways, not works
        ("BERT 有哪些局限？", False),
        ("指令攻击有哪几种", False),
    ],
)
def test_a_list_is_of_works_and_not_of_properties(question, wants_list):
    assert read_intent(question).wants_list is wants_list
