"""Mending slips of the pen in a question, by the words of the indexed texts.

A Latin word that neither the texts nor ordinary English know is replaced by the nearest word of the texts; Chinese is
left to ``index.query.homophones``. Names that are simply not in the texts must stay: a question about Falcon is not one
about a word that looks like it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import chain
from pathlib import Path
from string import ascii_letters

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.query.homophones import Homophones
from index.text.analysis import stem
from ingest.text.folding import normalised, simplified
from ingest.text.scripts import HAN

_LATIN = rf"[^\W_{HAN}]"
# Latin words, but not those of an address or a path.
_RUN = re.compile(rf"(?<!{_LATIN})(?<![_./@-])(?>{_LATIN}+(?:[-'’]{_LATIN}+)*)(?![/@_]|[.:][\w/])")
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
_WIDE = {ord(narrow) + 0xFEE0: narrow for narrow in f"{ascii_letters}-"}  # full-width to what it stands for
_MIN_CHARS = 4
_SHORT_CHARS = 5
_MIN_NAME_CHARS = 6  # a capitalised word is a name until it is this long
_TWO_SLIPS_CHARS = 9
_FREQUENT = 10
_TERM_WEIGHT = 4  # a name of the glossary counts like so many sentences
_WORDS_FILE = "words.tsv"
_ASKING = "what which when where who why how does"  # words that hardly any text holds


@dataclass(frozen=True, slots=True)
class Wordings:
    """Indexed texts, and the names of the glossary, which few texts may have."""

    texts: Sequence[str]
    names: Sequence[str]

    def normalised(self) -> list[str]:
        """Returns what is counted: the texts, and each name several times."""
        return [*map(normalised, self.texts), *list(map(normalised, self.names)) * _TERM_WEIGHT]


class Spelling:
    """Knows the words of an index; ``correct`` is quick when there is nothing to correct, and safe to share."""

    def __init__(self, table: str, homophones: Homophones) -> None:
        r"""Takes the Latin words and the Han counts.

        Args:
            table: ``\\nword\\tcount`` for every word, and a line break: how often the texts have it, 0 for words known
                from elsewhere. A search in the text is quicker than reading it into a dictionary at every start.
            homophones: The Han counts.
        """
        self._table = table
        self._homophones = homophones
        words = _Words(table)  # the caches refer to it and not to this object, which then closes its files in time
        self._has = lru_cache(maxsize=8_192)(words.has)  # the same small words come with every question
        self._near = lru_cache(maxsize=1_024)(words.nearest)

    @classmethod
    def build(cls, texts: Iterable[str], terms: Sequence[str] = (), ordinary: Iterable[str] = ()) -> Spelling:
        """Counts words and characters.

        Args:
            texts: The indexed texts.
            terms: Names of the glossary, which few texts may have.
            ordinary: Words that are no slips although the texts may not have them.
        """
        known, ordinary = Wordings(list(texts), list(terms)).normalised(), list(ordinary)
        names = [normalised(term) for term in terms]
        return cls(_table(_counted(known), ordinary), Homophones.build(known, names, ordinary))

    def changed(self, gone: Wordings, came: Wordings, ordinary: Sequence[str]) -> Spelling:
        """Returns what ``build`` makes of other texts and terms, by counting only those that went and those that came.

        Args:
            gone: Some of the texts, and all the terms, that this one was built from.
            came: The texts instead of these, and all the terms.
            ordinary: The words that this one was built with.
        """
        less, more = gone.normalised(), came.normalised()
        rows = (row.split("\t") for row in self._table.split("\n") if row and row[-2:] != "\t0")
        counts = Counter({word: int(count) for word, count in rows})
        counts.subtract(_counted(less))
        counts.update(_counted(more))
        names = [normalised(name) for name in came.names]
        return Spelling(_table(+counts, ordinary), self._homophones.changed(less, more, names))

    def save(self, folder: Path) -> None:
        """Writes everything into a new folder."""
        folder.mkdir()
        (folder / _WORDS_FILE).write_text(self._table, encoding="ascii", newline="\n")
        self._homophones.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Spelling:
        """Reads what ``save`` wrote."""
        return cls((folder / _WORDS_FILE).read_text(encoding="ascii"), Homophones.load(folder))

    def correct(self, question: str) -> str:
        """Returns a question with its slips corrected, or the question itself when there are none."""
        plain = question.translate(_WIDE)
        words = _RUN.sub(lambda run: self._corrected(run[0]), plain)
        folded = simplified(words)
        corrected = self._homophones.correct(folded)
        if words == plain and corrected == folded:
            return question
        return "".join(new if new != old else typed for typed, old, new in zip(words, folded, corrected, strict=True))

    def _corrected(self, run: str) -> str:
        word = run.casefold()
        parts = run.split("-")
        if not _WORD.fullmatch(word) or all(self._knows(part.casefold()) for part in parts):
            return run
        if len(parts) == 1:
            return _asking().get(word) or self._near(word, is_name=run != word) or run
        if self._has(word):
            return run
        return self._near(word, is_name=False) or "-".join(map(self._corrected, parts))

    def is_word(self, word: str) -> bool:
        """Tells a word, in lower case, that the texts have or that is an ordinary one."""
        return self._knows(word)

    def _knows(self, word: str) -> bool:
        return self._has(word) or self._has(stem(word))


def _counted(known: Iterable[str]) -> Counter[str]:
    runs = Counter(chain.from_iterable(map(_RUN.findall, known)))
    counts: Counter[str] = Counter()
    for run, number in runs.items():
        for word in _spellings(run):
            counts[word] += number
    return counts


def _table(counts: Mapping[str, int], ordinary: Iterable[str]) -> str:
    others = {word for word in ordinary if _WORD.fullmatch(word)} | {stem(word) for word in counts}
    table = dict.fromkeys(others, 0) | dict(counts)
    rows = "".join(f"\n{word}\t{count}" for word, count in sorted(table.items()))
    return f"{rows}\n"


class _Words:
    """Looks words up in a table as ``Spelling`` describes it."""

    def __init__(self, table: str) -> None:
        self._table = table

    def has(self, word: str) -> bool:
        places = range(len(self._table) - 1)  # of any character of a row: the rows are sorted
        place = bisect_left(places, word, key=self._word_at)
        return place in places and self._word_at(place) == word

    def _word_at(self, place: int) -> str:
        start = self._table.rfind("\n", 0, place + 1) + 1
        return self._table[start : self._table.index("\t", start)]

    def nearest(self, word: str, *, is_name: bool) -> str | None:
        """Returns the word of the texts that a word must be a slip of, or None when it may be a word of its own."""
        if len(word) < (_MIN_NAME_CHARS if is_name else _MIN_CHARS):
            return None
        slips = 2 if len(word) >= _TWO_SLIPS_CHARS and not is_name else 1
        known = self._counts.get(word[0], {})
        near = process.extract(word, known.keys(), scorer=OSA.distance, score_cutoff=slips, limit=None)
        fitting = [(distance, -known[target], target) for target, distance, _ in near if _fits(word, target, known)]
        return min(fitting)[2] if fitting else None

    @cached_property
    def _counts(self) -> dict[str, dict[str, int]]:
        """How often the texts have the words that a slip may be corrected to, by first letter: that is seldom wrong.

        Read when the first slip comes up.
        """
        rows = (row.split("\t") for row in self._table.split("\n") if len(row) > _MIN_CHARS and row[-2:] != "\t0")
        counts: dict[str, dict[str, int]] = {}
        for word, count in rows:
            if len(word) >= _MIN_CHARS:
                counts.setdefault(word[0], {})[word] = int(count)
        return counts


def _fits(word: str, target: str, counts: Mapping[str, int]) -> bool:
    """Tells whether a near word is not too near by chance, as short words are."""
    if len(word) > _SHORT_CHARS or sorted(word) == sorted(target):
        return True
    return len(word) == _SHORT_CHARS and counts[target] >= _FREQUENT


@cache
def _asking() -> dict[str, str]:
    """Returns the words that ask, by each way of swapping two neighbouring letters of them."""
    return {
        word[:place] + word[place + 1] + word[place] + word[place + 2 :]: word
        for word in _ASKING.split()
        for place in range(len(word) - 1)
        if word[place] != word[place + 1]
    }


@lru_cache(maxsize=1)  # the same words for every index of an encoder
def _latin(words: tuple[str, ...]) -> frozenset[str]:
    """Returns the words that are Latin and in lower case."""
    return frozenset(filter(_WORD.fullmatch, words))


def _spellings(run: str) -> Iterable[str]:
    """Yields a Latin word, and a hyphenated one whole and in parts; nothing for words with digits."""
    if _WORD.fullmatch(run):
        yield run
        if "-" in run:
            yield from run.split("-")
