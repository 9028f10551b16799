import json

import pytest

from app.assistant import Assistant
from app.catalogue import Catalogue
from app.state.answers import from_json, keep, to_json
from app.web.chips import chips, chips_json, read_filters
from index.catalogue.filters import NO_FILTERS, Filters
from index.errors import FilterError
from ingest.types import Kind

QUESTION = "Which papers from 2023 by Google are on instruction tuning?"


@pytest.fixture(scope="module")
def assistant(shipped_searcher):
    return Assistant(shipped_searcher)


@pytest.fixture(scope="module")
def catalogue(shipped_searcher):
    return Catalogue(shipped_searcher.store)


def test_what_a_question_says_about_works_becomes_chips_in_the_readers_language(assistant, catalogue):
    answer = keep(assistant.ask(QUESTION))

    assert [(chip.kind, chip.name) for chip in chips(answer, catalogue, "en")] == [
        ("Year", "2023"),
        ("Kind", "paper / concept"),
        ("Organisation", "Google"),
    ]
    assert [chip.kind for chip in chips(answer, catalogue, "zh")] == ["年份", "类型", "机构"]
    assert not answer.edited


def test_without_one_of_them_the_question_is_answered_from_more_entries(assistant):
    kept = keep(assistant.ask(QUESTION))
    sent = json.loads(chips_json(kept))
    del sent["since"], sent["until"]

    again = assistant.ask(QUESTION, filters=read_filters(sent))

    assert again.found.question.filters == read_filters(sent)
    assert {hit.entry.year for hit in again.hits} > {2023}
    assert keep(again).edited
    assert from_json(to_json(keep(again))) == keep(again)


def test_without_all_of_them_the_question_filters_nothing(assistant):
    answer = assistant.ask(QUESTION, filters=read_filters({}))

    assert not answer.found.question.filters
    assert keep(answer).edited


def test_a_changed_one_holds_against_the_question(assistant):
    answer = assistant.ask(QUESTION, filters=read_filters({"since": ["2022"], "until": ["2022"]}))

    assert {hit.entry.year for hit in answer.hits} <= {2021, 2022}  # or of a venue of that year


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (None, NO_FILTERS),
        ("x", NO_FILTERS),
        ([1], NO_FILTERS),
        (
            {"since": ["20x2"], "kinds": ["paper", "none"], "languages": ["fr"]},
            Filters(kinds=(Kind.PAPER,), alone=True),
        ),
        ({"topics": [" peft ", "", "peft", 7], "odd": ["x"]}, Filters(topics=("peft",), alone=True)),
        ({"authors": "not a list", "until": ["2023"]}, Filters(until=2023, alone=True)),
    ],
)
def test_what_a_page_sends_is_read_as_far_as_it_goes(sent, read):
    assert read_filters(sent) == read


def test_reversed_years_are_said():
    with pytest.raises(FilterError, match="swap them"):
        read_filters({"since": ["2023"], "until": ["2020"]})


def test_what_was_kept_before_there_were_chips_has_none(assistant, catalogue):
    fields = json.loads(to_json(keep(assistant.ask(QUESTION))))
    del fields["filters"], fields["edited"]

    assert chips(from_json(json.dumps(fields)), catalogue, "en") == []
