from dataclasses import replace

import pytest

from app.answer.facts import state_columns, state_facts
from ingest.types import Entry, Kind, Link, Listing, Passage, PassageKind

LORA = Entry(
    "arxiv:2106.09685", "LoRA", "", Kind.PAPER, 2022, "ICLR 2022", ("Edward J. Hu", "Yelong Shen"),
    (Link("arxiv", "https://arxiv.org/abs/2106.09685"), Link("code", "https://github.com/microsoft/LoRA")),
    "2106.09685", (Listing("path", (), "corpus/lists/path.md", 20, "LoRA"),), (), (),
)  # fmt: skip
RECORD = Passage(
    "r", LORA.entry_id, PassageKind.RECORD, "en",
    'id: "arxiv:2106.09685"\ntitle: "LoRA"\nauthors: ["Edward J. Hu", "Yelong Shen"]\nyear: 2022\n'
    'venue: "ICLR 2022"\nlinks: ["https://arxiv.org/abs/2106.09685"]\nrelated: ["arxiv:2022.00001"]\n'
    'organisations: ["Microsoft", "CMU"]\nlicence: "MIT"\nsizes: [7B, 13B]',
    "corpus/papers/2106.09685.md", 2, 11, 60,
)  # fmt: skip
HEAD = "- **LoRA**. *Edward J. Hu, Yelong Shen.* ICLR, 2022. [[arxiv](https://arxiv.org/abs/2106.09685)]"
LISTING = Passage(
    "l", LORA.entry_id, PassageKind.LISTING, "en", f"{HEAD}\n  A note.", "corpus/lists/path.md", 20, 21, 40
)


def facts(names, language="en", entry=LORA, passages=(RECORD, LISTING)):
    return list(state_facts(entry, passages, names, language))


@pytest.mark.parametrize(
    ("name", "language", "text"),
    [
        ("year", "zh", "《LoRA》发表于 2022 年。"),
        ("year", "en", "“LoRA” appeared in 2022."),
        ("authors", "zh", "《LoRA》的作者是 Edward J. Hu、Yelong Shen。"),
        ("authors", "en", "“LoRA” is by Edward J. Hu, Yelong Shen."),
        ("venue", "zh", "《LoRA》发表于 ICLR 2022。"),
        ("venue", "en", "“LoRA” was published at ICLR 2022."),
        (
            "links",
            "zh",
            "《LoRA》的链接：https://arxiv.org/abs/2106.09685 https://github.com/microsoft/LoRA",
        ),
        (
            "links",
            "en",
            "“LoRA” is at https://arxiv.org/abs/2106.09685 https://github.com/microsoft/LoRA",
        ),
        ("organisations", "zh", "《LoRA》来自 Microsoft、CMU。"),
        ("organisations", "en", "“LoRA” is by people at Microsoft, CMU."),
        ("licence", "zh", "《LoRA》的许可协议是 MIT。"),
        ("licence", "en", "The licence of “LoRA” is MIT."),
        ("sizes", "zh", "《LoRA》的规模：7B、13B。"),
        ("sizes", "en", "Size of “LoRA”: 7B, 13B."),
    ],
)
def test_a_fact_is_stated_in_the_language_of_the_question(name, language, text):
    (fact,) = facts([name], language)

    assert fact.text == text


@pytest.mark.parametrize(
    ("name", "line", "quote"),
    [
        ("year", 5, "year: 2022"),
        ("authors", 4, 'authors: ["Edward J. Hu", "Yelong Shen"]'),
        ("venue", 6, 'venue: "ICLR 2022"'),
        ("links", 7, 'links: ["https://arxiv.org/abs/2106.09685"]'),
        ("organisations", 9, 'organisations: ["Microsoft", "CMU"]'),
        ("licence", 10, 'licence: "MIT"'),
        ("sizes", 11, "sizes: [7B, 13B]"),
    ],
)
def test_a_fact_is_tied_to_the_line_of_the_study_card_that_states_it(name, line, quote):
    (fact,) = facts([name])

    assert (fact.span.text, fact.span.line, fact.span.passage) == (quote, line, RECORD)


def test_without_a_card_a_fact_is_tied_to_the_line_of_the_list():
    (fact,) = facts(["year"], passages=[LISTING])

    assert (fact.span.text, fact.span.line) == (HEAD.removeprefix("- "), 20)


def test_ids_in_a_card_do_not_state_a_year():
    card = replace(RECORD, text='id: "arxiv:2022.09685"\nrelated: ["arxiv:2022.00001"]')

    assert facts(["year"], passages=[card]) == []


def test_a_fact_no_line_states_is_not_told():
    assert facts(["year"], entry=replace(LORA, year=1999)) == []


