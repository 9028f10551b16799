import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text.sentences import sentence_spans

WORDS = ("LoRA", "et al.", "e.g.", "3.5", "模型", "a", "(", ")")
MARKS = ("。", "！", "？", "…", "”", "」", ". ", "! ", "? ", "\n", " ")
texts = st.lists(st.sampled_from(WORDS + MARKS), max_size=30).map("".join)


def sentences(text):
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It is fast. It is small.", ["It is fast.", "It is small."]),
        ("冻结权重。只训练增量！为什么？因为省显存", ["冻结权重。", "只训练增量！", "为什么？", "因为省显存"]),
        ("他说：“模型很大。”然后离开。", ["他说：“模型很大。”", "然后离开。"]),
        ("用 LoRA 训练. 很快.", ["用 LoRA 训练.", "很快."]),
        ("用 LoRA 训练.很快", ["用 LoRA 训练.", "很快"]),
        ("Is it? Yes! Good.", ["Is it?", "Yes!", "Good."]),
        ("He said “stop.” Then left.", ["He said “stop.”", "Then left."]),
        ("first line\nsecond line", ["first line", "second line"]),
        ("模型……很大", ["模型……", "很大"]),
        ("  padded.  ", ["padded."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_end_at_their_marks_in_both_languages(text, parts):
    assert sentences(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "GPT-3.5 has a score of 70.0 on it",
        "Hu et al. 2021 and Dao et al. 2022",
        "Some models, e.g. LLaMA, are open",
        "The method, i.e. LoRA, is small",
        "by E. J. Hu and J. Wei",
        "See Fig. 2, Eq. 3 and Sec. 4",
        "BERT vs. GPT",
        "it ends in lower case. as typos do",
        "run python -m app.main now",
        "if a != b then stop",
        "the page https://example.org/s?id=1&x=2 says so",
    ],
)
def test_a_point_or_mark_inside_a_sentence_does_not_end_it(text):
    assert sentences(text) == [text]


@given(texts)
def test_sentences_are_trimmed_in_order_and_nothing_between_them_is_lost(text):
    spans = list(sentence_spans(text))

    end = 0
    for start, stop in spans:
        assert text[end:start].strip() == ""
        assert text[start:stop] == text[start:stop].strip() != ""
        end = stop
    assert text[end:].strip() == ""


@given(texts)
def test_no_sentence_runs_over_a_line_break(text):
    assert all("\n" not in sentence for sentence in sentences(text))
