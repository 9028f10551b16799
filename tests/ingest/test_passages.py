import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.passages import PassageConfig, TextSpan, cut_passages
from ingest.text.tokens import count_tokens
from ingest.types import PassageKind

# Tokens are characters in these tests, so that budgets can be counted on the page.
PARTS = ["one ", "two. ", "three! ", "模型。", "词元", "and four? ", "longer-than-the-budget-by-far ", " ", "  "]
line_texts = st.lists(st.sampled_from(PARTS), max_size=6).map("".join)


def cut(*lines, most=20, least=0, start=1, kind=PassageKind.CARD, language="", count=len):
    span = TextSpan("entry", kind, "corpus/a.md", start, lines, language)
    return list(cut_passages(span, PassageConfig(most, least), count))


def pieces(*lines, **options):
    return [(passage.start_line, passage.end_line, passage.text) for passage in cut(*lines, **options)]


def test_whole_lines_are_packed_until_the_budget_is_full():
    # 9 characters and a line break make 10; two lines fill the 20.
    assert pieces("aaaa bbbb", "cccc dddd", "eeee ffff", start=7) == [
        (7, 8, "aaaa bbbb\ncccc dddd"),
        (9, 9, "eeee ffff"),
    ]


def test_a_line_over_the_budget_is_cut_between_its_sentences():
    assert pieces("First is it. Second. Third one here.") == [
        (1, 1, "First is it. Second."),  # 20 characters
        (1, 1, "Third one here."),
    ]


def test_a_sentence_over_the_budget_is_cut_between_words():
    assert pieces("Short one. This one sentence is far too long. End.") == [
        (1, 1, "Short one."),
        (1, 1, "This one sentence"),
        (1, 1, "is far too long."),
        (1, 1, "End."),
    ]


def test_a_trailing_piece_that_is_too_short_joins_the_one_before_it():
    assert pieces("aaaa bbbb", "cccc dddd", "tail", least=5) == [(1, 3, "aaaa bbbb\ncccc dddd\ntail")]
    assert pieces("aaaa bbbb", "cccc dddd", "tails", least=5) == [
        (1, 2, "aaaa bbbb\ncccc dddd"),
        (3, 3, "tails"),
    ]


def test_a_short_piece_joined_to_a_cut_line_is_verbatim_where_white_space_ends_the_line():
    lines = ("First sentence here. Second one.  ", "tail")

    assert [passage.text in "\n".join(lines) for passage in cut(*lines, least=5)] == [True, True]


def test_blank_lines_around_a_passage_are_not_part_of_it():
    assert pieces("", "text", "", start=3) == [(4, 4, "text")]


@pytest.mark.parametrize("lines", [(), ("",), ("", "  "), ("---------",), ("![a](b.png)",), ("```", "```")])
def test_text_without_anything_to_read_yields_no_passage(lines):
    assert pieces(*lines) == []


def test_ids_come_from_path_and_line_and_are_numbered_where_a_line_is_cut():
    passages = cut("One sentence here. Two sentences. Three sentences.", "next line", start=4)

    assert [passage.passage_id for passage in passages] == [
        "corpus/a.md:4",
        "corpus/a.md:4.1",
        "corpus/a.md:4.2",
        "corpus/a.md:5",
    ]


def test_a_passage_says_whose_it_is_and_how_long_it_is():
    (passage,) = cut("some text", start=12, kind=PassageKind.NOTE, language="zh")

    assert (passage.entry_id, passage.kind, passage.path) == ("entry", PassageKind.NOTE, "corpus/a.md")
    assert (passage.start_line, passage.end_line, passage.token_count) == (12, 12, 9)
    assert passage.language == "zh"  # the part's own word counts, not the look of its text


def test_the_language_of_a_listing_is_that_of_its_note_and_not_of_its_title():
    lines = ("- **LoRA: Low-Rank Adaptation of Large Language Models**", "  冻结原有权重。")

    assert cut(*lines, most=99, kind=PassageKind.LISTING)[0].language == "zh"
    assert cut(*lines, most=99, kind=PassageKind.CARD)[0].language == "en"
    assert cut("- **低秩适配**", most=99, kind=PassageKind.LISTING)[0].language == "zh"


@given(st.lists(line_texts, max_size=8), st.integers(0, 8), st.integers(1, 3))
@example(["two. three! one two. three!  ", "one"], 5, 1)
def test_every_passage_is_verbatim_at_its_lines_and_no_character_is_lost(lines, least, start):
    passages = cut(*lines, least=least, start=start)

    for passage in passages:
        at = "\n".join(lines[passage.start_line - start : passage.end_line - start + 1])
        assert passage.text in at
        assert passage.text.count("\n") == passage.end_line - passage.start_line
    assert "".join("".join(passage.text for passage in passages).split()) == "".join("".join(lines).split())
    assert len({passage.passage_id for passage in passages}) == len(passages)


@given(st.lists(line_texts, max_size=8))
def test_no_passage_is_over_the_budget(lines):
    for passage in cut(*lines, least=0):
        assert passage.token_count == len(passage.text) <= 20


def packed(lines, most):
    """Greedy packing, one line at a time: what ``cut_passages`` does to lines within the budget."""
    groups = []
    for line in lines:
        if groups and sum(len(held) + 1 for held in [*groups[-1], line]) <= most:
            groups[-1].append(line)
        else:
            groups.append([line])
    return [text for group in groups if (text := "\n".join(group).strip("\n"))]


@given(st.lists(st.sampled_from(["", "one", "one two", "词元与模型", "a line that is 19 c"]), max_size=12))
def test_lines_within_the_budget_are_packed_as_a_greedy_packer_would(lines):
    assert [passage.text for passage in cut(*lines)] == packed(lines, 20)


def test_the_default_budget_holds_with_real_tokens():
    sentence = "大语言模型用海量文本训练，目标是预测下一个词元，所以也能翻译和问答。"
    line = sentence * 40

    passages = cut(line, most=256, least=32, count=count_tokens)

    assert "".join(passage.text for passage in passages) == line
    assert max(passage.token_count for passage in passages) <= 256
    assert min(passage.token_count for passage in passages[:-1]) > 256 - count_tokens(sentence) - 1


@pytest.mark.parametrize(("most", "least"), [(10, 10), (10, 11), (10, -1), (0, 0)])
def test_a_budget_that_cannot_be_kept_is_refused(most, least):
    with pytest.raises(ValueError, match=f"not {least} and {most}"):
        PassageConfig(most, least)


def test_numbered_steps_stay_together_over_the_budget_but_not_without_end():
    steps = tuple(f"{number}. step {number}" for number in range(1, 6))  # 9 characters and a line end each
    span = TextSpan("e", PassageKind.NOTE, "n.md", 1, ("Before.", *steps, "After."))

    def texts(most):
        return [passage.text for passage in cut_passages(span, PassageConfig(20, 0, most), len)]

    assert texts(50) == ["Before.", "\n".join(steps), "After."]
    assert texts(49) == ["Before.\n1. step 1", "2. step 2\n3. step 3", "4. step 4\n5. step 5", "After."]
