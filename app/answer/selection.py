"""Choosing spans: a fitted model says how probably a span holds what a question asks for.

Features compare the question with the span and, where the span is an answer, with the question it answers; the names of
the entry are taken out once, so that saying the name over and over earns nothing. ``python -m evals --calibrate``
trains the model on the answers of cards and notes; ``selection.json`` holds it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.answer.spans import Span, by_entry
from index.encoders.static import StaticEncoder
from index.query.intent import LABELS
from index.storage.store import Store
from index.text.analysis import content_words, term_set
from index.types import Hit, ParsedQuery
from ingest.documents.answers import ASPECTS
from ingest.types import Entry, PassageKind

Floats = NDArray[np.float32]
FITTED = Path(__file__).parent / "selection.json"
FEATURES = (
    "question", "question_back", "question_cosine", "text", "text_back", "text_cosine",
    "bare_question", "bare_text", "covered", "rank", "score", "named", "fit", "answer", "note", "listing", "abstract",
    "language", "length", "lead", "number", "steps", "passage_words", "passage",
)  # fmt: skip
_READ: dict[str, dict[str, tuple[NDArray[np.int64], Floats]]] = {}  # tokens and vectors of texts, by table
_MOST_READ = 50_000
_THE_SAME_WORDS, _CERTAIN = 0.95, 4.0
KINDS = ("answer", "prose")  # each has weights of its own: prose has no question to compare with


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span with the entry it is of.

    Attributes:
        span: The span.
        hit: The ranked entry.
        probability: That the span holds what is asked for, in [0, 1].
        vector: Mean of the vectors of its distinct tokens, shape (dimension,).
    """

    span: Span
    hit: Hit
    probability: float
    vector: Floats


@cache
def fitted() -> dict[str, Any]:
    """Returns the fitted model."""
    model: dict[str, Any] = json.loads(FITTED.read_text(encoding="utf-8"))
    return model


def candidate_spans(store: Store, hits: Sequence[Hit], language: str) -> list[tuple[Span, Hit]]:
    """Returns every span of some entries, each with its entry, in a language or else in the other one."""
    return [(span, hit) for hit in hits for span in by_entry(store.passages_of(hit.entry.entry_id), language)]


def rank_spans(
    question: ParsedQuery,
    spans: Sequence[tuple[Span, Hit]],
    table: StaticEncoder,
    model: Mapping[str, Any] | None = None,
) -> list[Candidate]:
    """Returns spans with their probabilities, best first; equals in the order given."""
    if not spans:
        return []
    model = model or fitted()
    features, vectors = span_features(question, spans, table)
    prose = np.asarray([span.asked is None for span, _ in spans], dtype=int)
    weights = np.asarray([model[kind]["weights"] for kind in KINDS])[prose]
    bias = np.asarray([model[kind]["bias"] for kind in KINDS])[prose]
    odds = (features * weights).sum(axis=1) + bias
    heard = features[:, :2].min(axis=1) >= _THE_SAME_WORDS  # asked in the very words of an answered question
    odds = np.where(heard, np.maximum(odds, _CERTAIN), odds)
    chances = 1.0 / (1.0 + np.exp(-odds))
    order = np.argsort(-chances, kind="stable")
    return [Candidate(spans[i][0], spans[i][1], float(chances[i]), vectors[i]) for i in order.tolist()]


def span_features(
    question: ParsedQuery, spans: Sequence[tuple[Span, Hit]], table: StaticEncoder
) -> tuple[Floats, Floats]:
    """Returns the features of spans, shape (spans, FEATURES), and their vectors, shape (spans, dimension)."""
    asked = question.text
    names = {hit.entry.entry_id: _name_terms(hit.entry) for _, hit in spans}
    bare = {key: _without(question, terms) for key, terms in names.items()}
    wordings = [
        [w for w in (span.asked.question, *span.asked.wordings) if w] if span.asked else [] for span, _ in spans
    ]
    texts = [span.plain for span, _ in spans]
    n = len(spans)
    flat = [wording for several in wordings for wording in several]
    compare = Comparer(table, [asked, *dict.fromkeys(bare.values())], [*texts, *flat])
    similar = np.stack(compare.scores(asked), axis=1)
    by_bare = {text: compare.scores(text)[0] if text else np.zeros(n + len(flat)) for text in set(bare.values())}
    ends = n + np.cumsum([len(several) for several in wordings])
    best = [_best(similar, int(end) - len(several), int(end)) for several, end in zip(wordings, ends, strict=True)]
    top = max(hit.score for _, hit in spans) or 1.0
    named = set().union(*question.named())
    words = question.words
    rows = np.zeros((n, len(FEATURES)), dtype=np.float32)
    for i, (span, hit) in enumerate(spans):
        key = hit.entry.entry_id
        own = by_bare[bare[key]]
        wanted = [word for word in words if word not in names[key]]
        terms = term_set(f"{' '.join(wordings[i])} {texts[i]}")
        covered = sum(word in terms for word in wanted) / len(wanted) if wanted else 1.0
        kind = span.passage.kind
        rows[i] = (
            *(similar[best[i]] if wordings[i] else (0.0, 0.0, 0.0)), *similar[i],
            own[best[i]] if wordings[i] else 0.0, own[i], covered, 1.0 / hit.rank, hit.score / top,
            float(hit.row in named), aspect_fit(question, span),
            float(kind is PassageKind.ANSWER), float(kind is PassageKind.NOTE),
            float(kind is PassageKind.LISTING), float(kind is PassageKind.ABSTRACT),
            float(span.passage.language == question.language), min(len(span.plain), 400) / 400.0,
            float(span.position == 0), float(any(c.isdigit() for c in span.plain)), float(span.steps),
            *hit.passages.get(span.passage.passage_id, (0.0, 0.0)),
        )  # fmt: skip
    return rows, compare.vectors(texts)


