import pytest

from app.answer.field import SIGNS
from evals.errors import EvaluationError
from evals.fitting_field import fit_field, read_fields
from evals.questions import read_questions


def test_questions_of_both_sides_in_numbers():
    sides = [inside for _, inside in read_fields()]

    assert min(sides.count(True), sides.count(False)) > 1_500


def test_no_question_of_the_suite_is_learned_from():
    asked = {question.text.casefold().strip("?？. ") for question in read_questions()}

    assert not asked & {text.casefold().strip("?？. ") for text, _ in read_fields()}


@pytest.mark.parametrize("line", ["[]", '{"q": "x"}', '{"q": "x", "inside": 1}'])
def test_a_malformed_question_is_named_by_its_line(tmp_path, line):
    file = tmp_path / "fields.jsonl"
    file.write_text(line + "\n", encoding="utf-8")

    with pytest.raises(EvaluationError, match=r"fields\.jsonl:1: not a question of a field"):
        read_fields(file)


def test_a_fitted_model_tells_the_two_sides(shipped_searcher, monkeypatch):
    some = read_fields()[::12]
    monkeypatch.setattr("evals.fitting_field.read_fields", lambda: some)
    monkeypatch.setattr("evals.fitting_grams._WORDINGS", 500)

    model = fit_field(shipped_searcher)

    table = shipped_searcher.table
    assert model.signs.shape == (len(SIGNS),)
    assert model.sounds("我家猫不爱喝水怎么办，要去医院吗", table) > model.sounds("大模型微调需要多少显存", table)
