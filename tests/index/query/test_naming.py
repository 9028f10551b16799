import pytest

from index.query.naming import named_alone, named_together


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Explain perplexity and temperature", ["perplexity", "temperature"]),
        ("讲讲困惑度和温度", ["困惑度", "温度"]),
        ("LoRA, QLoRA and RAG", ["LoRA", "QLoRA", "RAG"]),
        ("能不能通俗地解释一下 LoRA、RAG", ["LoRA", "RAG"]),
        ("Why do perplexity and temperature matter?", []),
        ("perplexity of a temperature", []),
        ("Explain perplexity", []),
        ("", []),
    ],
)
def test_names_with_nothing_but_and_between_them(shipped_reader, question, names):
    assert named_together(shipped_reader.read(question)) == names


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("so what on earth is perplexity?", True),
        ("困惑度到底是个啥", True),
        ("Why is perplexity low?", False),
        ("perplexity and temperature", False),
    ],
)
def test_a_name_beside_which_nothing_is_said(shipped_reader, question, alone):
    assert bool(named_alone(shipped_reader.read(question))) is alone
