"""A text taken apart for comparison: pieces with vectors, clauses, names, numbers, turning words, terms."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, wraps
from importlib.resources import files
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from app.support.cues import Cue, cues
from app.support.quantities import Quantity, quantities
from index.encoders.static import StaticEncoder
from ingest.text.folding import fold, simplified
from ingest.text.markup import plain_text
from ingest.text.scripts import HAN, language_of
from ingest.text.sentences import sentence_spans

Floats = NDArray[np.float32]
Terms = Mapping[str, frozenset[str]]
T = TypeVar("T")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-.+/&][A-Za-z0-9]+)*\+*")
_PART = re.compile(r"[a-z]+|\d+")
_CLAUSE_END = re.compile(
    r"[，；：;:（）()—、]|,(?!\d)|\b(?:while|whereas|although|though)\b|(?<=[^\s])(?=而(?!且|非|是|不))"
)
_HAN_OR_WORD = re.compile(rf"[{HAN}]+|[a-z0-9]+(?:[-.+/&][a-z0-9]+)*")
_LEAST_CLAUSE = 3  # pieces; a shorter clause joins the one before
_LONGEST_TERM = 10
_OPENING = 4  # characters of a term that are compared before it is looked up
# Words that open a sentence with a capital and name nothing.
_OPENERS = frozenset(
    (
        "a an the this that these those it its they their there here he she we our you your i in on at by for "
        "from with without to of as if when while where whereas because since although though after before "
        "during until unless and or but so yet both each every all some most many few no not only one two "
        "three what which who how why under over between among into than then thus hence however unlike "
        "instead given using such also even just more less early later once against across compared according "
    ).split()
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name: its comparable form, how surely it is one, and where it stands (characters).

    Sureness is 2 with a digit or an inner capital, 1 for a capital within a sentence, 0 for one that opens a sentence.
    """

    form: str
    sure: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Reading:
    """A text taken apart.

    Attributes:
        text: As a reader sees it, in Simplified characters.
        language: "zh" or "en".
        ids: Rows of its pieces in the table of token vectors.
        vectors: Unit vectors of its pieces, float32, shape (pieces, dimension).
        weights: What each piece counts, float32, shape (pieces,).
        starts: First character of each piece.
        ends: Character after each piece.
        clause_of: Clause number of each piece, rising from 0.
        firsts: First piece of each clause.
        sentence_of: Sentence number of each clause.
        names: Its names.
        forms: Comparable forms of all its Latin words.
        numbers: Its numbers.
        cues: Its turning words.
        terms: Terms of the glossary in it: comparable form, start, end.
        grams: Runs of three characters, for comparing within a language.
    """

    text: str
    language: str
    ids: list[int]
    vectors: Floats
    weights: Floats
    starts: list[int]
    ends: list[int]
    clause_of: list[int]
    firsts: NDArray[np.int64]
    sentence_of: NDArray[np.int32]
    names: tuple[Name, ...]
    forms: frozenset[str]
    numbers: tuple[Quantity, ...]
    cues: tuple[Cue, ...]
    terms: tuple[tuple[str, int, int], ...]
    grams: frozenset[str]

    def pieces_in(self, start: int, end: int) -> tuple[int, int]:
        """Returns the first piece that reaches into a stretch of characters, and the one after the last."""
        return bisect_right(self.ends, start), bisect_left(self.starts, end)

    def clause_at(self, character: int) -> int:
        """Returns the clause of a character."""
        if not self.clause_of:
            return 0
        return self.clause_of[min(bisect_right(self.ends, character), len(self.clause_of) - 1)]

    def clause_pieces(self, clause: int) -> tuple[int, int]:
        """Returns the first piece of a clause, and the one after the last."""
        following = clause + 1
        return int(self.firsts[clause]), int(self.firsts[following]) if following < len(self.firsts) else len(
            self.starts
        )

    def part(self, clause: int, subject: Name | None) -> tuple[Reading, list[int]]:
        """Returns a clause as a reading of its own, and its pieces; what it is about comes first, if given."""
        first, last = self.clause_pieces(clause)
        pieces = list(range(first, last))
        if subject is not None:
            pieces = sorted({*pieces, *range(*self.pieces_in(subject.start, subject.end))})
        start, end = self.starts[first], self.ends[last - 1]
        part = replace(
            self,
            ids=[self.ids[piece] for piece in pieces],
            vectors=self.vectors[pieces],
            weights=self.weights[pieces],
            starts=[self.starts[piece] for piece in pieces],
            ends=[self.ends[piece] for piece in pieces],
            clause_of=[0] * len(pieces),
            firsts=np.zeros(1, dtype=np.int64),
            sentence_of=np.zeros(1, dtype=np.int32),
            names=tuple(name for name in self.names if start <= name.start < end or name is subject),
            numbers=tuple(number for number in self.numbers if start <= number.start < end),
            cues=tuple(cue for cue in self.cues if start <= cue.start < end),
            terms=tuple(term for term in self.terms if start <= term[1] < end),
            grams=_grams(self.text[start:end]),
        )
        return part, pieces


def remembered(function: Callable[[Reading], T]) -> Callable[[Reading], T]:
    """Computes what belongs to a reading once, however many others it is compared with."""
    known: WeakKeyDictionary[Reading, T] = WeakKeyDictionary()

    @wraps(function)
    def remembering(reading: Reading) -> T:
        value = known.get(reading)
        if value is None:
            value = known[reading] = function(reading)
        return value

    return remembering


