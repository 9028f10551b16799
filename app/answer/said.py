"""How much of what a question asks is said in the texts of the works that it is about.

The names of works are taken out of the question first, as a work always says its own name: what is left of "the
learning rate of LoRA" is the learning rate. Every piece of it looks for its nearest piece in a text, in either
language; it weighs as much as the square of its vector's length times its rarity among the passages.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.answer.selection import Candidate
from index.catalogue.names import name_units
from index.encoders.static import StaticEncoder
from index.query.tokens import folded
from index.retrieval.late_interaction import distinct_ids
from index.search import Searcher
from index.text.analysis import content_text, stem, term_set
from index.text.spans import Span
from index.types import Hit, ParsedQuery, Slot

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
_LIKELY = 10  # spans looked at
_WORKS = 3
_NAME_SLOTS = (Slot.NAME, Slot.LINK)
_LIKE_A_NAME = re.compile(
    r"(?<![\w.@/-])(?=[A-Za-z0-9.+-]*[A-Z])[A-Za-z](?:[A-Za-z0-9]|[.+-](?=[A-Za-z0-9]))+(?![\w@/])"
)
_OPENING = re.compile(r"[A-Z][a-z]+")


@dataclass(frozen=True, slots=True)
class Said:
    """Shares of the question's weight, names of works apart, that are said; all 1 when nothing else is asked.

    Attributes:
        work: In all texts of the works that are named, or else of the work of the likeliest span.
        pairs: In those texts, by pairs of neighbouring pieces that one passage says.
        weakest: How well the most important piece that is missing from those texts is said there.
    """

    work: float = 1.0
    pairs: float = 1.0
    weakest: float = 1.0


def asked_aspect(question: ParsedQuery) -> str:
    """Returns the content of a question without the names of works, "" when there is nothing but names.

    A name that no text has is told apart where a known one stands beside it, and is not held against the answer.
    """
    text = content_text(question.text)
    names = {entity.name for entity in question.entities if entity.slot is Slot.NAME}
    if _known_places(question):
        names |= {" ".join(name_units(name)) for name in question.unknown}
    for name in sorted(names, key=lambda name: (-len(name), name)):
        units = r"[\W_]*".join(map(re.escape, name.split(" ")))
        edges = (r"(?<![a-z0-9-])", r"(?![a-z0-9])") if name.isascii() else ("", "")
        text = re.sub(f"{edges[0]}{units}{edges[1]}", " ", text)
    return " ".join(text.split())


def what_is_said(
    question: ParsedQuery,
    hits: Sequence[Hit],
    ranked: Sequence[Candidate],
    searcher: Searcher,
    hidden: Collection[str] = (),
) -> Said:
    """Compares what a question asks with all texts of the works meant; ``hidden`` passages are not there."""
    if not ranked:
        return Said(0.0, 0.0, 0.0)
    asked = _pieces(searcher.table, asked_aspect(question))
    if not len(asked):
        return Said() if question.named() else Said(0.0, 0.0, 0.0)
    weights = np.square(searcher.table.token_lengths(asked)) * searcher.rarity(asked)
    shares = weights / max(float(weights.sum()), 1e-9)
    meant = _meant(question, hits, ranked)
    passages = [pieces for row in meant for pieces in searcher.pieces_of(row, hidden)]
    likely = _pieces_of_spans(searcher.table, [c.span for c in ranked[:_LIKELY] if c.hit.row in meant])
    said = _matches(asked, [*likely, *passages], searcher)
    in_work = said.max(axis=0)
    important = weights / max(float(weights.max()), 1e-9)
    return Said(
        work=float(in_work @ shares),
        pairs=_by_pairs(said, shares),
        weakest=float((1.0 - important * (1.0 - in_work)).min()),
    )


def _by_pairs(said: Floats, shares: Floats) -> float:
    """Returns how much is said pair by pair of neighbouring pieces, a pair as well as its less said piece."""
    if said.shape[1] == 1:
        return float(said.max())
    both = np.minimum(said[:, :-1], said[:, 1:]).max(axis=0)
    weights = shares[:-1] + shares[1:]
    return float(both @ weights / max(float(weights.sum()), 1e-9))


def names_held(question: ParsedQuery, candidate: Candidate) -> float:
    """Returns the share of the question's names, those of known works apart, that a candidate's passage or entry holds.

    A name that no text has does not count beside a known one: it is told apart.
    """
    places = _known_places(question)
    names = [
        found[0]
        for found in _LIKE_A_NAME.finditer(question.text)
        if not any(start <= found.start() and found.end() <= end for start, end in places)
        and not (places and found[0] in question.unknown)
        and not (found.start() == 0 and _OPENING.fullmatch(found[0]))
    ]
    if not names:
        return 1.0
    entry = candidate.hit.entry
    held = term_set(" ".join((entry.title, *entry.aliases, candidate.span.passage.text)))
    return sum(folded(name) in held or stem(folded(name)) in held for name in names) / len(names)


def is_of_named(question: ParsedQuery, candidate: Candidate) -> bool:
    """Tells a candidate that is of a work which the question names, or says its name; any, where it names none."""
    names = [name_units(entity.name) for entity in question.entities if entity.slot in _NAME_SLOTS]
    if not names or candidate.named:
        return True
    held = set(name_units(" ".join((*candidate.span.wordings, candidate.span.plain))))
    return any(held.issuperset(units) for units in names)


def _known_places(question: ParsedQuery) -> list[tuple[int, int]]:
    """Returns where a question names works that are here; a part of an unknown name, as in S-LoRA, names none."""
    strange = [found.span() for name in question.unknown for found in re.finditer(re.escape(name), question.text)]
    places = [
        (question.tokens[entity.first].start, question.tokens[entity.end - 1].end)
        for entity in question.entities
        if entity.slot in _NAME_SLOTS
    ]
    return [(a, b) for a, b in places if not any(start <= a and b <= end for start, end in strange)]


def _meant(question: ParsedQuery, hits: Sequence[Hit], ranked: Sequence[Candidate]) -> list[int]:
    """Returns the rows of the entries that a question is about: the named ones among the hits, or the best span's."""
    named = set().union(*question.named())
    return [hit.row for hit in hits if hit.row in named][:_WORKS] or [ranked[0].hit.row]


def _pieces(table: StaticEncoder, text: str) -> Ids:
    """Returns the distinct pieces of a text as they first come."""
    (pieces,) = table.tokenize([text])
    _, first = np.unique(pieces, return_index=True)
    return pieces[np.sort(first)]


def _pieces_of_spans(table: StaticEncoder, spans: Sequence[Span]) -> list[Ids]:
    """Returns the distinct pieces of each span and of the questions that it answers."""
    texts = [(span.plain, *span.wordings) for span in spans]
    tokens = iter(table.tokenize([text for several in texts for text in several]))
    return [np.unique(np.concatenate([next(tokens) for _ in several])) for several in texts]


def _matches(asked: Ids, texts: Sequence[Ids], searcher: Searcher) -> Floats:
    """Returns the squared cosine of every asked piece with the nearest piece of each text, shape (texts, asked)."""
    found = np.zeros((len(texts), len(asked)), dtype=np.float32)
    filled = [row for row, text in enumerate(texts) if len(text)]
    if filled:
        pieces, place = distinct_ids(np.concatenate([texts[row] for row in filled]), searcher.table.vocabulary)
        near = np.square(np.clip(searcher.table.token_cosines(pieces, asked), 0.0, 1.0))
        begins = np.cumsum([0, *(len(texts[row]) for row in filled[:-1])])
        found[filled] = np.maximum.reduceat(near[place], begins, axis=0)
    return found
