import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from index.encoders.static import SHIPPED_MODEL
from index.encoders.word_cache import WordCache

TEXTS = [
    "A kiln fires clay at 1,100 °C; GPT-4o's pots (v2.5) don't.",
    "低秩适配（LoRA）只训练少量参数，2021 年提出。",
    "一　二\t三\n四 five\u00a0six\u2003seven\x1ceight",
    "e\u0301 \u0301x 你\u0301好 =\u0338 a\u0338.",
    "㊙中 ㈱ ① ½ Ⅳ ﬁne … ΑΣ ＡＢ１２，！ \U0001f525",
    " ",
    "",
]


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.from_file(str(SHIPPED_MODEL / "tokenizer.json"))


def test_words_that_are_tokenised_once_have_the_tokens_of_their_texts(tokenizer):
    cache = WordCache(tokenizer)

    for _ in range(2):  # new words, and known ones
        found = cache.tokenize(TEXTS)
        for text, ids in zip(TEXTS, found, strict=True):
            assert ids.dtype == np.int64
            assert ids.tolist() == tokenizer.encode(text, add_special_tokens=False).ids, text


def test_only_a_tokenizer_that_cuts_first_fits(tokenizer):
    other = Tokenizer(WordLevel({"a": 0}, unk_token="a"))
    other.pre_tokenizer = Whitespace()

    assert WordCache.fits(tokenizer)
    assert not WordCache.fits(other)