def _best(similar: Floats, start: int, end: int) -> int:
    """Returns which wording of a question is the most like the one asked, both ways together."""
    return start + int(np.argmax(similar[start:end].sum(axis=1))) if end > start else start


def aspect_fit(question: ParsedQuery, span: Span) -> float:
    """Returns how much likelier than by chance a question of this intent is answered by this aspect, a logarithm."""
    if span.asked is None or span.asked.aspect not in ASPECTS:
        return 0.0
    table = fitted()["aspects"] if FITTED.is_file() else {}
    shares = question.intent.probabilities
    fit = sum(shares[label] * table.get(label, {}).get(span.asked.aspect, 0.0) for label in LABELS)
    return float(fit)


@lru_cache(maxsize=4096)
def _name_terms(entry: Entry) -> frozenset[str]:
    return frozenset(content_words(" ".join((entry.title, entry.title_zh, *entry.aliases))))


def _without(question: ParsedQuery, names: frozenset[str]) -> str:
    """Returns the content of a question without the words of an entry's names."""
    left = [s for word, s in zip(question.words, question.spellings, strict=True) if word not in names]
    if not left or not left[0].isascii():
        return "".join(s[:1] if not s.isascii() else f" {s} " for s in left) + (
            left[-1][1:] if left and not left[-1].isascii() else ""
        )
    return " ".join(left)


class Comparer:
    """MaxSim in both directions, and cosines, of a few questions with many texts; every text is tokenised once."""

    def __init__(self, table: StaticEncoder, asked: Sequence[str], texts: Sequence[str]) -> None:
        self._table = table
        everything = list(dict.fromkeys([*asked, *texts]))
        remembered = _READ.setdefault(table.fingerprint, {})
        read = {text: found for text in everything if (found := remembered.get(text))}  # others may empty it any time
        if new := [text for text in everything if text not in read]:
            tokens = [np.unique(ids) for ids in table.tokenize(new)]  # a word said twice counts once
            learned = dict(zip(new, zip(tokens, table.pool(tokens), strict=True), strict=True))
            if len(remembered) > _MOST_READ:
                remembered.clear()
            remembered.update(learned)
            read |= learned
        self._ids = {text: ids for text, (ids, _) in read.items()}
        self._pooled = {text: vector for text, (_, vector) in read.items()}
        self._texts = list(texts)
        lengths = [len(self._ids[text]) for text in self._texts]
        self._filled = np.flatnonzero(lengths)
        sizes = np.asarray(lengths)[self._filled]
        self._begins = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(int) if len(sizes) else np.zeros(0, int)
        pieces = [self._ids[self._texts[i]] for i in self._filled]
        together = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int64)
        self._distinct, self._place = np.unique(together, return_inverse=True)
        self._weights = np.square(table.token_lengths(self._distinct))[self._place] if len(together) else np.zeros(0)
        self._sums = np.add.reduceat(self._weights, self._begins) if len(sizes) else np.zeros(0)

    def scores(self, asked: str) -> tuple[Floats, Floats, Floats]:
        """Returns MaxSim of a question in each text, of each text in the question, and cosines, shape (texts,) each."""
        to, back = np.zeros(len(self._texts), np.float32), np.zeros(len(self._texts), np.float32)
        ids = self._ids[asked]
        if len(ids) and len(self._filled):
            cosines = np.square(np.maximum(self._table.token_cosines(self._distinct, ids), 0.0))
            every = cosines[self._place]
            weights = np.square(self._table.token_lengths(ids))
            best = np.maximum.reduceat(every, self._begins, axis=0)
            to[self._filled] = np.einsum("ij,j->i", best, weights) / max(float(weights.sum()), 1e-9)
            held = np.add.reduceat(every.max(axis=1) * self._weights, self._begins)
            back[self._filled] = held / np.maximum(self._sums, 1e-9)
        cosine = np.asarray([self._pooled[text] for text in self._texts]) @ self._pooled[asked]
        return to, back, cosine.astype(np.float32)

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Returns the mean vectors of texts, shape (texts, dimension)."""
        return np.asarray([self._pooled[text] for text in texts], dtype=np.float32)