class Reader:
    """Takes texts apart; safe to share between threads."""

    def __init__(self, table: StaticEncoder, terms: Terms | None = None) -> None:
        """Reads with a table of token vectors and a glossary: comparable forms of a term and of its other names."""
        self.table = table
        self.terms: Terms = terms or {}
        self._openings = frozenset(form[:size] for form in self.terms for size in range(1, _OPENING + 1))

    def read(self, text: str) -> Reading:
        """Takes a text apart."""
        text = simplified(plain_text(text)).replace("\n", " ")
        ids, starts, ends = self.table.pieces(text)
        sentences = list(sentence_spans(text)) or [(0, len(text))]
        clause_of, sentence_of = _clauses(text, starts, sentences)
        names = tuple(_names(text, {start for start, _ in sentences}))
        return Reading(
            text,
            language_of(text),
            ids.tolist(),
            self.table.token_units(ids),
            np.square(self.table.token_lengths(ids)),
            starts.tolist(),
            ends.tolist(),
            clause_of.tolist(),
            np.flatnonzero(np.diff(clause_of, prepend=-1)),
            sentence_of,
            names,
            frozenset(_forms(text)) | {name.form for name in names},
            tuple(quantities(text)),
            tuple(cues(text)),
            tuple(self._terms_in(text)),
            _grams(text),
        )

    def _terms_in(self, text: str) -> list[tuple[str, int, int]]:
        """Returns the terms of the glossary in a text; the longest at each place."""
        if not self.terms:
            return []
        found: list[tuple[str, int, int]] = []
        lowered = text.lower() if len(text.lower()) == len(text) else text
        words = [(match[0], match.start(), match.end()) for match in _HAN_OR_WORD.finditer(lowered)]
        for number, (word, start, _) in enumerate(words):
            if word.isascii():
                if fold(word)[:_OPENING] not in self._openings:
                    continue
                for last in range(min(number + 5, len(words)), number, -1):
                    form = fold(lowered[start : words[last - 1][2]])
                    if form in self.terms:
                        found.append((form, start, words[last - 1][2]))
                        break
                continue
            place = 0
            while place < len(word):
                longest = next(
                    (
                        n
                        for n in range(min(_LONGEST_TERM, len(word) - place), 1, -1)
                        if word[place : place + n] in self.terms
                    ),
                    0,
                )
                if longest:
                    found.append((word[place : place + longest], start + place, start + place + longest))
                place += longest or 1
        return found


def name_places(text: str) -> list[tuple[int, int]]:
    """Returns where the names of a text stand, those left out that only a first capital tells."""
    opening = {start for start, _ in sentence_spans(text)}
    return [(name.start, name.end) for name in _names(text, opening) if name.sure]


def compressed(word: str) -> str:
    """Returns the comparable form of a Latin word: "GPT-4s" and "gpt4" are one."""
    form = "".join(character for character in word.casefold() if character.isalnum())
    return form[:-1] if len(form) > 3 and form.endswith("s") and not form.endswith("ss") else form


def parts_of(form: str) -> list[str]:
    """Returns the runs of letters and of digits in a comparable form."""
    return _PART.findall(form)


def _forms(text: str) -> set[str]:
    forms: set[str] = set()
    for match in _WORD.finditer(text):
        forms.add(compressed(match[0]))
        if "-" in match[0] or "/" in match[0]:
            forms.update(compressed(part) for part in re.split(r"[-/]", match[0]) if len(part) > 1)
    return forms


def _names(text: str, openings: set[int]) -> list[Name]:
    found = []
    chinese = language_of(text) == "zh"  # where a capital is never that of a sentence
    for match in _WORD.finditer(text):
        word = match[0]
        inner = any(c.isdigit() for c in word) or any(c.isupper() for c in word[1:])
        if inner:
            sure = 2
        elif not word[0].isupper() or word.casefold() in _OPENERS or len(word) < 2:
            continue
        else:
            before = text[: match.start()].rstrip()
            opens = match.start() in openings or before.endswith((":", "：", "“", '"', "•"))
            sure = 0 if opens and not chinese else 1
        found.append(Name(compressed(word), sure, match.start(), match.end()))
    if not text.isascii():
        pattern, latin = _translated()
        found += [Name(latin[match[0]], 2, match.start(), match.end()) for match in pattern.finditer(text)]
        found.sort(key=lambda name: name.start)
    return found


@cache
def _translated() -> tuple[re.Pattern[str], dict[str, str]]:
    """Returns a pattern of the names in ``names.tsv`` that Chinese writes in Han, and their Latin forms."""
    lines = files("app.support").joinpath("names.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines if line.strip()]
    latin = {word: compressed(form) for form, words in rows for word in words.split()}
    return re.compile("|".join(sorted(latin, key=len, reverse=True))), latin


def _clauses(
    text: str, starts: NDArray[np.int32], sentences: list[tuple[int, int]]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Returns the clause of each piece and the sentence of each clause."""
    ends = sorted({*(match.end() for match in _CLAUSE_END.finditer(text)), *(end for _, end in sentences)})
    raw = np.searchsorted(np.asarray(ends), starts, side="right")
    sentence = np.searchsorted(np.asarray([end for _, end in sentences]), starts, side="right")
    clause_of = np.zeros(len(starts), dtype=np.int32)
    sentence_of: list[int] = []
    number, size = -1, 0
    for i in range(len(starts)):
        new_sentence = i == 0 or sentence[i] != sentence[i - 1]
        if new_sentence or (raw[i] != raw[i - 1] and size >= _LEAST_CLAUSE):
            number, size = number + 1, 0
            sentence_of.append(int(sentence[i]))
        clause_of[i] = number
        size += 1
    return clause_of, np.asarray(sentence_of, dtype=np.int32)


def _grams(text: str) -> frozenset[str]:
    folded = fold(text)
    return frozenset(folded[i : i + 3] for i in range(len(folded) - 2))
