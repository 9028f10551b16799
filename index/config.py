"""How search ranks: every number that decides an order, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of the three scores in the fused one; only their ratios matter."""

    lexical: float = 1.0
    dense: float = 0.5
    late: float = 1.0

    def __post_init__(self) -> None:
        """Checks the numbers."""
        if min(self.lexical, self.dense, self.late) < 0 or self.lexical + self.dense + self.late <= 0:
            raise ValueError(f"weights must not be negative, and not all zero: {self}")


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """How passages become ranked entries.

    Attributes:
        pool: Passages taken from each of the two searches, by words and by vectors; late interaction re-scores them.
        wide_pool: The same where works are listed: what belongs on a list need not be among the nearest.
        weights: Weights of the scores by language of the question.
        readable: Share of the question's words that must occur in the index for the lexical score to have its full
            weight: where the passages are in another language few words do, and those mislead.
        second: Weight of an entry's second-best passage beside its best one.
        name_bonus: Added to the score of an entry that the whole question names; a name that is only part of the
            question earns its share of it.
        subject_bonus: Added to the score of an entry that belongs to the one subject that a list is asked for; 0 for a
            search that knows no subjects.
        author_bonus: Added to the score of an entry by an author whom the question names.
        structure: Whether what a question says about year, venue, author, kind, list or section is read.
        soft_bonus: Added to the score of an entry that fits all that such words only hint at.
        glossary: Languages of questions whose terms are also searched for under their other names and translations
            (``python -m evals --ablations`` compares; DECISIONS.md).
        strip_question: Whether words that only make it a question are left out of the lexical search.
        passages_per_hit: Passages shown with an entry.
    """

    pool: int = 200
    wide_pool: int = 300
    weights: Mapping[str, Weights] = field(default_factory=lambda: {"zh": Weights(), "en": Weights(late=0.7)})
    readable: float = 0.5
    second: float = 0.4
    name_bonus: float = 0.5
    subject_bonus: float = 0.2
    author_bonus: float = 0.25
    structure: bool = True
    soft_bonus: float = 0.1
    glossary: tuple[str, ...] = ("zh",)
    strip_question: bool = True
    passages_per_hit: int = 4

    def __post_init__(self) -> None:
        """Checks the numbers."""
        if min(self.pool, self.wide_pool, self.passages_per_hit) < 1 or self.readable <= 0:
            raise ValueError(f"need pools >= 1, readable > 0 and passages_per_hit >= 1, not {self}")
