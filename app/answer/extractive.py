"""Writing an answer out of spans that stand in the corpus: nothing is said that a source does not say.

Every kind of question has its shape: a definition, a reason or a figure is the best span and what supports it, a
comparison states the difference and sets the sides beside each other, a list has an entry a line, a catalogue fact is
one sentence from the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.answer.draft import Draft
from app.answer.facts import state_facts
from app.answer.listing import write_list
from app.answer.names import short_name
from app.answer.selection import Candidate, candidate_spans, rank_spans
from app.answer.spans import Span, by_entry
from app.answer.wishes import Wishes
from app.render.messages import say
from index.encoders.static import StaticEncoder
from index.storage.store import Store
from index.text.analysis import term_set
from index.types import Hit, ParsedQuery
from ingest.types import Kind

_LOOKED_AT = 30  # candidates among which a definition is looked for


class Length(StrEnum):
    """How much an answer says."""

    SHORT = "short"
    NORMAL = "normal"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class ExtractiveConfig:
    """How much an answer says.

    Attributes:
        entries: Entries whose spans are compared.
        spans: At most so many spans, by length.
        support: A further span must have this share of the first one's probability, by length …
        other: … and so much more when it is of another entry than the first …
        least: … and this probability.
        same: Two spans whose vectors are nearer than this say the same; the later one is left out.
        sides: Works set beside each other.
        shared: Aspects that are compared.
    """

    entries: int = 5
    spans: tuple[int, int, int] = (1, 4, 6)
    support: tuple[float, float, float] = (1.0, 0.35, 0.15)
    other: float = 1.6
    least: float = 0.01
    same: float = 0.75
    sides: int = 4
    shared: tuple[str, ...] = ("what", "how", "result", "cost", "limit")


class ExtractiveWriter:
    """Chooses spans for a question; safe to share between threads."""

    def __init__(self, store: Store, table: StaticEncoder, config: ExtractiveConfig = ExtractiveConfig()) -> None:
        """Reads passages from a store and compares spans by a table of token vectors."""
        self._store = store
        self._table = table
        self._config = config

    def candidates(self, question: ParsedQuery, hits: Sequence[Hit]) -> list[Candidate]:
        """Returns the spans of the best entries, the likeliest to hold what is asked for first."""
        spans = candidate_spans(self._store, hits[: self._config.entries], question.language)
        return rank_spans(question, spans, self._table)

    def write(
        self, question: ParsedQuery, wishes: Wishes, hits: Sequence[Hit], ranked: Sequence[Candidate], length: Length
    ) -> Draft:
        """Returns an answer.

        Args:
            question: The question.
            wishes: What the answer should hold.
            hits: The entries found, best first.
            ranked: From ``candidates``.
            length: How much to say.
        """
        draft = Draft(question.language)
        if wishes.compares:
            self._comparison(draft, question, hits, ranked, length)
        if not draft.sentences:
            self._plain(draft, definition_first(question, ranked) if wishes.defines else ranked, length)
        return draft

    def write_facts(self, question: ParsedQuery, wishes: Wishes, hits: Sequence[Hit]) -> Draft:
        """States the catalogue facts asked for about the entry meant; an empty draft where the corpus lacks them."""
        draft = Draft(question.language)
        for hit in named_hits(question, hits) or hits[:1]:
            for fact in state_facts(
                hit.entry, self._store.passages_of(hit.entry.entry_id), wishes.facts, question.language
            ):
                draft.quote(fact.span, hit.entry, text=fact.text, paragraph=not draft.sentences, value=fact.value)
            if draft.sentences:
                break
        return draft

    def write_list(self, question: ParsedQuery, hits: Sequence[Hit]) -> tuple[Draft, float]:
        """Lists the works asked for; an empty draft where no list is. Also how sure the first of them is, in [0, 1]."""
        draft = Draft(question.language)
        chance = write_list(draft, question, hits, self._store, self._table)
        return draft, chance

    def _plain(self, draft: Draft, ranked: Sequence[Candidate], length: Length) -> None:
        """Quotes the best span, and what supports it: of the same entry first, of others only what they add."""
        if not ranked:
            return
        size = list(Length).index(length)
        most, least = self._config.spans[size], self._config.support[size]
        first = ranked[0]
        chosen = [first]
        for candidate in ranked[1:]:
            own = candidate.hit.entry.entry_id == first.hit.entry.entry_id
            if len(chosen) == most:
                break
            share = candidate.probability / max(first.probability, 1e-9)
            if share < least * (1.0 if own else self._config.other) or candidate.probability < self._config.least:
                continue
            if not any(self._says_the_same(candidate, other) for other in chosen):
                chosen.append(candidate)
        seen: str = ""
        for candidate in sorted(
            chosen, key=lambda c: (c is not first, c.hit.entry.entry_id != first.hit.entry.entry_id, -c.probability)
        ):
            entry = candidate.hit.entry
            draft.quote(
                candidate.span, entry, paragraph=entry.entry_id != seen, label=bool(seen) and entry.entry_id != seen
            )
            seen = entry.entry_id

    def _says_the_same(self, one: Candidate, other: Candidate) -> bool:
        a, b = one.span, other.span
        within = a.passage.passage_id == b.passage.passage_id and (a.text in b.text or b.text in a.text)
        return within or float(one.vector @ other.vector) >= self._config.same

    def _comparison(
        self, draft: Draft, question: ParsedQuery, hits: Sequence[Hit], ranked: Sequence[Candidate], length: Length
    ) -> None:
        """States the difference first, from an answer that compares the sides, then sets them beside each other."""
        named = named_hits(question, hits)
        works = [hit for hit in named if hit.entry.kind is not Kind.CONCEPT]
        sides = (works if len(works) > 1 else named)[: self._config.sides]
        ids = {hit.entry.entry_id for hit in sides}
        ranked_ids = {candidate.hit.entry.entry_id for candidate in ranked}
        further = self.candidates(question, [side for side in sides if side.entry.entry_id not in ranked_ids])
        between = [
            candidate
            for candidate in sorted([*ranked, *further], key=lambda candidate: -candidate.probability)
            if candidate.span.asked is not None and candidate.span.asked.other
            and len(ids & {candidate.hit.entry.entry_id, candidate.span.asked.other}) >= min(2, max(len(ids), 1))
        ]  # fmt: skip
        of_each = [[c for c in ranked if c.hit.entry.entry_id == side.entry.entry_id][:1] for side in sides]
        contrast = (
            between[:1]
            or [c for c in ranked if c.span.asked and c.span.asked.aspect == "vs"][:1]
            or [best for side in of_each for best in side]
            or list(ranked[:1])
        )
        for candidate in contrast:
            draft.quote(candidate.span, candidate.hit.entry, paragraph=True)
        if len(sides) > 1 and length is not Length.SHORT:
            self._table_of(draft, question, sides)

    def _table_of(self, draft: Draft, question: ParsedQuery, sides: Sequence[Hit]) -> None:
        """Sets the aspects that all sides speak of beside each other, a row an aspect."""
        said = {side.entry.entry_id: self._by_aspect(side, question.language) for side in sides}
        shared = [aspect for aspect in self._config.shared if all(aspect in of_side for of_side in said.values())]
        rows = []
        for aspect in shared[:3]:
            cells = [(said[side.entry.entry_id][aspect], side.entry) for side in sides]
            rows.append((say(f"aspect_{aspect}", question.language), cells))
        if rows:
            draft.table([short_name(side.entry, question.language) for side in sides], rows)

    def _by_aspect(self, hit: Hit, language: str) -> dict[str, Span]:
        found: dict[str, Span] = {}
        for span in by_entry(self._store.passages_of(hit.entry.entry_id), language):
            if span.asked is not None:
                found.setdefault(span.asked.aspect, span)
        return found


def definition_first(question: ParsedQuery, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Returns candidates with the definition of the very term that is asked for in front, if there is one.

    An entry's own definition answers "what is LoRA?" and not "what is NF4?": the question that it answers must hold all
    words of the one asked.
    """
    wanted = set(question.words)

    def defines(candidate: Candidate) -> bool:
        asked = candidate.span.asked
        return (
            bool(wanted)
            and asked is not None
            and asked.aspect == "what"
            and wanted <= term_set(" ".join((asked.question, *asked.wordings)))
        )

    found = [candidate for candidate in ranked[:_LOOKED_AT] if defines(candidate)][:1]
    return [*found, *(candidate for candidate in ranked if all(candidate is not other for other in found))]


def named_hits(question: ParsedQuery, hits: Sequence[Hit]) -> list[Hit]:
    """Returns the hits that a question names, in the order in which it names them; of namesakes the best."""
    found: list[Hit] = []
    for rows in question.named():
        best = next((hit for hit in hits if hit.row in rows and hit.entry.kind is not Kind.CONCEPT), None)
        best = best or next((hit for hit in hits if hit.row in rows), None)
        if best is not None and best not in found:
            found.append(best)
    return found
