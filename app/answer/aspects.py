"""Which aspect a question asks for, and which one a text speaks of: what a work is, how it works, what it costs …

Linear models over hashed tokens and pairs of tokens of the table. ``python -m evals --calibrate`` trains them on the
answered questions of cards and notes: on the wordings of the questions, what aspect is asked for and whether the answer
holds a figure; on the answers, what aspect they speak of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file

from ingest.documents.answers import ASPECTS

Floats = NDArray[np.float32]
SHIPPED_ASPECTS = Path(__file__).parent / "aspects.safetensors"
BITS = 14  # 16,384 buckets
_ASKED = len(ASPECTS) + 1
_ROW = (1 << BITS) - 1
_EDGE = 2  # numbers 0 and 1 stand for the end and the beginning of a text
_BEGIN, _END = np.asarray([1]), np.asarray([0])
_FIGURE = re.compile(r"(?<![A-Za-z0-9_.,-])\d+")
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))  # odd, so that multiplying loses nothing


@dataclass(frozen=True, slots=True)
class AspectModel:
    """The models.

    Attributes:
        questions: int8, shape (buckets, aspects + 1); weights of what questions ask for, the last column of a figure.
        texts: int8, shape (buckets, aspects); weights of what texts speak of.
        scales: float32, shape (aspects + 1 + aspects,); what one step of each column's weights is worth.
        bias: float32, likewise.
        shares: float32, shape (aspects,); how common each aspect is among answers.
    """

    questions: NDArray[np.int8]
    texts: NDArray[np.int8]
    scales: Floats
    bias: Floats
    shares: Floats

    def asked(self, tokens: NDArray[np.integer[Any]]) -> tuple[Floats, float]:
        """Returns the probability of each aspect that a question asks for it, shape (aspects,), and of a figure."""
        odds = _sums(self.questions, [tokens]) * self.scales[:_ASKED] + self.bias[:_ASKED]
        return _softmax(odds[:, :-1])[0], float(1.0 / (1.0 + np.exp(-odds[0, -1])))

    def spoken_of(self, texts: Sequence[NDArray[np.integer[Any]]]) -> Floats:
        """Returns how much likelier than by chance texts speak of each aspect, shape (texts, aspects)."""
        lift: Floats = _softmax(_sums(self.texts, texts) * self.scales[_ASKED:] + self.bias[_ASKED:]) / self.shares
        return lift

    def save(self, file: Path = SHIPPED_ASPECTS) -> None:
        """Writes the models to a file; the shipped ones by default."""
        names = ("questions", "texts", "scales", "bias", "shares")
        tensors: dict[str, NDArray[Any]] = {name: getattr(self, name) for name in names}
        save_file(tensors, str(file))
        shipped_aspects.cache_clear()


@cache
def shipped_aspects() -> AspectModel:
    """Returns the models that come with the project."""
    with safe_open(str(SHIPPED_ASPECTS), framework="numpy") as file:
        return AspectModel(**{name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118


def buckets(texts: Sequence[NDArray[np.integer[Any]]]) -> list[NDArray[np.int64]]:
    """Returns, for each of some texts, the rows of the weights that stand for its tokens and pairs of neighbours.

    Args:
        texts: Tokens from ``StaticEncoder.tokenize``, in reading order.
    """
    keys, sizes = _keys(texts)
    return np.split(keys & _ROW, np.cumsum(sizes)[:-1])


def _keys(texts: Sequence[NDArray[np.integer[Any]]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns the rows of all texts, the number of the text in the bits above each, and how many each text has."""
    bounded = np.concatenate([part for tokens in texts for part in (_BEGIN, tokens + _EDGE, _END)]).astype(np.uint64)
    owner = np.repeat(np.arange(len(texts)), [len(tokens) + 2 for tokens in texts])
    single = bounded * _MIX[0]
    within = np.flatnonzero(owner[:-1] == owner[1:])
    pairs = (single[within] + bounded[within + 1]) * _MIX[1]
    hashed = (np.concatenate((single, pairs)) >> np.uint64(64 - BITS)).astype(np.int64)
    keys = np.unique((np.concatenate((owner, owner[within])) << BITS) | hashed)
    return keys, np.bincount(keys >> BITS, minlength=len(texts))


def _sums(weights: NDArray[np.int8], texts: Sequence[NDArray[np.integer[Any]]]) -> Floats:
    keys, sizes = _keys(texts)
    sums = np.add.reduceat(weights[keys & _ROW].astype(np.int32), np.cumsum(sizes) - sizes, axis=0)
    total: Floats = (sums / np.sqrt(sizes)[:, None]).astype(np.float32)
    return total


def _softmax(odds: Floats) -> Floats:
    powers = np.exp(odds - odds.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def count_figures(text: str) -> int:
    """Returns how many numbers a text has that are not part of a name, like the 2 of GPT-2."""
    return len(_FIGURE.findall(text))
