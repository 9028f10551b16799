import json
from types import SimpleNamespace

import pytest

from evals.errors import EvaluationError
from evals.grades import graded_shares, key_of, read_grades
from evals.questions import read_questions


def answer(*quotes):
    return SimpleNamespace(citations=[SimpleNamespace(quote=quote) for quote in quotes])


@pytest.mark.parametrize("same", ["LoRA freezes `W`.", "**LoRA** freezes W", "lora  freezes\nw"])
def test_a_quote_is_known_by_its_letters_and_figures(same):
    assert key_of(same) == key_of("LoRA freezes W.")
    assert key_of(same) != key_of("LoRA freezes V.")


def test_shares_are_of_quotes_that_have_a_grade():
    grades = {key_of("at once"): 3, key_of("a part"): 2, key_of("background"): 1, key_of("beside"): 0}
    answers = [
        answer("at once", "background", "a part"),
        answer("a part", "beside", "new"),
        answer("new", "at once"),
        answer(),
    ]

    shares = graded_shares([(one, grades) for one in answers])

    assert shares == {
        "first quote answers": 1 / 2,
        "quotes beside the point": 2 / 4,
        "quotes graded": 6 / 8,
    }


def test_without_grades_there_are_no_shares():
    assert graded_shares([(answer("at once"), {}), (answer("new"), {key_of("at once"): 3})]) == {}


@pytest.mark.parametrize("row", [{"id": "a", "grades": {"k": 4}}, {"id": "a"}, {"id": "a", "grades": [3]}])
def test_a_malformed_line_is_named(tmp_path, row):
    file = tmp_path / "graded.jsonl"
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")

    with pytest.raises(EvaluationError, match=r"graded\.jsonl:1: not a question with graded quotes"):
        read_grades(file)


def test_the_shipped_grades_are_of_questions_of_the_suite():
    known = {question.id for question in read_questions() if question.answerable}
    grades = read_grades()

    assert grades.keys() <= known
    assert len(grades) > 500
