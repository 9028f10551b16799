"""Sentence pairs that no stage sees, and what is measured on them."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np

from index.encoders.base import Vectors

Rows = list[tuple[str, str]]


def hold_out(pairs: dict[str, Rows], count: int, *, source: str, seed: int) -> tuple[dict[str, Rows], Rows]:
    """Sets pairs of one source aside; every other pair that shares a text with one of them goes too.

    Args:
        pairs: Pairs by source.
        count: How many to hold out; at most a tenth of the source.
        source: Name of the source.
        seed: Decides which.

    Returns:
        What is left to train on, by source, and the held-out pairs.
    """
    rows = pairs.get(source, [])
    held = random.Random(seed).sample(rows, min(count, len(rows) // 10))
    texts = {text for pair in held for text in pair}
    left = {name: [pair for pair in rows if not texts.intersection(pair)] for name, rows in pairs.items()}
    return left, held


def translation_accuracy(encode: Callable[[list[str]], Vectors], held: Rows) -> tuple[float, float]:
    """Returns how often the nearest sentence of the other language is the translation: Chinese to English, and back.

    Args:
        encode: Texts to unit vectors.
        held: (Chinese, English) pairs; not empty.
    """
    every = encode([zh for zh, _ in held]) @ encode([en for _, en in held]).T
    own = np.arange(len(held))
    forward, backward = every.argmax(axis=1) == own, every.argmax(axis=0) == own
    return float(forward.mean()), float(backward.mean())


def cosines(first: Vectors, second: Vectors) -> Vectors:
    """Returns the cosine of every row with the same row of the other matrix, for unit vectors."""
    row_by_row: Vectors = np.einsum("ij,ij->i", first, second)
    return row_by_row
