"""Writing an answer out of spans that stand in the corpus: nothing is said that a source does not say.

Every kind of question has its shape: a definition, a reason or a figure is the best span and what supports it, a
comparison states the difference and sets the sides beside each other, a list has an entry a line, a catalogue fact is
one sentence from the record.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.answer.aspects import shipped_aspects
from app.answer.defining import asked_names, asks_what_it_is, defining_spans
from app.answer.draft import Draft
from app.answer.facts import state_columns, state_facts
from app.answer.listing import write_list
from app.answer.names import short_name
from app.answer.ordering import definition_first
from app.answer.quoting import ExtractiveConfig, choose_quotes
from app.answer.rereading import reread
from app.answer.selection import MOST_PASSAGES, Candidate, candidate_spans, rank_spans
from app.answer.spans import by_entry, in_brief, opens_with_a_verdict
from app.answer.wishes import Wishes
from app.render.messages import say
from app.types import Length
from index.encoders.static import StaticEncoder
from index.retrieval.reranker import shipped_reranker
from index.storage.store import Store
from index.text.analysis import content_words
from index.text.spans import Span
from index.types import Hit, ParsedQuery
from ingest.documents.answers import ASPECTS
from ingest.types import Kind

_DEFINED_BY = 10  # hits, one of which may define a term
_LIKELY = 0.12  # probability from which on a span is put beside facts
SIZES = "sizes"
_BIBLIOGRAPHY = ("year", "authors", "venue", "links")  # what prose says less well than the record
_OF_EACH = 2  # spans of each side
_SIDES = 3  # works whose facts are stated
_SAYS_IT = 0.5  # probability of the likeliest span from which on it comes before facts
_SURE = 0.2  # probability from which on the difference of two works is what is asked for
_CONTRAST = 0.7  # share of the likeliest span's probability from which on a span that tells two works apart goes first


class ExtractiveWriter:
    """Chooses spans for a question; safe to share between threads."""

    def __init__(self, store: Store, table: StaticEncoder, config: ExtractiveConfig = ExtractiveConfig()) -> None:
        """Reads passages from a store and compares spans by a table of token vectors."""
        self._store = store
        self._table = table
        self._config = config
        self._reranker = shipped_reranker(table)

    def candidates(self, question: ParsedQuery, hits: Sequence[Hit], most: int = MOST_PASSAGES) -> list[Candidate]:
        """Returns the spans of the ``most`` best passages of the best entries, the likeliest answer first.

        Where a definition is asked for, what defines the term is among them.
        """
        spans = candidate_spans(self._store, hits[: self._config.entries], question.language, most)
        if asks_what_it_is(question):
            known = {span.passage.passage_id for span, _ in spans}
            defining = defining_spans(question, hits[:_DEFINED_BY], self._store)
            spans += [found for found in defining if found[0].passage.passage_id not in known]
        ranked = rank_spans(question, spans, self._table)
        return reread(question, ranked, self._table, self._reranker) if self._reranker else ranked

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
        facts = [name for name in wishes.facts if name in _BIBLIOGRAPHY] if asks_for_facts(question) else []
        if wishes.facts_first:
            self._facts(draft, question, facts, hits)
        stated = len(draft.sentences)
        if wishes.compares:
            self._comparison(draft, question, hits, ranked, length)
        if len(draft.sentences) == stated:
            first = definition_first(question, ranked) if wishes.defines else ranked
            self._plain(draft, question, first, length, defines=wishes.defines)
        if not wishes.facts_first:
            self._facts(draft, question, facts, hits)
        return draft

    def write_facts(self, question: ParsedQuery, wishes: Wishes, hits: Sequence[Hit]) -> Draft:
        """States the catalogue facts asked for about the entry meant; an empty draft where the corpus lacks them."""
        draft = Draft(question.language)
        self._facts(draft, question, wishes.facts, hits)
        return draft

    def _facts(self, draft: Draft, question: ParsedQuery, names: Sequence[str], hits: Sequence[Hit]) -> None:
        """States the facts of the works named, or else of the first that has one, but nothing that is said already."""
        sized = SIZES in names  # how big anything else is, is not what the catalogue says
        said = " ".join(sentence.text for sentence in draft.sentences)
        for hit in named_hits(question, hits)[:_SIDES] or ([] if sized else hits[:1]):
            passages, before = self._store.passages_of(hit.entry.entry_id), len(draft.sentences)
            facts = [f for f in state_facts(hit.entry, passages, names, question.language) if f.value not in said]
            for fact in facts:
                paragraph = len(draft.sentences) == before
                draft.quote(fact.span, hit.entry, text=fact.text, paragraph=paragraph, value=fact.value)

    def write_columns(self, question: ParsedQuery, hits: Sequence[Hit]) -> Draft:
        """States what a row of a named work holds in a column that is named, too; an empty draft where none is."""
        draft = Draft(question.language)
        for hit in named_hits(question, hits)[:1]:
            passages = self._store.passages_of(hit.entry.entry_id)
            for fact in state_columns(hit.entry, passages, question.text, question.language):
                draft.quote(fact.span, hit.entry, text=fact.text, paragraph=not draft.sentences, value=fact.value)
        return draft

    def add_support(self, draft: Draft, ranked: Sequence[Candidate]) -> None:
        """Adds to the facts of a draft the likeliest spans, if they are likely at all, for what else is asked."""
        first = {citation.entry.entry_id for citation in draft.citations}
        for candidate in choose_quotes(ranked, Length.NORMAL, self._config).all[:_OF_EACH] if ranked else ():
            if candidate.probability >= _LIKELY:
                draft.point(candidate.span, candidate.hit.entry, label=candidate.hit.entry.entry_id not in first)

    def write_list(self, question: ParsedQuery, hits: Sequence[Hit]) -> tuple[Draft, float]:
        """Lists the works asked for; an empty draft where no list is. Also how sure the first of them is, in [0, 1]."""
        draft = Draft(question.language)
        chance = write_list(draft, question, hits, self._store, self._table)
        return draft, chance

    def _plain(
        self, draft: Draft, question: ParsedQuery, ranked: Sequence[Candidate], length: Length, *, defines: bool = False
    ) -> None:
        """Quotes the best span, then what adds to it, of the same entry first; apart from these, what is related."""
        if not ranked:
            return
        chosen = choose_quotes(ranked, length, self._config, names=asked_names(question) if defines else None)
        first, *others = chosen.answer
        self._answer_first(draft, question, first)
        own = first.hit.entry.entry_id
        for candidate in sorted(others, key=lambda candidate: candidate.hit.entry.entry_id != own):
            span, entry = candidate.span, candidate.hit.entry
            if len(others) == 1:  # a list of one point is none
                draft.quote(span, entry, paragraph=True, label=entry.entry_id != own)
            else:
                draft.point(span, entry, label=entry.entry_id != own)
        heading = f"{say('related', question.language)}\n\n"
        for candidate in chosen.related:
            entry = candidate.hit.entry
            draft.point(candidate.span, entry, label=entry.entry_id != own, asked=True, heading=heading)
            heading = ""

    def _answer_first(self, draft: Draft, question: ParsedQuery, candidate: Candidate) -> None:
        """Quotes what comes first; a "No." to a question other than the one asked has that question before it."""
        span, entry = candidate.span, candidate.hit.entry
        asked = span.asked.question if span.asked else ""
        heard = set(question.words) == set(content_words(asked))
        lead = f"**{asked}** " if asked and not heard and opens_with_a_verdict(span.plain) else ""
        draft.quote(span, entry, text=f"{lead}{span.plain}", paragraph=True, lead=len(lead))

    def _comparison(
        self, draft: Draft, question: ParsedQuery, hits: Sequence[Hit], ranked: Sequence[Candidate], length: Length
    ) -> None:
        """Sets works side by side; writes nothing where there are no two, or where a third says it best.

        Asked for the difference, it is stated first, from an answer that compares them, and a table of aspects follows;
        asked for something else about them, each side says it.
        """
        named = named_hits(question, hits)
        works = [hit for hit in named if hit.entry.kind is not Kind.CONCEPT]
        sides = (works if len(works) > 1 else named)[: self._config.sides]
        if len(sides) == 1 and question.unknown and self._versus(question) >= _SURE:
            self._one_side(draft, question, sides[0])
        if len(sides) < 2:
            return
        ids = {hit.entry.entry_id for hit in sides}
        ranked_ids = {candidate.hit.entry.entry_id for candidate in ranked}
        further = self.candidates(question, [side for side in sides if side.entry.entry_id not in ranked_ids])
        together = sorted([*ranked, *further], key=lambda candidate: -candidate.probability)
        between = [
            candidate for candidate in together
            if candidate.span.asked is not None and candidate.span.asked.other
            and len(ids & {candidate.hit.entry.entry_id, candidate.span.asked.other}) > 1
        ]  # fmt: skip
        of_sides = [[c for c in together if c.hit.entry.entry_id == side.entry.entry_id] for side in sides]
        says_it = any(own and own[0] is candidate for own in of_sides for candidate in between)
        versus = self._versus(question)
        differs = bool(between) and (versus >= _SURE or says_it)
        differs = differs and between[0].probability >= _CONTRAST * together[0].probability  # of all, the likeliest
        if not differs and not any(own[:1] == together[:1] for own in of_sides):
            return
        if differs:
            draft.quote(between[0].span, between[0].hit.entry, paragraph=True)
        for side, own in zip(sides, of_sides, strict=True) if not differs else ():
            for number, candidate in enumerate(choose_quotes(own, length, self._config).all[:_OF_EACH] if own else ()):
                draft.quote(candidate.span, side.entry, paragraph=not number, label=not number)
        alike = len({side.entry.kind is Kind.CONCEPT for side in sides}) == 1  # "optimisers" is not Adam beside Sophia
        if alike and (differs or versus >= _SURE) and length is not Length.SHORT:
            self._table_of(draft, question, sides)

    def _one_side(self, draft: Draft, question: ParsedQuery, side: Hit) -> None:
        """Says what a work is and how it works, as nothing is known of the other side."""
        said = self._by_aspect(side, question.language)
        for aspect in ("what", "how"):
            if aspect in said:
                draft.quote(said[aspect], side.entry, paragraph=True)

    def _versus(self, question: ParsedQuery) -> float:
        """Returns the probability that a question asks for the difference itself, in [0, 1]."""
        asked, _ = shipped_aspects().asked(self._table.tokenize([question.text])[0])
        return float(asked[ASPECTS.index("vs")])

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
        for span in by_entry(in_brief(self._store.passages_of(hit.entry.entry_id)), language):
            if span.asked is not None and not opens_with_a_verdict(span.plain):  # that answers a question not shown
                found.setdefault(span.asked.aspect, span)
        return found


def asks_for_facts(question: ParsedQuery) -> bool:
    """Tells a question that asks for a fact by its whole wording: "when" and "how big" have other meanings, too."""
    return question.intent.label == "fact"


def says_more(question: ParsedQuery, ranked: Sequence[Candidate]) -> bool:
    """Tells that a question which asks for a fact among other things is answered by prose rather than by the record."""
    return bool(ranked) and (not asks_for_facts(question) or ranked[0].probability >= _SAYS_IT)


def named_hits(question: ParsedQuery, hits: Sequence[Hit]) -> list[Hit]:
    """Returns the hits that a question names, in the order in which it names them; of namesakes the best."""
    found: list[Hit] = []
    for rows in question.named():
        best = next((hit for hit in hits if hit.row in rows and hit.entry.kind is not Kind.CONCEPT), None)
        best = best or next((hit for hit in hits if hit.row in rows), None)
        if best is not None and best not in found:
            found.append(best)
    return found
