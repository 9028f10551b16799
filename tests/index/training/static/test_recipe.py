import json
import lzma
import shutil
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import typer
from safetensors.numpy import load_file
from typer.testing import CliRunner

from index.encoders.static import StaticEncoder
from index.training.__main__ import main
from index.training.data import Source, TrainingDataError, json_lines, read_pairs, read_sources
from index.training.static.recipe import Recipe, train_encoder
from index.training.static.vocabulary import train_vocabulary

SOURCE = Source("papers", "parallel_papers.jsonl.xz", json_lines("zh", "en"), min_chars=4, max_chars=10)

METHODS = [("低秩适配", "low-rank adaptation"), ("量化", "quantization"), ("剪枝", "pruning"), ("蒸馏", "distillation"),
           ("检索增强", "retrieval augmentation")]  # fmt: skip
MODELS = [("语言模型", "language models"), ("视觉模型", "vision models"), ("翻译模型", "translation models"),
          ("对话模型", "dialogue models")]  # fmt: skip
GOALS = [("减少显存", "to save memory"), ("加快推理", "to speed up inference"), ("提高准确率", "to raise accuracy"),
         ("降低成本", "to cut costs"), ("缩短训练", "to shorten training")]  # fmt: skip
YEARS = ["2021", "2022", "2023"]
# 5 methods * 4 models * 5 goals * 3 years = 300 pairs
PAIRS = [
    (f"{year} 年，{method[0]}用于{model[0]}，以{goal[0]}。", f"In {year}, {method[1]} is used on {model[1]} {goal[1]}.")
    for method, model, goal, year in product(METHODS, MODELS, GOALS, YEARS)
]


def write_lines(file, lines):
    with lzma.open(file, "wt", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in lines)
    return file


def write_pairs(file, pairs):
    return write_lines(file, (json.dumps({"zh": zh, "en": en}, ensure_ascii=False) for zh, en in pairs))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("training")
    write_pairs(folder / "parallel_papers.jsonl.xz", PAIRS)
    sizes = ["--vocabulary", "300", "--dimension", "24", "--batch", "10", "--epochs", "1", "--interaction-steps", "4"]
    app = typer.Typer()
    app.command()(main)
    arguments = ["--data", str(folder), "--out", str(folder / "out"), *sizes]
    done = CliRunner().invoke(app, arguments, env={"HF_HUB_OFFLINE": "1"})
    assert done.exit_code == 0, done.stderr
    return folder / "out", done


def test_a_training_run_leaves_a_model_that_the_encoder_reads(trained):
    out, done = trained

    encoder = StaticEncoder.load(out / "model")

    assert "papers: 300 pairs" in done.stderr
    assert (out / "pooled" / "modules.json").is_file()  # the first stage is kept: a run that stops later resumes here
    assert encoder.dimension == 24
    vectors = encoder.encode([text for pair in PAIRS[:10] for text in pair])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), np.ones(20), rtol=1e-5)


def test_one_pass_already_brings_translations_together(trained):
    encoder = StaticEncoder.load(trained[0] / "model")
    some = PAIRS[::7]

    cosines = encoder.encode([zh for zh, _ in some]) @ encoder.encode([en for _, en in some]).T

    apart = cosines[~np.eye(len(some), dtype=bool)]
    assert np.diag(cosines).mean() > apart.mean() + 0.2


def test_a_trained_model_holds_int8_rows_and_one_scale_a_row(trained):
    tensors = load_file(trained[0] / "model" / "model.safetensors")

    rows, scales = tensors["embeddings"], tensors["weights"]
    assert set(tensors) == {"embeddings", "weights"}
    assert (rows.dtype, scales.dtype) == (np.int8, np.float32)
    assert rows.shape == (len(scales), 24)
    assert len(scales) <= 300
    assert (np.abs(rows.astype(int)).max(axis=1) == 127).all()  # every row uses the whole range


def test_a_trained_model_is_a_sentence_transformers_model(trained):
    from sentence_transformers import SentenceTransformer

    folder = trained[0] / "model"
    texts = [text for pair in PAIRS[:5] for text in pair]

    reference = SentenceTransformer(str(folder), device="cpu").encode(texts)

    np.testing.assert_allclose(StaticEncoder.load(folder).encode(texts), reference, atol=1e-3)


def test_the_recipe_is_written_beside_the_weights(trained):
    recipe = json.loads((trained[0] / "model" / "recipe.json").read_text(encoding="utf-8"))

    assert (recipe["vocabulary"], recipe["dimension"], recipe["matryoshka"]) == (300, 24, [24, 8])
    assert (recipe["batch"], recipe["epochs"], recipe["interaction_steps"], recipe["seed"]) == (10, 1.0, 4, 7)


