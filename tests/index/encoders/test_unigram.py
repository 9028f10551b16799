"""The tokenizer for a few texts gives what ``tokenizers`` does."""

from __future__ import annotations

import json

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from index.encoders.static import SHIPPED_MODEL, StaticEncoder
from index.encoders.unigram import _WELL_KNOWN, Unigram

FILE = SHIPPED_MODEL / "tokenizer.json"
TEXTS = [
    "", "  ", "What is LoRA?", "什么是检索增强生成（RAG）？", "GPT-4o 的上下文有 128k 个词元",
    "naïve café ΣΑΣ ﬁne ²³ ½", "[UNK] a[UNK]b", "e\u0301tude", "x" * 300, "🙂🙂 → ∑ 𝒙", "㋿ ꟲ ؝؝", "A、B — “C”  \n d…",
]  # fmt: skip


@pytest.fixture(scope="module")
def unigram():
    return Unigram.load(FILE)


@pytest.fixture(scope="module")
def whole():
    return Tokenizer.from_file(str(FILE))


def ids(tokenizer, texts):
    return [found.ids for found in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]


def test_every_well_known_character_is_read_alike(unigram, whole):
    characters = [chr(code) for code in range(0x2A6D7) if not 0xD800 <= code < 0xE000]
    texts = [f"a{one}b 中{one}国 {one}{one}1" for one in characters if _WELL_KNOWN.fullmatch(one)][::2]
    own = unigram.tokenize(texts)
    unlike = [text for text, one, other in zip(texts, own, ids(whole, texts), strict=True) if one.tolist() != other]

    assert len(texts) > 40_000
    assert not unlike


@pytest.mark.parametrize("text", TEXTS)
def test_texts_are_read_alike(unigram, whole, text):
    (own,) = unigram.tokenize([text])

    assert [own.tolist()] == ids(whole, [text])


@pytest.mark.parametrize("text", TEXTS)
def test_pieces_stand_where_they_stand_there(unigram, whole, text):
    encoding = whole.encode(text, add_special_tokens=False)

    assert unigram.pieces(text) == (encoding.ids, encoding.offsets)


def test_a_question_does_not_read_the_large_tokenizer():
    encoder = StaticEncoder.load()
    encoder.encode(["什么是 LoRA，它为什么省显存？ café"])

    assert "full" not in vars(encoder._tokenizer)
    assert encoder.words()[0] == "[UNK]"


def test_another_kind_is_left_to_tokenizers(tmp_path):
    file = tmp_path / "tokenizer.json"
    Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]")).save(str(file))
    assert Unigram.load(file) is None
    settings = json.loads(FILE.read_text(encoding="utf-8"))
    settings["model"]["byte_fallback"] = True
    file.write_text(json.dumps(settings), encoding="utf-8")
    assert Unigram.load(file) is None
