"""How well texts carry a sentence: a verdict from the texts alone, with what is missing named.

A sentence that stands in a text word for word has support 1. Otherwise a fitted model gives the probability that one
text carries all of it (``app.support.features`` says what it looks at); numbers and names that the text has not rule
it out by themselves. A sentence that no single text carries is taken clause by clause, as one may join what two texts
say. ``python -m evals --fit-support`` fits the model, ``python -m evals`` reports how well it agrees with people.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from app.support.alignment import Floats, Ground, coverage
from app.support.features import FEATURES, Comparison, compare
from app.support.forest import Forest
from app.support.reading import Reader, Reading, compressed
from index.encoders.static import StaticEncoder, shipped_table
from ingest.text.folding import fold, normalised
from ingest.text.scripts import HAN
from ingest.types import Entry

FITTED = Path(__file__).parent / "support.json"
_MIN_CHARS = 4  # a shorter text stands everywhere and proves nothing
_WORD = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:[-.,'’/+][^\W_{HAN}]+)*")
_MIN_CLAUSE = 4  # pieces, below which a clause says nothing of its own
_CLOSELY = 3  # texts that are looked at closely, the best covering ones …
_HOPELESS = 0.4  # share of a clause that some text has to cover
_HARDLY_LESS = 0.8  # … if they cover this share of what the best one covers
_COUNTED = FEATURES.index("counted_otherwise")
_ELSEWHERE = FEATURES.index("name_elsewhere")
_OF_ANOTHER = 0.3  # so much better a clause is covered where its name is not: the text says it of another work
_RULED_OUT = 0.2  # what is left of a probability then


class Verdict(StrEnum):
    """What the evidence says about a sentence; a sentence that claims nothing has none."""

    SUPPORTED = "supported"
    PARTLY = "partly_supported"
    UNSUPPORTED = "unsupported"
    NO_CLAIM = "no_claim"


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict on a sentence.

    Attributes:
        verdict: The verdict.
        support: Probability that one text carries all of it, in [0, 1].
        grounds: Numbers (from 0) of the texts that carry it or a part of it, best first.
        missing: What the texts have not: numbers, names, or words of the clause that nothing carries.
        joined: Whether the texts carry it only together.
    """

    verdict: Verdict
    support: float
    grounds: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    joined: bool = False


@cache
def fitted() -> dict[str, Any]:
    """Returns the fitted model and its thresholds."""
    model: dict[str, Any] = json.loads(FITTED.read_text(encoding="utf-8"))
    return model


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability on a sentence counts as carried, and below which not even partly; by ``evals``."""

    carried: float = field(default_factory=lambda: float(fitted()["carried"]))
    partly: float = field(default_factory=lambda: float(fitted()["partly"]))


class Checker:
    """Holds sentences against texts; safe to share between threads."""

    def __init__(
        self, table: StaticEncoder, terms: Mapping[str, frozenset[str]] | None = None, forest: Forest | None = None
    ) -> None:
        """Compares by a table of token vectors, the fitted model unless another is given, and a glossary."""
        self.reader = Reader(table, terms)
        self._forest = forest or Forest.of(fitted())

    def ground(self, text: str, names: Sequence[str] = ()) -> Ground:
        """Takes a text apart, once for all sentences; its work is called by the names."""
        return Ground.of(self.reader.read(text), name_forms(names))

    def check(self, sentence: str, grounds: Sequence[Ground], thresholds: Thresholds | None = None) -> Check:
        """Returns the verdict on a sentence; markup in it is ignored."""
        thresholds = thresholds or Thresholds()
        said = self.reader.read(sentence)
        folded = fold(said.text)
        if len(folded) < _MIN_CHARS:
            return Check(Verdict.NO_CLAIM, 0.0)
        wording = _worded(said.text)
        verbatim = [i for i, ground in enumerate(grounds) if wording in _worded(ground.reading.text)]
        if verbatim:
            return Check(Verdict.SUPPORTED, 1.0, tuple(verbatim))
        matches = coverage(said, grounds)
        best_of = (
            np.stack([np.maximum.reduce(match, axis=0, initial=0.0) for match in matches])
            if matches and said.ids
            else None
        )
        looked = {} if best_of is None else self._compared([(said, None)], grounds, matches, best_of)[0]
        if best_of is None or not looked:
            return Check(Verdict.UNSUPPORTED, 0.0)
        chances = {place: chance for place, (_, chance) in looked.items()}
        order = sorted(chances, key=lambda place: (-chances[place], place))
        best = order[0]
        carrying = tuple(place for place in order if chances[place] >= thresholds.carried)
        if carrying:
            return Check(Verdict.SUPPORTED, chances[best], carrying)
        missing = _missing(said, looked[best][0])
        joined, carried, lacking = self._by_clause(said, grounds, matches, best_of, thresholds)
        if joined:
            return Check(Verdict.SUPPORTED, thresholds.carried, carried, joined=True)
        if carried and lacking:
            return Check(Verdict.PARTLY, chances[best], carried, (*missing, *lacking), joined=True)
        if chances[best] >= thresholds.partly and not missing:
            return Check(Verdict.PARTLY, chances[best], (best,), _uncovered(said, looked[best][0]))
        return Check(Verdict.UNSUPPORTED, chances[best], (), missing)

    def _compared(
        self,
        parts: Sequence[tuple[Reading, list[int] | None]],
        grounds: Sequence[Ground],
        matches: Sequence[Floats],
        best_of: Floats,
    ) -> list[dict[int, tuple[Comparison, float]]]:
        """Returns comparison and probability for the texts that cover each part of a sentence best, by their numbers.

        Args:
            parts: Readings, with their pieces where these are not all of the sentence's.
            grounds: The texts.
            matches: From ``coverage``, of the whole sentence.
            best_of: Their best for each piece, shape (texts, pieces).
        """
        rows: list[tuple[int, int, Comparison]] = []
        for number, (said, pieces) in enumerate(parts):
            quick = (best_of if pieces is None else best_of[:, pieces]) @ said.weights
            if pieces is not None and quick.max() < _HOPELESS * said.weights.sum():
                continue
            closest = np.argsort(-quick, kind="stable")[: _CLOSELY if pieces is None else 1].tolist()
            for place in sorted(
                place for place in closest if matches[place].size and quick[place] >= _HARDLY_LESS * quick[closest[0]]
            ):
                match = matches[place].copy() if pieces is None else matches[place][:, pieces]
                rows.append((number, place, compare(said, grounds[place], match, self.reader.terms)))
        if not rows:
            return [{} for _ in parts]
        chances = self._forest.probability(np.stack([one.features for _, _, one in rows])).tolist()
        looked: list[dict[int, tuple[Comparison, float]]] = [{} for _ in parts]
        for (number, place, one), chance in zip(rows, chances, strict=True):
            ruled_out = _rules_out(one, parts[number][0], grounds[place])
            looked[number][place] = one, chance * (_RULED_OUT if ruled_out else 1.0)
        return looked

    def _by_clause(
        self,
        said: Reading,
        grounds: Sequence[Ground],
        matches: Sequence[Floats],
        best_of: Floats,
        thresholds: Thresholds,
    ) -> tuple[bool, tuple[int, ...], tuple[str, ...]]:
        """Takes a sentence clause by clause: whether several texts carry it together, which, and what none carries.

        A clause without a name is about what the sentence names first.
        """
        clauses = list(_clauses_of(said))
        if len(clauses) < 2:
            return False, (), ()
        subject = said.names[0] if said.names else None
        parts: list[tuple[Reading, list[int] | None]] = []
        for clause, start, end in clauses:
            named = any(start <= name.start < end for name in said.names)
            parts.append(said.part(clause, None if named else subject))
        carried: list[int] = []
        lacking: list[str] = []
        looks = self._compared(parts, grounds, matches, best_of)
        for (_, start, end), looked in zip(clauses, looks, strict=True):
            place = max(looked, key=lambda i: looked[i][1], default=-1)
            if place >= 0 and looked[place][1] >= thresholds.carried:
                carried.append(place)
            else:
                lacking.append(said.text[start:end].strip(" ,，;；:："))
        several = tuple(dict.fromkeys(carried))
        return not lacking and len(several) > 1, several, tuple(lacking)


def name_forms(names: Iterable[str]) -> frozenset[str]:
    """Returns the comparable forms of the names of a work, and of the words in them."""
    return frozenset(compressed(part) for name in names for part in (name, *name.replace(":", " ").split()) if part)


def names_of_entry(entry: Entry) -> tuple[str, ...]:
    """Returns what a work is called."""
    return (entry.title, entry.title_zh, *entry.aliases)


def read_terms(rows: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Returns the glossary in comparable forms, both ways, from pairs of a term and another name of it."""
    found: dict[str, set[str]] = {}
    for term, other in rows:
        one, two = fold(term), fold(other)
        if len(one) > 1 and len(two) > 1 and one != two:
            found.setdefault(one, set()).add(two)
            found.setdefault(two, set()).add(one)
    return {form: frozenset(others) for form, others in found.items()}


