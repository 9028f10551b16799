"""Which aspect a question asks for, and which one a text speaks of: what a work is, how it works, what it costs …

Linear models over hashed tokens and pairs of tokens of the table. ``python -m evals --calibrate`` trains them on the
answered questions of cards and notes: on the wordings of the questions, what aspect is asked for and whether the answer
holds a figure; on the answers, what aspect they speak of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
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
_EDGE = 2  # numbers 0 and 1 stand for the end and the beginning of a text
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
        odds = _sum(self.questions, tokens) * self.scales[:_ASKED] + self.bias[:_ASKED]
        return _softmax(odds[:-1]), float(1.0 / (1.0 + np.exp(-odds[-1])))

    def spoken_of(self, tokens: NDArray[np.integer[Any]]) -> Floats:
        """Returns how much likelier than by chance a text speaks of each aspect, shape (aspects,)."""
        lift: Floats = _softmax(_sum(self.texts, tokens) * self.scales[_ASKED:] + self.bias[_ASKED:]) / self.shares
        return lift

    def save(self, file: Path = SHIPPED_ASPECTS) -> None:
        """Writes the models to a file; the shipped ones by default."""
        names = ("questions", "texts", "scales", "bias", "shares")
        tensors: dict[str, NDArray[Any]] = {name: getattr(self, name) for name in names}
        save_file(tensors, str(file))
        shipped_aspects.cache_clear()
        spoken_of.cache_clear()


@cache
def shipped_aspects() -> AspectModel:
    """Returns the models that come with the project."""
    with safe_open(str(SHIPPED_ASPECTS), framework="numpy") as file:
        return AspectModel(**{name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118


@lru_cache(maxsize=50_000)
def spoken_of(tokens: bytes) -> Floats:
    """Returns ``AspectModel.spoken_of`` of tokens by the shipped models, remembered: the same texts come back."""
    return shipped_aspects().spoken_of(np.frombuffer(tokens, dtype=np.int32))


def buckets(tokens: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Returns the rows of the weights that stand for a text's tokens and pairs of neighbours, each once.

    Args:
        tokens: From ``StaticEncoder.tokenize``, in reading order.
    """
    bounded = np.concatenate(([1], tokens + _EDGE, [0])).astype(np.uint64)
    single = bounded * _MIX[0]
    pairs = (single[:-1] + bounded[1:]) * _MIX[1]
    hashed = np.concatenate((single, pairs)) >> np.uint64(64 - BITS)
    return np.unique(hashed.astype(np.int64))


def _sum(weights: NDArray[np.int8], tokens: NDArray[np.integer[Any]]) -> Floats:
    rows = buckets(tokens)
    total: Floats = weights[rows].sum(axis=0, dtype=np.int32) / np.float32(np.sqrt(len(rows)))
    return total


def _softmax(odds: Floats) -> Floats:
    powers = np.exp(odds - odds.max())
    shares: Floats = powers / powers.sum()
    return shares


def count_figures(text: str) -> int:
    """Returns how many numbers a text has that are not part of a name, like the 2 of GPT-2."""
    return len(_FIGURE.findall(text))
