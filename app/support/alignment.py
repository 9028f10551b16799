"""Which pieces of a text say what the pieces of a sentence say, and where: what all features are computed from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.support.cues import Cue
from app.support.lexicon import Lexicon, shipped_lexicon
from app.support.reading import Name, Reading, Terms, remembered

Floats = NDArray[np.float32]
_TERM_MATCH = 0.9
_OPENING = 6  # characters into a clause, within which a name is what it is about
_AROUND, _CLOSE = 6, 4  # pieces on either side of a place
_HEAVY = 0.35  # of the mean weight; lighter pieces are particles and punctuation
_HEAVIEST = 28  # pieces of a sentence that are compared with each other, at most


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A text that may carry a sentence, taken apart once for all sentences.

    Attributes:
        reading: The text.
        entry_forms: Forms of the names of the work it is about.
        about: The clauses that are about each name. A clause without a name is about what the one before is about; in
            the first ones that is the work itself.
        terms: Where each term of the glossary stands.
        places: Where each piece stands, by its row in the table of token vectors.
        sentences: First clause of each sentence, and its number, int64, shape (2, sentences).
    """

    reading: Reading
    entry_forms: frozenset[str]
    about: Mapping[str, frozenset[int]]
    terms: Mapping[str, Sequence[tuple[int, int]]]
    places: Mapping[int, Sequence[int]]
    sentences: NDArray[np.int64]

    @classmethod
    def of(cls, reading: Reading, entry_forms: frozenset[str] = frozenset()) -> Ground:
        """Takes what is known of a text together."""
        terms: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for form, start, end in reading.terms:
            terms[form].append((start, end))
        places: dict[int, list[int]] = defaultdict(list)
        for place, piece in enumerate(reading.ids):
            places[piece].append(place)
        about = _about(reading, entry_forms)
        firsts = np.flatnonzero(np.diff(reading.sentence_of, prepend=-1))
        return cls(
            reading, entry_forms, about, dict(terms), dict(places),
            np.stack([firsts, reading.sentence_of[firsts]]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Alignment:
    """A sentence laid against a text.

    Attributes:
        said: The sentence.
        ground: The text.
        match: Squared cosine of each piece of the text with each of the sentence, shape (found, said).
        by_clause: The best of each clause of the text, shape (clauses found, said).
        best: The best of the whole text, shape (said,).
        share: What each piece of the sentence weighs, adding up to 1, shape (said,).
        of_clause: How much each clause of the text covers of each of the sentence, shape (clauses found, clauses said).
        clause_share: What each clause of the sentence weighs, shape (clauses said,).
        sentences: First and last sentence of the two neighbours that cover most.
        run: Their first piece, and the one after the last.
        heavy: Pieces of the sentence that say something.
    """

    said: Reading
    ground: Ground
    match: Floats
    by_clause: Floats
    best: Floats
    share: Floats
    of_clause: Floats
    clause_share: Floats
    sentences: tuple[int, int]
    run: tuple[int, int]
    heavy: NDArray[np.int64]

    @property
    def found(self) -> Reading:
        """The text."""
        return self.ground.reading

    def around(self, here: tuple[int, int], there: tuple[int, int], *, wide: bool = True) -> float:
        """Returns how much of what stands around a place in the sentence stands around a place in the text."""
        reach, more = (_AROUND, 3) if wide else (_CLOSE, 1)
        first, last = self.said.pieces_in(*here)
        begin, end = self.found.pieces_in(*there)
        left, right = max(first - reach, 0), min(last + reach, len(self.share))
        low, high = max(begin - reach - more, 0), min(end + reach + more, len(self.match))
        if low >= high:
            return 0.0
        weights = self.share[left:right].copy()
        weights[max(first - left, 0) : max(last - left, 0)] = 0.0
        total = float(np.add.reduce(weights))
        best = np.maximum.reduce(self.match[low:high, left:right], axis=0)
        return float(best @ weights) / total if total > 0 else 1.0


def coverage(said: Reading, grounds: Sequence[Ground], lexicon: Lexicon | None = None) -> list[Floats]:
    """Returns, for each text, the squared cosine of each of its pieces with each of the sentence's."""
    transposed = np.ascontiguousarray(said.vectors.T)
    matches = []
    for ground in grounds:
        match: Floats = ground.reading.vectors @ transposed
        np.maximum(match, 0.0, out=match)
        np.square(match, out=match)
        if ground.reading.language != said.language:
            _match_translations(said, ground, match, shipped_lexicon() if lexicon is None else lexicon)
        matches.append(match)
    return matches


def align(said: Reading, ground: Ground, match: Floats, terms: Terms) -> Alignment:
    """Lays a sentence against a text; neither may be empty.

    Args:
        said: The sentence.
        ground: The text.
        match: From ``coverage``; changed in place where the glossary knows better.
        terms: The glossary.
    """
    found = ground.reading
    _match_terms(said, ground, match, terms)
    share = said.weights / max(float(said.weights.sum()), 1e-9)
    by_clause = np.maximum.reduceat(match, found.firsts, axis=0)
    clause_share = np.add.reduceat(share, said.firsts)
    of_clause = np.add.reduceat(by_clause * share, said.firsts, axis=1)
    of_clause /= np.maximum(clause_share, 1e-9)
    sentences = _best_run(by_clause, ground.sentences, share)
    clauses = np.searchsorted(found.sentence_of, (sentences[0], sentences[1] + 1)).tolist()
    starts = [*found.firsts.tolist(), len(match)]
    heavy = np.flatnonzero(share >= _HEAVY / len(share))
    if len(heavy) > _HEAVIEST:
        heavy = np.sort(heavy[np.argsort(-share[heavy], kind="stable")[:_HEAVIEST]])
    return Alignment(
        said, ground, match, by_clause, np.maximum.reduce(by_clause, axis=0), share, of_clause, clause_share, sentences,
        (starts[clauses[0]], starts[clauses[1]]), heavy,
    )  # fmt: skip


def pooled(vectors: Floats, weights: Floats) -> Floats:
    """Returns the unit vector of pieces, shape (dimension,), from those of each and what they weigh."""
    vector = np.sqrt(weights) @ vectors
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)


@remembered
def whole(reading: Reading) -> Floats:
    """Returns the unit vector of a whole text, shape (dimension,)."""
    return pooled(reading.vectors, reading.weights)


@remembered
def turns_by_clause(reading: Reading) -> dict[int, frozenset[tuple[str, str]]]:
    """Returns axis and side of the turning words in each clause that has any."""
    grouped: dict[int, list[Cue]] = defaultdict(list)
    for cue in reading.cues:
        grouped[reading.clause_at(cue.start)].append(cue)
    return {clause: frozenset((cue.axis, cue.side) for cue in found) for clause, found in grouped.items()}


def _best_run(by_clause: Floats, sentences: NDArray[np.int64], share: Floats) -> tuple[int, int]:
    """Returns the two neighbouring sentences that cover most together, or the only one twice."""
    firsts, numbers = sentences
    if len(firsts) == 1:
        return int(numbers[0]), int(numbers[0])
    by_sentence = np.maximum.reduceat(by_clause, firsts, axis=0)
    place = int((np.maximum(by_sentence[:-1], by_sentence[1:]) @ share).argmax())
    return int(numbers[place]), int(numbers[place + 1])


def _match_translations(said: Reading, ground: Ground, match: Floats, lexicon: Lexicon) -> None:
    for column, piece in enumerate(said.ids):
        for other, worth in lexicon.get(piece, ()):
            for row in ground.places.get(other, ()):
                match[row, column] = max(match[row, column], worth)


def _match_terms(said: Reading, ground: Ground, match: Floats, terms: Terms) -> None:
    """Lets the terms of the glossary match their other names, in whichever language."""
    if not ground.terms:
        return
    for form, start, end in said.terms:
        for other in ({form} | terms.get(form, frozenset())) & ground.terms.keys():
            columns = said.pieces_in(start, end)
            for first, last in ground.terms[other]:
                rows = ground.reading.pieces_in(first, last)
                block = match[rows[0] : rows[1], columns[0] : columns[1]]
                np.maximum(block, _TERM_MATCH, out=block)


def _about(found: Reading, entry_forms: frozenset[str]) -> dict[str, frozenset[int]]:
    own: dict[int, list[Name]] = defaultdict(list)
    for name in found.names:
        own[found.clause_at(name.start)].append(name)
    about: dict[str, set[int]] = defaultdict(set)
    last = set(entry_forms)
    for number, first in enumerate(found.firsts.tolist()):
        names = own.get(number, [])
        forms = {name.form for name in names}
        opened = bool(names) and names[0].start <= found.starts[first] + _OPENING
        last = forms if opened else forms | last
        for form in last:
            about[form].add(number)
    return {form: frozenset(clauses) for form, clauses in about.items()}