@cache
def shipped_checker() -> Checker:
    """Returns a checker over the shipped table, without a glossary."""
    return Checker(shipped_table())


def support(sentence: str, quote: str) -> float:
    """Returns the support of a sentence by one quote, in [0, 1]; markup on either side is ignored."""
    checker = shipped_checker()
    return checker.check(sentence, [checker.ground(quote)]).support


def is_carried(support: float) -> bool:
    """Tells whether a sentence with this support counts as carried."""
    return support >= Thresholds().carried


@lru_cache(maxsize=4096)
def _worded(text: str) -> str:
    """Returns the words of a text, compared whole: LoRA does not stand in QLoRA, nor 5 in 3.5."""
    return f" {' '.join(_WORD.findall(normalised(text)))} "


def _rules_out(comparison: Comparison, said: Reading, ground: Ground) -> bool:
    """Tells whether a number or a name that the text has not, or has elsewhere, rules it out, whatever else is alike.

    Names may be written in another script across languages, unless they hold digits or inner capitals.
    """
    across = said.language != ground.reading.language
    return (
        any(number.digits for number in comparison.numbers)
        or any(name.sure == 2 or (name.sure == 1 and not across) for name in comparison.names)
        or comparison.features[_COUNTED] > 0
        or comparison.features[_ELSEWHERE] > _OF_ANOTHER
    )


def _missing(said: Reading, comparison: Comparison) -> tuple[str, ...]:
    counted = comparison.features[_COUNTED] > 0
    numbers = [number.text for number in comparison.numbers if number.digits or counted]
    return (*numbers, *(said.text[name.start : name.end] for name in comparison.names if name.sure))


def _uncovered(said: Reading, comparison: Comparison) -> tuple[str, ...]:
    """Returns the clause of a sentence that its best text covers least."""
    clauses = list(_clauses_of(said))
    if len(clauses) < 2 or len(clauses) != len(comparison.clauses):
        return ()
    _, start, end = clauses[int(comparison.clauses.argmin())]
    return (said.text[start:end].strip(" ,，;；:：。."),)


def _clauses_of(said: Reading) -> Iterable[tuple[int, int, int]]:
    """Yields the clauses of a sentence, number, beginning and end; those too short to say something are left out."""
    for clause in range(len(said.firsts)):
        first, last = said.clause_pieces(clause)
        if last - first >= _MIN_CLAUSE:
            yield clause, said.starts[first], said.ends[last - 1]
