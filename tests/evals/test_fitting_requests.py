import pytest

from evals.errors import EvaluationError
from evals.fitting_lists import read_lists
from evals.fitting_requests import fit_requests, read_requests
from evals.questions import read_questions


def test_a_fitted_model_tells_requests_it_has_not_seen(shipped_searcher, monkeypatch):
    monkeypatch.setattr("evals.fitting_grams._WORDINGS", 500)
    lists = read_lists()[::3]
    monkeypatch.setattr("evals.fitting_requests.read_lists", lambda: lists)

    model, found = fit_requests(shipped_searcher)

    assert found > 0.6
    assert model.odds("Which papers deal with pruning? List them all.") > model.odds("How does pruning work?")


def test_no_request_of_the_suite_is_learned_from():
    asked = {question.text.casefold().strip("?？. ") for question in read_questions()}

    learned = [*(one.text for one in read_lists()), *(text for text, _ in read_requests())]
    assert not asked & {text.casefold().strip("?？. ") for text in learned}


@pytest.mark.parametrize("line", ["[]", '{"q": "x"}', '{"q": "x", "list": 1}'])
def test_a_malformed_question_is_named_by_its_line(tmp_path, line):
    file = tmp_path / "requests.jsonl"
    file.write_text(line + "\n", encoding="utf-8")

    with pytest.raises(EvaluationError, match=r"requests\.jsonl:1: not a question that asks for a list"):
        read_requests(file)
