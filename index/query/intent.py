"""What a question asks for, by a linear model over word and character n-grams.

``index.training.intents`` trains it from wordings; this module only adds up weights. It sees nothing but the question,
so it works the same over every corpus. Latin words that are not common in questions count as one and the same name, so
that the way of asking decides and not the subject.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file

from index.types import Intent
from ingest.text.scripts import HAN

LABELS = (
    "definition mechanism reason result fact comparison list how-to advice yesno smalltalk about outfield".split()
)  # fmt: skip
SHIPPED_INTENTS = Path(__file__).parent / "intents.safetensors"
BUCKETS = 1 << 15
_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:['’.+-][^\W_{HAN}]+)*|[?!.,;:]")
_MAX_TOKENS = 80  # of a long question the beginning and the end say what it asks for
_SUFFIX = 4
_NAME = "\x01"


@dataclass(frozen=True, slots=True)
class IntentModel:
    """The classifier.

    Attributes:
        weights: int8, shape (BUCKETS, labels + 1); the last column tells whether a question leans on the turn before.
        scales: float32, shape (labels + 1,); what one step of a column's weights is worth.
        bias: float32, shape (labels + 1,).
        common: Latin words that questions have in common; any other is a name.
    """

    weights: NDArray[np.int8]
    scales: NDArray[np.float32]
    bias: NDArray[np.float32]
    common: frozenset[str]

    def read(self, text: str) -> Intent:
        """Returns what a question asks for.

        Args:
            text: The question, tidy and without case (``index.query.tokens``).
        """
        (sums,) = self._sums([text])
        shares = _softmax(sums[None, :-1])[0]
        label = LABELS[int(np.argmax(shares))]
        leaning = float(1.0 / (1.0 + np.exp(-sums[-1])))
        return Intent(label, dict(zip(LABELS, shares.tolist(), strict=True)), leaning)

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns how probably each of some questions asks for what, shape (texts, labels); there must be one.

        Args:
            texts: As ``read`` takes them.
        """
        return _softmax(self._sums(texts)[:, :-1]).astype(np.float32)

    def _sums(self, texts: Sequence[str]) -> NDArray[np.float64]:
        rows = [buckets(text, self.common) for text in texts]
        sizes = np.asarray([len(of_text) for of_text in rows])
        weights = self.weights[np.concatenate(rows)].astype(np.int32)
        sums = np.add.reduceat(weights, np.cumsum(sizes) - sizes, axis=0)
        found: NDArray[np.float64] = sums * self.scales / np.sqrt(sizes)[:, None] + self.bias
        return found

    def save(self, file: Path) -> None:
        """Writes the model to a file."""
        tensors: dict[str, NDArray[Any]] = {"weights": self.weights, "scales": self.scales, "bias": self.bias}
        save_file(tensors, str(file), metadata={"labels": json.dumps(LABELS), "common": " ".join(sorted(self.common))})


@cache
def shipped_intents() -> IntentModel:
    """Returns the model that comes with the project."""
    with safe_open(str(SHIPPED_INTENTS), framework="numpy") as file:
        tensors = {name: file.get_tensor(name) for name in ("weights", "scales", "bias")}
        return IntentModel(**tensors, common=frozenset(file.metadata()["common"].split(" ")))


def _softmax(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    odds = np.exp(sums - sums.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = odds / odds.sum(axis=1, keepdims=True)
    return shares


def words_of(text: str) -> list[str]:
    """Returns the words, Han characters and marks of a question that the features are made of."""
    words: list[str] = _TOKEN.findall(text)
    half = _MAX_TOKENS // 2
    return words if len(words) <= _MAX_TOKENS else [*words[:half], *words[-half:]]


def buckets(text: str, common: frozenset[str]) -> NDArray[np.int64]:
    """Returns the rows of the weights that stand for a question's features, each once."""
    found = {checksum & (BUCKETS - 1) for checksum in _features(text, words_of(text), common)}
    return np.fromiter(found, dtype=np.int64, count=len(found))


def _features(text: str, words: Sequence[str], common: frozenset[str]) -> Iterator[int]:
    """Yields the checksum of each feature: runs of words, of words with names masked, skips over masked words, …"""
    masked = [_NAME if word.isascii() and word[0].isalnum() and word not in common else word for word in words]
    encoded, encoded_masked = [word.encode() for word in words], [word.encode() for word in masked]
    yield from _grams(b"w", encoded, 3)
    yield from _grams(b"m", encoded_masked, 4)
    yield from _skips(b"s", encoded_masked, 2)
    yield from _skips(b"t", encoded_masked, 3)
    for word in words:
        if len(word) >= _SUFFIX and word.isascii():
            yield from _pieces(word)
    yield from (
        zlib.crc32(feature.encode())
        for feature in (
            f"l{min(len(words), 40).bit_length()}",
            "?" if "?" in text else "no ?",
            f"n{min(masked.count(_NAME), 3)}",
        )
    )


def _grams(kind: bytes, words: Sequence[bytes], longest: int) -> Iterator[int]:
    """Yields the checksum of every run of words up to a length; a longer run's goes on from a shorter one's."""
    bounded = [b"^", *words, b"$"]
    spaced = [b" " + word for word in bounded]
    seed = zlib.crc32(kind)
    for first, word in enumerate(bounded):
        checksum = zlib.crc32(word, seed)
        yield checksum
        for following in spaced[first + 1 : first + longest]:
            checksum = zlib.crc32(following, checksum)
            yield checksum


def _skips(kind: bytes, words: Sequence[bytes], distance: int) -> Iterator[int]:
    seed = zlib.crc32(kind)
    for word, other in zip(words, words[distance:], strict=False):
        yield zlib.crc32(b" " + other, zlib.crc32(word, seed))


@lru_cache(maxsize=8192)
def _pieces(word: str) -> tuple[int, ...]:
    marked = f"<{word}>".encode()
    return tuple(zlib.crc32(b"c" + marked[i : i + _SUFFIX]) for i in range(len(marked) - _SUFFIX + 1))
