"""Mending Chinese slips as input methods make them: a character typed for another that sounds the same.

A noisy channel over runs of Han characters. What stands near a pair of neighbours that no text has may be a slip. The
likeliest reading, by counts of one, two and three neighbouring characters, replaces it only if it makes a term of the
glossary out of a run of three that the indexed texts have, and leaves no strange pair behind: everyday words, which the
texts need not have, are left alone. ``pinyin.tsv`` lists the characters of GB 2312 by
their sound without its tone (from pypinyin, MIT licence).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.text.analysis import is_function_character, outside_question_phrases
from ingest.text.scripts import HAN_RUN

Keys = NDArray[np.uint64]
Counts = NDArray[np.float32]

_BITS = np.uint64(18)  # of one character; three fit into a key
_PENALTY = 6.0  # log odds that a replacement has to overcome
_SMOOTHING = 50.0  # how many neighbours a character needs before their counts outweigh its neighbour's own frequency
_SEEN = 1.0  # a pair counted less often than this is strange
_ATTESTED = {2: 20, 3: 3}  # how often the texts must have a run of so many characters to vouch for a replacement
_PAIRS_SCALE = 0.02  # han_pairs.tsv was counted on far more text
_WORD_COUNT = 2.0  # what one ordinary word counts
_TERM_CHARS = range(2, 9)
_TERMS_FILE = "han_terms.txt"
_BEAM = 24
_MAX_CHARS = 120  # longer questions are pasted, not typed: beyond, nothing is mended


class Homophones:
    """How often Han characters stand side by side, in the indexed texts and in ordinary Chinese."""

    def __init__(self, keys: Keys, counts: Counts, terms: str) -> None:
        """Wraps sorted keys of one to three characters, shape (n,), their counts in both, shape (n, 2), and terms.

        Args:
            keys: The keys.
            counts: In the indexed texts and in ordinary Chinese.
            terms: What a slip may have been meant for, a line each, with a line break before and after.
        """
        self._keys = keys
        self._counts = counts
        self._terms = terms
        self._total = float(counts[: np.searchsorted(keys, 1 << _BITS)].sum())

    @classmethod
    def build(cls, texts: Iterable[str], terms: Iterable[str], ordinary: Iterable[str] = ()) -> Homophones:
        """Counts Simplified texts; ``terms`` are mended to, and the words in ``ordinary`` are correct, too."""
        keys, counts = _counted(texts)
        other_keys, other_counts = _ordinary_pairs(tuple(ordinary))
        both = np.union1d(keys, other_keys)
        table = np.zeros((len(both), 2), dtype=np.float32)
        table[np.searchsorted(both, keys), 0] = counts
        table[np.searchsorted(both, other_keys), 1] = other_counts
        return cls(both, table, _meant(terms))

    def changed(self, gone: Iterable[str], came: Iterable[str], terms: Iterable[str]) -> Homophones:
        """Returns what ``build`` makes of other texts: without some, and with others; exact below 2**24 of a run."""
        (less, lost), (more, won) = _counted(gone), _counted(came)
        keys = _with(_with(self._keys, less), more)
        table = np.zeros((len(keys), 2), dtype=np.float32)
        table[np.searchsorted(keys, self._keys)] = self._counts
        table[np.searchsorted(keys, less), 0] -= lost
        table[np.searchsorted(keys, more), 0] += won
        held = table.any(axis=1)
        return Homophones(keys[held], table[held], _meant(terms))

    def save(self, folder: Path) -> None:
        """Writes the counts into a folder."""
        np.save(folder / "han_keys.npy", self._keys)
        np.save(folder / "han_counts.npy", self._counts)
        (folder / _TERMS_FILE).write_text(self._terms, encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, folder: Path) -> Homophones:
        """Maps the counts into memory."""
        keys, counts = (
            np.load(folder / f"han_{name}.npy", mmap_mode="r").view(np.ndarray) for name in ("keys", "counts")
        )
        return cls(keys, counts, (folder / _TERMS_FILE).read_text(encoding="utf-8"))

    def correct(self, text: str) -> str:
        """Returns a Simplified text with the slips at its beginning corrected; its length never changes."""
        typed, pasted = text[:_MAX_CHARS], text[_MAX_CHARS:]
        return outside_question_phrases(typed, self._corrected_part) + pasted

    def _corrected_part(self, part: str) -> str:
        return HAN_RUN.sub(lambda run: self._corrected_run(run[0]), part)

    def _corrected_run(self, run: str) -> str:
        typed = _codes(run)
        strange = self._strange(typed)
        if not strange.any():
            return run
        doubtful = np.convolve(strange, np.ones(4))[1:-1] > 0  # both of a pair and one more on each side
        if not self._may_be_meant(run, doubtful):
            return run
        places = np.flatnonzero(doubtful)
        # What is certain decides nothing further away than the two neighbours whose counts are looked at.
        first, end = max(int(places[0]) - 2, 0), int(places[-1]) + 3
        window = zip(typed[first:end], doubtful[first:end], strict=True)
        likeliest = typed.copy()
        likeliest[first:end] = self._likeliest([self._readings(int(code), doubt) for code, doubt in window])
        replaced = likeliest != typed
        if not (replaced <= self._trusted(likeliest, strange)).all():
            return run
        corrected = "".join(map(chr, likeliest.tolist()))
        meant = all(self._is_in_a_term(corrected, int(place)) for place in np.flatnonzero(replaced))
        return corrected if meant else run

    def _may_be_meant(self, run: str, doubtful: NDArray[np.bool_]) -> bool:
        """Tells whether another reading of doubtful characters makes a term of the run, however unlikely it is."""
        heard = [
            self._alike(character) if doubt else {character} for character, doubt in zip(run, doubtful, strict=True)
        ]
        return any(
            all(character in at for character, at in zip(term, heard[start : start + len(term)], strict=False))
            for start, firsts in enumerate(heard)
            for first in firsts
            for term in self._terms_by_first.get(first, ())
            if start + len(term) <= len(run) and not run.startswith(term, start)
        )

    def _is_in_a_term(self, run: str, place: int) -> bool:
        """Tells whether a character of a run belongs to a term."""
        return any(
            f"\n{run[start : start + size]}\n" in self._terms
            for size in _TERM_CHARS
            for start in range(max(place - size + 1, 0), min(place, len(run) - size) + 1)
        )

    def _strange(self, codes: Keys) -> NDArray[np.bool_]:
        """Tells of each pair of neighbours, shape (n - 1,), whether no text has it."""
        strange: NDArray[np.bool_] = self._count(_grams(codes, 2)).sum(axis=1) < _SEEN
        return strange

    def _trusted(self, codes: Keys, strange_before: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tells which characters a replacement may have put there, shape (n,).

        The texts vouch for them, and no pair with them is strange, unless it was before and has a function character.
        """
        length = min(3, len(codes))
        attested = self._count(_grams(codes, length))[:, 0] >= _ATTESTED[length]
        function = np.asarray([is_function_character(chr(code)) for code in codes.tolist()])
        usual = np.concatenate(
            ([True], ~self._strange(codes) | (strange_before & (function[:-1] | function[1:])), [True])
        )
        vouched = np.convolve(attested, np.ones(length)) > 0
        trusted: NDArray[np.bool_] = vouched & usual[:-1] & usual[1:] & ~function
        return trusted

    def _readings(self, code: int, doubtful: bool) -> Keys:
        """Returns a character and, in doubt, those of the indexed texts that sound like it."""
        if not doubtful:
            return np.asarray([code], dtype=np.uint64)
        alike = np.asarray(sorted({*map(ord, self._alike(chr(code)))} - {code}), dtype=np.uint64)
        return np.concatenate((np.asarray([code], dtype=np.uint64), alike[self._count(alike)[:, 0] > 0]))

    def _likeliest(self, readings: list[Keys]) -> Keys:
        """Returns the likeliest choice of one reading a character; the first of each is what was typed."""
        paths, scores = np.zeros((1, 0), dtype=np.uint64), np.zeros(1)
        for options in readings:
            grown = scores[:, None] + self._log_likelihood(paths, options)
            grown[:, 1:] -= _PENALTY
            best = np.argsort(-grown, axis=None, kind="stable")[:_BEAM]
            rows, columns = np.unravel_index(best, grown.shape)
            paths = np.column_stack((paths[rows], options[columns]))
            scores = grown[rows, columns]
        likeliest: Keys = paths[0]
        return likeliest

    def _log_likelihood(self, paths: Keys, options: Keys) -> NDArray[np.float64]:
        """Returns the log probability of every option after every path, shape (paths, options).

        A character's own frequency smooths its frequency after one other, and that the one after two others; only
        the indexed texts are counted in threes.
        """
        frequency = (self._count(options).sum(axis=1) + 0.5) / self._total
        likely: NDArray[np.float64] = np.broadcast_to(frequency, (len(paths), len(options)))
        if paths.shape[1] > 0:
            last = paths[:, -1]
            after = self._count((last[:, None] << _BITS) | options).sum(axis=2)
            likely = (after + _SMOOTHING * likely) / (self._count(last).sum(axis=1) + _SMOOTHING)[:, None]
        if paths.shape[1] > 1:
            pair = (paths[:, -2] << _BITS) | paths[:, -1]
            after = self._count((pair[:, None] << _BITS) | options)[:, :, 0]
            likely = (after + _SMOOTHING * likely) / (self._count(pair)[:, 0] + _SMOOTHING)[:, None]
        logarithm: NDArray[np.float64] = np.log(likely)
        return logarithm

    def _count(self, keys: Keys) -> Counts:
        """Returns the two counts of each key, with one axis more than the keys."""
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        counts: Counts = np.where((self._keys[places] == keys)[..., None], self._counts[places], np.float32(0))
        return counts

    def _alike(self, character: str) -> set[str]:
        """Returns a character and those that sound like it."""
        return {character}.union(*self._sounds.get(character, ()))

    @cached_property
    def _terms_by_first(self) -> dict[str, list[str]]:
        """The terms by their first character."""
        terms: dict[str, list[str]] = {}
        for term in self._terms.split():
            terms.setdefault(term[0], []).append(term)
        return terms

    @cached_property
    def _sounds(self) -> dict[str, list[str]]:
        """The rows of ``pinyin.tsv`` that a character stands in; read when the first doubt comes up."""
        sounds: dict[str, list[str]] = {}
        for line in files("index.query").joinpath("pinyin.tsv").read_text(encoding="utf-8").splitlines():
            _, row = line.split("\t")
            for character in row:
                sounds.setdefault(character, []).append(row)
        return sounds


