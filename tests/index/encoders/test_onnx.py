import hashlib
import json
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers.models import WordLevel

from index.encoders.onnx import OnnxEncoder
from index.errors import EncoderError

ROWS = np.array([[0, 0], [3, 4], [0, 2], [4, -3]], dtype=np.float32)  # [UNK], cat, dog, 猫
LONGEST = 5


def write_graph(file, rows=ROWS):
    """A graph that adds up the rows of the tokens under the mask and divides by the length."""
    nodes = [
        helper.make_node("Gather", ["rows", "input_ids"], ["looked_up"]),
        helper.make_node("Cast", ["attention_mask"], ["ones"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["ones", "last"], ["weights"]),
        helper.make_node("Mul", ["looked_up", "weights"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "middle"], ["sums"], keepdims=0),
        helper.make_node("LpNormalization", ["sums"], ["vectors"], axis=1, p=2),
    ]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", rows.shape[1]])
    constants = [("rows", rows), ("last", np.array([2])), ("middle", np.array([1]))]
    graph = helper.make_graph(
        nodes, "toy", inputs, [output], [numpy_helper.from_array(value, name) for name, value in constants]
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), file)


def write_encoder(folder, rows=ROWS, **settings):
    folder.mkdir()
    write_graph(folder / "model.onnx", rows)
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "cat": 1, "dog": 2, "猫": 3}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(folder / "tokenizer.json"))
    hashes = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("model.onnx", "tokenizer.json")
    }
    whole = {
        "format": 1,
        "name": "toy",
        "dimension": 2,
        "max_tokens": LONGEST,
        "pooling": "mean",
        "prompts": {"query": "", "passage": ""},
        "sha256": hashes,
    }
    (folder / "encoder.json").write_text(json.dumps(whole | settings), encoding="utf-8")
    return folder


@pytest.fixture
def toy(tmp_path):
    return OnnxEncoder.load(write_encoder(tmp_path / "toy"))


def test_vectors_are_what_the_graph_gives(toy):
    # cat + dog = (3, 6), of length sqrt(45); 猫 = (4, -3), of length 5
    vectors = toy.encode_passages(["cat dog", "猫"])

    np.testing.assert_allclose(vectors, [[3 / 45**0.5, 6 / 45**0.5], [0.8, -0.6]], rtol=1e-5)
    assert vectors.dtype == np.float32


