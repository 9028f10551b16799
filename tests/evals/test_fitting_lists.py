from collections import Counter

import pytest

from app.answer.membership import fitted, rank_members
from evals.errors import EvaluationError
from evals.fitting_lists import fit_membership, read_lists
from evals.questions import read_questions


def test_every_list_has_known_entries_and_two_languages(shipped_library):
    known = {entry.entry_id for entry in shipped_library.entries}
    requests = read_lists()

    assert {entry for request in requests for entry in request.grades} <= known
    assert all(wordings % 2 == 0 for wordings in Counter(request.topic for request in requests).values())


def test_no_list_that_is_learned_from_is_asked_for_by_the_suite():
    asked = {question.text.casefold().strip("?？. ") for question in read_questions()}

    assert not asked & {request.text.casefold().strip("?？. ") for request in read_lists()}


@pytest.mark.parametrize("line", ["[]", '{"q": "x", "topic": "x"}', '{"q": "x", "topic": "x", "works": {"a": 3}}'])
def test_a_malformed_list_is_named_by_its_line(tmp_path, line):
    file = tmp_path / "lists.jsonl"
    file.write_text(line + "\n", encoding="utf-8")

    with pytest.raises(EvaluationError, match=r"lists\.jsonl:1: not a list"):
        read_lists(file)


def test_a_fitted_model_tells_members_from_the_rest(shipped_searcher, tmp_path):
    requests = read_lists()[:40]

    model = fit_membership(shipped_searcher, [], requests, file=tmp_path / "model.json")

    assert model["lists"] == 80  # each with the subjects of the corpus and without
    right = 0
    for request in requests[:10]:
        found = shipped_searcher.find(request.text, k=60)
        best = rank_members(found.question, found.hits, shipped_searcher.store, shipped_searcher.table, model)[0]
        right += best.hit.entry.entry_id in request.grades
    assert right >= 8
    assert fitted()["lists"] > 80  # the shipped one stays
