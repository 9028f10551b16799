"""Tokens of a few texts by a unigram tokenizer, in a tenth of the memory that ``tokenizers`` takes for the same.

Its trie takes 100 MB for 64,000 pieces, and 0.2 s to build, while somebody waits for the first page. What a question
needs is a table of pieces and Viterbi's search. Many texts are still left to ``tokenizers``, which is read then.
"""

from __future__ import annotations

import json
import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.encoders.word_cache import ORDINARY, PART, cuts_first

_UNKNOWN, _PENALTY = 0, 10.0  # row of what no piece stands for, and how much less likely it is than any piece
_REMEMBERED = 4096  # words
_NO_SPACE = re.compile("[^\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_HAN = re.compile(
    "[\u2e80-\u2e99\u2e9b-\u2ef3\u2f00-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufa6d\ufa70-\ufad9\U00016fe2\U00016fe3\U00016ff0\U00016ff1\U00020000-\U000323af]"
)
# Whose forms and kinds are the same in every version of Unicode, and which are read here; the rest is not.
_WELL_KNOWN = re.compile(
    "[\\x00-\u052f\u1e00-\u1fff\u2000-\u2bff\u3000-\u32fe\u3300-\u9fef\uac00-\ud7a3\uf900-\ufad9\ufb00-\ufb06\ufe10-\uffef"
    "\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001f9ff\U00020000-\U0002a6d6]*"
)
_ASCII_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


class Unigram:
    """A tokenizer of pieces with log-probabilities; the likeliest pieces are those of a word."""

    def __init__(self, file: Path, pieces: Sequence[tuple[str, float]]) -> None:
        """Wraps the pieces of a file, in the order of their rows."""
        self._file = file
        self._rows = {piece: row for row, (piece, _) in enumerate(pieces)}
        self._scores = array("d", (score for _, score in pieces))
        self._unlikely = min(self._scores) - _PENALTY
        self._longest = max(map(len, self._rows))
        self._unknown = pieces[_UNKNOWN][0]
        self._of_word = lru_cache(maxsize=_REMEMBERED)(self._search)

    @classmethod
    def load(cls, file: Path) -> Unigram | None:
        """Reads a file of ``tokenizers``; None for one of another kind.

        Raises:
            ValueError: It is no JSON.
        """
        settings = json.loads(file.read_text(encoding="utf-8"))
        return cls(file, settings["model"]["vocab"]) if _fits(settings) else None

    @cached_property
    def full(self) -> Tokenizer:
        """The same as ``tokenizers`` reads it: for many texts, and for where pieces stand."""
        return Tokenizer.from_file(str(self._file))

    def words(self) -> tuple[str, ...]:
        """Returns the pieces in the order of their rows."""
        return tuple(self._rows)

    def tokenize(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Returns the rows of each text's pieces, in reading order."""
        return [np.asarray(self._rows_in(text), dtype=np.int64) for text in texts]

    def pieces(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Returns the rows of a text's pieces, and where each begins and ends in the text (characters)."""
        if not self._reads(text) or (not ORDINARY.fullmatch(text) and not _keeps_places(text)):
            encoding = self.full.encode(text, add_special_tokens=False)
            return list(encoding.ids), list(encoding.offsets)
        rows: list[int] = []
        places: list[tuple[int, int]] = []
        for start, word in _words(_normal(text)):
            found, ends = self._of_word(word)
            rows += found
            places += zip((start, *(start + end for end in ends)), (start + end for end in ends), strict=False)
        return rows, places

    def _reads(self, text: str) -> bool:
        return self._unknown not in text and _WELL_KNOWN.fullmatch(text) is not None

    def _rows_in(self, text: str) -> Sequence[int]:
        if not self._reads(text):
            return list(self.full.encode(text, add_special_tokens=False).ids)
        if ORDINARY.fullmatch(text):
            words: Iterable[str] = map(_normal, PART.findall(text))
        else:
            words = (word for _, word in _words(_normal(text)))
        return list(chain.from_iterable(self._of_word(word)[0] for word in words))

    def _search(self, word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Returns the rows of the likeliest pieces of a word, and their ends; unknown neighbours count as one."""
        size, rows, scores = len(word), self._rows, self._scores
        best = [0.0] * (size + 1)
        begins, found = [-1] * (size + 1), [_UNKNOWN] * (size + 1)
        for start in range(size):
            here = best[start]
            for end in range(start + 1, min(start + self._longest, size) + 1):
                row = rows.get(word[start:end])
                if row is not None:
                    chance = here + scores[row]
                elif end == start + 1:
                    row, chance = _UNKNOWN, here + self._unlikely
                else:
                    continue
                if begins[end] < 0 or chance > best[end]:
                    best[end], begins[end], found[end] = chance, start, row
        path: list[int] = []
        ends: list[int] = []
        end = size
        while end:
            if found[end] != _UNKNOWN or not path or path[-1] != _UNKNOWN:
                path.append(found[end])
                ends.append(end)
            end = begins[end]
        return tuple(reversed(path)), tuple(reversed(ends))


def _fits(settings: Mapping[str, Any]) -> bool:
    model, added = settings["model"], [token["content"] for token in settings["added_tokens"]]
    return (
        cuts_first(settings)
        and model["type"] == "Unigram"
        and model["unk_id"] == _UNKNOWN
        and not model.get("byte_fallback")
        and added == [model["vocab"][_UNKNOWN][0]]
        and not any(token["normalized"] or token["lstrip"] or token["rstrip"] for token in settings["added_tokens"])
    )


def _words(text: str) -> Iterator[tuple[int, str]]:
    """Yields the words of a normalised text, each with its first character."""
    for run in _NO_SPACE.finditer(text):
        for _, several in groupby(enumerate(run[0]), key=lambda place: _kind(*place)):
            characters = list(several)
            yield run.start() + characters[0][0], "".join(character for _, character in characters)


def _keeps_places(text: str) -> bool:
    """Tells whether every character stands where it did when a text is normalised."""
    alone = [_normal(character) for character in text]
    return all(len(character) == 1 for character in alone) and "".join(alone) == _normal(text)


def _normal(text: str) -> str:
    if text.isascii():
        return text.lower()
    # One by one: the sigma at the end of a word is no other letter here.
    return "".join(map(str.lower, unicodedata.normalize("NFKC", text)))


def _kind(place: int, character: str) -> tuple[bool, str | int]:
    """Returns what the characters of a word have in common: Han, digits, the rest; punctuation has nothing."""
    category = unicodedata.category(character)
    if character in _ASCII_PUNCTUATION or category[0] == "P":
        return False, place
    return _HAN.match(character) is not None, "N" if category[0] == "N" else ""
