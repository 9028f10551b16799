import re

import pytest

from app.web.passages import lines_html, passage_html


def link_of(entry_id):
    return {"arxiv:1": ("LoRA & co", "/entry/arxiv:1")}.get(entry_id)


def drawn(text, start=10, prefix="L"):
    return passage_html(text, start, prefix, link_of)


@pytest.mark.parametrize(
    "text",
    [
        "one\n\nthree",
        "one\ntwo\nthree",
        "- **A** (a).\n  two\n  three\n- four",
        "| a | b |\n|---|---|\n| c | d |\n| e | f |",
        "para\n\n1. x\n2. y\n\n> quoted\n> on",
    ],
)
def test_every_line_with_words_has_one_anchor(text):
    html = drawn(text)

    anchors = re.findall(r'id="L(\d+)"', html)
    written = [n for n, line in enumerate(text.split("\n"), 10) if re.search(r"\w", line)]
    assert set(written) <= set(map(int, anchors))
    assert len(anchors) == len(set(anchors))


def test_a_pointer_to_an_entry_becomes_a_link_and_one_to_nowhere_is_left_out():
    html = drawn("It works [arxiv:1]. It does [arxiv:2].")

    assert '<a class="pointer" href="/entry/arxiv:1">LoRA &amp; co</a>.' in html
    assert "It does." in html


@pytest.mark.parametrize(
    "attack", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))"]
)
def test_markup_of_a_passage_is_shown_and_not_obeyed(attack):
    html = drawn(f"a {attack} b") + lines_html(f"a {attack} b", 1, "L")

    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_comments_are_for_editors_and_lines_of_a_record_keep_their_numbers():
    assert "secret" not in drawn("**What?** <!-- what | secret -->")
    assert lines_html("a: <b>\nc: d", 2, "L") == '<span id="L2">a: &lt;b&gt;</span>\n<span id="L3">c: d</span>'