def _meant(terms: Iterable[str]) -> str:
    runs = {run for term in terms for run in HAN_RUN.findall(term) if len(run) in _TERM_CHARS}
    return "\n".join(("", *sorted(runs), ""))


def _codes(text: str) -> Keys:
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)


def _grams(codes: Keys, length: int) -> Keys:
    """Returns the keys of all runs of so many neighbours."""
    grams = codes[: len(codes) - length + 1]
    for offset in range(1, length):
        grams = (grams << _BITS) | codes[offset : len(codes) - length + 1 + offset]
    return grams


def _counted(texts: Iterable[str], lengths: Iterable[int] = (1, 2, 3)) -> tuple[Keys, Counts]:
    """Counts runs of so many neighbours."""
    codes = _codes("\0".join(run for text in texts for run in HAN_RUN.findall(text)) + "\0\0\0")
    found = []
    for length in lengths:
        whole = np.convolve(codes == 0, np.ones(length), mode="valid") == 0
        found.append(_grams(codes, length)[whole])
    keys, counts = np.unique(np.concatenate(found), return_counts=True)
    return keys, counts.astype(np.float32)


def _with(keys: Keys, others: Keys) -> Keys:
    """Returns sorted keys with some sorted others, each once; quicker than to sort all of them where those are few."""
    places = np.searchsorted(keys, others)
    new = keys[np.minimum(places, len(keys) - 1)] != others if len(keys) else np.ones(len(others), dtype=np.bool_)
    merged: Keys = np.insert(keys, places[new], others[new])
    return merged


def _key(text: str) -> int:
    """Returns the key of one to three characters, as ``_grams`` makes them."""
    key = 0
    for character in text:
        key = key << int(_BITS) | ord(character)
    return key


@lru_cache(maxsize=1)  # the same words for every index of an encoder
def _ordinary_pairs(words: tuple[str, ...]) -> tuple[Keys, Counts]:
    """Counts characters and pairs of ordinary Chinese: the shipped pair counts, and words that are known."""
    text = files("ingest.text").joinpath("han_pairs.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()]
    shipped = sorted((_key(pair), _PAIRS_SCALE * int(count)) for pair, count in rows if HAN_RUN.fullmatch(pair))
    shipped_keys = np.asarray([key for key, _ in shipped], dtype=np.uint64)
    word_keys, word_counts = _counted(words, (2,))
    keys = np.union1d(shipped_keys, word_keys)
    counts = np.zeros(len(keys))
    counts[np.searchsorted(keys, shipped_keys)] = [count for _, count in shipped]
    counts[np.searchsorted(keys, word_keys)] += _WORD_COUNT * word_counts
    return keys, counts.astype(np.float32)
