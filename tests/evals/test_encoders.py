import json

import pytest
import typer
from typer.testing import CliRunner

import evals.__main__
from evals.encoders import home_of, run_on_suite, side_by_side
from evals.measures import NAMES
from evals.questions import Gold, Question
from index.build import build_index
from index.encoders.load import load_encoder
from index.encoders.static import shipped_table
from index.search import Searcher
from ingest.types import Entry, Kind, Library, Listing, Passage, PassageKind


@pytest.fixture(scope="module")
def model(tmp_path_factory, write_transformer):
    return write_transformer(tmp_path_factory.mktemp("model"))


@pytest.fixture
def run(tmp_path):
    app = typer.Typer()
    app.command()(evals.__main__.main)
    return lambda *arguments: CliRunner().invoke(app, [*map(str, arguments), "--data", str(tmp_path / "data")])


@pytest.fixture
def dataset(tmp_path):
    folder = tmp_path / "tiny"
    folder.mkdir()
    texts = ["low-rank matrices", "exact attention in tiles", "一对低秩矩阵"]
    rows = [json.dumps({"_id": f"d{n}", "text": text}) for n, text in enumerate(texts)]
    (folder / "corpus.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    rows = [json.dumps({"_id": f"q{n}", "text": text}) for n, text in enumerate(texts)]
    (folder / "queries.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "qrels.tsv").write_text("q0\td0\t1\nq2\td2\t1\n", encoding="utf-8")
    return folder


def values(**ndcg):
    return {"dense": {name: dict.fromkeys(NAMES, value) for name, value in ndcg.items()}}


def test_rows_hold_means_by_language_and_the_p_against_the_first_encoder():
    names = [f"q{n}" for n in range(12)]
    worse = dict.fromkeys(names, 0.5)
    of_encoder = {"shipped": values(**worse), "better": values(**dict.fromkeys(names, 0.75)), "same": values(**worse)}
    languages = {name: "zh" if name < "q2" else "en" for name in names}

    rows = side_by_side(of_encoder, languages)

    assert list(rows) == ["dense, shipped", "dense, better", "dense, same"]
    assert list(rows["dense, better"]) == ["nDCG@10", "nDCG@10, zh", "nDCG@10, en", "Success@5", "p"]
    assert rows["dense, better"]["nDCG@10"] == rows["dense, better"]["nDCG@10, zh"] == 0.75
    assert rows["dense, better"]["p"] < 0.01
    assert rows["dense, shipped"]["p"] == rows["dense, same"]["p"] == 1.0


def test_a_language_nobody_asks_in_has_no_column():
    rows = side_by_side({"shipped": values(q1=1.0)}, {"q1": "en"})

    assert list(rows["dense, shipped"]) == ["nDCG@10", "nDCG@10, en", "Success@5", "p"]


def test_every_encoder_has_a_folder_of_its_own(tmp_path, model):
    shipped, tiny = shipped_table(), load_encoder(str(model))
    homes = {home_of(shipped, tmp_path), home_of(tiny, tmp_path)}
    tiny.name = "another/model"
    homes.add(home_of(tiny, tmp_path))

    assert len(homes) == 3
    assert home_of(shipped, tmp_path) == tmp_path
    assert home_of(tiny, tmp_path).parent == tmp_path / "encoders"


def test_the_suite_is_asked_by_vectors_alone_and_by_the_mixture(tmp_path, model):
    texts = {"lora": "LoRA trains a pair of low-rank matrices.", "flash": "Exact attention in tiles."}
    library = Library(
        tuple(
            Entry(i, "", "", Kind.PAPER, None, "", (), (), None, (Listing("l", (), "l.md", 1, ""),), (), ())
            for i in texts
        ),
        tuple(Passage(i, i, PassageKind.NOTE, "en", text, "l.md", 1, 1, 9) for i, text in texts.items()),
        (),
        (),
    )
    encoder = load_encoder(str(model))
    build_index(library, encoder, tmp_path, corpus="c")
    searcher = Searcher.open(tmp_path, encoder)
    gold = (Gold("lora", 2, "LoRA"),)
    asked = [
        Question("q1", "What is LoRA?", "en", "definition", "t", "dev", gold, (), (), 1),
        Question("q2", "Who is Napoleon?", "en", "out-of-scope", "t", "dev", (), (), (), 2),
    ]
    steps = []

    found = run_on_suite(searcher, asked, lambda *step: steps.append(step))
    searcher.close()

    assert {system: set(of_question) for system, of_question in found.items()} == {"dense": {"q1"}, "mixture": {"q1"}}
    assert found["mixture"]["q1"]["nDCG@10"] == 1.0
    assert steps == [(1, 2), (2, 2)]


def test_several_encoders_are_compared_with_the_shipped_one_on_a_public_set(run, dataset, model):
    done = run("--dataset", dataset, "--encoder", model, "--encoder", "shipped", "--json")

    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["dataset"] == "tiny"
    assert list(found["encoders"]) == [
        f"{system}, {encoder}" for system in ("dense", "hybrid") for encoder in ("shipped", model)
    ]
    assert found["encoders"]["dense, shipped"] == {
        "nDCG@10": 1.0, "nDCG@10, zh": 1.0, "nDCG@10, en": 1.0, "Success@5": 1.0, "p": 1.0,
    }  # fmt: skip


def test_one_encoder_runs_a_public_set_by_itself(run, dataset, model):
    found = json.loads(run("--dataset", dataset, "--encoder", model, "--json").stdout)

    assert set(found["systems"]) == {"lexical", "dense", "dense+late", "hybrid"}
    assert found["systems"]["lexical"]["nDCG@10"] == 1.0
