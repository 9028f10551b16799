from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.spans import by_entry
from index.text.spans import leans, line_span, spans_of
from ingest.types import Passage, PassageKind


def passage(text, kind=PassageKind.CARD, *, start=10, language="en"):
    return Passage("p", "id", kind, language, text, "corpus/papers/a.md", start, start + text.count("\n"), 9)


def texts(text, kind=PassageKind.CARD):
    return [span.text for span in spans_of(passage(text, kind))]


def test_every_sentence_is_a_span_with_its_line_and_place():
    spans = spans_of(passage("A first sentence. A second one.\n\n第一句话说的是量化和剪枝。", start=10))

    assert [(span.text, span.line, span.position) for span in spans] == [
        ("A first sentence.", 10, 0),
        ("A second one.", 10, 1),
        ("第一句话说的是量化和剪枝。", 12, 2),
    ]


def test_markdown_stays_in_the_text_and_leaves_what_is_shown():
    (span,) = spans_of(passage("LoRA *freezes* [the weights](https://example.org) of `W`."))

    assert span.text == "LoRA *freezes* [the weights](https://example.org) of `W`."
    assert span.plain == "LoRA freezes the weights of W."


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("LoRA freezes the weights. It adds no latency.", ["LoRA freezes the weights.", "{0} It adds no latency."]),
        ("What is LoRA for? It saves memory.", ["What is LoRA for? It saves memory."]),
        ("LoRA 冻结原有的全部权重。因此显存很省。", ["LoRA 冻结原有的全部权重。", "{0}因此显存很省。"]),
        # a third sentence that leans on the second takes both; a fourth would need four sentences and is left out
        (
            "LoRA is small. It is cheap. So it is used. However, it is not full tuning. Full tuning is costly.",
            ["LoRA is small.", "{0} It is cheap.", "{0} It is cheap. So it is used.", "Full tuning is costly."],
        ),
        # the line before is another paragraph: what leans on it is left out
        ("LoRA freezes the weights.\nIt adds no latency.", ["LoRA freezes the weights."]),
        ("It adds no latency at all.", []),
    ],
)
def test_a_sentence_that_leans_is_quoted_with_the_one_before_or_not_at_all(text, spans):
    found = texts(text)

    assert found == [span.replace("{0}", found[0]) for span in spans]


@pytest.mark.parametrize(
    "sentence",
    ["It is small.", "These models are large.", "the latter wins", "However, no.", "For example, two.", "Third, merge.",
     "它很小。", "该方法省显存。", "因此更快。", "第二，合并权重。", "两者不同。"],
)  # fmt: skip
def test_sentences_that_point_outside_themselves_lean(sentence):
    assert leans(sentence)


@pytest.mark.parametrize(
    "sentence",
    ["LoRA is small.", "Items are scored.", "Theory is hard.", "Thirdness is a term.", "第二代模型更大。",
     "第三方的实现更轻。", "低秩矩阵很小。"],
)  # fmt: skip
def test_sentences_that_only_look_like_it_do_not(sentence):
    assert not leans(sentence)


@pytest.mark.parametrize(
    "line",
    [
        "### A heading that is long enough",
        "| model | parameters | year |",
        "|---|:-:|---|",
        "---|---|---",
        "$$\\mathrm{softmax}(QK^\\top)V$$",
        "![a figure of the model](figure.png)",
        "<div>some markup of the page</div>",
        "> a block that somebody else said",
        "Correction: the list had the wrong year here.",
        "更正：原清单的链接指向另一篇论文，这里已改正。",
        "Too short.",
        "Papers have three parts:",
        "微调方法由下面的三个部分组成：",
        "How many samples does tuning need?",
        "微调一个模型需要多少条样本？",
        "1. A single numbered line is no list of steps.",
    ],
)
def test_what_is_no_prose_of_its_own_is_no_span(line):
    prose = "An ordinary sentence stands here."

    assert [text for text in texts(f"{prose}\n{line}") if not text.startswith("|")] == [prose]


