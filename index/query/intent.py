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
from functools import cache
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
        rows = buckets(text, self.common)
        sums = self.weights[rows].sum(axis=0, dtype=np.int32) * self.scales / np.sqrt(len(rows)) + self.bias
        odds = np.exp(sums[:-1] - sums[:-1].max())
        shares = (odds / odds.sum()).tolist()
        label = LABELS[int(np.argmax(odds))]
        return Intent(label, dict(zip(LABELS, shares, strict=True)), float(1.0 / (1.0 + np.exp(-sums[-1]))))

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


def words_of(text: str) -> list[str]:
    """Returns the words, Han characters and marks of a question that the features are made of."""
    words: list[str] = _TOKEN.findall(text)
    half = _MAX_TOKENS // 2
    return words if len(words) <= _MAX_TOKENS else [*words[:half], *words[-half:]]


def buckets(text: str, common: frozenset[str]) -> NDArray[np.int64]:
    """Returns the rows of the weights that stand for a question's features, each once."""
    found = {zlib.crc32(feature.encode()) & (BUCKETS - 1) for feature in _features(text, words_of(text), common)}
    return np.fromiter(found, dtype=np.int64, count=len(found))


def _features(text: str, words: Sequence[str], common: frozenset[str]) -> Iterator[str]:
    masked = [_NAME if word.isascii() and word[0].isalnum() and word not in common else word for word in words]
    yield from _grams("w", words, 3)
    yield from _grams("m", masked, 4)
    yield from (f"s{first} {third}" for first, third in zip(masked, masked[2:], strict=False))
    yield from (f"t{first} {fourth}" for first, fourth in zip(masked, masked[3:], strict=False))
    for word in words:
        if word.isascii() and len(word) >= _SUFFIX:
            marked = f"<{word}>"
            yield from (f"c{marked[i : i + _SUFFIX]}" for i in range(len(marked) - _SUFFIX + 1))
    yield f"l{min(len(words), 40).bit_length()}"
    yield "?" if "?" in text else "no ?"
    yield f"n{min(masked.count(_NAME), 3)}"


def _grams(kind: str, words: Sequence[str], longest: int) -> Iterator[str]:
    bounded = ["^", *words, "$"]
    for length in range(1, longest + 1):
        yield from (f"{kind}{' '.join(bounded[i : i + length])}" for i in range(len(bounded) - length + 1))
