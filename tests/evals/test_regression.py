import pytest

from evals.errors import EvaluationError
from evals.regression import Verdict, as_sections, compare, read_regression, write_regression
from evals.suite import Report
from evals.support import Agreement

FOUND = {
    "counts": {"questions": 76.0},
    "retrieval all": {"nDCG@10": 0.9},
    "answers all": {"declined, answerable": 0.1, "declined, unanswerable": 0.9},
}


def verdict_of(section, name, expected):
    (comparison,) = compare(FOUND, {section: {name: expected}})
    assert (comparison.name, comparison.value, comparison.expected) == (
        f"{section}.{name}",
        FOUND[section][name],
        expected,
    )
    return comparison.verdict


@pytest.mark.parametrize(
    ("expected", "verdict"),
    [
        (0.5, Verdict.OK),  # better than expected
        (0.9, Verdict.OK),
        (0.9019, Verdict.OK),  # 0.0019 lost, 0.002 tolerated
        (0.9021, Verdict.CLOSE),
        (0.9099, Verdict.CLOSE),  # 0.0099 lost, 0.01 is the end of close
        (0.9101, Verdict.FAIL),
        (1.0, Verdict.FAIL),
    ],
)
def test_a_score_may_lose_a_little(expected, verdict):
    assert verdict_of("retrieval all", "nDCG@10", expected) is verdict


@pytest.mark.parametrize(
    ("expected", "verdict"),
    [(0.5, Verdict.OK), (0.1, Verdict.OK), (0.0985, Verdict.OK), (0.095, Verdict.CLOSE), (0.08, Verdict.FAIL)],
)
def test_declining_answerable_questions_is_better_the_lower(expected, verdict):
    assert verdict_of("answers all", "declined, answerable", expected) is verdict


def test_declining_unanswerable_questions_is_better_the_higher():
    assert verdict_of("answers all", "declined, unanswerable", 0.95) is Verdict.FAIL
    assert verdict_of("answers all", "declined, unanswerable", 0.5) is Verdict.OK


@pytest.mark.parametrize(("expected", "verdict"), [(76, Verdict.OK), (75, Verdict.FAIL), (77, Verdict.FAIL)])
def test_counts_must_be_the_same(expected, verdict):
    assert verdict_of("counts", "questions", expected) is verdict


@pytest.mark.parametrize("unknown", [{"retrieval all": {"MAP": 0.5}}, {"retrieval fr": {"nDCG@10": 0.5}}])
def test_an_expected_value_that_is_not_measured_is_an_error(unknown):
    with pytest.raises(EvaluationError, match=r"regression.toml: unknown value retrieval (all.MAP|fr.nDCG@10)"):
        list(compare(FOUND, unknown))


def test_comparisons_come_in_the_order_of_the_file():
    names = [comparison.name for comparison in compare(FOUND, FOUND)]

    assert names == [
        "counts.questions",
        "retrieval all.nDCG@10",
        "answers all.declined, answerable",
        "answers all.declined, unanswerable",
    ]


def test_what_was_written_is_read_back_rounded(tmp_path):
    file = tmp_path / "regression.toml"

    write_regression(FOUND | {"retrieval zh": {"R@10": 0.123456}}, file)

    assert read_regression(file) == FOUND | {"retrieval zh": {"R@10": 0.1235}}
    assert '"questions" = 76\n' in file.read_text(encoding="utf-8")


def test_what_was_written_compares_as_ok(tmp_path):
    found = FOUND | {"retrieval zh": {"R@10": 0.123456}}
    write_regression(found, tmp_path / "regression.toml")

    comparisons = list(compare(found, read_regression(tmp_path / "regression.toml")))

    assert {comparison.verdict for comparison in comparisons} == {Verdict.OK}
    assert len(comparisons) == 5


@pytest.mark.parametrize("content", [None, "[half"])
def test_an_unreadable_file_names_the_command_that_writes_it(tmp_path, content):
    file = tmp_path / "regression.toml"
    if content is not None:
        file.write_text(content, encoding="utf-8")

    with pytest.raises(EvaluationError, match=r"cannot read .*regression.toml .*python -m evals --update"):
        read_regression(file)


def test_a_report_is_kept_by_language_and_split_and_not_by_kind():
    report = Report(
        counts={"questions": 2, "answerable": 1},
        scores={"all": {"nDCG@10": 0.5}, "zh": {"nDCG@10": 0.25}, "definition": {"nDCG@10": 0.1}},
        intervals={},
        answers={"all": {"cites gold": 1.0}, "out-of-scope": {"cites gold": 0.0}},
        milliseconds={"p50": 1.0, "p95": 2.0},
        support=Agreement(pairs=4, accuracy=0.75, kappa=0.5, precision=1.0, recall=0.5),
    )

    assert as_sections(report) == {
        "counts": {"questions": 2.0, "answerable": 1.0},
        "support function": {"pairs": 4.0, "accuracy": 0.75, "kappa": 0.5, "precision": 1.0, "recall": 0.5},
        "retrieval all": {"nDCG@10": 0.5},
        "retrieval zh": {"nDCG@10": 0.25},
        "answers all": {"cites gold": 1.0},
    }
