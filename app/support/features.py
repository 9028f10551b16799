"""What speaks for and against a text carrying a sentence, as numbers.

The text is looked at as a whole, in its best run of two sentences, and clause by clause: every clause of the sentence
has its best clause in the text, and their turning words are compared. Numbers and names are looked for as such, and
what stands around them is compared with what stands around them there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.support.alignment import Alignment, Floats, Ground, align, pooled, whole
from app.support.naming import NAMING, compare_names, compare_numbers, compare_rivals, compare_terms, inverted
from app.support.quantities import Quantity, missing
from app.support.reading import Name, Reading, Terms
from app.support.roles import ROLES, compare_roles
from app.support.structure import STRUCTURE, compare_structure
from app.support.turns import TURNS, compare_turns

FEATURES = (
    "covered", "covered_here", "covered_clauses", "least_clause", "gap", "second_gap", "third_gap", "gap_here",
    "gap_clause", "lost", "cosine", "cosine_here", "back", "grams", "across", "chinese", "pieces", "found_pieces",
    "clauses", *NAMING, *TURNS, *STRUCTURE, *ROLES,
)  # fmt: skip
_LIGHT_CLAUSE = 0.12  # of a sentence; a lighter clause says too little to be the least covered
_LOST = 0.3  # squared cosine below which a piece is not in the text


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
    if not match.size:
        return Comparison(
            _row(values), tuple(missing(said.numbers, found.numbers)), said.names, np.zeros(1, np.float32)
        )
    laid = align(said, ground, match, terms)
    clauses = _compare_coverage(values, laid)
    absent = compare_numbers(values, laid)
    unnamed = compare_names(values, laid)
    compare_terms(values, laid, terms)
    compare_rivals(values, laid)
    compare_turns(values, laid)
    compare_structure(values, laid)
    compare_roles(values, laid)
    values["inverted"] = inverted(laid)
    return Comparison(_row(values), absent, unnamed, clauses)


def _compare_coverage(values: dict[str, float], laid: Alignment) -> Floats:
    """Looks how much of the sentence the text has; returns it clause by clause."""
    said, found, share = laid.said, laid.found, laid.share
    low, high = laid.run
    here = np.maximum.reduce(laid.match[low:high], axis=0)
    clauses = np.add.reduceat(laid.best * share, said.firsts) / np.maximum(laid.clause_share, 1e-9)
    heavy = clauses[laid.clause_share >= _LIGHT_CLAUSE]
    partners = laid.of_clause.argmax(axis=0)
    in_partner = laid.by_clause[partners[said.clause_of], np.arange(len(share))]
    values["covered"] = float(laid.best @ share)
    values["covered_here"] = float(here @ share)
    values["covered_clauses"] = float(np.maximum.reduce(laid.of_clause, axis=0) @ laid.clause_share)
    values["least_clause"] = float(heavy.min() if len(heavy) else clauses.min())
    gaps = np.sort(share * (1.0 - laid.best))[::-1].tolist()
    values["gap"], values["second_gap"], values["third_gap"] = (*gaps[:3], 0.0, 0.0)[:3]
    values["gap_here"] = float((share * (1.0 - here)).max())
    values["gap_clause"] = float((share * (1.0 - in_partner)).max())
    values["lost"] = float(share[laid.best < _LOST].sum())
    values["cosine"] = float(whole(said) @ whole(found))
    weights = found.weights[low:high]
    values["cosine_here"] = float(whole(said) @ pooled(found.vectors[low:high], weights))
    values["back"] = float(np.maximum.reduce(laid.match[low:high], axis=1) @ weights) / max(float(weights.sum()), 1e-9)
    values["grams"] = len(said.grams & found.grams) / max(len(said.grams), 1)
    values["pieces"], values["found_pieces"] = min(len(share), 80) / 80, min(len(laid.match), 200) / 200
    values["clauses"] = min(len(clauses), 6) / 6
    return clauses.astype(np.float32)


def _row(values: dict[str, float]) -> Floats:
    return np.fromiter(values.values(), dtype=np.float32, count=len(FEATURES))
