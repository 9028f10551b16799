"""Which pieces of the other language a piece is the translation of, learnt from the cards' answers in both languages.

Token vectors put what is spoken of together close to each other, opposites too; a translation is closer than that. The
table is fitted by ``python -m evals --fit-support``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

Lexicon = Mapping[int, tuple[tuple[int, float], ...]]
FITTED = Path(__file__).parent / "lexicon.safetensors"
_LEAST, _PER_UNIT, _MOST = 0.45, 0.75, 0.9  # squared cosine that a translation is worth


@cache
def shipped_lexicon() -> Lexicon:
    """Returns the shipped table, or none where it has not been fitted yet."""
    if not FITTED.is_file():
        return {}
    tensors = load_file(FITTED)
    return lexicon_of(tensors["pairs"], tensors["strength"])


def lexicon_of(pairs: NDArray[np.int32], strength: NDArray[np.uint8]) -> Lexicon:
    """Returns the table in both directions.

    Args:
        pairs: Rows of the token table that translate each other, int32, shape (pairs, 2).
        strength: How surely, uint8, 255 for certain, shape (pairs,).
    """
    table: dict[int, list[tuple[int, float]]] = defaultdict(list)
    worth = np.minimum(_LEAST + _PER_UNIT * strength / 255, _MOST)
    for (one, other), value in zip(pairs.tolist(), worth.tolist(), strict=True):
        table[one].append((other, value))
        if one != other:
            table[other].append((one, value))
    return {piece: tuple(others) for piece, others in table.items()}
