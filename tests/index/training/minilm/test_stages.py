import json
import logging
import lzma
import random

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Transformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import BertConfig, BertModel, BertTokenizer, set_seed
from typer.testing import CliRunner

from index.encoders.onnx import OnnxEncoder
from index.training.data import read_sources
from index.training.minilm import stages
from index.training.minilm.__main__ import main
from index.training.minilm.export import write_graph
from index.training.minilm.glosses import gloss_vectors
from index.training.minilm.heldout import hold_out, translation_accuracy
from index.training.minilm.pieces import UnsuitableBaseError, extend_tokenizer, han_ids, train_pieces

WORDS = {
    "模型": "model", "数据": "data", "训练": "training", "图像": "image", "语言": "language", "评测": "benchmark",
    "速度": "speed", "显存": "memory", "权重": "weight", "问题": "question", "答案": "answer", "检索": "retrieval",
}  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ",", ".", "，", "。", "的"]
VOCABULARY = [*MARKS, *LETTERS, *(f"##{letter}" for letter in LETTERS), *WORDS.values(), "the", "of", "and"]
ENGLISH = [
    "The model, and the data of the image.",
    "naïve café — “quotes” … 🙂 x² ≤ 4",
    r"$\mathrm{softmax}(QK^\top/\sqrt{d_k})V$",
    "GPT-4's 4-bit  weights\tand\nlines",
]


def translations(count, seed=0):
    """Pairs of three words that say the same."""
    generator = random.Random(seed)
    chosen = [generator.sample(sorted(WORDS), 3) for _ in range(count)]
    return [
        (f"{a}的{b}，{c}。", f"the {WORDS[a]} of {WORDS[b]} and {WORDS[c]} {number}.")
        for number, (a, b, c) in enumerate(chosen)
    ]


PAIRS = {"papers": translations(240)}
SEARCHES = {"titles": [(en, f"{en} {zh}") for zh, en in translations(64, seed=1)]}
RECIPE = stages.Recipe(pieces=60, tokens=16, batch=16, steps=(24, 4), rate=(1e-3, 1e-4), piece_rate=5e-3)


@pytest.fixture(scope="module")
def base_folder(tmp_path_factory):
    """A BERT of 64 dimensions with random weights, as a sentence-transformers folder."""
    folder = tmp_path_factory.mktemp("base")
    set_seed(1)
    config = BertConfig(
        vocab_size=len(VOCABULARY), hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=40, initializer_range=0.2,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder / "bert")
    BertTokenizer(vocab={token: row for row, token in enumerate(VOCABULARY)}).save_pretrained(folder / "bert")
    words = Transformer(str(folder / "bert"), max_seq_length=32)
    model = SentenceTransformer(modules=[words, Pooling(64, "mean"), Normalize()], device="cpu")
    model.save(str(folder / "model"), create_model_card=False)
    return folder / "model"


@pytest.fixture(scope="module")
def base(base_folder):
    return stages.read_base(str(base_folder))


@pytest.fixture(scope="module")
def old(base):
    return Tokenizer.from_str(base.tokenizer.backend_tokenizer.to_str())


@pytest.fixture(scope="module")
def extended(old):
    return extend_tokenizer(old, ["语言", "语言模型", "模型", "的", "练"])


@pytest.fixture(scope="module")
def distilled(base, tmp_path_factory):
    out = tmp_path_factory.mktemp("run")
    stages.start_student(base, PAIRS, out, RECIPE)
    stages.distil(base, PAIRS, out, RECIPE)
    return out


def load(folder):
    return SentenceTransformer(str(folder), device="cpu")


def distance(base, folder):
    """The distillation loss over pairs that were not trained on."""
    student = load(folder)
    loss = stages.DistillationLoss(student, base)
    columns = zip(*translations(40, seed=2), strict=True)
    return loss([student.preprocess(list(texts)) for texts in columns]).item()


def test_pieces_are_the_words_that_are_often_written_and_every_character():
    pieces = train_pieces([zh for zh, _ in translations(200)] + ["LoRA 和 QLoRA"], 60)

    assert {"模型", "显存", "的", "和"} <= set(pieces)
    assert len(pieces) <= 60
    assert train_pieces(["no Chinese here"], 60) == []


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_tokenised_as_before(old, extended, text):
    assert extended.encode(text).ids == old.encode(text).ids


@given(text=st.text(st.characters(max_codepoint=0x2E7F)))
def test_any_text_without_han_is_tokenised_as_before(old, extended, text):
    assert extended.encode(text).ids == old.encode(text).ids


def test_a_chinese_word_is_found_at_its_longest_where_scripts_meet(extended):
    encoding = extended.encode("Training语言模型的data模型", add_special_tokens=False)

    assert encoding.tokens == ["training", "语言模型", "的", "data", "模型"]


