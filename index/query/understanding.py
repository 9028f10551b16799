"""Reading a question once: its text, tokens, names, intent and constraints, and what it leans on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from index.catalogue.facets import AUTHOR, author_forms
from index.catalogue.filters import NO_FILTERS, Filters, fit
from index.catalogue.gazetteer import candidate_runs, longest_first
from index.catalogue.names import covered, link_keys, readable
from index.config import SearchConfig
from index.errors import FilterError
from index.query.constraints import Constraints, read_constraints
from index.query.conversation import Context, History, resolve
from index.query.courtesy import core_of
from index.query.fuzzy import nearly_named
from index.query.intent import IntentModel, shipped_intents
from index.query.introductions import without_introduction
from index.query.list_request import shipped_requests
from index.query.spelling import Spelling
from index.query.tokens import folded, tidy, tokens_of
from index.storage.store import Store
from index.text.analysis import (
    content_text,
    content_words,
    index_terms,
    query_terms,
    stem,
    terms_of_content,
    units_of_content,
)
from index.types import Entity, ParsedQuery, Slot, Token
from ingest.text.folding import simplified
from ingest.text.scripts import language_asked_in

# A Latin word with a capital or a digit in it, hyphenated parts included.
_NAME = re.compile(r"(?<![\w.@/-])(?=[A-Za-z0-9.+-]*[A-Z])[A-Za-z][A-Za-z0-9]*(?:[.+-][A-Z0-9][A-Za-z0-9]*)*(?![\w@/])")
_CAPITAL = re.compile(r"[A-Z]")
_CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september "
    "october november december christmas".split()
)
_KNOWN_SLOTS = (Slot.NAME, Slot.LINK, Slot.TERM, Slot.AUTHOR, Slot.ORGANISATION, Slot.VENUE)
_COVERED = 0.5  # a name that is this much of the question leaves nothing to guess
_MAX_TOKENS = 400  # names are looked for among the first ones
_MAX_STRANGE = 12  # distinct names, not those of entries or terms, that are looked up in the texts


class Words(Protocol):
    """The words of an index's texts."""

    def holds(self, term: str) -> bool:
        """Tells whether a term occurs as it is."""

    def knows(self, term: str) -> bool:
        """Tells whether a term occurs, slips of the pen aside, or in its parts."""


