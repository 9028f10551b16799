import json

import pytest
import typer
from typer.testing import CliRunner

import evals.__main__
from evals.suite import Report
from evals.support import Agreement

REPORT = Report(
    counts={"questions": 2, "answerable": 1},
    scores={"all": {"nDCG@10": 0.5}},
    intervals={"all": (0.4, 0.6)},
    answers={"all": {"cites gold": 1.0}},
    milliseconds={"p50": 1.25, "p95": 2.5},
    support=Agreement(pairs=4, accuracy=0.75, kappa=0.5, precision=1.0, recall=0.5),
)


@pytest.fixture
def run():
    app = typer.Typer()
    app.command()(evals.__main__.main)
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def expecting(monkeypatch):
    """Replaces the shipped suite by a report that is there already, and the file of expectations by a value."""

    def expecting(ndcg):
        monkeypatch.setattr(evals.__main__, "_suite", lambda *_, **__: REPORT)
        monkeypatch.setattr(evals.__main__, "read_regression", lambda: {"retrieval all": {"nDCG@10": ndcg}})

    return expecting


@pytest.fixture
def dataset(tmp_path):
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text('{"_id": "d1", "text": "low-rank matrices"}\n', encoding="utf-8")
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "low-rank matrices"}\n', encoding="utf-8")
    (folder / "qrels.tsv").write_text("q1\td1\t1\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(("expected", "code"), [(0.4, 0), (0.5, 0), (0.505, 0), (0.52, 1)])
def test_a_regression_exits_with_1_and_a_close_value_does_not(run, expecting, expected, code):
    expecting(expected)

    assert run().exit_code == code


@pytest.mark.parametrize(
    ("expected", "line"),
    [
        (0.52, "FAIL: retrieval all.nDCG@10 is 0.5000, expected 0.5200"),
        (0.505, "close: retrieval all.nDCG@10 is 0.5000, expected 0.5050"),
    ],
)
def test_what_got_worse_is_named_with_both_values(run, expecting, expected, line):
    expecting(expected)

    output = run().stdout

    assert line in output
    assert f"1 values compared with evals/data/regression.toml, {int(expected == 0.52)} failed" in output


def test_a_report_as_json_is_one_object(run, expecting):
    expecting(0.5)

    found = json.loads(run("--json").stdout)

    assert found == {
        "counts": {"questions": 2.0, "answerable": 1.0},
        "support function": {"pairs": 4.0, "accuracy": 0.75, "kappa": 0.5, "precision": 1.0, "recall": 0.5},
        "retrieval all": {"nDCG@10": 0.5},
        "answers all": {"cites gold": 1.0},
        "milliseconds": {"p50": 1.25, "p95": 2.5},
    }


def test_a_missing_corpus_is_said_in_one_line(run, tmp_path):
    result = run("--corpus", tmp_path / "nowhere", "--data", tmp_path / "data")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: corpus folder ")
    assert result.stderr.strip().count("\n") == 0


def test_a_public_set_is_scored_by_every_system(run, dataset):
    result = run("--dataset", dataset, "--json")

    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert found["dataset"] == "tiny"
    assert {name: scores["nDCG@10"] for name, scores in found["systems"].items()} == {
        "lexical": 1.0, "dense": 1.0, "dense+late": 1.0, "hybrid": 1.0,
    }  # fmt: skip


def test_several_public_sets_are_scored_one_after_the_other(run, dataset):
    lines = run("--dataset", dataset, "--dataset", dataset, "--json").stdout.splitlines()

    assert [json.loads(line)["dataset"] for line in lines] == ["tiny", "tiny"]


def test_a_malformed_public_set_is_said_in_one_line(run, dataset):
    (dataset / "queries.jsonl").write_text("{oops\n", encoding="utf-8")

    result = run("--dataset", dataset)

    assert result.exit_code == 1
    assert result.stderr.strip().endswith(f"error: {dataset / 'queries.jsonl'}:1: not a JSON object")


def test_the_expectations_are_those_of_the_shipped_encoder(run, expecting, tmp_path, write_transformer):
    expecting(0.9)

    other = run("--encoder", write_transformer(tmp_path))

    assert run("--encoder", "shipped").exit_code == 1
    assert other.exit_code == 0, other.stderr
    assert "compared with evals/data/regression.toml" not in other.stdout


@pytest.mark.parametrize(
    "arguments", [("--update", "--encoder", "other"), ("--ablations", "--encoder", "shipped", "--encoder", "other")]
)
def test_what_only_fits_one_encoder_is_refused_with_another(run, arguments):
    assert run(*arguments).exit_code == 2