def test_a_han_character_outside_every_piece_is_looked_up_alone(old, extended):
    assert extended.encode("训练", add_special_tokens=False).tokens == ["[UNK]", "练"]
    assert extended.token_to_id("的") == old.token_to_id("的")  # the base knew it
    assert [extended.id_to_token(row) for row in han_ids(extended)] == ["的", "语言", "语言模型", "模型", "练"]


def test_a_tokenizer_of_another_kind_is_refused():
    with pytest.raises(UnsuitableBaseError, match="uncased BERT tokenizer"):
        extend_tokenizer(Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]")), ["模型"])


def test_a_piece_starts_at_the_english_word_it_is_translated_with(old):
    tokenizer = extend_tokenizer(old, [*WORDS, "罕"])
    table = np.random.default_rng(0).normal(size=(len(VOCABULARY), 64)).astype(np.float32)
    pieces = [tokenizer.token_to_id(word) for word in [*WORDS, "罕"]]

    vectors = gloss_vectors(tokenizer, table, pieces, translations(300), seed=7)

    cosines = vectors @ (table / np.linalg.norm(table, axis=1, keepdims=True)).T
    nearest = [VOCABULARY[row] for row in cosines.argmax(axis=1)]
    assert nearest[:-1] == list(WORDS.values())
    np.testing.assert_allclose(
        np.linalg.norm(vectors, axis=1), np.linalg.norm(table, axis=1).mean(), rtol=1e-5
    )  # 罕 too, which no pair holds
    np.testing.assert_array_equal(vectors, gloss_vectors(tokenizer, table, pieces, translations(300), seed=7))


def test_the_untrained_student_is_the_base_in_english_and_leaves_it_alone(base, base_folder, distilled):
    start = load(distilled / "start")

    np.testing.assert_allclose(start.encode(ENGLISH), base.encode(ENGLISH), atol=1e-5)
    assert base[0].auto_model.config.vocab_size == len(VOCABULARY)
    np.testing.assert_allclose(base.encode(ENGLISH), load(base_folder).encode(ENGLISH), atol=1e-6)


def test_distillation_brings_both_languages_nearer_to_the_base(base, distilled):
    assert distance(base, distilled / "distilled") < 0.7 * distance(base, distilled / "start")


def test_an_interrupted_stage_goes_on_from_its_checkpoint_to_the_same_weights(base, distilled, tmp_path, monkeypatch):
    (tmp_path / "start").symlink_to(distilled / "start")
    forward, calls = stages.DistillationLoss.forward, []

    def interrupted(self, *args, **kwargs):
        calls.append(1)
        if len(calls) == 15:
            raise KeyboardInterrupt
        return forward(self, *args, **kwargs)

    monkeypatch.setattr(stages.DistillationLoss, "forward", interrupted)
    with pytest.raises(KeyboardInterrupt):
        stages.distil(base, PAIRS, tmp_path, RECIPE)
    assert not (tmp_path / "distilled").exists()
    calls.clear()
    monkeypatch.setattr(stages.DistillationLoss, "forward", lambda *args: calls.append(1) or forward(*args))

    stages.distil(base, PAIRS, tmp_path, RECIPE)

    assert len(calls) == 24 - 12  # a checkpoint every 6 steps
    texts = [text for pair in translations(10, seed=3) for text in pair]
    np.testing.assert_allclose(
        load(tmp_path / "distilled").encode(texts), load(distilled / "distilled").encode(texts), atol=1e-4
    )
    assert not list(tmp_path.glob("*-checkpoints"))


@pytest.mark.parametrize(("int8", "most"), [(False, 1e-4), (True, 1e-2)])
def test_the_graph_gives_the_vectors_that_torch_gives(distilled, tmp_path, int8, most):
    import onnxruntime

    student = load(distilled / "distilled")
    texts = [*ENGLISH, *(text for pair in translations(8, seed=4) for text in pair)]
    write_graph(student, tmp_path / "model.onnx", int8=int8)
    features = student.preprocess(texts)

    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    (vectors,) = session.run(None, {name: features[name].numpy() for name in ("input_ids", "attention_mask")})

    cosines = (vectors * student.encode(texts)).sum(axis=1)
    assert np.abs(1 - cosines).max() < most
    assert not logging.root.manager.disable  # the exporter's silence ends with it


