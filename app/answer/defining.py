"""Which of a corpus's answers say what a term is, where a question asks for that and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.catalogue.names import name_units
from index.query.naming import Names, named_alone, unhyphened, words_of
from index.storage.store import Store
from index.text.spans import Span, spans_of
from index.types import Hit, ParsedQuery
from ingest.documents.answers import AnsweredQuestion, read_answered
from ingest.types import PassageKind

_WORTH = {"what": 1.0, "how": 0.8}  # of aspects, where a term is asked for
_WORDING = 0.7  # worth of another wording of a question, which may hold less than is answered
_SPELLED = 0.01  # what a name in its own spelling is worth: "token" and "tokenisation" have one stem
_OPENING = {"en": 60, "zh": 24}  # characters of an answer among which the term stands


def asks_what_it_is(question: ParsedQuery) -> bool:
    """Tells a question for a definition; one that says nothing but a name is one, too."""
    return question.intent.label == "definition" or bool(named_alone(question))


def asked_names(question: ParsedQuery) -> Names:
    """Returns the names of what a question asks to define, each with its words.

    Where it says more than a known name, all of its words are the name.
    """
    names = named_alone(question) or {question.search_text.casefold(): words_of(question.search_text)}
    return {name: of_name for name, of_name in names.items() if of_name}


def closeness(names: Names, span: Span) -> float:
    """Returns how much of the question that a span answers is the term, from 0 to a little more than 1.

    Less counts what is only a wording of the question, or says how the term works; nothing what is not about the term,
    or says something else of it.
    """
    asked = span.asked
    if asked is None or asked.aspect not in _WORTH or not _opens_with(names, span):
        return 0.0
    if not (_asks_for(names, asked) or is_about(names, span)):
        return 0.0
    texts = [(1.0, asked.question), *((_WORDING, wording) for wording in asked.wordings)]
    shares = [worth * _share(name, words, text) for worth, text in texts for name, words in names.items()]
    return max(shares, default=0.0) * _WORTH[asked.aspect]


def is_about(names: Names, span: Span) -> bool:
    """Tells a span that opens with the term itself: not with a longer one, as "biomedical named entity recognition"."""
    opening = unhyphened(span.plain[: _OPENING[span.passage.language]]).casefold()
    return any(_as_subject(name).search(opening) for name in names)


def is_definition(names: Names, span: Span) -> bool:
    """Tells a span that answers what the term is or how it works, and nothing else."""
    asked = span.asked
    return asked is not None and _asks_for(names, asked) and _opens_with(names, span)


def says_how(span: Span) -> bool:
    """Tells a span that answers how something works."""
    return span.asked is not None and span.asked.aspect == "how"


def defining_spans(question: ParsedQuery, hits: Sequence[Hit], store: Store) -> Iterator[tuple[Span, Hit]]:
    """Yields the spans of entries that define the term asked for, whatever the search thought of them."""
    names = asked_names(question)
    for hit in hits:
        for passage in store.passages_of(hit.entry.entry_id):
            if passage.kind is PassageKind.ANSWER and passage.language == question.language:
                asked = read_answered(passage.text)
                if asked is not None and _asks_for(names, asked):
                    yield from ((span, hit) for span in spans_of(passage) if _opens_with(names, span))


def _asks_for(names: Names, asked: AnsweredQuestion) -> bool:
    """Tells a question that asks for the term and nothing else."""
    return asked.aspect in _WORTH and words_of(asked.question) in names.values()


def _share(name: str, words: frozenset[str], text: str) -> float:
    found = words_of(text)
    return len(words) / len(found) + _SPELLED * (name in text.casefold()) if words <= found else 0.0


def _opens_with(names: Names, span: Span) -> bool:
    opening = words_of(span.plain[: _OPENING[span.passage.language]])
    return any(words <= opening for words in names.values())


@lru_cache(maxsize=1_024)
def _as_subject(name: str) -> re.Pattern[str]:
    """Returns what finds a name where a sentence or a clause begins, in either number."""
    plain = r"[\W_]{0,3}".join(map(re.escape, name_units(unhyphened(name))))
    return re.compile(rf"(?:^|[^\w\s]\s*|\b(?:an?|the|in|is)\s+){plain}", re.I)
