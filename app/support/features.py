"""What speaks for and against a text carrying a sentence, as numbers.

The text is looked at as a whole, in its best run of two sentences, and clause by clause: every clause of the sentence
has its best clause in the text, and their turning words are compared. Numbers and names are looked for as such, and
what stands around them is compared with what stands around them there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.support.quantities import Quantity, agree, missing
from app.support.reading import Name, Reading, Terms, parts_of
from app.support.turns import QUANTIFIERS, around, begins, compare_turns

Floats = NDArray[np.float32]
FEATURES = (
    "covered", "covered_here", "covered_clauses", "least_clause", "gap", "second_gap", "third_gap", "cosine",
    "cosine_here", "back", "grams", "grams_here", "across", "chinese", "pieces", "found_pieces", "clauses",
    "numbers", "numbers_missing", "words_missing", "counted_otherwise", "number_around", "number_replaced",
    "number_elsewhere", "number_rival", "names", "names_missing", "names_soft", "name_opening", "name_around",
    "name_around_mean", "name_elsewhere", "name_rival", "swap", "subject", "entry_subject", "negation_added",
    "negation_dropped", "negation_here", "opposed", "opposed_near", "opposed_all", "unopposed_near",
    "swapped_clauses", *(f"{name}_added" for name in QUANTIFIERS), *(f"{name}_dropped" for name in QUANTIFIERS),
    "inverted", "order",
)  # fmt: skip
_HEAVY = 0.35  # of the mean weight; lighter pieces are particles and punctuation
_MOST_ITEMS, _MOST_PLACES = 6, 12  # that are compared with each other
_TERM_MATCH = 0.9
_NAME_ALIKE = 0.5
_OPENING = 6  # characters into a clause, within which a name is what it is about
_COUNTABLE = 20  # up to here things are counted, and counted in words
_NEAR = 0.6  # squared cosine from which on two pieces are taken for the same


@dataclass(frozen=True, slots=True)
class Ground:
    """A text that may carry a sentence, and the forms of the names of the work it is about."""

    reading: Reading
    entry_forms: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A sentence held against a text: the features, and what of it was not found.

    Attributes:
        features: float32, shape (FEATURES,).
        numbers: Numbers that the text has not.
        names: Names that the text has not.
        clauses: How much of each clause of the sentence the text covers, float32, shape (clauses,).
    """

    features: Floats
    numbers: tuple[Quantity, ...]
    names: tuple[Name, ...]
    clauses: Floats


def coverage(said: Reading, grounds: Sequence[Ground]) -> list[Floats]:
    """Returns, for each text, the squared cosine of each of its pieces with each of the sentence's."""
    if not grounds:
        return []
    together = np.concatenate([ground.reading.vectors for ground in grounds])
    cosines = together @ said.vectors.T
    np.maximum(cosines, 0.0, out=cosines)
    np.square(cosines, out=cosines)
    ends = np.cumsum([len(ground.reading.vectors) for ground in grounds])
    return [np.asarray(part) for part in np.split(cosines, ends[:-1])]


def compare(said: Reading, ground: Ground, match: Floats, terms: Terms) -> Comparison:
    """Holds a sentence against one text.

    Args:
        said: The sentence.
        ground: The text.
        match: From ``coverage``, shape (pieces of the text, pieces of the sentence); changed in place.
        terms: The glossary.
    """
    found = ground.reading
    values = dict.fromkeys(FEATURES, 0.0)
    values["across"] = float(said.language != found.language)
    values["chinese"] = float(said.language == "zh")
    absent = tuple(missing(said.numbers, found.numbers))
    if not len(found.weights) or not len(said.weights):
        return Comparison(_row(values), absent, said.names, np.zeros(1, np.float32))
    _match_terms(said, found, match, terms)
    weights = said.weights / max(float(said.weights.sum()), 1e-9)
    by_clause = np.maximum.reduceat(match, begins(found.clause_of), axis=0)
    best = by_clause.max(axis=0)
    here = _best_run(by_clause, found.sentence_of, weights)
    in_run = np.isin(found.sentence_of[found.clause_of], here)
    best_here = by_clause[np.isin(found.sentence_of, here)].max(axis=0)
    firsts = begins(said.clause_of)
    clause_weights = np.add.reduceat(weights, firsts)
    of_clause = np.add.reduceat(by_clause * weights, firsts, axis=1)  # (found, said)
    of_clause = (of_clause / np.maximum(clause_weights, 1e-9)).astype(np.float32)
    partner = of_clause.argmax(axis=0)
    clauses = np.add.reduceat(best * weights, firsts) / np.maximum(clause_weights, 1e-9)
    heavy_clause = clause_weights >= 0.12
    gaps = np.sort(weights * (1.0 - best))[::-1]
    values["covered"] = float(best @ weights)
    values["covered_here"] = float(best_here @ weights)
    values["covered_clauses"] = float(of_clause.max(axis=0) @ clause_weights)
    values["least_clause"] = float(clauses[heavy_clause].min()) if heavy_clause.any() else float(clauses.min())
    values["gap"], values["second_gap"], values["third_gap"] = (*(float(g) for g in gaps[:3]), 0.0, 0.0, 0.0)[:3]
    pooled = _pooled(said.vectors, said.weights)
    values["cosine"] = float(pooled @ _pooled(found.vectors, found.weights))
    values["cosine_here"] = float(pooled @ _pooled(found.vectors[in_run], found.weights[in_run]))
    run_weights = found.weights[in_run]
    values["back"] = float(match[in_run].max(axis=1) @ run_weights / max(float(run_weights.sum()), 1e-9))
    values["grams"] = len(said.grams & found.grams) / max(len(said.grams), 1)
    values["pieces"], values["found_pieces"] = min(len(weights), 80) / 80, min(len(found.weights), 200) / 200
    values["clauses"] = min(len(clauses), 6) / 6
    _numbers(values, said, found, match, absent)
    unnamed = _names(values, said, ground, match)
    values["number_elsewhere"] = _elsewhere(_number_places(said, found), of_clause)
    values["name_elsewhere"] = _elsewhere(_name_places(said, ground), of_clause)
    values["swapped_clauses"] = _swapped(of_clause)
    _rivals(values, said, found, match)
    compare_turns(values, said, found, match, partner, here)
    _order(values, said, found, match, weights)
    return Comparison(_row(values), absent, unnamed, clauses.astype(np.float32))