def test_held_out_pairs_share_no_text_with_what_is_trained_on():
    pairs = {"papers": [*translations(200), ("另一个译文", translations(200)[0][1])], "titles": translations(200)}

    left, held = hold_out(pairs, 15, source="papers", seed=3)

    texts = {text for pair in held for text in pair}
    assert len(held) == 15
    assert left["papers"]
    assert not any(texts & set(pair) for rows in left.values() for pair in rows)
    assert hold_out(pairs, 15, source="papers", seed=3) == (left, held)
    assert len(hold_out(pairs, 1_000, source="papers", seed=3)[1]) == 20  # a tenth
    assert hold_out({"titles": []}, 15, source="papers", seed=3) == ({"titles": []}, [])


def test_translation_accuracy_counts_both_directions():
    places = {"一": [1, 0], "二": [0, 1], "three": [0.8, 0.6], "one": [1, 0], "two": [0.9, 0.1], "三": [0.6, 0.8]}
    held = [("一", "one"), ("二", "two"), ("三", "three")]

    # 一 finds one; 二 and 三 find three. one finds 一, two finds 一, three finds 三.
    scores = translation_accuracy(lambda texts: np.array([places[text] for text in texts]), held)

    assert scores == pytest.approx((2 / 3, 2 / 3))


def options(base, data, out, held_out=10):
    sizes = {"pieces": 60, "tokens": 16, "batch": 16, "steps": 2, "tune-steps": 2, "held-out": held_out}
    places = {"base": base, "data": data, "out": out}
    return [part for name, value in (places | sizes).items() for part in (f"--{name}", str(value))]


def run_again(*arguments, **changes):
    app = typer.Typer()
    app.command()(main)
    return CliRunner().invoke(app, options(*arguments, **changes))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    for file, fields, rows in (
        ("parallel_papers.jsonl.xz", ("zh", "en"), PAIRS["papers"]),
        ("titles_abstracts_en.jsonl.xz", ("q", "d"), SEARCHES["titles"]),
    ):
        with lzma.open(folder / file, "wt", encoding="utf-8") as out:
            out.writelines(f"{json.dumps(dict(zip(fields, row, strict=True)))}\n" for row in rows)
    return folder


@pytest.fixture(scope="module")
def whole(base_folder, data, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "out"
    command = typer.Typer()
    command.command()(main)
    done = CliRunner().invoke(command, list(map(str, options(base_folder, data, out))), env={"HF_HUB_OFFLINE": "1"})
    assert done.exit_code == 0, done.stderr
    return out, done.stderr


def test_the_program_leaves_an_encoder_that_the_reader_reads(whole):
    out, log = whole
    encoder = OnnxEncoder.load(out / "bilingual-minilm")

    texts = [*ENGLISH, "语言模型"]
    vectors = encoder.encode_passages([*texts, ""])

    assert (encoder.dimension, vectors.shape) == (64, (6, 64))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1] * 5 + [0], atol=1e-5)
    assert ((vectors[:5] * load(out / "tuned").encode(texts)).sum(axis=1) > 0.99).all()
    settings = json.loads((out / "bilingual-minilm" / "encoder.json").read_text(encoding="utf-8"))
    assert (settings["name"], settings["max_tokens"]) == ("bilingual-minilm", 32)
    assert "held out: 10 pairs" in log


def test_the_program_measures_what_it_made_on_held_out_pairs(whole, data):
    measures = json.loads((whole[0] / "measures.json").read_text(encoding="utf-8"))

    assert list(measures) == ["base", "start", "distilled", "tuned", "bilingual-minilm"]
    assert {score["pairs"] for score in measures.values()} == {10}
    assert 0.99 < measures["bilingual-minilm"]["lowest"] <= measures["bilingual-minilm"]["mean cosine"] <= 1.0001
    held = hold_out(read_sources(data), 10, source="papers", seed=7)[1]
    for name in ("start", "tuned"):
        scores = (measures[name]["zh-en"], measures[name]["en-zh"])
        assert scores == pytest.approx(translation_accuracy(load(whole[0] / name).encode, held))


def test_a_finished_run_is_not_trained_again(whole, base_folder, data):
    out, _ = whole
    before = {file: file.stat().st_mtime_ns for file in out.rglob("*") if file.is_file() and file.parent != out}

    done = run_again(base_folder, data, out)

    assert done.exit_code == 0, done.stderr
    assert f"saved {out / 'bilingual-minilm'}" in done.stderr
    assert {file: file.stat().st_mtime_ns for file in before} == before


def test_a_folder_of_another_run_is_refused(whole, base_folder, data):
    done = run_again(base_folder, data, whole[0], held_out=11)

    assert done.exit_code == 1
    assert "holds a run with other settings" in done.stderr.splitlines()[-1]


def test_a_base_that_is_none_is_said_in_one_line(data, tmp_path):
    done = run_again(tmp_path / "nothing", data, tmp_path / "out")

    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith(f"error: no sentence-transformers model in {tmp_path / 'nothing'}")
