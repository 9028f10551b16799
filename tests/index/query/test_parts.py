import re

import pytest

from index.query.parts import parts_of


def names_in(text):
    return re.findall(r"LoRA|BERT|GPT-2|RAG", text)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What is LoRA and what is RAG?", ["What is LoRA", "what is RAG?"]),
        ("What is LoRA? What is RAG?", ["What is LoRA?", "What is RAG?"]),
        ("LoRA 是什么，RAG 又是什么？", ["LoRA 是什么", "RAG 又是什么？"]),
        ("Who wrote BERT and who wrote GPT-2?", ["Who wrote BERT", "who wrote GPT-2?"]),
        ("我知道 BERT 是什么，GPT-2 有什么不同？", []),
        ("When I use LoRA, what rank should I choose for BERT?", []),
        ("How do I decide when to use RAG and when to use LoRA?", []),
        ("How does LoRA work and what does it cost?", []),  # the second half leans on the first
        ("What is LoRA? What does it do beside BERT?", []),
        ("什么是 LoRA？它和 BERT 有什么关系？", []),
        ("What is the difference between LoRA and RAG, and which is cheaper?", []),
        ("What is LoRA? What is LoRA good for?", []),  # one name
        ("Is BERT bidirectional, and GPT-2 not?", []),  # one question
        ("What is LoRA?", []),
        ("", []),
    ],
)
def test_a_question_is_taken_apart_where_each_part_has_a_name_of_its_own(question, parts):
    assert parts_of(question, names_in) == parts
