"""Writing an answer out of sentences that stand in the corpus: nothing is said that a source does not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.answer.answerability import is_named
from app.answer.facts import state_facts
from app.answer.intents import Intent, without_fact_words
from app.answer.quotes import Quote, quote_line, quotes_of
from app.answer.support import support
from app.types import Citation, Sentence
from index.encoders.base import Vectors
from index.encoders.static import StaticEncoder
from index.retrieval.late_interaction import LateIndex
from index.storage.store import Store
from index.text.analysis import content_text, content_words, index_terms, term_set
from index.types import Hit
from ingest.text.folding import fold
from ingest.types import Entry, Kind, Passage, PassageKind

_LISTED_LAST = (PassageKind.CARD, PassageKind.NOTE, PassageKind.ABSTRACT, PassageKind.LISTING)


@dataclass(frozen=True, slots=True)
class ExtractiveConfig:
    """How much an answer says.

    Attributes:
        entries: Entries in an ordinary answer.
        list_entries: Entries in an answer to "which …".
        sentences: Sentences of the first, second and third entry.
        near: A further entry must score this share of the first one's score.
        list_near: The same for lists and comparisons.
        dense_weight: Weight of the cosine beside MaxSim in a sentence's score.
        coverage_weight: Weight of covered question words.
        lead_bonus: For a text's first sentence, which mostly says what a thing is.
        definition_bonus: For a sentence that starts with the name, when a definition is asked for.
        same: Two sentences more alike than this say the same; the second is left out.
    """

    entries: int = 3
    list_entries: int = 8
    sentences: tuple[int, ...] = (3, 2, 1)
    near: float = 0.7
    list_near: float = 0.6
    dense_weight: float = 0.5
    coverage_weight: float = 0.3
    lead_bonus: float = 0.08
    definition_bonus: float = 0.3
    same: float = 0.75


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as the writer sees it."""

    text: str
    language: str
    intent: Intent
    vector: Vectors