class QuestionReader:
    """Reads questions against the names, terms and words of one index; safe to share between threads."""

    def __init__(
        self,
        store: Store,
        spelling: Spelling,
        config: SearchConfig,
        words: Words,
        intents: IntentModel | None = None,
    ) -> None:
        """Reads names from a store and corrects slips by its spelling; ``words`` tells what its texts hold."""
        self._store = store
        self._spelling = spelling
        self._config = config
        self._words = words
        self._intents = intents or shipped_intents()

    def read(self, question: str, history: History = (), filters: Filters = NO_FILTERS) -> ParsedQuery:
        """Returns what a question means after the turns before it, within the filters asked for beside it."""
        typed = simplified(self._spelling.correct(tidy(question)))
        core = core_of(typed, lambda text: self._intents.read(folded(text)))
        said = without_introduction(core.text, self.names_in)
        corrected = said or (simplified(tidy(history[-1].question)) if history else typed)  # once more, then
        low = folded(corrected)
        language = core.language or language_asked_in(corrected)  # of the whole: what is sought may be an English name
        intent = self._intents.read(low)
        tokens = tokens_of(low)
        entities = self._entities(tokens, corrected)
        context = Context(corrected)
        if history:
            named = [e for e in entities if e.slot in (Slot.NAME, Slot.TERM, Slot.LINK)]
            context = resolve(
                corrected,
                language,
                intent,
                history,
                names_in=self.names_in,
                read_intent=self._intents.read,
                first_name=min((tokens[e.first].start for e in named), default=None),
            )
            if context.text != corrected:
                low = folded(context.text)
                tokens = tokens_of(low)
                entities = self._entities(tokens, context.text)
        constraints = self._constraints(context.text, low, tokens, entities)
        search_text = constraints.rest
        content = content_text(search_text)
        units = units_of_content(content)
        asked = units if search_text == context.text else units_of_content(content_text(context.text))
        wished = _together(filters, constraints.filters)
        fitting = fit(wished, self._store.rows_with)
        return ParsedQuery(
            raw=question,
            corrected=corrected,
            language=language,
            tokens=tokens,
            entities=entities,
            intent=intent,
            context=context.names,
            text=context.text,
            search_text=search_text,
            words=tuple(units),
            spellings=tuple(units.values()),
            terms=self._terms(search_text, content, language, entities),
            bonus=self._bonus(tuple(asked), entities, low),
            unknown=tuple(self._unknown(corrected, entities, tokens)),
            count=constraints.count,
            readings=constraints.readings,
            wished=wished,
            filters=fitting.filters,
            soft=constraints.soft,
            dropped=fitting.dropped,
            without=constraints.without,
            spared=constraints.spared,
        )

    def names_in(self, text: str) -> list[str]:
        """Returns the names of entries in a text, the longest at each place, in reading order; else those of terms."""
        found = self._named(tokens_of(folded(simplified(tidy(text)))))
        names = [entity.name for entity in found if entity.slot is Slot.NAME]
        return list(dict.fromkeys(names or [entity.name for entity in found if entity.slot is Slot.TERM]))

    def _entities(self, tokens: Sequence[Token], text: str) -> tuple[Entity, ...]:
        """Returns what a text names, by name or by address."""
        keys = link_keys(text)
        linked = self._store.gazetteer(keys) if keys else []
        return (
            *(Entity(Slot.LINK, value, name, 0, len(tokens)) for name, slot, value in linked if slot == Slot.LINK),
            *self._named(tokens),
        )

    def _named(self, tokens: Sequence[Token]) -> tuple[Entity, ...]:
        tokens = tokens[:_MAX_TOKENS]
        runs = candidate_runs(tokens, self._store.heads({token.form for token in tokens}))
        return longest_first(
            Entity(Slot(slot), value, name, first, end)
            for name, slot, value in self._store.gazetteer(runs)
            for first, end in runs[name]
        )

    def _constraints(self, text: str, low: str, tokens: Sequence[Token], entities: Sequence[Entity]) -> Constraints:
        if not self._config.structure:
            return Constraints(NO_FILTERS, NO_FILTERS, (), None, text)
        return read_constraints(
            text,
            low,
            tokens,
            entities,
            listing=shipped_requests().odds(text),
            newest_year=self._store.newest_year(),
        )

    def _unknown(self, text: str, entities: Sequence[Entity], tokens: Sequence[Token]) -> Iterator[str]:
        """Yields names that no text has, each once: capitalised words, or such with digits, that are not ordinary."""
        if text.isupper():
            return
        named = [(tokens[e.first].start, tokens[e.end - 1].end) for e in entities if e.slot in _KNOWN_SLOTS]
        strange: dict[str, re.Match[str]] = {}
        for found in _NAME.finditer(text):
            if not any(start <= found.start() and found.end() <= end for start, end in named):
                strange.setdefault(found[0], found)
        for found in list(strange.values())[:_MAX_STRANGE]:
            proper = _is_proper(found[0])
            known = self._words.holds if proper else self._words.knows
            low = folded(found[0])
            if known(stem(low)) or known(low) or low in _CALENDAR or (named and len(low) == 2):  # "O2" of something
                continue
            starts = not text[: found.start()].rstrip() or text[: found.start()].rstrip()[-1] in ".!?。！？:："
            if len(found[0]) == 1 or (starts and not proper and self._spelling.is_word(low)):
                continue  # a sentence starts with a capital
            yield found[0]

    def _terms(self, text: str, content: str, language: str, entities: Sequence[Entity]) -> tuple[str, ...]:
        """Returns the terms of the lexical search: those of the question and of its glossary terms' other names."""
        if not self._config.strip_question:
            return tuple(index_terms(text))
        terms = terms_of_content(content) or query_terms(text)
        if language in self._config.glossary:
            for entity in entities:
                if entity.slot is Slot.TERM and entity.value != entity.name:
                    terms += [term for term in query_terms(entity.value) if term not in terms]
        return tuple(terms)

    def _bonus(self, words: Sequence[str], entities: Sequence[Entity], low: str) -> Mapping[int, float]:
        """Returns the bonus of each entry row that a text names: by title or alias, link, author, or nearly so."""
        if not self._config.name_bonus:
            return {}
        shares: dict[int, float] = {}
        for entity in entities:
            if entity.slot in (Slot.NAME, Slot.LINK):
                share = 1.0 if entity.slot is Slot.LINK else covered(words, set(content_words(readable(entity.name))))
                shares[int(entity.value)] = max(shares.get(int(entity.value), 0.0), share)
        if max(shares.values(), default=0.0) < _COVERED:
            near = nearly_named(low, self._store.telling)
            for name, _, value in (row for row in self._store.gazetteer(near) if row[1] == Slot.NAME):
                shares[int(value)] = near[name]
        authors = [form for entity in entities if entity.slot is Slot.AUTHOR for form in author_forms(entity.value)]
        bonus = dict.fromkeys(self._store.rows_with(AUTHOR, authors), self._config.author_bonus) if authors else {}
        for row, share in shares.items():
            bonus[row] = max(bonus.get(row, 0.0), self._config.name_bonus * share)
        return bonus


def _is_proper(name: str) -> bool:
    """Tells a name by its inner capitals: LLaDA is no slip of LLaMA, and S-LoRA is not known by its parts.

    An ordinary word does not become a name by being joined to one, as in "GPT-based" or "Fine-Tuning".
    """
    parts = name.split("-")
    if len(parts) == 1:
        return not name.isupper() and len(_CAPITAL.findall(name)) > 1
    capitals = [len(_CAPITAL.findall(part)) for part in parts]
    opened = all(part[:1].isupper() or part[:1].isdigit() for part in parts)
    return opened and any(count > 1 or (count and len(part) == 1) for count, part in zip(capitals, parts, strict=True))


def _together(typed: Filters, read: Filters) -> Filters:
    """Returns the filters typed beside a question over those read from it; where years exclude each other, as typed."""
    if typed.alone:
        return typed
    try:
        return typed.over(read)
    except FilterError:
        return typed.over(read.without(["years"]))