def test_texts_of_all_lengths_come_back_in_their_own_order(toy):
    words = ["cat", "dog", "猫"]
    texts = [" ".join(words[(i * j) % 3] for j in range(i % LONGEST + 1)) for i in range(100)]

    together = toy.encode_passages(texts)

    alone = np.concatenate([toy.encode_passages([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    assert len(np.unique(together.round(3), axis=0)) > 5


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_text_is_a_zero_vector(toy, text):
    np.testing.assert_allclose(toy.encode_queries(["猫", text]), [[0.8, -0.6], [0, 0]], atol=1e-6)


def test_no_texts_give_no_vectors(toy):
    assert toy.encode_queries([]).shape == (0, 2)


def test_a_text_is_cut_at_the_longest_length(toy):
    np.testing.assert_array_equal(
        toy.encode_passages(["cat " * LONGEST + "猫 " * 50]), toy.encode_passages(["cat " * LONGEST])
    )


def test_questions_and_passages_get_their_prompts(tmp_path):
    plain = OnnxEncoder.load(write_encoder(tmp_path / "plain"))
    prompted = OnnxEncoder.load(write_encoder(tmp_path / "prompted", prompts={"query": "dog ", "passage": "猫 "}))

    np.testing.assert_array_equal(prompted.encode_queries(["cat", ""])[0], plain.encode_queries(["dog cat"])[0])
    np.testing.assert_array_equal(prompted.encode_passages(["cat"]), plain.encode_passages(["猫 cat"]))
    assert not prompted.encode_queries([""]).any()


def test_an_encoder_is_called_by_its_folder(tmp_path, monkeypatch):
    folder = write_encoder(tmp_path / "toy")
    monkeypatch.chdir(tmp_path)

    encoder = OnnxEncoder.load(folder.relative_to(tmp_path))

    assert (encoder.name, encoder.dimension) == (str(folder), 2)


def test_the_fingerprint_is_of_what_decides_the_vectors_and_not_of_the_place(tmp_path):
    other_rows = ROWS.copy()
    other_rows[1, 0] += 1
    variants = {
        "same": {},
        "named": {"name": "another name"},
        "rows": {"rows": other_rows},
        "cut": {"max_tokens": LONGEST + 1},
        "prompt": {"prompts": {"query": "dog ", "passage": ""}},
    }
    here = OnnxEncoder.load(write_encoder(tmp_path / "here")).fingerprint

    others = {
        name: OnnxEncoder.load(write_encoder(tmp_path / name, **change)).fingerprint
        for name, change in variants.items()
    }

    assert others["same"] == others["named"] == here
    assert len({here, others["rows"], others["cut"], others["prompt"]}) == 4


@pytest.mark.parametrize("name", ["encoder.json", "model.onnx", "tokenizer.json"])
def test_a_missing_file_is_named(tmp_path, name):
    folder = write_encoder(tmp_path / "toy")
    (folder / name).unlink()

    with pytest.raises(EncoderError, match=rf"no usable encoder in .*toy: {name} is missing; .*index.training.minilm"):
        OnnxEncoder.load(folder)


@pytest.mark.parametrize("name", ["encoder.json", "model.onnx", "tokenizer.json"])
def test_a_damaged_file_is_named(tmp_path, name):
    folder = write_encoder(tmp_path / "toy")
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2 :] = b""
    (folder / name).write_bytes(content)

    with pytest.raises(EncoderError, match=f"{name} is damaged"):
        OnnxEncoder.load(folder)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_file_that_never_was_an_encoder_is_refused(tmp_path, name):
    folder = write_encoder(tmp_path / "toy")
    (folder / name).write_bytes(b"not a model")
    settings = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
    settings["sha256"][name] = hashlib.sha256(b"not a model").hexdigest()
    (folder / "encoder.json").write_text(json.dumps(settings), encoding="utf-8")

    with pytest.raises(EncoderError, match="no usable encoder"):
        OnnxEncoder.load(folder)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"format": 2}, "format 2, this program reads 1"),
        ({"dimension": 3}, "gives vectors of 2, not 3"),
        ({"dimension": "two"}, "encoder.json is damaged"),
        ({"max_tokens": 0}, "encoder.json is damaged"),
        ({"prompts": {"query": ""}}, "encoder.json is damaged"),
        ({"prompts": {"query": "", "passage": None}}, "encoder.json is damaged"),
        ({"sha256": {}}, "encoder.json is damaged"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path, settings, reason):
    with pytest.raises(EncoderError, match=reason):
        OnnxEncoder.load(write_encoder(tmp_path / "toy", **settings))


def test_without_onnxruntime_the_message_says_what_to_install(tmp_path, monkeypatch):
    folder = write_encoder(tmp_path / "toy")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)  # what an import finds where a package is not installed

    with pytest.raises(EncoderError, match=r"needs onnxruntime, .*: pip install '.\[onnx\]'"):
        OnnxEncoder.load(folder)


def test_reading_needs_no_torch(tmp_path, repository):
    folder = write_encoder(tmp_path / "toy")
    code = (
        "import sys; from pathlib import Path; from index.encoders.onnx import OnnxEncoder; "
        f"OnnxEncoder.load(Path({str(folder)!r})).encode_queries(['cat']); "
        "print(*sorted({'torch', 'transformers', 'sentence_transformers', 'onnx'} & set(sys.modules)))"
    )

    run = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True, timeout=60
    )

    assert run.stdout.split() == []