@pytest.mark.parametrize("fence", ["```", "~~~", "  ```"])
def test_code_between_fences_is_no_span(fence):
    text = f"Text before the code.\n{fence}python\nprint('a long enough line')\n{fence}\nText after the code."

    assert texts(text) == ["Text before the code.", "Text after the code."]


@pytest.mark.parametrize("bullet", ["- ", "* ", "+ "])
def test_a_bullet_is_not_part_of_the_text(bullet):
    assert texts(f"{bullet}Reward models are frozen.") == ["Reward models are frozen."]


def test_numbered_steps_are_one_span_that_keeps_its_numbers():
    text = "Training goes in three steps.\n\n1. Collect *pairs*.\n2. Train a reward model.\n3. It is used for PPO."

    *_, steps = spans_of(passage(text, PassageKind.NOTE, start=10))

    assert steps.text == "1. Collect *pairs*.\n2. Train a reward model.\n3. It is used for PPO."
    assert steps.plain == "1. Collect pairs.\n2. Train a reward model.\n3. It is used for PPO."
    assert (steps.line, steps.position, steps.steps) == (12, 1, True)


def test_steps_with_something_between_them_are_not_put_together():
    assert texts("1. Collect the pairs.\nPairs are ranked.\n2. Train a model.", PassageKind.NOTE) == [
        "Pairs are ranked."
    ]


@pytest.mark.parametrize(
    "head",
    ["- **LoRA**. *Edward J. Hu.* 2022.", "1. LoRA by Edward J. Hu, 2022", "## A section of its own", "**2023** A",
     "| LoRA | 2022 | low-rank matrices |"],
)  # fmt: skip
def test_the_head_of_a_listing_is_no_span_of_a_work_of_which_more_is_known(head):
    listing = passage(f"{head}\n  LoRA freezes the weights.", PassageKind.LISTING)
    card = passage("LoRA is a method.", PassageKind.CARD)

    assert [span.text for span in by_entry([listing, card], "en")] == ["LoRA freezes the weights.", "LoRA is a method."]


def test_a_title_is_a_span_of_a_work_that_stands_only_in_lists_and_a_mere_name_is_not():
    titled = passage("- **LoRA: Low-Rank Adaptation of Models** [[pdf](https://e.org/a)] :star:", PassageKind.LISTING)
    named = passage("- [LoRA](https://e.org/a)", PassageKind.LISTING)

    assert [span.plain for span in by_entry([titled, named], "en")] == ["LoRA: Low-Rank Adaptation of Models"]


def test_the_row_of_a_table_is_one_span_that_reads_with_the_names_of_its_columns():
    cells = ("No.: 3", "Model: Gopher", "Size (B): 280", "Paper: pdf", "Note: `None`")
    row = replace(passage("| 3 | Gopher | 280 | [pdf](https://e.org/g) | `None` |", PassageKind.LISTING), cells=cells)

    (span,) = spans_of(row)

    assert span.text == row.text
    assert span.plain == "Model: Gopher · Size (B): 280"


def test_the_note_of_a_listing_may_point_at_its_work_but_not_at_another_line():
    head = "- **LoRA**. *Edward J. Hu.* 2022."

    assert texts(f"{head}\n  It freezes the weights.", PassageKind.LISTING)[1:] == ["It freezes the weights."]
    assert texts(f"{head}\n  Therefore it is cheap.\n  第二，推理时没有额外延迟。", PassageKind.LISTING)[1:] == []


def test_an_answer_is_one_span_whatever_its_sentences_are():
    text = (
        "**What is LoRA?** <!-- what | lora in short -->\nLoRA is a *method*. It is small. So it is cheap. It is used."
    )

    (span,) = spans_of(passage(text, PassageKind.ANSWER, start=30))

    assert span.text == "LoRA is a *method*. It is small. So it is cheap. It is used."
    assert span.plain == "LoRA is a method. It is small. So it is cheap. It is used."
    assert (span.line, span.asked.aspect) == (31, "what")
    assert span.asked.wordings == ("lora in short",)


def test_front_matter_has_no_spans():
    assert spans_of(passage('title: "LoRA is a method."\nyear: 2021', PassageKind.RECORD)) == ()


