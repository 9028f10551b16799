"""Text to vectors by the shipped encoder, without torch.

The shipped model is a table with one vector a token (``index/model``, trained by ``index.training``); a text's
vector is the mean of its tokens' vectors, normalised. The file is in sentence-transformers format, and
``tests/index/encoders/test_static.py`` holds the two readers together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from copy import copy
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from index.encoders.base import SHIPPED, Vectors
from index.encoders.unigram import Unigram
from index.encoders.word_cache import WordCache
from index.errors import EncoderError

Known = Callable[[Sequence[str]], Sequence[NDArray[np.int64] | None]]
SHIPPED_MODEL = Path(__file__).parent.parent / "model"
_MANY = 32  # texts in which words recur so much that remembering them is worth it
_A_FEW = 2_000  # new texts at once, which no question brings; more of them are an index that is built
_AT_ONCE = 512  # rows that are turned into floats together: they stay near the processor


class StaticEncoder:
    """The mean of static token vectors.

    It has two roles: an ``Encoder``, and the table of token vectors behind late interaction, novelty and the choice of
    sentences. The table serves these whichever encoder gives the pooled vectors.
    """

    def __init__(
        self, tokenizer: Tokenizer | Unigram, rows: NDArray[np.int8], scales: Vectors, *, name: str, fingerprint: str
    ) -> None:
        """Wraps a table.

        Args:
            tokenizer: Text to row numbers.
            rows: int8, shape (vocabulary, dimension).
            scales: float32, shape (vocabulary,); row ``i`` of the table is ``rows[i] * scales[i]``.
            name: Shown to users.
            fingerprint: Hash of the model's content.
        """
        self._tokenizer = tokenizer
        self._rows = rows
        self._scales = scales
        self._known: Known | None = None
        self.name = name
        self.fingerprint = fingerprint
        self.vocabulary, self.dimension = (int(size) for size in rows.shape)

    @classmethod
    def load(cls, folder: Path = SHIPPED_MODEL) -> StaticEncoder:
        """Reads a model folder.

        Raises:
            EncoderError: The folder is not a static model with int8 rows.
        """
        weights_file, tokenizer_file = folder / "model.safetensors", folder / "tokenizer.json"
        try:
            tensors = load_file(weights_file)
            tokenizer = Unigram.load(tokenizer_file) or Tokenizer.from_file(str(tokenizer_file))
            rows, scales = tensors["embeddings"], tensors["weights"]
        except Exception as error:  # tokenizers and safetensors raise bare exceptions of their own
            advice = "restore it with: git checkout -- index/model" if folder == SHIPPED_MODEL else "is it whole?"
            raise EncoderError(f"no usable encoder in {folder} ({error}); {advice}") from error
        digest = hashlib.sha256(weights_file.read_bytes())
        digest.update(tokenizer_file.read_bytes())
        name = SHIPPED if folder.resolve() == SHIPPED_MODEL.resolve() else str(folder.resolve())
        return cls(tokenizer, rows, scales, name=name, fingerprint=digest.hexdigest()[:16])

    def knowing(self, known: Known) -> StaticEncoder:
        """Returns the same table with the tokens of some texts known.

        Args:
            known: Returns what ``tokenize`` does, and None for each text that it does not know.
        """
        twin = copy(self)
        twin._known = known
        return twin

    def tokenize(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Returns the table rows of each text's tokens, in reading order."""
        known = self._known(texts) if self._known else [None] * len(texts)
        new = [text for text, ids in zip(texts, known, strict=True) if ids is None]
        fresh = iter(self._tokenized(new))
        return [next(fresh) if ids is None else ids for ids in known]

    def _tokenized(self, texts: Sequence[str]) -> Sequence[NDArray[np.int64]]:
        if isinstance(self._tokenizer, Unigram) and len(texts) <= _A_FEW:
            return self._tokenizer.tokenize(texts)
        if len(texts) >= _MANY and self._words_once:
            return self._words_once.tokenize(texts)
        encodings = self._full.encode_batch_fast(texts, add_special_tokens=False) if texts else ()
        return [np.asarray(encoding.ids, dtype=np.int64) for encoding in encodings]

    @cached_property
    def _words_once(self) -> WordCache | None:
        return WordCache(self._full) if WordCache.fits(self._full) else None

    @property
    def _full(self) -> Tokenizer:
        return self._tokenizer.full if isinstance(self._tokenizer, Unigram) else self._tokenizer

    def pieces(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """Returns the table rows of a text's tokens, and where each begins and ends in the text (characters)."""
        if isinstance(self._tokenizer, Unigram):
            ids, offsets = self._tokenizer.pieces(text)
        else:
            encoding = self._tokenizer.encode(text, add_special_tokens=False)
            ids, offsets = encoding.ids, encoding.offsets
        places = np.asarray(offsets, dtype=np.int32).reshape(-1, 2)
        return np.asarray(ids, dtype=np.int64), places[:, 0], places[:, 1]

    def words(self) -> tuple[str, ...]:
        """Returns the pieces of the vocabulary, most of them words of both languages, in the order of the table."""
        return self._words

    @cached_property
    def _words(self) -> tuple[str, ...]:
        if isinstance(self._tokenizer, Unigram):
            return self._tokenizer.words()
        rows = self._tokenizer.get_vocab()
        return tuple(sorted(rows, key=rows.__getitem__))

    def token_cosines(self, first: NDArray[np.integer[Any]], second: NDArray[np.integer[Any]]) -> Vectors:
        """Returns the cosines of every token of one list with every token of another, shape (first, second).

        Quickest with the longer list first.
        """
        return self._cosines(first, second, self._products(first, self._rows[second].astype(np.float32)))

    def token_likeness(
        self, first: NDArray[np.integer[Any]], second: NDArray[np.integer[Any]], vector: Vectors
    ) -> tuple[Vectors, Vectors]:
        """Returns ``token_cosines``, and the product of every vector of the first list with another vector."""
        both = np.concatenate((self._rows[second].astype(np.float32), vector[None, :]))
        products = self._products(first, both)
        return self._cosines(first, second, products[:-1]), products[-1] * self._scales[first]

    def _products(self, ids: NDArray[np.integer[Any]], vectors: Vectors) -> Vectors:
        """Returns the product of each vector with the row of each token, shape (vectors, ids).

        Of whole numbers it is exact, in whatever order they are added up.
        """
        products = np.empty((len(vectors), len(ids)), dtype=np.float32)
        for start in range(0, len(ids), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            np.matmul(vectors, self._rows.take(ids[part], axis=0).astype(np.float32).T, out=products[:, part])
        return products

    def _cosines(self, first: NDArray[np.integer[Any]], second: NDArray[np.integer[Any]], products: Vectors) -> Vectors:
        """Returns the cosines of tokens by the products of their rows, shape (first, second)."""
        lengths = np.maximum(self._lengths, 1e-9)
        products /= lengths[second][:, None]
        products /= lengths[first]
        cosines: Vectors = products.T
        return cosines

    def token_units(self, ids: NDArray[np.integer[Any]]) -> Vectors:
        """Returns the vectors of tokens, each of length 1, float32, shape (ids, dimension)."""
        units: Vectors = self._rows[ids].astype(np.float32)
        units /= np.maximum(self._lengths[ids], 1e-9)[:, None]
        return units

    def token_lengths(self, ids: NDArray[np.integer[Any]]) -> Vectors:
        """Returns the lengths of token vectors; training gives words that matter long ones."""
        lengths: Vectors = self._lengths[ids] * self._scales[ids]
        return lengths

    @cached_property
    def _lengths(self) -> Vectors:
        """Lengths of the int8 rows, float32, shape (vocabulary,)."""
        squares = np.einsum("ij,ij->i", self._rows, self._rows, dtype=np.int32)
        lengths: Vectors = np.sqrt(squares).astype(np.float32)
        return lengths

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Returns unit vectors, float32, shape (len(texts), dimension); a text without tokens is all zeros."""
        return self.pool(self.tokenize(texts))

    encode_queries = encode_passages = encode  # the table treats every text alike

    def pool(self, tokens: Sequence[NDArray[np.integer[Any]]]) -> Vectors:
        """Returns unit vectors of texts that are tokenised already (see ``tokenize``)."""
        vectors = self.sums(tokens)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors

    def sums(self, tokens: Sequence[NDArray[np.integer[Any]]]) -> Vectors:
        """Returns the sums of the token vectors of such texts, float32, shape (len(tokens), dimension)."""
        vectors = np.zeros((len(tokens), self.dimension), dtype=np.float32)
        for vector, ids in zip(vectors, tokens, strict=True):
            if len(ids):
                np.dot(self._scales.take(ids), self._rows.take(ids, axis=0).astype(np.float32), out=vector)
        return vectors


@cache
def shipped_table() -> StaticEncoder:
    """Returns the model that comes with the project, which a process reads once.

    Raises:
        EncoderError: It is not there, or not whole.
    """
    return StaticEncoder.load()
