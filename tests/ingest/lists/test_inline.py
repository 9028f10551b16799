import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ingest.lists.inline import Span, inline_lines, text_of


def spans(paragraph):
    return inline_lines(MarkdownIt("commonmark").parse(paragraph)[1].children)


def test_formatting_becomes_flags_of_flat_spans():
    assert spans("**LoRA** by *Hu* in `peft`") == [
        (
            Span("LoRA", bold=True),
            Span(" by "),
            Span("Hu", italic=True),
            Span(" in "),
            Span("peft", code=True),
        )
    ]


def test_a_link_is_one_span_whatever_is_nested_in_it():
    assert spans("[a **b** `c`](https://example.org/x)") == [
        (Span("a b c", bold=True, href="https://example.org/x"),),
    ]


def test_a_link_inside_bold_text_is_bold():
    assert spans("**see [LoRA](https://example.org) now**") == [
        (
            Span("see ", bold=True),
            Span("LoRA", bold=True, href="https://example.org"),
            Span(" now", bold=True),
        )
    ]


def test_links_between_brackets_are_marked_and_others_are_not():
    (line,) = spans("[[code](https://a.org)] [paper](https://b.org) [see [more](https://c.org)] [end](https://d.org)")

    assert {span.text: span.bracketed for span in line if span.href} == {
        "code": True,
        "paper": False,
        "more": True,
        "end": False,
    }


def test_each_source_line_has_its_spans_and_a_link_over_two_lines_stays_whole():
    lines = spans("first  \nsecond [broken\nlink](https://example.org)\nthird")

    assert [text_of(line) for line in lines] == ["first", "second broken link", "third"]


def test_images_and_html_leave_nothing_behind():
    assert text_of(spans('T ![Star](https://img.shields.io/x.svg) <img src="a.png"> end')[0]) == "T end"


def test_an_empty_link_is_kept_with_an_empty_target():
    assert spans("[GPT2]()") == [(Span("GPT2", href=""),)]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("see https://example.org/a, then (http://b.org).", ["https://example.org/a", "http://b.org"]),
        ("官网：https://example.org/a。后文", ["https://example.org/a"]),
        ("（https://example.org/a）", ["https://example.org/a"]),
        ("官网 https://example.org：介绍", ["https://example.org"]),
        ("见过 https://example.org/a？没有！", ["https://example.org/a"]),
        ("<https://example.org/a_b>", ["https://example.org/a_b"]),
        ("`https://example.org/in/code`", []),
    ],
)
def test_a_bare_address_is_a_link_up_to_the_punctuation_around_it(text, urls):
    line = spans(text)[0]

    assert [span.href for span in line if span.href is not None] == urls


@given(st.lists(st.sampled_from(["word ", "https://example.org/a", ", ", "中文", "。", "(", ") ", "http://b.org;"])))
def test_splitting_bare_addresses_keeps_every_character(parts):
    text = "x " + "".join(parts) + " y"
    line = spans(text)[0]

    assert "".join(span.text for span in line) == text
