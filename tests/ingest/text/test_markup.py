import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import CorpusError
from ingest.text.files import read_text
from ingest.text.folding import fold
from ingest.text.markup import plain_text
from ingest.text.scripts import language_of


def garbled(text):
    """What an editor saves that takes UTF-8 for Windows-1254 and drops what it cannot show."""
    return text.encode("utf-8").decode("cp1254", errors="ignore")


def test_line_breaks_of_all_systems_and_a_byte_order_mark_are_read_alike(tmp_path):
    file = tmp_path / "a.md"
    file.write_bytes("\ufeff# 标题\r\none\rtwo\nthree\r\n".encode())

    assert read_text(file) == ("# 标题\none\ntwo\nthree\n", None)


def test_a_file_that_cannot_be_opened_is_refused_with_the_reason(tmp_path):
    with pytest.raises(CorpusError, match=r"cannot read .*gone\.md: No such file"):
        read_text(tmp_path / "gone.md")


def test_garbled_chinese_is_repaired_line_by_line_and_said_so(tmp_path):
    good = "# 大模型的训练\n\n- 冻结原有的参数，只训练新的参数。\n- [code](https://github.com/microsoft/LoRA)\n"
    file = tmp_path / "a.md"
    file.write_text(garbled(good), encoding="utf-8")

    text, remark = read_text(file)

    assert text == good
    assert remark is not None
    assert remark.startswith("repaired: 2 lines had been decoded wrongly (the first is 1), ")


@given(st.lists(st.sampled_from(["大模型的训练方法", "", "- 参数\u2028与数据", "a\x85b 模型", "English"]), min_size=8))
def test_repairing_never_changes_the_number_of_lines(tmp_path_factory, lines):
    file = tmp_path_factory.mktemp("garbled") / "a.md"
    file.write_bytes(garbled("\n".join(lines)).encode())

    assert read_text(file)[0].count("\n") == len(lines) - 1


@pytest.mark.parametrize(
    ("markdown", "seen"),
    [
        ("## **LoRA** and `vllm`", "LoRA and vllm"),
        ("- [LoRA](https://arxiv.org/abs/2106.09685) freezes *all* weights", "LoRA freezes all weights"),
        ("3. third", "third"),
        ("> quoted", "quoted"),
        ("**T** [[pdf](https://a.org/x)] [[code](https://b.org)]", "T"),
        ("a ![logo](x.png) b <br/> c <!-- hidden\nnote --> d", "a b c d"),
        ("[wiki](https://en.wikipedia.org/wiki/BERT_(model)) page", "wiki page"),
        ("| a | b |\n|---|:-:|\n| 1 | 2 |", "a b\n1 2"),
        ("```python\nx = a * b * c\n```", "x = a * b * c"),
        ("snake_case and 2 * 3 * 4", "snake_case and 2 * 3 * 4"),
        ("a < b and c > d", "a < b and c > d"),
        ("**冻结**权重，*只*训练", "冻结权重，只训练"),
        ("one\n\n\ntwo", "one\ntwo"),
    ],
)
def test_plain_text_is_what_a_reader_sees(markdown, seen):
    assert plain_text(markdown) == seen


@pytest.mark.parametrize(
    ("markdown", "seen"),
    [
        ("it learns p(y|x), and |w| stays small", "it learns p(y|x), and |w| stays small"),
        ("the ratio of p(w | h) and q(w | h) is kept", "the ratio of p(w | h) and q(w | h) is kept"),
        ("这个目标是 log p(y | x)。", "这个目标是 log p(y | x)。"),
        ("a | b", "a | b"),  # one bar makes no row
        ("| p | q |", "p q"),
        ("GPT-3 | 175B | 2020 (May)", "GPT-3 175B 2020 (May)"),  # a row without bars at its ends
    ],
)
def test_a_bar_separates_cells_only_in_the_row_of_a_table(markdown, seen):
    assert plain_text(markdown) == seen


@pytest.mark.parametrize(
    ("markdown", "seen"),
    [
        ("text ends in `<eos>` or `</s>`.", "text ends in <eos> or </s>."),
        ("`a * b * c` and `**kwargs` and `__init__`", "a * b * c and **kwargs and __init__"),
        ("run `ls | wc -l | cat` *now*", "run ls | wc -l | cat now"),
        ("`[a](b)` is a [link](https://a.org)", "[a](b) is a link"),
        ("| `<eos>` | `a|b` |", "<eos> a|b"),
        ("``two ticks`` are dropped", "two ticks are dropped"),
    ],
)
def test_inline_code_stays_as_it_is(markdown, seen):
    assert plain_text(markdown) == seen


def test_a_notes_pointer_to_its_source_is_not_shown():
    assert plain_text("It is small [arxiv:2106.09685], and [url:a.org/b] old [note:lora].") == "It is small, and old."


def test_every_bar_in_the_prose_of_the_shipped_cards_and_notes_is_shown(repository):
    barred = 0
    for folder in ("papers", "notes"):
        for file in sorted((repository / "corpus" / folder).glob("*.md")):
            for line in file.read_text(encoding="utf-8").split("\n"):
                if "|" not in line or line.lstrip().startswith("|") or "<!--" in line:
                    continue
                assert plain_text(line).count("|") == line.count("|"), f"{file.name}: {line}"
                barred += 1
    assert barred > 10


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("P-Tuning v2", "ptuningV2"),
        ("ＧＰＴ－４", "gpt 4"),
        ("Straße", "STRASSE"),
        ("键值 缓存", "键值缓存"),
    ],
)
def test_names_that_differ_in_case_width_and_punctuation_fold_alike(name, same):
    assert fold(name) == fold(same)


def test_folding_tells_chinese_names_apart_and_leaves_nothing_of_punctuation():
    assert fold("键缓存") != fold("值缓存")
    assert fold("——（…）!") == ""


@given(st.text())
def test_folding_twice_is_folding_once_and_leaves_letters_and_digits_only(text):
    once = fold(text)

    assert fold(once) == once
    assert all(unicodedata.category(character)[0] in "LN" for character in once)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is LoRA?", "en"),
        ("什么是 LoRA？", "zh"),  # 3 Han characters are 1.5 words, against 1 Latin one
        ("用 LoRA", "zh"),  # half a word against 1, the least that counts
        ("LoRA: Low-Rank Adaptation of Large Language Models 低秩适配", "en"),  # 2 words against 7
        ("用 LoRA 微调 LLaMA 模型", "zh"),
        ("PagedAttention 与 vLLM", "en"),  # half a word against 2
        ("2017", "en"),
        ("", "en"),
    ],
)
def test_the_language_of_a_text_is_that_of_its_words(text, language):
    assert language_of(text) == language
