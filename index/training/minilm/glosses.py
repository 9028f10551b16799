"""First vectors for Chinese pieces: the vectors of the English words that translate them.

No dictionary is needed. Over many sentence pairs, 模型 stands opposite "model" far more often than chance would have
it; the Dice coefficient 2 * together / (piece + word) says how much more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from tokenizers import Tokenizer

from index.encoders.base import Vectors

_CHUNK = 1_000  # pieces whose counts are in memory at once
_WORDS = 3  # English tokens that make up a gloss
_TOGETHER = 2  # seen together less often than this, a word is no gloss


def gloss_vectors(
    tokenizer: Tokenizer, table: Vectors, pieces: Sequence[int], pairs: Sequence[tuple[str, str]], *, seed: int
) -> Vectors:
    """Returns one vector a piece: the mean of its best English tokens' vectors, weighted by Dice coefficient.

    Every vector has the mean length of the table's. A piece without a gloss gets the mean vector plus noise.

    Args:
        tokenizer: Knows English and the pieces.
        table: Vectors of the tokens before the pieces were added, float32, shape (tokens, dimension).
        pieces: Ids of the pieces.
        pairs: (Chinese, English) sentences.
        seed: Seed of the noise.

    Returns:
        float32, shape (len(pieces), dimension).
    """
    size = tokenizer.get_vocab_size()
    asked = np.asarray(pieces)
    chinese = _incidence(tokenizer, [zh for zh, _ in pairs], size)[:, asked]
    words = _english_words(tokenizer, len(table))
    english = _incidence(tokenizer, [en for _, en in pairs], size)[:, words]
    english_counts = np.asarray(english.sum(axis=0), dtype=np.float32).ravel()
    chinese_counts = np.asarray(chinese.sum(axis=0), dtype=np.float32).ravel()
    length = np.linalg.norm(table, axis=1).mean()

    generator = np.random.default_rng(seed)
    noise = generator.normal(scale=table.std(axis=0), size=(len(asked), table.shape[1]))
    vectors: Vectors = (table.mean(axis=0) + noise).astype(np.float32)
    for start in range(0, len(asked), _CHUNK):
        together = (chinese[:, start : start + _CHUNK].T @ english).tocsr()
        for row in range(together.shape[0]):
            found = slice(together.indptr[row], together.indptr[row + 1])
            counts, columns = together.data[found], together.indices[found]
            dice = 2 * counts / (chinese_counts[start + row] + english_counts[columns])
            dice[counts < _TOGETHER] = 0
            best = np.argsort(-dice, kind="stable")[:_WORDS]
            if len(best) and dice[best[0]] > 0:
                vectors[start + row] = dice[best] @ table[words[columns[best]]]
    vectors *= length / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return vectors


def _incidence(tokenizer: Tokenizer, texts: list[str], size: int) -> csr_matrix:
    """Returns which text holds which token, float32 zeros and ones, shape (len(texts), size)."""
    rows = [sorted(set(encoding.ids)) for encoding in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    starts = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.fromiter((number for row in rows for number in row), dtype=np.int32, count=starts[-1])
    return csr_matrix((np.ones(len(columns), dtype=np.float32), columns, starts), shape=(len(texts), size))


def _english_words(tokenizer: Tokenizer, size: int) -> NDArray[np.int64]:
    """Returns the ids below ``size`` whose tokens are Latin letters; numbers and punctuation gloss nothing."""
    words = ((token.removeprefix("##"), number) for token, number in tokenizer.get_vocab().items() if number < size)
    return np.array(sorted(number for word, number in words if word.isascii() and word.isalpha()), dtype=np.int64)
