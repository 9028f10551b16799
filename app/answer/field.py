"""Whether a question is of another field than the reading lists, in which case nothing near it is of any use.

A linear model over the n-grams of a question and its vector says how much the question sounds of another field; a
logistic model weighs that against what the search has found. ``python -m evals --calibrate`` fits both on questions of
either side, and ``field.safetensors`` holds them. They know the field of the shipped lists. In a library whose own
titles sound of another field they are silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file

from index.encoders.static import StaticEncoder
from index.query.grams import GramModel
from index.search import Searcher
from index.types import Hit, ParsedQuery

SIGNS = ("sounds", "late", "dense", "known", "named", "outfield")
SHIPPED_FIELD = Path(__file__).parent / "field.safetensors"
_OUTSIDE = 0.4  # probability from which on a question is of another field; chosen on dev
_TITLES = 200  # of a library, evenly spread, that tell its field
_PARTS = ("vector", "signs", "signs_bias")

_SILENT: WeakKeyDictionary[Searcher, bool] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class FieldModel:
    """The fitted model.

    Attributes:
        grams: How much the n-grams of a question sound of another field.
        vector: Weights of the question's vector, float32, shape (dimension,).
        signs: Weights of ``SIGNS``, float32, shape (SIGNS,).
        signs_bias: Shape (1,).
    """

    grams: GramModel
    vector: NDArray[np.float32]
    signs: NDArray[np.float32]
    signs_bias: NDArray[np.float32]

    def sounds(self, text: str, table: StaticEncoder) -> float:
        """Returns how much a text sounds of another field, as log-odds."""
        return self.grams.odds(text) + float(table.encode([text])[0] @ self.vector)

    def outside(self, signs: Sequence[float]) -> float:
        """Returns the probability, in [0, 1], that a question with these signs is of another field."""
        odds = float(self.signs @ np.asarray(signs, dtype=np.float32)) + float(self.signs_bias[0])
        return float(1.0 / (1.0 + np.exp(-odds)))

    def save(self, file: Path = SHIPPED_FIELD) -> None:
        """Writes the model to a file; by default it becomes the shipped one."""
        own = {name: getattr(self, name) for name in _PARTS} | self.grams.tensors()
        save_file({name: np.ascontiguousarray(tensor) for name, tensor in own.items()}, str(file))
        shipped_field.cache_clear()


@cache
def shipped_field() -> FieldModel:
    """Returns the model that comes with the project."""
    with safe_open(str(SHIPPED_FIELD), framework="numpy") as file:
        return FieldModel(GramModel.read(SHIPPED_FIELD), *(file.get_tensor(name) for name in _PARTS))


def signs_of(question: ParsedQuery, hits: Sequence[Hit], searcher: Searcher, sounds: float) -> tuple[float, ...]:
    """Returns what tells the field of a question, in the order of ``SIGNS``.

    Args:
        question: The question.
        hits: What was found for it.
        searcher: Found it.
        sounds: From ``FieldModel.sounds``.
    """
    matches = [match for hit in hits for match in hit.matches]
    return (
        sounds,
        max((match.late for match in matches), default=0.0),
        max((match.dense for match in matches), default=0.0),
        searcher.known_share(question),
        float(bool(question.named())),
        question.intent.probabilities["outfield"],
    )


def is_outside(question: ParsedQuery, hits: Sequence[Hit], searcher: Searcher) -> bool:
    """Tells a question of another field; one for nothing but filters has none."""
    return bool(question.search_text) and outside_chance(question, hits, searcher) >= _OUTSIDE


def outside_chance(question: ParsedQuery, hits: Sequence[Hit], searcher: Searcher) -> float:
    """Returns the probability, in [0, 1], that a question is of another field; 0 in a library of another field."""
    if _is_silent(searcher):
        return 0.0
    model = shipped_field()
    return model.outside(signs_of(question, hits, searcher, model.sounds(question.text, searcher.table)))


def _is_silent(searcher: Searcher) -> bool:
    """Tells a library most of whose titles sound of another field than the one that the model knows."""
    if searcher not in _SILENT:
        titles = searcher.store.titles(_TITLES)
        sounds = [shipped_field().sounds(title, searcher.table) for title in titles]
        _SILENT[searcher] = float(np.median(sounds)) > 0.0 if sounds else True
    return _SILENT[searcher]