@pytest.mark.parametrize(
    ("offset", "text", "line"), [(0, "**LoRA**. *Edward J. Hu.* 2022.", 7), (1, "It freezes `the weights`.", 8)]
)
def test_a_whole_line_is_quoted_without_its_bullet_and_indentation(offset, text, line):
    listing = passage("- **LoRA**. *Edward J. Hu.* 2022.\n  It freezes `the weights`.", PassageKind.LISTING, start=7)

    span = line_span(listing, offset)

    assert (span.text, span.line, span.passage) == (text, line, listing)
    assert span.plain == text.replace("*", "").replace("`", "")


def test_an_entry_is_quoted_in_the_language_asked_for_or_in_the_only_one_it_has():
    english = passage("LoRA freezes the weights.")
    chinese = passage("LoRA 冻结预训练的权重。", language="zh")

    assert [span.text for span in by_entry([english, chinese], "zh")] == ["LoRA 冻结预训练的权重。"]
    assert [span.text for span in by_entry([english], "zh")] == ["LoRA freezes the weights."]


starts = st.sampled_from(["", "- ", "1. ", "2. ", "```", "# ", "| a ", "  "])
sentences = st.sampled_from(
    [
        "The model is frozen. ",
        "量化是一种压缩方法。",
        "See [it](https://a.org/b). ",
        "e.g. 3.5 points! ",
        "Models “learn”. ",
    ]
)
lines = st.lists(st.tuples(starts, st.lists(sentences, max_size=3).map("".join)).map("".join), min_size=1, max_size=6)


@given(lines, st.integers(1, 500), st.sampled_from(list(PassageKind)))
def test_every_span_stands_verbatim_at_its_line_and_places_count_up(lines, start, kind):
    spans = spans_of(passage("\n".join(lines), kind, start=start))

    for span in spans:
        rows = lines[span.line - start : span.line - start + span.text.count("\n") + 1]
        assert span.text in "\n".join(rows)
    assert [span.position for span in spans] == list(range(len(spans)))


@pytest.fixture(scope="module")
def shipped(shipped_library):
    return [span for passage in shipped_library.passages for span in spans_of(passage)]


def test_every_span_of_the_shipped_corpus_stands_verbatim_at_its_line(repository, shipped):
    paths = {span.passage.path for span in shipped}
    files = {path: (repository / path).read_text(encoding="utf-8-sig").split("\n") for path in paths}
    for span in shipped:
        path = span.passage.path
        rows = files[path][span.line - 1 : span.line + span.text.count("\n")]
        assert span.text in "\n".join(rows), f"{path}:{span.line}"
        assert span.passage.start_line <= span.line <= span.passage.end_line
    assert len(shipped) > 20_000


def test_no_span_of_the_shipped_corpus_is_code_or_a_table_or_leans_on_a_sentence_outside(shipped):
    for span in shipped:
        assert span.passage.cells or span.head or not span.text.startswith(("|", "#", "```", "$$")), span
        assert span.plain, span
        if span.asked is None and span.passage.kind is not PassageKind.LISTING:
            assert not leans(span.text), span


def test_every_answer_of_the_shipped_corpus_is_one_span(shipped, shipped_library):
    answers = [passage for passage in shipped_library.passages if passage.kind is PassageKind.ANSWER]

    assert [span.passage for span in shipped if span.asked is not None] == answers


def test_every_bar_in_the_prose_of_the_shipped_corpus_is_shown(shipped):
    barred = [span for span in shipped if "|" in span.text and not span.passage.cells and not span.head]

    assert [span.plain.count("|") for span in barred] == [span.text.count("|") for span in barred]
    assert len(barred) > 10


@pytest.mark.parametrize(
    "head",
    [
        "- [Kiln](https://e.org/k) - A tool that burns clay at low heat.",
        "- **Kiln**: a tool that burns clay at low heat",
        "* `Kiln` — 一个低温烧制陶器的小工具，很省柴。",
    ],
)
def test_a_head_with_its_note_on_one_line_is_a_span(head):
    (span,) = texts(head, PassageKind.LISTING)

    assert span == head[2:]
