from pathlib import Path
from typing import Annotated

import pytest
import typer
from platformdirs import user_data_path
from typer.testing import CliRunner

from ingest.console import DataOption, program
from ingest.places import default_corpus, default_data, shipped_corpus

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LLMSTUDY_DATA", raising=False)
    return tmp_path


def data_given(*arguments):
    """Returns what a command with the common option takes for its data folder."""
    command = typer.Typer()

    @command.command()
    def show(data: DataOption = Path("data"), other: Annotated[int, typer.Option()] = 1) -> None:
        typer.echo(data)

    return CliRunner().invoke(command, list(arguments)).stdout.strip()


@pytest.mark.parametrize("sign", ["corpus/lists", "data/index"])
def test_a_working_folder_has_its_corpus_and_its_data_beside_each_other(folder, sign):
    (folder / sign).mkdir(parents=True)

    assert (default_corpus(), default_data()) == (Path("corpus"), Path("data"))
    assert data_given() == "data"


@pytest.mark.parametrize("unrelated", ["corpus", "data", "corpus/texts", "index"])
def test_anywhere_else_the_shipped_corpus_is_read_and_state_is_the_users(folder, unrelated):
    (folder / unrelated).mkdir(parents=True)

    assert default_corpus() == shipped_corpus() == ROOT / "corpus"
    assert default_data() == user_data_path("llm-study", appauthor=False)
    assert data_given() == str(default_data())


def test_what_is_given_goes_first_even_if_it_reads_like_what_is_not(folder, monkeypatch):
    assert data_given("--data", "data") == "data"
    monkeypatch.setenv("LLMSTUDY_DATA", "elsewhere")
    assert data_given() == "elsewhere"
    assert data_given("--data", "mine") == "mine"


@pytest.mark.parametrize(
    ("started", "name"),
    [("/usr/bin/llm-study", "llm-study"), ("llm-study.exe", "llm-study"), ("/x/app/__main__.py", "python -m app")],
)
def test_advice_repeats_the_command_that_was_typed(monkeypatch, started, name):
    monkeypatch.setattr("sys.argv", [started])
    assert program() == name
