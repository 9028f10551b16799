import numpy as np
import pytest
import torch
import typer
from safetensors.numpy import load_file
from typer.testing import CliRunner

from index.encoders.static import shipped_table
from index.errors import TrainingError
from index.retrieval.reranker import QUESTION, TEXT, WORDING, Reranker, shipped_reranker
from index.training.reranker.__main__ import main
from index.training.reranker.network import SPLIT, Network
from index.training.reranker.recipe import Recipe, _of_table, read_answered, train_reranker
from ingest.types import PassageKind

SHORT = Recipe(steps=30, batch=8)


@pytest.fixture(scope="module")
def answered(shipped_searcher):
    """Answered questions of some sixty entries of the shipped corpus."""
    passages = [p for p in shipped_searcher.store.all_passages() if p.kind is PassageKind.ANSWER]
    entries = sorted({p.entry_id for p in passages})[:60]
    return read_answered([p for p in passages if p.entry_id in entries], shipped_table())


def test_answered_questions_are_read_with_their_wordings(answered):
    table = shipped_table()

    assert {one.language for one in answered} == {"zh", "en"}
    assert all(len(one.answer) and one.wordings for one in answered)
    assert len({id(wording) for one in answered for wording in one.wordings}) == sum(len(o.wordings) for o in answered)
    assert max(int(one.answer.max()) for one in answered) < table.vocabulary


def test_a_few_steps_teach_something_and_the_weights_can_be_read(answered, tmp_path):
    told = []
    out = tmp_path / "reranker.safetensors"

    train_reranker(answered, shipped_table(), out, SHORT, lambda *progress: told.append(progress))

    step, loss, first = told[-1]
    assert step == SHORT.steps
    assert loss < 2.08  # log 8: that of drawing lots
    assert first > 2 / 8
    reranker = Reranker(shipped_table(), load_file(out))
    assert reranker.scores(np.asarray([5, 6]), [(np.asarray([5]), np.asarray([7, 8]))]).shape == (1,)


def test_training_goes_on_from_weights(answered, tmp_path):
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    train_reranker(answered, shipped_table(), first, SHORT)
    train_reranker(answered, shipped_table(), second, Recipe(steps=1, batch=8, rate=0.0, start=first))

    for name, tensor in load_file(first).items():
        assert tensor == pytest.approx(load_file(second)[name], abs=1e-3)


def test_both_forms_of_the_network_say_the_same():
    table = shipped_table()
    units, weights = _of_table(table)
    network = Network(units, weights).eval()
    network.load_state_dict({name: torch.from_numpy(t.copy()) for name, t in shipped_reranker(table)._tensors.items()})
    draw = np.random.default_rng(5)
    question = draw.integers(0, table.vocabulary, 7)
    candidates = [
        (draw.integers(0, table.vocabulary, wording), draw.integers(0, table.vocabulary, text))
        for wording, text in ((0, 9), (4, 80), (30, 1))
    ]

    def padded(ids, size):
        return [*ids[:size].tolist(), *[table.vocabulary] * (size - len(ids))]

    rows = [padded(wording[:WORDING], SPLIT) + padded(text, TEXT) for wording, text in candidates]
    with torch.inference_mode():
        expected = network(torch.tensor([padded(question, QUESTION)]), torch.tensor([rows]))[0].numpy()

    assert shipped_reranker(table).scores(question, candidates) == pytest.approx(expected, abs=1e-3)


def test_without_answered_questions_nothing_is_learned(tmp_path):
    with pytest.raises(TrainingError, match="too few answered questions"):
        train_reranker([], shipped_table(), tmp_path / "out", SHORT)


def test_the_command_says_what_is_missing(tmp_path):
    app = typer.Typer()
    app.command()(main)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "papers.md").write_text("- [LoRA](https://arxiv.org/abs/2106.09685)\n", encoding="utf-8")

    result = CliRunner().invoke(app, ["--corpus", str(tmp_path), "--out", str(tmp_path / "out")])

    assert result.exit_code == 1
    assert "too few answered questions" in result.output
