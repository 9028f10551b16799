"""What a search returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from index.catalogue.filters import NO_FILTERS, Filters
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
class Step:
    """Where an entry stood in one step of the search: its best score there, and its rank among the candidates."""

    name: str
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class ReadWords:
    """Words of a question that were read: which, as what (a name of ``Filters.constraints``), and how surely."""

    words: str
    constraint: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as search reads it.

    Attributes:
        asked: The question as typed.
        mended: The question without slips of the pen, in Simplified characters.
        text: The same with what it leans on.
        sought: What is looked for: the text without the words that became filters; "" when nothing else was said.
        language: "zh" or "en".
        terms: Terms of the lexical search.
        bonus: Added to the score of an entry, by entry row: it is named here or in the last answer.
        hints: What the question only hints at; an entry that fits it gets a little more.
        wished: What entries and passages should be, by the question and the options beside it.
        filters: The same without what nothing fitted.
        words_read: The words that say so.
        dropped: Constraints of the filters that nothing fitted, and that were given up (``Filters.constraints``).
    """

    asked: str
    mended: str
    text: str
    sought: str
    language: str
    terms: tuple[str, ...] = ()
    bonus: Mapping[int, float] = field(default_factory=dict)
    hints: Filters = NO_FILTERS
    wished: Filters = NO_FILTERS
    filters: Filters = NO_FILTERS
    words_read: tuple[ReadWords, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def asks_for_works(self) -> bool:
        """Whether works of some kind are asked for, and not what is in them."""
        return any(read.constraint in ("kinds", "topics") for read in self.words_read)


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked entry with the passages that earned it its place, best first.

    Attributes:
        entry: The entry.
        matches: Its best passages.
        score: What it is ranked by; higher is better.
        rank: From 1.
        steps: How it fared in each step, when the search was asked to explain itself.
        words: Content words of the question that its passages hold, likewise.
    """

    entry: Entry
    matches: tuple[Match, ...]
    score: float
    rank: int
    steps: tuple[Step, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def best(self) -> Match:
        """The match that did most for the rank."""
        return self.matches[0]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, how it read the question, and the milliseconds each step took."""

    hits: tuple[Hit, ...]
    question: Understood
    milliseconds: Mapping[str, float]
