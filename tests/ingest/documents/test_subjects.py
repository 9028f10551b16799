import pytest

from ingest.documents.subjects import read_subjects, unknown_works
from ingest.types import Problem, Subject

HEAD = "en\tzh\tworks\talso\n"


@pytest.fixture
def subjects(tmp_path):
    def read(text):
        file = tmp_path / "subjects.tsv"
        file.write_bytes(text.encode())
        return read_subjects(file, "corpus/subjects.tsv")

    return read


def test_a_subject_has_names_in_both_languages_works_and_the_line_it_stands_in(subjects):
    found, problems = subjects(HEAD + "pruning| cutting weights |\t剪枝\tarxiv:1 url:a.b/c\tarxiv:2\n")

    assert found == [Subject(("pruning", "cutting weights"), ("剪枝",), ("arxiv:1", "url:a.b/c"), ("arxiv:2",), 2)]
    assert problems == []


def test_works_that_treat_it_beside_something_else_may_be_left_out(subjects):
    assert subjects("pruning\t剪枝\tarxiv:1\n")[0] == [Subject(("pruning",), ("剪枝",), ("arxiv:1",), (), 1)]


def test_one_language_is_enough(subjects):
    assert subjects("\t剪枝\tarxiv:1\n")[0][0].en == ()


@pytest.mark.parametrize("line", ["pruning\t剪枝", "pruning\t剪枝\t \t", "\t\tarxiv:1\t", "a\tb\tc\td\te"])
def test_a_line_that_is_no_subject_is_reported_and_the_next_one_read(subjects, line):
    found, problems = subjects(f"{HEAD}{line}\npruning\t剪枝\tarxiv:1\t\n")

    assert [(problem.path, problem.line) for problem in problems] == [("corpus/subjects.tsv", 2)]
    assert "needs columns" in problems[0].message
    assert [subject.line for subject in found] == [3]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("pruning\t剪枝\tarxiv:1 arxiv:2 arxiv:1\t", "'arxiv:1' stands there twice"),
        ("pruning\t剪枝\tarxiv:1\tarxiv:2 arxiv:1", "'arxiv:1' stands there twice"),
        (f"{'pruning ' * 40}\t剪枝\tarxiv:1\t", "a name has 319 characters, at most 200: 'pruning "),
    ],
)
def test_a_work_that_stands_twice_and_a_name_that_is_none_are_reported_and_nothing_is_lost(subjects, line, message):
    found, (problem,) = subjects(f"{HEAD}{line}\npruning\t剪枝\tarxiv:1\t\n")

    assert problem.line == 2
    assert problem.message.startswith(message)
    assert [subject.line for subject in found] == [2, 3]


def test_a_missing_file_is_an_empty_table(tmp_path):
    assert read_subjects(tmp_path / "subjects.tsv", "corpus/subjects.tsv") == ([], [])


def test_an_id_that_no_entry_has_is_named_with_its_line():
    subject = Subject(("a",), (), ("arxiv:1", "arxiv:2"), ("arxiv:3",), 7)

    assert list(unknown_works([subject], {"arxiv:1"}, "subjects.tsv")) == [
        Problem("subjects.tsv", 7, "no entry 'arxiv:2'"),
        Problem("subjects.tsv", 7, "no entry 'arxiv:3'"),
    ]
