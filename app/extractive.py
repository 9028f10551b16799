"""Writing an answer out of sentences that stand in the corpus: nothing is said that a source does not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.facts import state_facts
from app.intents import Intent
from app.quotes import Quote, head_quote, quotes_of
from app.refusal import is_named
from app.support import support
from app.types import Citation, Sentence
from index.analysis import content_words, index_terms
from index.encoder import Encoder
from index.store import Store
from index.types import Hit
from ingest.text import fold
from ingest.types import Entry, Passage, PassageKind


@dataclass(frozen=True, slots=True)
class ExtractiveConfig:
    """How much an answer says.

    Attributes:
        entries: Entries in an ordinary answer.
        list_entries: Entries in an answer to "which …".
        sentences: Sentences of the first, second and third entry.
        near: A further entry must score this share of the first one's score.
        coverage_weight: Weight of covered question words beside the cosine in a sentence's score.
        lead_bonus: Score of a passage's first sentence, which mostly says what a thing is.
    """

    entries: int = 3
    list_entries: int = 6
    sentences: tuple[int, ...] = (3, 2, 1)
    near: float = 0.8
    coverage_weight: float = 0.5
    lead_bonus: float = 0.08


class ExtractiveWriter:
    """Chooses sentences for a question."""

    def __init__(self, store: Store, encoder: Encoder, config: ExtractiveConfig = ExtractiveConfig()) -> None:
        """Reads passages from a store and compares sentences with an encoder."""
        self._store = store
        self._encoder = encoder
        self._config = config

    def write(
        self, question: str, language: str, intent: Intent, hits: Sequence[Hit]
    ) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
        """Returns the sentences of an answer and their citations, numbered from 1 in order of appearance."""
        draft = _Draft()
        chosen = self._entries(question, intent, hits)
        for place, entry in enumerate(chosen):
            passages = self._store.passages_of(entry.entry_id)
            if intent.wants_list:
                self._list_item(draft, entry, passages, question, language)
                continue
            facts = list(state_facts(entry, passages, intent.facts, language)) if place == 0 else []
            for fact in facts:
                draft.add(
                    fact.text, fact.quote, entry, support(fact.value, fact.quote.text), paragraph=fact is facts[0]
                )
            if facts:
                break
            wanted = self._config.sentences[min(place, len(self._config.sentences) - 1)]
            wanted = max(wanted, 2) if intent.compares else wanted
            quotes = self._best_quotes(question, language, entry, passages, wanted, draft)
            for quote in quotes:
                label = f"**{short_name(entry)}**{'：' if language == 'zh' else ': '}" if quote is quotes[0] else ""
                draft.add(label + quote.plain, quote, entry, support(quote.plain, quote.text), paragraph=bool(label))
        return tuple(draft.sentences), tuple(draft.citations)

    def _entries(self, question: str, intent: Intent, hits: Sequence[Hit]) -> list[Entry]:
        limit = self._config.list_entries if intent.wants_list else self._config.entries
        named = [hit for hit in hits if is_named(hit.entry, question)]
        if named and not intent.wants_list:
            others = [] if not intent.compares else [hit for hit in hits if hit not in named]
            pool = (named[:1] if not intent.compares else named) + (others if len(named) < 2 else [])
        else:
            pool = list(hits)
        floor = (
            self._config.near * pool[0].score * (0.6 if intent.wants_list or intent.compares else 1.0) if pool else 0.0
        )
        return [hit.entry for hit in pool if hit.score >= floor or hit in named][:limit]

    def _list_item(
        self, draft: _Draft, entry: Entry, passages: Sequence[Passage], question: str, language: str
    ) -> None:
        head = next((head_quote(passage) for passage in passages if passage.kind is PassageKind.LISTING), None)
        if head is not None:
            year = str(entry.year) if entry.year and str(entry.year) in head.text else ""
            year = (f"（{year}）" if language == "zh" else f" ({year})") if year else ""
            draft.add(f"- **{entry.title}**{year}", head, entry, support(entry.title, head.text), paragraph=True)
        for quote in self._best_quotes(question, language, entry, passages, 1, draft):
            draft.add(quote.plain, quote, entry, support(quote.plain, quote.text), paragraph=False)

    def _best_quotes(
        self, question: str, language: str, entry: Entry, passages: Sequence[Passage], count: int, draft: _Draft
    ) -> list[Quote]:
        """Returns the quotes that say most about the question, in reading order, in its language where there are any."""
        quotes = [
            quote for passage in passages if passage.kind is not PassageKind.RECORD for quote in quotes_of(passage)
        ]
        own = [quote for quote in quotes if quote.passage.language == language]
        quotes = [quote for quote in own or quotes if fold(quote.plain) not in draft.said]
        if not quotes:
            return []
        vectors = self._encoder.encode([question, *(quote.plain for quote in quotes)])
        cosines = vectors[1:] @ vectors[0]
        words = content_words(question)
        names = set(index_terms(" ".join((entry.title, entry.title_zh, *entry.aliases))))
        asked = [word for word in words if word not in names] or words
        scored = []
        for quote, cosine in zip(quotes, cosines, strict=True):
            terms = set(index_terms(quote.plain))
            coverage = sum(word in terms for word in asked) / len(asked) if asked else 0.0
            lead = self._config.lead_bonus if quote.position == 0 else 0.0
            scored.append((float(cosine) + self._config.coverage_weight * coverage + lead, quote))
        scored.sort(key=lambda pair: (-pair[0], pair[1].passage.passage_id, pair[1].position))
        best = [quote for score, quote in scored[:count] if score >= 0.5 * scored[0][0]]
        return sorted(best, key=lambda quote: (quote.passage.path, quote.line, quote.position))


def short_name(entry: Entry) -> str:
    """Returns the name a paragraph about an entry starts with: its first alias when that is shorter than the title."""
    alias = entry.aliases[0] if entry.aliases else ""
    return alias if 1 < len(alias) < len(entry.title) else entry.title


class _Draft:
    """An answer in the making."""

    def __init__(self) -> None:
        self.sentences: list[Sentence] = []
        self.citations: list[Citation] = []
        self.said: set[str] = set()

    def add(self, text: str, quote: Quote, entry: Entry, strength: float, *, paragraph: bool) -> None:
        number = len(self.citations) + 1
        self.citations.append(Citation(number, entry, quote.passage, quote.text, quote.line, round(strength, 3)))
        self.sentences.append(Sentence(text, (number,), starts_paragraph=paragraph))
        self.said.add(fold(quote.plain))