def test_a_year_is_read_from_the_line_of_the_year_and_not_from_another_number():
    card = replace(RECORD, text='title: "Survey of 2022 models"\nlinks: ["https://a.org/2022/b"]\nyear: 2022')

    (fact,) = facts(["year"], passages=[card])

    assert fact.span.text == "year: 2022"


@pytest.mark.parametrize(
    ("name", "nothing"), [("year", {"year": None}), ("authors", {"authors": ()}), ("venue", {"venue": ""}),
                          ("links", {"links": ()})],
)  # fmt: skip
def test_an_entry_without_the_fact_states_none(name, nothing):
    assert facts([name], entry=replace(LORA, **nothing)) == []


@pytest.mark.parametrize("name", ["organisations", "licence", "sizes"])
@pytest.mark.parametrize("line", ["{name}:", "{name}: []", "{name}: [Microsoft", "other: [7B]"])
def test_what_the_front_matter_does_not_say_or_says_badly_is_not_told(name, line):
    card = replace(RECORD, text=f'title: "LoRA"\n{line.format(name=name)}')

    assert facts([name], passages=[card, LISTING]) == []


def test_facts_come_in_the_order_asked_for_and_missing_ones_are_left_out():
    stated = facts(["venue", "year", "links"], entry=replace(LORA, links=()))

    assert [fact.value for fact in stated] == ["ICLR 2022", "2022"]


@pytest.mark.parametrize(
    ("count", "ending", "language", "shown"),
    [
        (6, (), "en", "A1 B, A2 B, A3 B, A4 B, A5 B, A6 B."),
        (7, (), "en", "A1 B, A2 B, A3 B, A4 B, A5 B, A6 B, et al."),
        (2, ("et al.",), "en", "A1 B, A2 B, et al."),
        (7, (), "zh", "A1 B、A2 B、A3 B、A4 B、A5 B、A6 B 等。"),
        (2, ("et al.",), "zh", "A1 B、A2 B 等。"),
    ],
)
def test_a_long_row_of_authors_is_cut_and_says_so(count, ending, language, shown):
    authors = tuple(f"A{n} B" for n in range(1, count + 1)) + ending
    card = replace(RECORD, text=f"authors: {', '.join(authors)}")

    (fact,) = facts(["authors"], language, replace(LORA, authors=authors), [card])

    assert fact.text.endswith(shown)


ROW = Passage(
    "t", "url:e.org/g", PassageKind.LISTING, "en", "| Gopher | DeepMind | 280 | 2021/12 |", "lists/a.md", 7, 7, 12,
    cells=("Model: Gopher", "Institute: DeepMind", "Size(B): 280", "Release: 2021/12"),
)  # fmt: skip
GOPHER = replace(LORA, entry_id="url:e.org/g", title="Gopher", year=2021, venue="", authors=(), organisations=())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("organisations", "“Gopher” — Institute: DeepMind."),
        ("sizes", "“Gopher” — Size(B): 280."),
        ("year", "“Gopher” appeared in 2021/12."),
    ],
)
def test_facts_are_read_from_the_columns_of_a_row(name, text):
    (fact,) = state_facts(GOPHER, [ROW], [name], "en")

    assert (fact.text, fact.span.text) == (text, ROW.text)


def test_a_column_that_is_named_is_stated():
    (fact,) = state_columns(GOPHER, [ROW], "Which institute is Gopher from?", "en")

    assert (fact.text, fact.value) == ("“Gopher” — Institute: DeepMind.", "DeepMind")
    assert not list(state_columns(GOPHER, [ROW], "Which model is it?", "en"))  # every row says its model


def test_the_licence_at_the_end_of_a_line_is_a_fact():
    line = "- [Wekan](https://e.org/w) - Kanban board. `MIT` `Nodejs`"
    (fact,) = state_facts(GOPHER, [replace(ROW, text=line, cells=())], ["licence"], "en")

    assert fact.value == "MIT"


def test_an_author_is_found_where_the_surname_stands_first():
    line = "**[1]** Kingma, Diederik, and Jimmy Ba. Adam."
    entry = replace(GOPHER, authors=("Diederik Kingma", "Jimmy Ba"))
    (fact,) = state_facts(entry, [replace(ROW, text=line, cells=())], ["authors"], "en")

    assert fact.text == "“Gopher” is by Diederik Kingma, Jimmy Ba."


def test_a_second_fact_calls_a_work_by_its_short_name():
    entry = replace(LORA, title="LoRA: Low-Rank Adaptation", aliases=("LoRA",))

    chinese = [fact.text for fact in facts(("year", "authors"), "zh", entry)]
    english = [fact.text for fact in facts(("year", "authors"), "en", entry)]

    assert chinese == ["《LoRA: Low-Rank Adaptation》发表于 2022 年。", "LoRA 的作者是 Edward J. Hu、Yelong Shen。"]
    assert english == ["“LoRA: Low-Rank Adaptation” appeared in 2022.", "LoRA is by Edward J. Hu, Yelong Shen."]
