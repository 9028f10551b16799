"""What a question is read as, and what a search returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from index.catalogue.filters import Filters
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


class Slot(StrEnum):
    """What something named in a question is."""

    NAME = "name"
    LINK = "link"
    AUTHOR = "author"
    SURNAME = "surname"
    VENUE = "venue"
    SECTION = "section"
    LIST = "list"
    ORGANISATION = "organisation"
    KIND = "kind"
    TOPIC = "topic"
    TERM = "term"


@dataclass(frozen=True, slots=True)
class Token:
    """A Latin word or number, or one Han character: its comparable form, and where it stands, ``text[start:end]``."""

    form: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """Something that a question names.

    Attributes:
        slot: What it is.
        value: Whom it means: the row of an entry as text, the value of a facet, another name of a term.
        name: The name in comparable form.
        first: Number of its first token.
        end: Number of the token after its last.
    """

    slot: Slot
    value: str
    name: str
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Intent:
    """What a question asks for, as the classifier sees it.

    Attributes:
        label: The likeliest intent (``index.query.intent.LABELS``).
        probabilities: Of every label; they sum to 1.
        leans: Probability that the question cannot be understood without the turn before.
    """

    label: str
    probabilities: Mapping[str, float]
    leans: float


@dataclass(frozen=True, slots=True)
class Reading:
    """Words of a question that were read as a constraint (a name of ``Filters.constraints``), and how surely."""

    words: str
    constraint: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of a conversation."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A question, read once; everything later takes it.

    Attributes:
        raw: The question as typed.
        corrected: The question without slips of the pen, in Simplified characters, white space collapsed.
        language: "zh" or "en".
        tokens: Its tokens, with offsets into ``corrected``.
        entities: What it names, in reading order; several of one place and slot are alternatives.
        intent: What it asks for.
        context: Names of what it leans on, from the turns before; empty when it stands alone.
        text: The question as it can be understood alone.
        search_text: What is looked for: the text without the words that became filters; "" when nothing else was said.
        words: Content words of ``search_text``, each once: Latin stems, Chinese pairs.
        spellings: The same words as they are spelled.
        terms: Terms of the lexical search.
        bonus: Added to the score of an entry, by entry row: it is named here or in the turn before.
        unknown: Names in the question that nothing in the index goes by.
        count: How many works are asked for, or None.
        readings: The words that were read as constraints.
        wished: What entries and passages must be, by the question and the options beside it.
        filters: The same without what nothing fitted.
        soft: What the question only hints at; an entry that fits it gets a little more.
        dropped: Constraints of the filters that nothing fitted, and that were given up (``Filters.constraints``).
        without: What works on a list must not be, any of these.
        spared: Rows of the entries that are named to be left out of a list.
    """

    raw: str
    corrected: str
    language: str
    tokens: tuple[Token, ...]
    entities: tuple[Entity, ...]
    intent: Intent
    context: tuple[str, ...]
    text: str
    search_text: str
    words: tuple[str, ...]
    spellings: tuple[str, ...]
    terms: tuple[str, ...]
    bonus: Mapping[int, float]
    unknown: tuple[str, ...]
    count: int | None
    readings: tuple[Reading, ...]
    wished: Filters
    filters: Filters
    soft: Filters
    dropped: tuple[str, ...]
    without: tuple[Filters, ...] = ()
    spared: frozenset[int] = frozenset()

    def named(self) -> list[set[int]]:
        """Returns the rows of the entries named or linked, place by place in reading order; namesakes share a place."""
        places: dict[tuple[int, int], set[int]] = {}
        for entity in self.entities:
            if entity.slot in (Slot.NAME, Slot.LINK):
                places.setdefault((entity.first, entity.end), set()).add(int(entity.value))
        return [places[place] for place in sorted(places)]

    def is_a_name(self) -> bool:
        """Tells a question that is nothing but the name of an entry or of a term of the glossary."""
        whole = (0, len(self.tokens))
        slots = (Slot.NAME, Slot.LINK, Slot.TERM)
        return any(entity.slot in slots and (entity.first, entity.end) == whole for entity in self.entities)


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked entry with the passages that earned it its place, best first.

    Attributes:
        entry: The entry.
        matches: Its best passages.
        score: What it is ranked by; higher is better.
        rank: From 1.
        row: Row of the entry in the store.
        passages: Lexical and fused score of every passage of it that was looked at, by id.
        steps: How it fared in each step, when the search was asked to explain itself.
        words: Content words of the question that its passages hold, likewise.
        subjects: How near the subjects it belongs to are to a list that is asked for (``retrieval.subjects.NEARNESS``);
            empty where none is, or the corpus has no subjects.
    """

    entry: Entry
    matches: tuple[Match, ...]
    score: float
    rank: int
    row: int = -1
    passages: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    words: tuple[str, ...] = ()
    subjects: tuple[float, ...] = ()

    @property
    def best(self) -> Match:
        """The match that did most for the rank."""
        return self.matches[0]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, how it read the question, and the milliseconds each step took."""

    hits: tuple[Hit, ...]
    question: ParsedQuery
    milliseconds: Mapping[str, float]
