"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.types import Entry, Passage


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that earned its entry a place.

    Attributes:
        passage: The passage.
        score: Fused score, in [0, 1] plus the bonus for a named entry; higher is better.
        lexical: BM25 score.
        dense: Cosine of question and passage vectors.
        late: MaxSim of question and passage, in [0, 1].
    """

    passage: Passage
    score: float
    lexical: float
    dense: float
    late: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked entry with the passages that earned it its place, best first; rank counts from 1."""

    entry: Entry
    matches: tuple[Match, ...]
    score: float
    rank: int

    @property
    def best(self) -> Match:
        """The match that decided the rank."""
        return self.matches[0]
