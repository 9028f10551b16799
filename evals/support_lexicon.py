"""Fitting the table of translations: which pieces of one language go with which of the other in the cards' answers.

Both directions of IBM Model 1 (Brown et al., 1993) are fitted by expectation maximisation; what both are sure of
is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from app.support.lexicon import FITTED, Lexicon, lexicon_of, shipped_lexicon
from evals.support_examples import answers_in_both
from index.encoders.static import StaticEncoder
from index.storage.store import Store
from ingest.text.folding import simplified

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]
_ROUNDS, _SMOOTHING = 6, 0.5
_LEAST, _OFTEN = 0.12, 4  # geometric mean of both probabilities; answers that have both pieces


def fit_lexicon(store: Store, table: StaticEncoder, held_out: Collection[str]) -> Callable[[str], Lexicon]:
    """Fits the table on the answers of all works but those held out, and makes it the shipped one.

    Returns:
        The table to learn from, by the id of a work: one that was fitted without its answers, as those of the works
        that are asked about later are not in the shipped one either.
    """
    halves: tuple[list[dict[str, str]], list[dict[str, str]]] = ([], [])
    for entry in store.entries():
        if entry.entry_id not in held_out:
            halves[_half(entry.entry_id)].extend(answers_in_both(store, entry))
    words = _words(table)
    save_file(dict(zip(("pairs", "strength"), _fitted([*halves[0], *halves[1]], table, words), strict=True)), FITTED)
    shipped_lexicon.cache_clear()
    without = [lexicon_of(*_fitted(halves[1 - half], table, words)) for half in (0, 1)]
    return lambda entry_id: without[_half(entry_id)]


def _half(entry_id: str) -> int:
    return crc32(entry_id.encode()) % 2


def _fitted(
    answers: Sequence[Mapping[str, str]], table: StaticEncoder, words: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    english = [np.unique(ids) for ids in table.tokenize([pair["en"] for pair in answers])]
    chinese = [np.unique(ids) for ids in table.tokenize([simplified(pair["zh"]) for pair in answers])]
    return translations(english, chinese, words)


def translations(
    one: Sequence[Ids], other: Sequence[Ids], words: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Returns the pieces that translate each other, shape (pairs, 2), and how surely, 255 for certain.

    Args:
        one: The different pieces of each text in one language.
        other: Those of the same texts in the other language.
        words: Which pieces are words, shape (vocabulary,); digits are compared as numbers.
    """
    size = len(words)
    here = np.concatenate([np.repeat(a, len(b)) for a, b in zip(one, other, strict=True)])
    there = np.concatenate([np.tile(b, len(a)) for a, b in zip(one, other, strict=True)])
    text = np.concatenate([np.full(len(a) * len(b), i) for i, (a, b) in enumerate(zip(one, other, strict=True))])
    keys, pair = np.unique(here * size + there, return_inverse=True)
    first, second = keys // size, keys % size
    forth = _model_1(pair, _groups(text * size + there), first, size)
    back = _model_1(pair, _groups(text * size + here), second, size)
    surely = np.sqrt(forth * back)
    often = np.bincount(pair, minlength=len(keys)) >= _OFTEN
    kept = (surely > _LEAST) & often & (first != second) & words[first] & words[second]
    together = np.stack([first[kept], second[kept]], axis=1).astype(np.int32)
    return together, np.clip(np.round(surely[kept] * 255), 0, 255).astype(np.uint8)


def _model_1(pair: Ids, target: Ids, source: Ids, size: int) -> Floats:
    """Returns the probability of each pair's target piece given its source piece.

    Args:
        pair: The pair of each occurrence.
        target: The piece and text that the source pieces of an occurrence share out among themselves.
        source: The source piece of each pair.
        size: Pieces there are.
    """
    probability = np.ones(len(source))
    for _ in range(_ROUNDS):
        share = probability[pair]
        share /= np.bincount(target, share)[target]
        counts = np.bincount(pair, share, minlength=len(source))
        probability = counts / (np.bincount(source, counts, minlength=size)[source] + _SMOOTHING)
    return probability


def _groups(keys: Ids) -> Ids:
    return np.unique(keys, return_inverse=True)[1]


def _words(table: StaticEncoder) -> NDArray[np.bool_]:
    return np.asarray(
        [any(c.isalpha() for c in piece) and not any(c.isdigit() for c in piece) for piece in table.words()]
    )
