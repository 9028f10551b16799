import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.attribution import MAX_CHARS, SentenceStream, Written


def split(text, cut=1):
    stream = SentenceStream()
    found = [one for start in range(0, len(text), cut) for one in stream.feed(text[start : start + cut])]
    return [*found, *stream.finish()]


def said(text):
    return [(one.text, one.marks) for one in split(text)]


@pytest.mark.parametrize("cut", [1, 2, 7, 1000])
def test_marks_are_read_however_the_stream_cuts_them(cut):
    text = "LoRA freezes the weights [1][2]. 它只训练两个小矩阵【3】。QLoRA uses 4 bits.[1, 4]"

    assert [(one.text, one.marks) for one in split(text, cut)] == [
        ("LoRA freezes the weights.", (1, 2)),
        ("它只训练两个小矩阵。", (3,)),
        ("QLoRA uses 4 bits.", (1, 4)),
    ]


@pytest.mark.parametrize(
    ("mark", "numbers"),
    [
        ("[1]", (1,)), ("【1】", (1,)), ("［1］", (1,)), ("[1][2]", (1, 2)), ("[1, 2]", (1, 2)),
        ("[1，2]", (1, 2)), ("【1、2】", (1, 2)),
        ("[^1]", (1,)), ("[[1]](#source-1)", (1,)), ("[1-3]", (1, 2, 3)),
        ("[ 1 ]", (1,)), ("[1] [1]", (1,)), ("[12;13]", (12, 13)),
    ],
)  # fmt: skip
def test_every_form_of_a_mark(mark, numbers):
    assert said(f"LoRA freezes the weights {mark}.") == [("LoRA freezes the weights.", numbers)]
    assert said(f"LoRA freezes the weights. {mark}") == [("LoRA freezes the weights.", numbers)]


@pytest.mark.parametrize(
    "text", ["See [a] and [1a] and [x](http://a.org/1).", "The list [1, two] stays.", "Open [1", "[2021a]"]
)
def test_what_is_no_mark_stays(text):
    assert said(text) == [(text, ())]


def test_code_keeps_its_brackets():
    text = "Call `a[1]` first [2].\n```python\nx = a[1]\ny = a[2]. Then\n```\nDone [1]."

    assert split(text) == [
        Written("Call `a[1]` first.", (2,), starts_paragraph=True),
        Written("```python\nx = a[1]\ny = a[2]. Then\n```", (), starts_paragraph=True, code=True),
        Written("Done.", (1,), starts_paragraph=True),
    ]


def test_lines_and_items_start_paragraphs():
    text = "Three things matter:\n- rank [1]\n- alpha [2]. It scales.\n\n1. First step.\n2. Second step."

    assert [(one.text, one.starts_paragraph) for one in split(text)] == [
        ("Three things matter:", True),
        ("- rank", True),
        ("- alpha.", True),
        ("It scales.", False),
        ("1. First step.", True),
        ("2. Second step.", True),
    ]


def test_abbreviations_and_decimals_end_no_sentence():
    text = "It saves memory, e.g. on GPUs, by 3.5 times. Hu et al. did it."

    assert [one.text for one in split(text)] == ["It saves memory, e.g. on GPUs, by 3.5 times.", "Hu et al. did it."]


def test_what_is_pending_is_shown_without_half_a_mark():
    stream = SentenceStream()

    assert list(stream.feed("LoRA freezes [1")) == []
    assert stream.pending == "LoRA freezes"


pieces = st.sampled_from(
    ["LoRA ", "权重", "。", ". ", "[1]", "[", "]", "【2】", "\n", "`", "```", "- ", "1. ", "[1, ", "(x)", "!"]
)


@given(st.lists(pieces, max_size=30).map("".join), st.integers(1, 9))
def test_the_cuts_of_a_stream_do_not_matter(text, cut):
    assert split(text, cut) == split(text, len(text) + 1)


@given(st.lists(pieces, max_size=30).map("".join))
def test_no_letter_is_lost(text):
    def letters(shown):
        return "".join(c for c in shown if c.isalpha() and c != "x")

    assert letters("".join(one.text for one in split(text))) == letters(text)


@pytest.mark.parametrize(
    "piece", ["[", "[1", "[1]", ". ", "e.g. ", "`", "```", "a", "。", "[1, ", "【", "\n", "1. ", "[["]
)
def test_hostile_answers_take_linear_time(piece):
    def seconds(length):
        text = piece * (length // len(piece))
        return min(_timed(text) for _ in range(2))

    short, long = seconds(4_000), seconds(16_000)
    assert long < 12 * short + 0.05  # four times as long; a square would be sixteen times


def _timed(text):
    started = time.process_time()
    found = split(text, 50)
    assert all(len(one.text) <= 4 * MAX_CHARS + 3 for one in found)
    return time.process_time() - started
