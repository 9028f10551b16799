"""Reading a question together with a candidate answer: how well the one answers the other.

Features compare the two apart. This small network reads them beside each other, after the decomposable attention model
(Parikh and others, EMNLP 2016): tokens are vectors of the shipped table, each seen beside its neighbours; every token
looks softly for its likes on the other side, is compared with what it finds there, and what all of them say is summed
up. A candidate is a way to put the question that it answers, if it answers one, and its text.
``python -m index.training.reranker`` trains it on the answered questions of cards and notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from index.encoders.static import StaticEncoder

Floats = NDArray[np.float32]
Ids = NDArray[np.integer[Any]]
SHIPPED_RERANKER = Path(__file__).parent / "reranker.safetensors"
QUESTION, WORDING, TEXT = 20, 19, 40  # tokens that are read of each
LEAST_WEIGHT = 1e-3  # of a token, under its logarithm
MANY = 10.0  # weights of the tokens of a question are told in tens
_NOWHERE = -1e4  # attention to what is not there
_ENDED = -1  # stands where a text has ended


@dataclass(frozen=True, slots=True)
class _Read:
    """Tokens of some texts; shapes begin with (texts, tokens), and where a text has ended all is 0.

    Attributes:
        units: Vectors of the table, of length 1, shape (…, dimension).
        seen: Each token beside its neighbours, shape (…, width).
        there: 1 for a token.
        weights: How much the table says a token matters.
    """

    units: Floats
    seen: Floats
    there: Floats
    weights: Floats


class Reranker:
    """The network; safe to share between threads."""

    def __init__(self, table: StaticEncoder, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Reads tokens of a table by weights as ``index.training.reranker`` names them."""
        self._table = table
        self._tensors = {name: np.asarray(tensor, dtype=np.float32) for name, tensor in tensors.items()}

    def scores(self, question: Ids, candidates: Sequence[tuple[Ids, Ids]]) -> Floats:
        """Returns how well candidates answer a question, as log-odds among themselves, shape (candidates,).

        Args:
            question: Its tokens, from the table.
            candidates: Of each the tokens of a wording, none where it answers no question, and those of its text.
        """
        if not len(question) or not candidates:
            return np.zeros(len(candidates), dtype=np.float32)
        wordings = [wording[:WORDING] for wording, _ in candidates]
        split = max(map(len, wordings)) + 1  # the end of a wording is no neighbour of the beginning of a text
        ids = np.concatenate([_padded(wordings, split), _padded([text[:TEXT] for _, text in candidates], 1)], axis=1)
        asked = self._read(np.asarray(question, dtype=np.int64)[None, :QUESTION], np.zeros(1, dtype=np.int64))
        read = self._read(ids, np.where(np.arange(ids.shape[1]) < split, 1, 2))
        likes = np.maximum(asked.units @ np.swapaxes(read.units, 1, 2), 0.0)  # (candidates, of question, of candidate)
        drawn = self._linear("f", asked.seen) @ np.swapaxes(self._linear("f", read.seen), 1, 2)
        drawn = drawn / np.sqrt(read.seen.shape[-1]) + np.exp(self._tensors["temp"]) * likes
        drawn = np.where(read.there[:, None, :] > 0, drawn, _NOWHERE)
        in_wording, in_text = likes[:, :, :split].max(axis=2), likes[:, :, split:].max(axis=2)
        signs = np.stack([in_wording, in_text, in_wording**2, in_text**2], axis=-1)
        said, amount = self._compare("g", asked, _softmax(drawn) @ read.seen, signs)
        wording = _Read(read.units[:, :split], read.seen[:, :split], read.there[:, :split], read.weights[:, :split])
        heard = likes[:, :, :split].max(axis=1)
        looked = _softmax(np.swapaxes(drawn[:, :, :split], 1, 2)) @ asked.seen
        told, _ = self._compare("h", wording, looked, np.stack([heard, heard**2], axis=-1))
        held = [
            _mean(in_wording**2, asked.weights),
            _mean(np.maximum(in_wording, in_text) ** 2, asked.weights),
            _mean(heard**2, wording.weights),
            np.broadcast_to(amount / MANY, len(candidates)),
        ]
        hidden = np.maximum(self._linear("o.0", np.concatenate([said, told, np.stack(held, axis=1)], axis=1)), 0.0)
        odds: Floats = self._linear("o.2", hidden)[:, 0]
        return odds

    def _read(self, ids: NDArray[np.int64], kinds: NDArray[np.int64]) -> _Read:
        there = (ids != _ENDED).astype(np.float32)
        distinct, places = np.unique(ids, return_inverse=True)
        rows = np.maximum(distinct, 0)
        known = (distinct != _ENDED).astype(np.float32)
        lengths = self._table.token_lengths(rows) * known
        units = self._table.token_units(rows) * known[:, None]
        own = np.tanh(self._linear("p", units))[places].reshape(*ids.shape, -1) + self._tensors["seg"][kinds]
        own *= there[..., None]
        before, after = np.zeros_like(own), np.zeros_like(own)
        before[:, 1:], after[:, :-1] = own[:, :-1], own[:, 1:]
        kernel = self._tensors["conv.weight"]  # (width, width, before – itself – after)
        beside = sum(near @ kernel[:, :, i].T for i, near in enumerate((before, own, after)))
        seen = (own + np.tanh(beside + self._tensors["conv.bias"])) * there[..., None]
        shaped = (*ids.shape, -1)
        return _Read(units[places].reshape(shaped), seen, there, np.square(lengths)[places].reshape(ids.shape))

    def _compare(self, name: str, side: _Read, found: Floats, signs: Floats) -> tuple[Floats, Floats]:
        """Compares tokens with what they found; returns what they say together, and how much they matter in all."""
        own = np.broadcast_to(side.seen, found.shape)
        compared = np.concatenate([own, found, own * found, np.abs(own - found), signs], axis=-1)
        compared = np.maximum(self._linear(name, compared), 0.0)
        logs = np.log(np.maximum(side.weights, LEAST_WEIGHT))[..., None]
        weights = np.logaddexp(0.0, self._linear("wt", np.concatenate([side.seen, logs], axis=-1))[..., 0]) * side.there
        total = weights.sum(axis=1)
        together = (compared * weights[..., None]).sum(axis=1) / np.maximum(total, 1e-4)[:, None]
        return together.astype(np.float32), total

    def _linear(self, name: str, values: Floats) -> Floats:
        product: Floats = values @ self._tensors[f"{name}.weight"].T
        return product + self._tensors[f"{name}.bias"] if f"{name}.bias" in self._tensors else product


def shipped_reranker(table: StaticEncoder) -> Reranker | None:
    """Returns the reranker that comes with the project, or None for a table that it was not trained with."""
    trained_with, tensors = _shipped()
    return Reranker(table, tensors) if table.fingerprint == trained_with else None


@cache
def _shipped() -> tuple[str, dict[str, NDArray[Any]]]:
    with safe_open(str(SHIPPED_RERANKER), framework="numpy") as file:
        return file.metadata()["table"], {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def _padded(texts: Sequence[Ids], least: int) -> NDArray[np.int64]:
    padded = np.full((len(texts), max(least, *map(len, texts))), _ENDED, dtype=np.int64)
    for row, text in zip(padded, texts, strict=True):
        row[: len(text)] = text
    return padded


def _softmax(values: Floats) -> Floats:
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def _mean(values: Floats, weights: Floats) -> Floats:
    mean: Floats = (values * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-4)
    return mean
