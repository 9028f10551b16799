"""Tokens of many texts, each word tokenised once: what takes longest when an index is built.

A tokenizer that cuts at spaces, punctuation, digits and runs of Han characters before it looks anything up gives a word
the same tokens wherever it stands. So texts of ordinary characters are cut here, and only words that are new are
tokenised. Other texts, with combining marks or compatibility forms, are cut at spaces, which no form of a character
reaches across.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

_CUTS = (  # in this order, of normalised text
    ("WhitespaceSplit", None),
    ("Split", {"Regex": r"\p{Han}+"}),
    ("Punctuation", None),
    ("Digits", None),
)
_NORMAL = ("NFKC", "Lowercase")
ORDINARY = re.compile(r"[\x20-\x7e\n\t\u3000\u4e00-\u9fff，。、；：？！“”‘’（）《》]*")
PART = re.compile(r"[A-Za-z]+|[0-9]+|[\u4e00-\u9fff]+|[!-/:-@\[-`{-~，。、；：？！“”‘’（）《》]")
_BETWEEN_SPACES = re.compile(r"[^ \n\t\u3000]+")
_MOST_WORDS = 500_000


class WordCache:
    """The tokens of every word that was met."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Wraps a tokenizer of which ``fits`` is true."""
        self._tokenizer = tokenizer
        self._ids: dict[str, list[int]] = {}

    @staticmethod
    def fits(tokenizer: Tokenizer) -> bool:
        """Tells whether a tokenizer gives a word the same tokens wherever it stands."""
        return cuts_first(json.loads(tokenizer.to_str()))

    def tokenize(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Returns the row numbers of each text's tokens, in reading order."""
        if len(self._ids) > _MOST_WORDS:
            self._ids.clear()
        cut = [(PART if ORDINARY.fullmatch(text) else _BETWEEN_SPACES).findall(text) for text in texts]
        new = list(dict.fromkeys(word for words in cut for word in words if word not in self._ids))
        encodings = self._tokenizer.encode_batch_fast(new, add_special_tokens=False)
        self._ids.update((word, encoding.ids) for word, encoding in zip(new, encodings, strict=True))
        ids = self._ids.__getitem__
        return [np.fromiter(chain.from_iterable(map(ids, words)), dtype=np.int64) for words in cut]


def cuts_first(settings: Mapping[str, Any]) -> bool:
    """Tells whether a tokenizer of these settings cuts texts into words before it looks anything up."""
    normalisers = [step["type"] for step in (settings["normalizer"] or {}).get("normalizers", [])]
    cuts = (settings["pre_tokenizer"] or {}).get("pretokenizers", [])
    plain = settings["truncation"] is None and all(token["special"] for token in settings["added_tokens"])
    return (
        plain
        and tuple(normalisers) == _NORMAL
        and tuple((step["type"], step.get("pattern")) for step in cuts) == _CUTS
        and all(step.get("behavior", "Isolated") == "Isolated" for step in cuts)
        and not cuts[-1]["individual_digits"]
    )
