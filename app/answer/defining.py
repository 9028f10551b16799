"""Which of a corpus's answers say what a term is, where a question asks for that and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.storage.store import Store
from index.text.analysis import content_words
from index.text.spans import Span, spans_of
from index.types import Hit, ParsedQuery, Slot
from ingest.documents.answers import AnsweredQuestion, read_answered
from ingest.text.scripts import HAN
from ingest.types import PassageKind

_DEFINING = frozenset(
    content_words("define definition explain mean meaning what's exactly actually simply 意思 含义 定义 解释 到底 究竟")
)
_WORTH = {"what": 1.0, "how": 0.8}  # of aspects, where a term is asked for
_WORDING = 0.7  # worth of another wording of a question, which may hold less than is answered
_SPELLED = 0.01  # what a name in its own spelling is worth: "token" and "tokenisation" have one stem
_OPENING = {"en": 60, "zh": 24}  # characters of an answer among which the term stands
_SPACED_HAN = re.compile(rf"(?<=[{HAN}]) (?=[{HAN}])")

Names = dict[str, frozenset[str]]


def asks_what_it_is(question: ParsedQuery) -> bool:
    """Tells a question for a definition; a mere name is one, too."""
    return question.intent.label == "definition" or question.is_a_name()


def asked_names(question: ParsedQuery) -> Names:
    """Returns the names of the term that a question asks to define, each with its words.

    Where it says more than a term of the glossary, that is its only name.
    """
    words = frozenset(question.words) - _DEFINING
    terms = [entity for entity in question.entities if entity.slot is Slot.TERM]
    names = {_SPACED_HAN.sub("", name): frozenset[str]() for entity in terms for name in (entity.name, entity.value)}
    names = {name.casefold(): _words(name) for name in names}
    if not any(words <= of_name for of_name in names.values()):
        names = {question.search_text.casefold(): words}
    return {name: of_name for name, of_name in names.items() if of_name}


def closeness(names: Names, span: Span) -> float:
    """Returns how much of the question that a span answers is the term, from 0 to a little more than 1.

    Less counts what is only a wording of the question, or says how the term works; nothing what does not open with the
    term, or says something else of it.
    """
    asked = span.asked
    if asked is None or asked.aspect not in _WORTH or not _opens_with(names, span):
        return 0.0
    texts = [(1.0, asked.question), *((_WORDING, wording) for wording in asked.wordings)]
    shares = [worth * _share(name, words, text) for worth, text in texts for name, words in names.items()]
    return max(shares, default=0.0) * _WORTH[asked.aspect]


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
    return asked.aspect in _WORTH and _words(asked.question) in names.values()


def _share(name: str, words: frozenset[str], text: str) -> float:
    found = _words(text)
    return len(words) / len(found) + _SPELLED * (name in text.casefold()) if words <= found else 0.0


def _opens_with(names: Names, span: Span) -> bool:
    opening = _words(span.plain[: _OPENING[span.passage.language]])
    return any(words <= opening for words in names.values())


@lru_cache(maxsize=8_192)
def _words(text: str) -> frozenset[str]:
    """Returns the words of a text, remembered, as the same questions are answered again and again."""
    return frozenset(content_words(text)) - _DEFINING
