import json
import logging
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from index.encoders.transformer import TransformerEncoder
from index.errors import EncoderError

TEXTS = ["low-rank matrices", "低秩矩阵", "tiles"]
PROMPTS = {"query": "query: ", "document": "passage: "}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, write_transformer):
    return write_transformer(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def prompted(tmp_path_factory, write_transformer):
    return write_transformer(tmp_path_factory.mktemp("prompted"), prompts=PROMPTS)


@pytest.fixture
def copy(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "copy")


def reference(folder, texts):
    vectors = SentenceTransformer(str(folder), device="cpu").encode(texts, prompt="")
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def fault(folder, **options):
    with pytest.raises(EncoderError) as caught:
        TransformerEncoder.load(folder, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_vectors_are_those_of_the_library_at_length_one(folder):
    encoder = TransformerEncoder.load(folder)

    found = encoder.encode_passages(TEXTS)

    assert (found.dtype, found.shape, encoder.dimension) == (np.float32, (3, 32), 32)
    assert np.linalg.norm(SentenceTransformer(str(folder), device="cpu").encode(TEXTS[0])) > 2  # none by itself
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(found, reference(folder, TEXTS), atol=1e-5)
    np.testing.assert_allclose(encoder.encode_queries(TEXTS), found, atol=1e-6)


@pytest.mark.parametrize("prompts", [PROMPTS, {"query": "query: ", "passage": "passage: "}])
def test_the_models_own_prompts_stand_before_questions_and_passages(tmp_path, write_transformer, prompts):
    folder = write_transformer(tmp_path, prompts=prompts)
    encoder = TransformerEncoder.load(folder)

    expected = {prompt: reference(folder, [prompt + text for text in TEXTS]) for prompt in ("query: ", "passage: ")}
    np.testing.assert_allclose(encoder.encode_queries(TEXTS), expected["query: "], atol=1e-5)
    np.testing.assert_allclose(encoder.encode_passages(TEXTS), expected["passage: "], atol=1e-5)
    assert np.abs(expected["query: "] - expected["passage: "]).max() > 0.01


def test_a_default_prompt_is_not_put_before_passages(prompted, tmp_path):
    folder = shutil.copytree(prompted, tmp_path / "copy")
    config = folder / "config_sentence_transformers.json"
    fields = {"prompts": {"query": "query: "}, "default_prompt_name": "query"}
    config.write_text(json.dumps(json.loads(config.read_text()) | fields), encoding="utf-8")

    encoder = TransformerEncoder.load(folder)

    np.testing.assert_allclose(encoder.encode_passages(TEXTS), reference(folder, TEXTS), atol=1e-5)
    expected = reference(folder, [f"query: {text}" for text in TEXTS])
    np.testing.assert_allclose(encoder.encode_queries(TEXTS), expected, atol=1e-5)


def test_what_is_beyond_the_models_token_limit_is_not_read(tmp_path, write_transformer):
    encoder = TransformerEncoder.load(write_transformer(tmp_path, max_length=8))

    cut, whole, other = encoder.encode_passages(["12345678 and more", "12345678", "1234567 and more"])

    np.testing.assert_allclose(cut, whole, atol=1e-6)
    assert np.abs(cut - other).max() > 0.001


def test_the_size_of_a_batch_changes_nothing_and_order_is_kept(folder):
    texts = [f"{'word ' * (n % 7)}{n}" for n in range(40)]

    one, many = (TransformerEncoder.load(folder, batch=batch).encode_passages(texts) for batch in (1, 16))

    np.testing.assert_allclose(one, many, atol=1e-5)


def test_no_texts_give_no_vectors(folder):
    assert TransformerEncoder.load(folder).encode_passages([]).shape == (0, 32)


def test_threads_may_share_an_encoder(folder):
    encoder = TransformerEncoder.load(folder)
    texts = [f"question {n}" for n in range(40)]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: encoder.encode_queries([text])[0], texts))

    np.testing.assert_allclose(np.array(found), encoder.encode_queries(texts), atol=1e-5)