def _row(values: dict[str, float]) -> Floats:
    return np.fromiter(values.values(), dtype=np.float32, count=len(FEATURES))


def _pooled(vectors: Floats, weights: Floats) -> Floats:
    vector = np.sqrt(weights) @ vectors
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)


def _best_run(by_clause: Floats, sentence_of: NDArray[np.int32], weights: Floats) -> list[int]:
    """Returns the two neighbouring sentences that cover most together, or the only one."""
    firsts = begins(sentence_of)
    by_sentence = np.maximum.reduceat(by_clause, firsts, axis=0)
    numbers = sentence_of[firsts]
    if len(by_sentence) == 1:
        return [int(numbers[0])]
    runs = np.maximum(by_sentence[:-1], by_sentence[1:]) @ weights
    place = int(runs.argmax())
    return [int(numbers[place]), int(numbers[place + 1])]


def _match_terms(said: Reading, found: Reading, match: Floats, terms: Terms) -> None:
    """Lets the terms of the glossary match their other names, in whichever language."""
    if not said.terms or not found.terms:
        return
    for form, start, end in said.terms:
        others = terms.get(form, frozenset())
        for other, first, last in found.terms:
            if other == form or other in others:
                rows, columns = found.pieces_in(first, last), said.pieces_in(start, end)
                block = match[rows[0] : rows[1], columns[0] : columns[1]]
                np.maximum(block, _TERM_MATCH, out=block)


def _numbers(
    values: dict[str, float], said: Reading, found: Reading, match: Floats, absent: Sequence[Quantity]
) -> None:
    own = [q for q in said.numbers if not q.named]
    values["numbers"] = min(len(own), 4) / 4
    values["numbers_missing"] = float(sum(q.digits for q in absent))
    small = [q for q in found.numbers if 2 <= q.value <= _COUNTABLE and not q.named]
    counted = [q for q in absent if not q.digits and 2 <= q.value <= _COUNTABLE and q.value == int(q.value)]
    values["words_missing"] = float(len([q for q in absent if not q.digits]))
    values["counted_otherwise"] = float(len(counted)) if small else 0.0
    least = 1.0
    for one in own:
        places = [q for q in found.numbers if agree(one, q)]
        if places:
            near = max(around(said, found, match, (one.start, one.end), (q.start, q.end)) for q in places)
            least = min(least, near)
        elif found.numbers:
            here = (one.start, one.end)
            replaced = max(around(said, found, match, here, (q.start, q.end)) for q in found.numbers)
            values["number_replaced"] = max(values["number_replaced"], replaced)
    values["number_around"] = least


def _names(values: dict[str, float], said: Reading, ground: Ground, match: Floats) -> tuple[Name, ...]:
    found = ground.reading
    values["names"] = min(sum(name.sure > 0 for name in said.names), 4) / 4
    unnamed: list[Name] = []
    nearness: list[float] = []
    values["subject"] = values["entry_subject"] = 1.0
    for name in said.names:
        if is_named(name, found.forms | ground.entry_forms):
            places = [(f.start, f.end) for f in found.names if f.form == name.form]
            if places and name.sure:
                nearness.append(max(around(said, found, match, (name.start, name.end), place) for place in places))
            continue
        first, last = said.pieces_in(name.start, name.end)
        block = match[:, first:last]
        alike = float(block.max(axis=0).mean()) if block.size else 0.0
        if name.sure == 2:
            values["names_missing"] += 1.0
            unnamed.append(name)
        elif name.sure == 1:
            values["names_soft"] = max(values["names_soft"], 1.0 - alike)
            if alike < _NAME_ALIKE:
                unnamed.append(name)
        else:
            values["name_opening"] = max(values["name_opening"], 1.0 - alike)
            if alike < _NAME_ALIKE / 2:
                unnamed.append(name)
    values["name_around"] = min(nearness, default=1.0)
    values["name_around_mean"] = float(np.mean(nearness)) if nearness else 1.0
    subject = next((name for name in said.names if name.sure or name.start == 0), None)
    if subject is not None:
        opening = [name.form for name in found.names[:2]]
        values["subject"] = float(subject.form in opening)
        values["entry_subject"] = float(subject.form in ground.entry_forms)
    return tuple(unnamed)


