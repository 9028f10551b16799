import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers.models import WordLevel

from index.encoders.static import SHIPPED_MODEL, StaticEncoder
from index.errors import EncoderError

ROWS = np.array([[0, 0], [3, 4], [0, 2], [4, -3]], dtype=np.int8)
SCALES = np.array([1.0, 1.0, 0.5, 2.0], dtype=np.float32)

TEXTS = [
    "什么是 LoRA？",
    "LoRA freezes the pretrained weights and trains a pair of low-rank matrices.",
    "冻结预训练权重，只训练一对低秩矩阵；推理时没有额外延迟。",
    "QLoRA 是一种高效的微调方法 (4-bit NormalFloat)",
    "GPT-4, gpt 4 和 ＧＰＴ－４ 是同一个模型吗？",
    r"$\mathrm{softmax}(QK^\top/\sqrt{d_k})V$",
    "naïve café — “quotes” … 🙂 𠮷",
    "a",
    "attention " * 300,
]


def toy_tokenizer():
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "cat": 1, "dog": 2, "猫": 3}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return tokenizer


def write_model(folder, rows=ROWS, scales=SCALES):
    folder.mkdir()
    save_file({"embeddings": rows, "weights": scales}, folder / "model.safetensors")
    toy_tokenizer().save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture
def toy():
    return StaticEncoder(toy_tokenizer(), ROWS, SCALES, name="toy", fingerprint="f" * 16)


@pytest.fixture(scope="module")
def shipped():
    return StaticEncoder.load()


def test_the_shipped_model_gives_the_vectors_that_sentence_transformers_gives(shipped):
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(SHIPPED_MODEL), device="cpu").encode(TEXTS)

    np.testing.assert_allclose(shipped.encode(TEXTS), reference, atol=1e-3)


def test_a_text_is_the_normalised_sum_of_its_scaled_rows(toy):
    # cat + dog = 1.0 * (3, 4) + 0.5 * (0, 2) = (3, 5), of length sqrt(34)
    np.testing.assert_allclose(toy.encode(["cat dog"]), [[3 / 34**0.5, 5 / 34**0.5]], rtol=1e-6)


def test_a_repeated_word_counts_twice(toy):
    # cat + cat + 猫 = 2 * (3, 4) + 2.0 * (4, -3) = (14, 2), of length sqrt(200)
    np.testing.assert_allclose(toy.encode(["cat cat 猫"]), [[14 / 200**0.5, 2 / 200**0.5]], rtol=1e-6)


def test_texts_are_encoded_each_by_itself_in_order(toy):
    together = toy.encode(["cat", "dog 猫", "dog"])

    alone = np.concatenate([toy.encode([text]) for text in ("cat", "dog 猫", "dog")])
    np.testing.assert_array_equal(together, alone)
    assert together.dtype == np.float32


@pytest.mark.parametrize("text", ["", "   ", "unknown words"])
def test_a_text_without_known_tokens_is_a_zero_vector(toy, text):
    np.testing.assert_array_equal(toy.encode([text]), [[0.0, 0.0]])


def test_no_texts_give_no_vectors(toy):
    assert toy.encode([]).shape == (0, 2)


def test_vectors_of_the_shipped_model_have_length_one(shipped):
    vectors = shipped.encode([*TEXTS, ""])

    assert vectors.shape == (len(TEXTS) + 1, shipped.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1.0] * len(TEXTS) + [0.0], atol=1e-5)


def test_cosines_of_tokens_with_tokens(toy):
    # (3, 4), (0, 2), (4, -3) and [UNK], whose row is empty
    cosines = toy.token_cosines(np.array([1, 0]), np.array([1, 2, 3, 0]))

    np.testing.assert_allclose(cosines, [[1.0, 0.8, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]], atol=1e-6)


def test_lengths_of_tokens_are_scaled(toy):
    np.testing.assert_allclose(
        toy.token_lengths(np.array([1, 2, 3, 0])), [5.0, 1.0, 10.0, 0.0]
    )  # 5 * 1, 2 * 0.5, 5 * 2


def test_tokens_come_in_reading_order_with_repetitions(toy):
    (ids,) = toy.tokenize(["dog cat dog bird"])

    assert ids.tolist() == [2, 1, 2, 0]


def test_a_model_folder_is_read_back(tmp_path, toy):
    loaded = StaticEncoder.load(write_model(tmp_path / "tiny"))

    assert (loaded.name, loaded.vocabulary, loaded.dimension) == (str(tmp_path / "tiny"), 4, 2)
    np.testing.assert_array_equal(loaded.encode(["cat 猫"]), toy.encode(["cat 猫"]))


def test_the_fingerprint_is_of_the_content_and_not_of_the_place(tmp_path):
    here, there = (StaticEncoder.load(write_model(tmp_path / name)) for name in ("here", "there"))
    other_rows, other_scales = ROWS.copy(), SCALES.copy()
    other_rows[1, 0] += 1
    other_scales[2] *= 2
    by_rows = StaticEncoder.load(write_model(tmp_path / "rows", rows=other_rows))
    by_scales = StaticEncoder.load(write_model(tmp_path / "scales", scales=other_scales))

    assert here.fingerprint == there.fingerprint
    assert len({here.fingerprint, by_rows.fingerprint, by_scales.fingerprint}) == 3


def test_the_fingerprint_covers_the_tokenizer(tmp_path):
    folder = write_model(tmp_path / "tiny")
    before = StaticEncoder.load(folder).fingerprint
    tokenizer_file = folder / "tokenizer.json"
    tokenizer_file.write_text(tokenizer_file.read_text(encoding="utf-8").replace('"cat"', '"cow"'), encoding="utf-8")

    assert StaticEncoder.load(folder).fingerprint != before


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("content", [None, b"", b"not a model"])
def test_a_broken_model_says_how_to_restore_it(tmp_path, monkeypatch, name, content):
    folder = write_model(tmp_path / "tiny")
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)

    with pytest.raises(EncoderError, match=r"; is it whole\?$"):
        StaticEncoder.load(folder)
    monkeypatch.setattr("index.encoders.static.SHIPPED_MODEL", folder)
    with pytest.raises(EncoderError, match=r"; restore it with: git checkout -- index/model$"):
        StaticEncoder.load(folder)


def test_a_model_of_another_layout_is_refused(tmp_path):
    folder = write_model(tmp_path / "tiny")
    save_file({"embedding.weight": ROWS.astype(np.float32)}, folder / "model.safetensors")

    with pytest.raises(EncoderError, match="no usable encoder"):
        StaticEncoder.load(folder)


def test_questions_and_passages_are_encoded_alike(toy):
    for encode in (toy.encode_queries, toy.encode_passages):
        np.testing.assert_array_equal(encode(["cat 猫", "dog"]), toy.encode(["cat 猫", "dog"]))


def test_the_shipped_encoder_is_called_by_its_word_and_not_by_its_place(shipped):
    assert shipped.name == "shipped"


def test_the_words_of_the_shipped_model_are_of_both_languages(shipped):
    assert {"mistral", "weather", "蒸馏", "天气"} <= set(shipped.words())
