import time

import pytest

from index.query.patterns import FACTS, PATTERNS, YEARS, number_of, read_all, read_first
from index.query.tokens import folded, tidy

LIMIT_MS = 50.0


def row_id(row):
    return f"{row.slot}-{row.example}"


def text(example):
    """Returns a text as patterns get it; blanks at its ends are part of what stands before or after a name."""
    head, tail = example[: len(example) - len(example.lstrip())], example[len(example.rstrip()) :]
    return folded(f"{head}{tidy(example)}{tail}")


def milliseconds(row, long):
    """Returns the quickest of three readings: the first may be held up by something else on the machine."""
    times = []
    for _ in range(3):
        started = time.process_time()
        row.compiled.search(long)
        times.append(1000 * (time.process_time() - started))
    return min(times)


@pytest.mark.parametrize("row", PATTERNS, ids=row_id)
def test_a_row_reads_its_example_and_not_its_counterexample(row):
    assert row.compiled.search(text(row.example)) is not None
    assert row.compiled.search(text(row.counter)) is None


@pytest.mark.parametrize("row", PATTERNS, ids=row_id)
def test_a_row_reads_its_example_among_the_rows_of_its_family(row):
    (first, *_) = read_all(text(row.example), row.slot)

    assert first.slot == row.slot
    assert 0 <= first.start <= first.end <= len(text(row.example))


@pytest.mark.parametrize("row", PATTERNS, ids=row_id)
def test_no_row_takes_long_on_a_long_text(row):
    example = text(row.example)
    pieces = {example, f"{example} ", *example.split(), example[: len(example) // 2], example[1:], example[:-1]}
    pieces |= {" ", "a", "论", "2022", "2022 ", "1", "the ", "，", "a ", "论文、"}

    for piece in filter(None, pieces):
        long = (piece * (2000 // len(piece) + 1))[:2000]
        for end in ("", "!", "x"):
            assert milliseconds(row, f"{long[: 2000 - len(end)]}{end}") < LIMIT_MS, repr(piece)


def test_every_row_says_for_which_language_and_what_it_reads():
    assert {row.language for row in PATTERNS} == {"zh", "en", "*"}
    assert {*YEARS, *FACTS} <= {row.slot for row in PATTERNS}


@pytest.mark.parametrize(
    ("question", "slot", "values"),
    [
        ("2020-2022 年的论文", "between", ("2020", "2022")),
        ("papers from 2019 to 2020", "between", ("2019", "2020")),
        ("papers of 2019, 2020 and 2021", "between", ("2019", "2021")),
        ("papers 2021 + 2022", "between", ("2021", "2022")),
        ("2020年和2021年的论文", "between", ("2020", "2021")),
        ("2022 年之后", "since", ("2022",)),
        ("papers after 2022", "after", ("2022",)),
        ("2021 年以前", "before", ("2021",)),
        ("up to 2020", "until", ("2020",)),
        ("2021 年前后", "around", ("2021",)),
        ("acl'23 papers", "in", ("23",)),
        ("neurips 2022", "in", ("2022",)),
    ],
)
def test_the_narrowest_words_about_years_come_first(question, slot, values):
    read = read_first(question, *YEARS)

    assert (read.slot, read.values) == (slot, values)


@pytest.mark.parametrize("question", ["gpt-3.5", "12022 words", "v2.2022", "version 2022.1", "arxiv 2106.09685"])
def test_a_number_that_is_no_year_is_none(question):
    assert read_first(question, *YEARS) is None


@pytest.mark.parametrize(
    ("word", "number"), [("three", 3), ("couple of", 2), ("few", 3), ("两", 2), ("十", 10), ("7", 7), ("12", 12)]
)
def test_the_numbers_of_patterns(word, number):
    assert number_of(word) == number


def test_the_words_that_were_read_are_where_they_stand():
    read = read_first("papers since 2021 on agents", *YEARS)

    assert "papers since 2021 on agents"[read.start : read.end] == "since 2021"
    assert read_first("papers on agents", *YEARS) is None


def test_several_facts_of_one_question_are_all_read():
    asked = folded("LoRA 的作者是谁，哪年发表的，代码在哪？")

    assert {read.slot for read in read_all(asked, *FACTS)} == {"authors", "year", "links"}