def test_the_second_stage_changes_what_the_first_one_made(trained):
    out, _ = trained
    (pooled,) = (out / "pooled").rglob("model.safetensors")
    first = load_file(pooled)["embedding.weight"]
    tensors = load_file(out / "model" / "model.safetensors")
    second = tensors["embeddings"] * tensors["weights"][:, None]

    assert np.abs(first - second).max() > 0.005  # four times what int8 rounds away


def test_a_finished_first_stage_is_not_trained_again(trained, tmp_path):
    shutil.copytree(trained[0], tmp_path / "out")
    weights = next((tmp_path / "out" / "pooled").rglob("model.safetensors"))
    before = weights.stat().st_mtime_ns

    recipe = Recipe(vocabulary=300, dimension=24, matryoshka=(24, 8), batch=10, epochs=1.0, interaction_steps=0)
    train_encoder({"papers": PAIRS}, tmp_path / "out", recipe)

    assert weights.stat().st_mtime_ns == before


def test_a_folder_without_training_files_is_said_in_one_line(tmp_path):
    app = typer.Typer()
    app.command()(main)

    result = CliRunner().invoke(app, ["--data", str(tmp_path), "--out", str(tmp_path / "out")])

    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: no training file in {tmp_path}; expected one or more of: parallel_papers")
    assert result.stderr.strip().count("\n") == 0


def test_pairs_are_stripped_cut_and_read_in_order(tmp_path):
    file = write_pairs(tmp_path / SOURCE.file, [("  一二三四  ", "one two three four"), ("五六七八", "five")])

    assert list(read_pairs(file, SOURCE)) == [("一二三四", "one two th"), ("五六七八", "five")]


@pytest.mark.parametrize(
    "pair", [("三个字", "long enough"), ("足够长的", "no"), ("Same text", "same TEXT"), ("    ", "long enough")]
)
def test_pairs_that_teach_nothing_are_skipped(tmp_path, pair):
    assert list(read_pairs(write_pairs(tmp_path / SOURCE.file, [pair]), SOURCE)) == []


@pytest.mark.parametrize("line", ["{", "[]", '"text"', '{"zh": "只有中文"}', ""])
def test_a_malformed_line_is_named_by_file_and_number(tmp_path, line):
    file = write_lines(tmp_path / SOURCE.file, ['{"zh": "一二三四", "en": "four"}', line])

    with pytest.raises(TrainingDataError, match=rf"{SOURCE.file}:2: not a JSON object with 'zh' and 'en'"):
        list(read_pairs(file, SOURCE))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(TrainingDataError, match=r"parallel_papers.jsonl.xz is missing; .* --data"):
        list(read_pairs(tmp_path / SOURCE.file, SOURCE))


def test_sources_are_read_apart_without_repetitions_and_up_to_a_limit(tmp_path):
    write_pairs(tmp_path / "parallel_papers.jsonl.xz", [PAIRS[0], PAIRS[1], PAIRS[0], PAIRS[2]])
    write_lines(tmp_path / "headings_sections.jsonl.xz", ['{"q": "heading", "d": "section"}'])

    everything = read_sources(tmp_path)

    assert everything == {"papers": PAIRS[:3], "headings": [("heading", "section")]}
    assert read_sources(tmp_path, limit=1) == {"papers": PAIRS[:1], "headings": [("heading", "section")]}


def test_the_vocabulary_cuts_where_scripts_meet_and_keeps_a_frequent_han_word_whole():
    texts = [
        f"大语言模型{rest}QLoRA{ending}"
        for rest, ending in product(("的训练", "很难", "评测", "不大", "与", ""), ("s", " model", "er"))
    ]
    tokenizer = train_vocabulary(texts * 5, size=80)

    encoding = tokenizer.encode("ＱＬｏＲＡ大语言模型", add_special_tokens=False)

    assert encoding.tokens == ["qlora", "大语言模型"]


def test_a_part_of_a_large_source_is_drawn_the_same_way_every_time(tmp_path, monkeypatch):
    write_pairs(tmp_path / SOURCE.file, PAIRS)
    monkeypatch.setattr("index.training.data.SOURCES", (replace(SOURCE, max_chars=600, most=20),))

    first, second = read_sources(tmp_path)["papers"], read_sources(tmp_path)["papers"]

    assert first == second
    assert len(set(first)) == 20
    assert set(first) < set(PAIRS)
    assert first != PAIRS[:20]
