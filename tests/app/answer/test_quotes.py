import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.quotes import quote_line, quotes_of
from ingest.types import Passage, PassageKind


def passage(text, kind=PassageKind.CARD, start=10):
    lines = text.count("\n")
    return Passage("p", "id", kind, "en", text, "corpus/papers/a.md", start, start + lines, 9)


def quoted(text, kind=PassageKind.CARD):
    return [quote.text for quote in quotes_of(passage(text, kind))]


def test_every_sentence_is_quoted_with_its_line_and_place():
    quotes = list(quotes_of(passage("The first sentence. The second one.\n\n第三句话说的是量化和剪枝。", start=10)))

    assert [(quote.text, quote.line, quote.position) for quote in quotes] == [
        ("The first sentence.", 10, 0),
        ("The second one.", 10, 1),
        ("第三句话说的是量化和剪枝。", 12, 2),
    ]


def test_markdown_stays_in_the_quote_and_leaves_the_plain_text():
    (quote,) = quotes_of(passage("It *freezes* [the weights](https://example.org) of `W`."))

    assert quote.text == "It *freezes* [the weights](https://example.org) of `W`."
    assert quote.plain == "It freezes the weights of W."


@pytest.mark.parametrize(
    "line",
    [
        "### A heading that is long enough",
        "| model | parameters | year |",
        "$$\\mathrm{softmax}(QK^\\top)V$$",
        "![a figure of the model](figure.png)",
        "<div>some markup of the page</div>",
        "> a block that somebody else said",
        "**Q:** What does the human do in this method?",
        "**问：** 在这个方法中，人要做什么事情呢？",
        "**A:** The human says which clip is better.",
        "Correction: the list had the wrong year here.",
        "更正：原清单的链接指向另一篇论文，这里已改正。",
        "- **A nested entry**. *Some Author.* 2023.",
        "Too short.",
        "The method has three parts:",
        "这个方法由下面的三个部分组成：",
    ],
)
def test_what_is_no_prose_of_its_own_is_not_quoted(line):
    assert quoted(f"An ordinary sentence stands here.\n{line}") == ["An ordinary sentence stands here."]


@pytest.mark.parametrize("fence", ["```", "~~~", "  ```"])
def test_code_between_fences_is_not_quoted(fence):
    text = f"Text before the code.\n{fence}python\nprint('a long enough line')\n{fence}\nText after the code."

    assert quoted(text) == ["Text before the code.", "Text after the code."]


@pytest.mark.parametrize("bullet", ["- ", "* ", "+ ", "3. ", "12) "])
def test_a_bullet_is_not_part_of_the_quote(bullet):
    assert quoted(f"{bullet}The reward model is frozen.") == ["The reward model is frozen."]


@pytest.mark.parametrize(
    "head",
    ["- **LoRA**. *Edward J. Hu.* 2022.", "1. LoRA by Edward J. Hu, 2022", "## A section of its own", "**2023** A"],
)
def test_the_head_of_a_listing_is_no_sentence(head):
    text = f"{head}\n  It freezes the weights of the network."

    assert quoted(text, PassageKind.LISTING) == ["It freezes the weights of the network."]


def test_a_continued_listing_is_quoted_from_its_first_line():
    assert quoted("It freezes the weights of the network.", PassageKind.LISTING) == [
        "It freezes the weights of the network."
    ]


@pytest.mark.parametrize(
    ("offset", "text", "line"), [(0, "**LoRA**. *Edward J. Hu.* 2022.", 7), (1, "It freezes `the weights`.", 8)]
)
def test_a_whole_line_is_quoted_without_its_bullet_and_indentation(offset, text, line):
    listing = passage("- **LoRA**. *Edward J. Hu.* 2022.\n  It freezes `the weights`.", PassageKind.LISTING, 7)

    quote = quote_line(listing, offset)

    assert (quote.text, quote.line, quote.passage) == (text, line, listing)
    assert quote.plain == text.replace("*", "").replace("`", "")


starts = st.sampled_from(["", "- ", "1. ", "```", "**Q:** ", "# ", "| a ", "  "])
sentences = st.sampled_from(
    [
        "The model is frozen. ",
        "量化是一种压缩方法。",
        "See [it](https://a.org/b). ",
        "e.g. 3.5 points! ",
        "“Why?” he said. ",
    ]
)
lines = st.lists(st.tuples(starts, st.lists(sentences, max_size=3).map("".join)).map("".join), min_size=1, max_size=6)


@given(lines, st.integers(1, 500), st.sampled_from(list(PassageKind)))
def test_every_quote_stands_verbatim_at_its_line_and_places_count_up(lines, start, kind):
    quotes = list(quotes_of(passage("\n".join(lines), kind, start)))

    assert all(quote.text in lines[quote.line - start] for quote in quotes)
    assert [quote.position for quote in quotes] == list(range(len(quotes)))
