import pytest

from app.answer.wishes import Wishes, read_wishes

PLAIN = Wishes(defines=False, wants_list=False, compares=False, facts=())


@pytest.fixture(scope="module")
def wishes(shipped_searcher):
    return lambda question: read_wishes(shipped_searcher.read(question))


@pytest.mark.parametrize(
    "question",
    [
        "什么是 LoRA？",
        "LoRA 是什么",
        "何谓量化？",
        "What is LoRA?",
        "What does RLHF mean?",
        "define perplexity",
    ],
)
def test_a_question_for_a_definition(wishes, question):
    assert wishes(question) == Wishes(defines=True, wants_list=False, compares=False, facts=())


@pytest.mark.parametrize(
    "question",
    [
        "有哪些训练后量化的论文？",
        "推荐几篇讲推理的论文",
        "列举几个开源模型",
        "Which papers study pruning?",
        "List the datasets for evaluation",
        "2023 年有哪些论文的作者来自清华？",  # a list by year and author asks for no single fact
    ],
)
def test_a_question_for_a_list(wishes, question):
    assert wishes(question) == Wishes(defines=False, wants_list=True, compares=False, facts=())


@pytest.mark.parametrize(
    "question",
    [
        "LoRA 和 QLoRA 有什么区别？",
        "ZeRO 与 Megatron-LM 相比如何",
        "Compare ZeRO with FSDP",
        "What is the difference between PPO and DPO?",
        "GPTQ vs. AWQ",
    ],
)
def test_a_question_for_a_comparison_is_neither_a_list_nor_a_definition(wishes, question):
    assert wishes(question) == Wishes(defines=False, wants_list=False, compares=True, facts=())


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("LoRA 是哪一年发表的？", ("year",)),
        ("When was LoRA published?", ("year",)),
        ("LoRA 的作者有谁？", ("authors",)),
        ("Who wrote the LoRA paper?", ("authors",)),
        ("LoRA 发表在哪个会议？", ("venue",)),
        ("At which conference did LoRA appear?", ("venue",)),
        ("LoRA 的代码在哪里？", ("links",)),
        ("Where can I find the LoRA code?", ("links",)),
        ("LLaMA 的许可协议是什么？", ("licence",)),
        ("What is the licence of LLaMA?", ("licence",)),
        ("LLaMA 有多少参数？", ("sizes",)),
        ("Who wrote LoRA and when was it published?", ("year", "authors")),
    ],
)
def test_a_question_for_facts_names_them(wishes, question, facts):
    assert wishes(question).facts == facts


@pytest.mark.parametrize(
    "question",
    [
        "LoRA 为什么不增加推理延迟？",
        "How does RLHF use a reward model?",
        "Does quantization hurt accuracy?",
        "BERT 有哪些局限？",  # a list is of works, not of properties
        "指令攻击有哪几种",  # nor of kinds
    ],
)
def test_an_ordinary_question_asks_for_nothing_special(wishes, question):
    assert wishes(question) == PLAIN
