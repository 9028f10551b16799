"""Another encoder through the commands: what ``--encoder`` does, and that the index remembers it."""

import json
import shutil

import pytest
import typer
from typer.testing import CliRunner

from app.__main__ import app
from app.web.reloading import LiveAssistant
from index.storage.generations import current_generation
from ingest.__main__ import refresh


@pytest.fixture(scope="module")
def model(tmp_path_factory, write_transformer):
    return write_transformer(tmp_path_factory.mktemp("model"))


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def ask(corpus, data):
    return lambda *arguments: CliRunner().invoke(
        app, ["ask", *map(str, arguments), "--corpus", str(corpus), "--data", str(data)]
    )


@pytest.fixture
def ingest(corpus, data):
    command = typer.Typer()
    command.command()(refresh)
    return lambda *arguments: CliRunner().invoke(
        command, [*map(str, arguments), "--offline", "--corpus", str(corpus), "--data", str(data)]
    )


def encoder_of(data):
    return current_generation(data / "index")[1].encoder


def test_the_first_question_builds_an_index_with_the_encoder_and_is_answered_from_it(ask, data, model):
    done = ask("什么是 LoRA？", "--json", "--encoder", model)

    assert done.exit_code == 0, done.stderr
    answer = json.loads(done.stdout)  # stdout holds the answer and nothing else
    assert (answer["status"], answer["citations"][0]["entry_id"]) == ("answered", "arxiv:2106.09685")
    assert f"with encoder {model} in" in done.stderr.replace("\n", "")
    assert encoder_of(data) == str(model)


def test_later_questions_and_refreshes_use_the_encoder_of_the_index(ask, ingest, corpus, data, model):
    ingest("--encoder", model)

    again = ingest()
    asked = ask("什么是 LoRA？")
    (corpus / "lists" / "more.md").write_text("## S\n\n- **QLoRA**. 2023.\n", encoding="utf-8")
    grown = ingest()

    assert "nothing changed" in again.stderr
    assert (asked.exit_code, asked.stderr) == (0, "")
    assert "[1]" in asked.stdout
    assert "indexed 8 entries" in grown.stderr
    assert encoder_of(data) == str(model)


def test_another_encoder_rebuilds_the_index_and_shipped_goes_back(ask, ingest, data, model):
    ingest()
    first = encoder_of(data)

    there = ask("什么是 LoRA？", "--encoder", model)
    between = encoder_of(data)
    back = ingest("--encoder", "shipped")

    assert (first, between, encoder_of(data)) == ("shipped", str(model), "shipped")
    assert there.exit_code == back.exit_code == 0
    assert "the index was built with encoder shipped; rebuilding it" in there.stderr
    assert "indexed 7 entries" in back.stderr


def test_the_same_encoder_rebuilds_nothing(ask, ingest, model):
    ingest("--encoder", model)

    done = ask("什么是 LoRA？", "--encoder", model)

    assert (done.exit_code, done.stderr) == (0, "")


def test_a_model_that_changed_in_its_folder_asks_for_a_refresh_and_gets_it(ask, ingest, model, tmp_path, corpus, data):
    copy = shutil.copytree(model, tmp_path / "copy")
    ingest("--encoder", copy)
    config = copy / "config_sentence_transformers.json"
    config.write_text(config.read_text().replace('"query": ""', '"query": "ask: "'), encoding="utf-8")

    stale = ask("什么是 LoRA？")
    refreshed = ingest()

    assert stale.exit_code == 1
    assert f"rebuild it with: ingest --full --corpus {corpus} --data {data}" in stale.stderr
    assert "indexed 7 entries" in refreshed.stderr
    assert ask("什么是 LoRA？").exit_code == 0


@pytest.mark.parametrize("command", ["ask", "ingest"])
def test_an_encoder_that_is_gone_is_said_in_one_line_with_the_way_back(request, ingest, model, tmp_path, command):
    copy = shutil.copytree(model, tmp_path / "copy")
    ingest("--encoder", copy)
    shutil.rmtree(copy)

    arguments = ["什么是 LoRA？"] if command == "ask" else []
    done = request.getfixturevalue(command)(*arguments)

    assert done.exit_code == 1
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith(f"error: the index was built with encoder {copy}, and now ")
    assert line.endswith("ingest --encoder shipped")
    assert ingest("--encoder", "shipped").exit_code == 0


def test_a_wrong_encoder_is_said_in_one_line_and_nothing_is_built(ask, data):
    done = ask("什么是 LoRA？", "--encoder", "./nowhere")

    assert done.exit_code == 1
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("error: there is no folder './nowhere'")
    assert not data.exists()


def test_a_running_page_follows_the_index_to_another_encoder(ingest, data, model):
    ingest()
    live = LiveAssistant(data)
    first = live.get().searcher.encoder.name

    ingest("--encoder", model)
    second = live.get().searcher.encoder
    ingest("--full")

    assert (first, second.name) == ("shipped", str(model))
    assert live.get().searcher.encoder.fingerprint == second.fingerprint
    assert live.get().ask("什么是 LoRA？").citations


def test_a_running_page_does_not_load_a_model_again_for_a_refresh(ingest, corpus, data, model):
    ingest("--encoder", model)
    live = LiveAssistant(data)
    before = live.get()

    (corpus / "lists" / "more.md").write_text("## S\n\n- **QLoRA**. 2023.\n", encoding="utf-8")
    ingest()

    assert live.get() is not before
    assert live.get().searcher.encoder is before.searcher.encoder


def test_a_running_page_serves_on_when_the_new_encoder_cannot_be_loaded(ingest, data, model, tmp_path):
    ingest()
    live = LiveAssistant(data)
    copy = shutil.copytree(model, tmp_path / "copy")
    ingest("--encoder", copy)
    shutil.rmtree(copy)

    assert live.get().searcher.encoder.name == "shipped"