def _number_places(said: Reading, found: Reading) -> list[tuple[int, set[int]]]:
    """Returns the clause of each number of a sentence with the clauses of the text that have it."""
    return [
        (said.clause_at(one.start), {found.clause_at(q.start) for q in found.numbers if agree(one, q)})
        for one in said.numbers
        if not one.named
    ]


def _name_places(said: Reading, ground: Ground) -> list[tuple[int, set[int]]]:
    """Returns the clause of each name of a sentence with the clauses of the text that are about it.

    A clause without a name is about what the clause before is about; in the first ones that is the work itself.
    """
    found = ground.reading
    own: dict[int, list[Name]] = {number: [] for number in range(len(found.sentence_of))}
    for name in found.names:
        own[found.clause_at(name.start)].append(name)
    firsts = found.starts[begins(found.clause_of)]
    about: dict[int, set[str]] = {}
    last: set[str] = set(ground.entry_forms)
    for number, names in own.items():
        forms = {name.form for name in names}
        opened = bool(names) and names[0].start <= int(firsts[number]) + _OPENING
        last = forms if opened else forms | last
        about[number] = last
    return [
        (said.clause_at(name.start), {number for number, forms in about.items() if name.form in forms})
        for name in said.names
    ]


def _elsewhere(places: list[tuple[int, set[int]]], of_clause: Floats) -> float:
    """Returns how much better a clause is covered where something it names is not than where it is, at most."""
    most = 0.0
    for clause, there in places:
        if there and clause < of_clause.shape[1]:
            column = of_clause[:, clause]
            most = max(most, float(column.max() - column[sorted(there)].max()))
    return most


def _rivals(values: dict[str, float], said: Reading, found: Reading, match: Floats) -> None:
    """Looks whether what stands around a name or number in the sentence stands, in the text, around another one.

    Worst when the sentence has that other one, too: then the two have changed places.
    """
    for kind, mine, theirs in (
        ("name", [(n.form, n.start, n.end) for n in said.names], [(n.form, n.start, n.end) for n in found.names]),
        ("number", [(q.value, q.start, q.end) for q in said.numbers if not q.named],
         [(q.value, q.start, q.end) for q in found.numbers]),
    ):  # fmt: skip
        forms = {form for form, _, _ in mine}
        for form, start, end in mine[:_MOST_ITEMS]:
            own = rival = swap = 0.0
            known = False
            for other, first, last in theirs[:_MOST_PLACES]:
                like = around(said, found, match, (start, end), (first, last), wide=False)
                if other == form:
                    own, known = max(own, like), True
                else:
                    rival = max(rival, like)
                    swap = max(swap, like) if other in forms else swap
            if known:
                values[f"{kind}_rival"] = max(values[f"{kind}_rival"], rival - own)
                values["swap"] = max(values["swap"], swap - own)


def _swapped(of_clause: Floats) -> float:
    """Returns the share of neighbouring clauses whose best clauses in the text stand the other way round."""
    if of_clause.shape[1] < 2:
        return 0.0
    partner = of_clause.argmax(axis=0)
    return float((np.diff(partner) < 0).mean())


def is_named(name: Name, forms: frozenset[str]) -> bool:
    """Tells whether a text with these forms of Latin words has a name, as it is or in parts ("LLaMA-7B")."""
    if name.form in forms:
        return True
    parts = parts_of(name.form)
    return len(parts) > 1 and len(parts[0]) > 2 and parts[0] in forms and "".join(parts[1:]) in forms


def _order(values: dict[str, float], said: Reading, found: Reading, match: Floats, weights: Floats) -> None:
    """Looks whether names and numbers, and heavy pieces in general, follow each other as they do in the text."""
    places: list[int] = []
    for name in said.names:
        spots = [f.start for f in found.names if f.form == name.form]
        if len(spots) == 1 and name.form not in (f.form for f in said.names if f.start < name.start):
            places.append(spots[0])
    pairs = len(places) * (len(places) - 1) // 2
    if pairs:
        turned = sum(places[i] > places[j] for i in range(len(places)) for j in range(i + 1, len(places)))
        values["inverted"] = turned / pairs
    heavy = np.flatnonzero((weights >= _HEAVY * weights.mean()) & (match.max(axis=0) >= _NEAR))
    if len(heavy) > 1:
        spots = match[:, heavy].argmax(axis=0)
        values["order"] = float((np.diff(spots) < 0).mean())