@pytest.mark.parametrize("asked", [None, "1"])
def test_a_model_takes_all_cores_unless_the_user_said_how_many(folder, monkeypatch, asked):
    monkeypatch.setattr("index.THREADS_ASKED", asked)
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    before = torch.get_num_threads()

    try:
        torch.set_num_threads(1)
        TransformerEncoder.load(folder)
        assert torch.get_num_threads() == (3 if asked is None else 1)
    finally:
        torch.set_num_threads(before)


def test_a_plain_transformers_model_is_averaged(folder):
    plain = folder.parent / "plain"

    np.testing.assert_allclose(
        TransformerEncoder.load(plain).encode_passages(TEXTS), reference(folder, TEXTS), atol=1e-5
    )


def test_the_name_is_the_whole_path_unless_there_is_one_on_the_hub(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)

    assert TransformerEncoder.load(Path("model")).name == str(folder)
    assert TransformerEncoder.load(folder, name="owner/model").name == "owner/model"


def test_the_fingerprint_follows_what_decides_the_vectors_and_nothing_else(folder, copy):
    before = TransformerEncoder.load(folder).fingerprint
    assert TransformerEncoder.load(copy).fingerprint == before  # wherever it lies

    (copy / "README.md").write_text("about the model\n", encoding="utf-8")
    (copy / "onnx").mkdir()
    (copy / "onnx" / "model.onnx").write_bytes(b"another format")
    assert TransformerEncoder.load(copy).fingerprint == before

    config = copy / "config_sentence_transformers.json"
    config.write_text(config.read_text().replace('"query": ""', '"query": "ask: "'), encoding="utf-8")
    with_prompt = TransformerEncoder.load(copy).fingerprint
    limit = copy / "tokenizer_config.json"
    limit.write_text(limit.read_text().replace("32", "16"), encoding="utf-8")
    with_limit = TransformerEncoder.load(copy).fingerprint

    assert len({before, with_prompt, with_limit}) == 3


def test_other_weights_have_another_fingerprint(folder, tmp_path, write_transformer):
    other = write_transformer(tmp_path, seed=1)

    assert TransformerEncoder.load(other).fingerprint != TransformerEncoder.load(folder).fingerprint


def test_loading_and_encoding_print_nothing(folder, capfd):
    logging.getLogger("sentence_transformers").setLevel(logging.INFO)

    TransformerEncoder.load(folder).encode_passages(TEXTS)

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("missing", ["sentence_transformers", "torch"])
def test_without_the_extra_the_error_names_the_command_that_installs_it(folder, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)

    assert "pip install '.[encoders]'" in fault(folder)


def test_a_folder_without_a_model_is_said(tmp_path):
    assert "holds no model: it has neither modules.json nor config.json" in fault(tmp_path)


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "1_Pooling/config.json", "modules.json"])
def test_a_damaged_model_is_said_in_one_line(copy, file):
    (copy / file).write_bytes(b"{")

    assert fault(copy).startswith(f"{copy} cannot be loaded as a sentence-transformers model (")


def test_a_model_without_its_weights_is_said_in_one_line(copy):
    (copy / "model.safetensors").unlink()

    assert fault(copy).endswith("; is it whole?")


def test_a_model_of_another_kind_is_refused(copy):
    config = copy / "config_sentence_transformers.json"
    config.write_text(json.dumps({"model_type": "CrossEncoder"}), encoding="utf-8")

    assert "holds a CrossEncoder" in fault(copy)


def test_a_model_that_brings_code_is_refused(copy):
    config = json.loads((copy / "config.json").read_text())
    config |= {"model_type": "its-own", "auto_map": {"AutoConfig": "code.Config", "AutoModel": "code.Model"}}
    (copy / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (copy / "code.py").write_text("raise SystemExit('code of the model was run')\n", encoding="utf-8")

    assert fault(copy).endswith("; it brings its own code, which is not run")


@pytest.mark.parametrize("device", ["cuda:77", "abacus"])
def test_a_device_that_is_not_there_is_said(folder, device):
    assert fault(folder, device=device).startswith(f"there is no device '{device}' (")


def test_a_model_whose_vectors_are_no_numbers_is_refused(copy):
    from safetensors.numpy import load_file, save_file

    weights = load_file(copy / "model.safetensors")
    save_file({name: np.full_like(values, np.nan) for name, values in weights.items()}, copy / "model.safetensors")

    assert "gives vectors that are no numbers" in fault(copy)
