import pytest
import typer
from typer.testing import CliRunner

import evals.peers.__main__ as command
from evals.peers import comparison


@pytest.fixture
def run(tmp_path, corpus, monkeypatch, write_peer, ask):
    """Compares fake peers over the small corpus, through the processes that real ones run in."""
    broken = write_peer("broken", "raise ImportError('no such library')\n")
    monkeypatch.setattr(command, "PEERS", (broken, write_peer()))
    questions = [ask("q1", "low-rank adaptation", "arxiv:2106.09685"), ask("q2", "calculator", "arxiv:2302.04761")]
    monkeypatch.setattr(comparison, "asked_questions", lambda limit: questions[:limit])
    app = typer.Typer()
    app.command()(command.main)

    def run(*arguments):
        places = ["--corpus", str(corpus), "--data", str(tmp_path / "data"), "--rounds", "1"]
        return CliRunner().invoke(app, [*arguments, *places], env={"COLUMNS": "300"})

    return run


def test_a_peer_that_fails_is_told_in_one_line_and_the_others_go_on(run, tmp_path):
    done = run()

    assert done.exit_code == 1
    assert "broken: build ended with 1: ImportError: no such library" in done.output
    rows = [line for line in done.output.splitlines() if "Counting: hybrid" in line]
    assert len(rows) == 2  # in both tables
    assert "1.000" in rows[0]
    assert "this project: vectors" in done.output
    assert not (tmp_path / "data/evals/peers/indexes").exists()


def test_one_peer_alone_is_compared(run, tmp_path):
    done = run("--only", "counting", "--keep")

    assert done.exit_code == 0, done.output
    assert "broken" not in done.output
    assert (tmp_path / "data/evals/peers/indexes/counting/words").is_dir()


def test_a_peer_that_nobody_knows_is_wrong_usage(run):
    done = run("--only", "nobody")

    assert done.exit_code == 2
    assert "broken, counting" in done.output


def test_results_of_a_few_questions_are_not_kept(run):
    done = run("--update", "--questions", "1")

    assert done.exit_code == 1
    assert "leave out --questions" in done.output
