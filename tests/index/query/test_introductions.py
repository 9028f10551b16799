import pytest

from index.query.introductions import without_introduction

NAMES = ("rag", "lora", "deepseek-v3", "large language model", "大模型", "微调")


def names_in(text):
    return [name for name in NAMES if name in text.casefold()]


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("I'm new here and my English is not so good. What is RAG?", "What is RAG?"),
        ("my supervisor told me to look into it: how does LoRA save memory?", "how does LoRA save memory?"),
        ("Sorry for the stupid question, I'm a beginner. What is LoRA?", "What is LoRA?"),
        ("What is LoRA? I am a beginner so please keep it simple.", "What is LoRA?"),
        ("Why does LoRA start at zero? Can you explain?", "Why does LoRA start at zero?"),
        ("我是新手,刚入门大模型,LoRA 是什么?", "LoRA 是什么?"),
        ("大家好,我是研一的学生,导师让我做RAG,请问RAG和微调有什么区别?", "请问RAG和微调有什么区别?"),
        ("我想问一下,LoRA 的秩怎么选?", "LoRA 的秩怎么选?"),
        ("RAG 是什么?我是新手,求大佬解答。", "RAG 是什么?"),
        ("RAG 是什么?能讲讲吗?", "RAG 是什么?"),
    ],
)
def test_what_people_say_of_themselves_goes(question, asked):
    assert without_introduction(question, names_in) == asked


@pytest.mark.parametrize(
    "question",
    [
        "I have one GPU with 24 GB. Is LoRA enough?",  # a figure
        "I train on Chinese text. Which tokeniser suits LoRA?",  # what is done
        "我用的是中文数据,LoRA 要怎么设?",
        "导师让我做客服机器人,RAG 怎么搭?",  # a task that is not named again
        "I read about DeepSeek-V3. How does LoRA differ?",  # a name that is not named again
        "I'm new. Where to start?",  # nothing is left that says what is asked
        "我是新手,从哪开始?",
        "Why does LoRA work?",
        "What is my LoRA rank for? I want to know what to set.",
        "",
    ],
)
def test_what_belongs_to_the_question_stays(question):
    assert without_introduction(question, names_in) == question


def test_a_long_text_is_read_in_no_time():
    question = "I am, " * 300 + "LoRA?"

    assert without_introduction(question, names_in).endswith("LoRA?")
