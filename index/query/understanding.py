"""What a question means to search: the text to look for, its terms, and the entries it names."""

from __future__ import annotations

from functools import cached_property

from index.catalogue.facets import Catalogue
from index.catalogue.filters import NO_FILTERS, Filters, fit
from index.catalogue.names import author_keys, candidate_names, link_keys, named_share, names_in_order
from index.config import SearchConfig
from index.errors import FilterError
from index.query.constraints import read_structure
from index.query.conversation import MAX_NAMES, History, changes_subject, resolve
from index.query.fuzzy import FuzzyNames
from index.query.spelling import Spelling
from index.storage.store import Store
from index.text.analysis import index_terms, query_terms
from index.types import Understood
from ingest.text.folding import simplified
from ingest.text.scripts import language_of
from ingest.types import Entry

_COVERED = 0.5  # a name that is this much of the question leaves nothing to guess


class QuestionReader:
    """Reads questions against the names, terms and words of one index; safe to share between threads."""

    def __init__(self, store: Store, spelling: Spelling, config: SearchConfig) -> None:
        """Reads names from a store and mends slips by the index's words."""
        self._store = store
        self._spelling = spelling
        self._config = config

    def read(self, question: str, history: History = (), filters: Filters = NO_FILTERS) -> Understood:
        """Returns what a question means after the turns before it, within the filters asked for beside it."""
        mended = simplified(self._spelling.correct(question))
        text = resolve(mended, history, self.names_in, self._knows)
        bonus = self._name_bonus(text)
        if text == mended and history and not bonus and not changes_subject(mended):
            bonus = dict.fromkeys(self._context_rows(history), self._config.context_bonus)
        language = language_of(question)  # of the whole question: what is left to search for may be one English name
        structure = read_structure(text if self._config.structure else "", self.catalogue)
        sought = structure.rest if self._config.structure else text
        wished = _together(filters, structure.filters)
        fitting = fit(wished, self.entries)
        return Understood(
            asked=question,
            mended=mended,
            text=text,
            sought=sought,
            language=language,
            terms=(*self._terms(sought, language), *(term for name in structure.terms for term in query_terms(name))),
            bonus=bonus,
            hints=structure.hints,
            wished=wished,
            filters=fitting.filters,
            dropped=fitting.dropped,
            words_read=structure.understood,
        )

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, by row."""
        return tuple(self._store.entries())

    @cached_property
    def catalogue(self) -> Catalogue:
        """What the entries can be asked for by name."""
        return Catalogue.of(self.entries)

    def names_in(self, text: str) -> list[str]:
        """Returns the names of entries in a text, the longest at each place, in reading order."""
        candidates = candidate_names(text)
        known = {name for names in self._store.named(sorted(candidates)).values() for name in names}
        return names_in_order(text, known)

    def _knows(self, text: str) -> bool:
        return bool(self.names_in(text) or self._store.translations(sorted(candidate_names(text))))

    def _context_rows(self, history: History) -> list[int]:
        """Returns the rows of the entries that the last turn named first."""
        asked, answered = history[-1]
        names = self.names_in(answered) or self.names_in(asked)
        return list(self._store.named(names[:MAX_NAMES]))

    def _terms(self, text: str, language: str) -> list[str]:
        """Returns the terms of the lexical search: those of the question and of its glossary terms' other names."""
        terms = query_terms(text) if self._config.strip_question else index_terms(text)
        if language in self._config.glossary:
            for names in self._store.translations(sorted(candidate_names(text))).values():
                terms += [term for name in names for term in query_terms(name) if term not in terms]
        return terms

    def _name_bonus(self, text: str) -> dict[int, float]:
        """Returns the bonus of each entry row that a text names: by title or alias, link, author, or nearly so."""
        if not self._config.name_bonus:
            return {}
        named = self._store.named(sorted(candidate_names(text)))
        shares = {row: named_share(text, names) for row, names in named.items()}
        shares |= dict.fromkeys(self._store.named(link_keys(text)), 1.0)
        if max(shares.values(), default=0.0) < _COVERED:
            for name, closeness in self._fuzzy.named(text).items():
                shares |= dict.fromkeys(self._store.named([name]), closeness)
        bonus = dict.fromkeys(self._store.named(author_keys(text)), self._config.author_bonus)
        for row, share in shares.items():
            bonus[row] = max(bonus.get(row, 0.0), self._config.name_bonus * share)
        return bonus

    @cached_property
    def _fuzzy(self) -> FuzzyNames:
        return FuzzyNames(self._store.names())


def _together(typed: Filters, read: Filters) -> Filters:
    """Returns the filters typed beside a question over those read from it; where years exclude each other, as typed."""
    try:
        return typed.over(read)
    except FilterError:
        return typed.over(read.without(["years"]))