class ExtractiveWriter:
    """Chooses sentences for a question."""

    def __init__(self, store: Store, table: StaticEncoder, config: ExtractiveConfig = ExtractiveConfig()) -> None:
        """Reads passages from a store and compares sentences by a table of token vectors."""
        self._store = store
        self._table = table
        self._config = config

    def write(
        self, question: str, language: str, intent: Intent, hits: Sequence[Hit]
    ) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
        """Returns the sentences of an answer and their citations, numbered from 1 in order of appearance."""
        draft = _Draft()
        asked = _Asked(question, language, intent, self._table.encode([question])[0])
        for place, entry in enumerate(self._entries(question, intent, hits)):
            passages = self._store.passages_of(entry.entry_id)
            if intent.wants_list:
                self._list_item(draft, asked, entry, passages)
                continue
            wanted = self._config.sentences[min(place, len(self._config.sentences) - 1)]
            quotes = self._best_quotes(asked, entry, passages, max(wanted, 2) if intent.compares else wanted, draft)
            for quote in quotes:
                label = _label(entry, quote, language) if quote is quotes[0] else ""
                draft.add(label + quote.plain, quote, entry, support(quote.plain, quote.text), quote is quotes[0])
        return tuple(draft.sentences), tuple(draft.citations)

    def fact_entries(self, asked: str, standalone: str, intent: Intent, hits: Sequence[Hit]) -> list[Entry]:
        """Returns the named entries of a question that asks for catalogue facts and for nothing else.

        A question that also asks for something else ("LoRA 哪年获得诺贝尔奖？") is not a question for a catalogue fact.

        Args:
            asked: The question in the user's words; what it asks for stands there.
            standalone: The question as it is searched for; what it is about may stand in an earlier one.
            intent: What is asked for.
            hits: What the search found.
        """
        named = [hit.entry for hit in hits if intent.facts and is_named(hit.entry, standalone)]
        return [entry for entry in named if not _asks_more(asked, entry)]

    def write_facts(
        self, entries: Sequence[Entry], language: str, intent: Intent
    ) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
        """States the catalogue facts asked for about the first entry of which the corpus has them."""
        draft = _Draft()
        for entry in entries:
            if draft.sentences:
                break
            for fact in state_facts(entry, self._store.passages_of(entry.entry_id), intent.facts, language):
                strength = support(fact.value, fact.quote.text)
                draft.add(fact.text, fact.quote, entry, strength, paragraph=not draft.sentences)
        return tuple(draft.sentences), tuple(draft.citations)

    def _entries(self, question: str, intent: Intent, hits: Sequence[Hit]) -> list[Entry]:
        if not hits:
            return []
        named = [hit for hit in hits if is_named(hit.entry, question)]
        if intent.compares and len(named) > 1:
            return [hit.entry for hit in named[: self._config.entries]]
        if intent.wants_list:  # works are asked for; a section that speaks of them is not one
            hits = [hit for hit in hits if hit.entry.kind is not Kind.CONCEPT] or hits
        wide = intent.wants_list or intent.compares
        floor = hits[0].score * (self._config.list_near if wide else self._config.near)
        limit = self._config.list_entries if intent.wants_list else self._config.entries
        return [hit.entry for hit in hits[:limit] if hit.score >= floor]

    def _list_item(self, draft: _Draft, asked: _Asked, entry: Entry, passages: Sequence[Passage]) -> None:
        head = next((quote_line(passage) for passage in passages if passage.kind is PassageKind.LISTING), None)
        if head is not None:
            year = str(entry.year) if entry.year and str(entry.year) in head.text else ""
            shown = f"（{year}）" if asked.language == "zh" else f" ({year})"
            title = f"- **{entry.title}**{shown if year else ''}"
            draft.add(title, head, entry, support(entry.title, head.text), paragraph=True)
        asked = replace(asked, intent=replace(asked.intent, defines=True))
        for quote in self._best_quotes(asked, entry, passages, 1, draft):
            draft.add(quote.plain, quote, entry, support(quote.plain, quote.text), paragraph=head is None)

    def _best_quotes(
        self, asked: _Asked, entry: Entry, passages: Sequence[Passage], count: int, draft: _Draft
    ) -> list[Quote]:
        """Returns the quotes that say most about the question, in its language if there are any, in reading order."""
        quotes = [quote for p in passages if p.kind is not PassageKind.RECORD for quote in quotes_of(p)]
        own = [quote for quote in quotes if quote.passage.language == asked.language]
        quotes = [quote for quote in own or quotes if fold(quote.plain) not in draft.said]
        if not quotes:
            return []
        tokens = self._table.tokenize([quote.plain for quote in quotes])
        vectors = self._table.pool(tokens)
        late = LateIndex.of_tokens(tokens).scores(self._table, asked.text, np.arange(len(tokens)))
        merits = [
            self._merits(asked, entry, quote, place) for quote, place in zip(quotes, _places(quotes), strict=True)
        ]
        scores = late + self._config.dense_weight * (vectors @ asked.vector) + np.asarray(merits, dtype=np.float32)
        chosen: list[int] = []
        for i in sorted(range(len(quotes)), key=lambda i: (-scores[i], quotes[i].passage.passage_id, i)):
            if len(chosen) < count and all(float(vectors[i] @ vectors[j]) < self._config.same for j in chosen):
                chosen.append(i)
        best = [quotes[i] for i in chosen if scores[i] >= 0.5 * scores[chosen[0]]]
        return sorted(best, key=lambda q: (_LISTED_LAST.index(q.passage.kind), q.passage.path, q.line, q.position))

    def _merits(self, asked: _Asked, entry: Entry, quote: Quote, place: int) -> float:
        """Scores what a cosine does not see: words of the question, a leading place, a definition's shape."""
        names = (entry.title, entry.title_zh, *entry.aliases)
        in_names = set(index_terms(" ".join(names)))
        words = content_words(asked.text)
        wanted = [word for word in words if word not in in_names] or words
        terms = term_set(quote.plain)
        merit = self._config.coverage_weight * sum(word in terms for word in wanted) / max(len(wanted), 1)
        if place == 0:
            merit += self._config.lead_bonus
        if asked.intent.defines and _starts_with(quote, names):
            merit += self._config.definition_bonus / (1 + place // 2)  # definitions stand near the top
        return merit


def short_name(entry: Entry, language: str) -> str:
    """Returns the name a paragraph about an entry starts with: the alias its own title begins with, else the title."""
    title = (
        entry.title_zh
        if language == "zh" and entry.title_zh and len(entry.title_zh) < len(entry.title)
        else entry.title
    )
    fitting = [name for name in entry.aliases if len(name) > 1 and title.casefold().startswith(name.casefold())]
    return title[: len(max(fitting, key=len))] if fitting else title


def _places(quotes: Sequence[Quote]) -> list[int]:
    """Returns the place of each quote among those of its file, from 0."""
    seen: dict[str, int] = {}
    places = []
    for quote in quotes:
        places.append(seen.get(quote.passage.path, 0))
        seen[quote.passage.path] = places[-1] + 1
    return places


def _starts_with(quote: Quote, names: Sequence[str]) -> bool:
    start = fold(quote.plain)
    return any(start.startswith(fold(name)) for name in names if fold(name))


def _asks_more(question: str, entry: Entry) -> bool:
    names = set(content_words(" ".join((entry.title, entry.title_zh, *entry.aliases, entry.arxiv_id or ""))))
    return any(word not in names for word in content_words(without_fact_words(content_text(question))))


def _label(entry: Entry, quote: Quote, language: str) -> str:
    """Returns what a paragraph starts with, unless its first sentence names the entry itself."""
    name = short_name(entry, language)
    if fold(name) in fold(quote.plain)[: 2 * len(fold(name)) + 8]:
        return ""
    return f"**{name}**：" if language == "zh" else f"**{name}**: "


class _Draft:
    """An answer in the making."""

    def __init__(self) -> None:
        self.sentences: list[Sentence] = []
        self.citations: list[Citation] = []
        self.said: set[str] = set()

    def add(self, text: str, quote: Quote, entry: Entry, strength: float, paragraph: bool) -> None:
        number = len(self.citations) + 1
        self.citations.append(Citation(number, entry, quote.passage, quote.text, quote.line, round(strength, 3)))
        self.sentences.append(Sentence(text, (number,), starts_paragraph=paragraph))
        self.said.add(fold(quote.plain))
