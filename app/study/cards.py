"""Flashcards: the answered questions of cards and notes, and the terms of the glossary in both directions.

Nothing is made up, and each says the line it stands in. A card's key depends on its entry, language and question, so
that a rewritten answer keeps its history.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.catalogue import Catalogue
from ingest.documents.answers import read_answered
from ingest.text.folding import fold
from ingest.text.markup import plain_text
from ingest.text.scripts import has_han
from ingest.types import Kind, PassageKind

CHOICES = 4
TERM = "term"


@dataclass(frozen=True, slots=True)
class Flashcard:
    """A question with its answer.

    Attributes:
        key: 16 hexadecimal digits.
        entry_id: The entry it is about; "" for a term.
        language: "zh" or "en".
        aspect: What it asks for (``ingest.documents.answers.ASPECTS``), or ``TERM``.
        question: The question.
        answer: The answer in plain text.
        path: File it stands in.
        line: Line of the answer there, from 1.
        also: Other right answers.
    """

    key: str
    entry_id: str
    language: str
    aspect: str
    question: str
    answer: str
    path: str
    line: int
    also: tuple[str, ...] = ()


def term_cards(catalogue: Catalogue) -> Iterator[Flashcard]:
    """Yields two cards a term: its Chinese name asks for the English one, and the other way round.

    The language of a card is that of its question. Terms that are the same in both languages ask nothing. They come
    mixed: the glossary is sorted by letter, and neighbours there would give each other away.
    """
    cards: dict[str, Flashcard] = {}
    for term in catalogue.terms:
        if fold(term.en) == fold(term.zh):
            continue
        for language, question, answer in (("zh", term.zh, term.en), ("en", term.en, term.zh)):
            key = hashlib.sha256("\n".join((TERM, language, fold(question))).encode()).hexdigest()[:16]
            also = tuple(name for name in term.aliases if has_han(name) == has_han(answer))
            card = Flashcard(key, "", language, TERM, question, answer, "corpus/glossary.tsv", term.line, also)
            cards.setdefault(key, card)
    yield from (card for _, card in sorted(cards.items()))


def flashcards(catalogue: Catalogue) -> Iterator[Flashcard]:
    """Yields every card of the library in reading order, each key once."""
    store = catalogue.store
    seen: set[str] = set()
    rows = store.rows_of_passages(store.passage_ids_of(PassageKind.ANSWER))
    for _, passage in sorted(store.passages(sorted(rows)).items()):
        found = read_answered(passage.text)
        if found is None:
            continue
        name = "\n".join((passage.entry_id, passage.language, fold(found.question)))
        key = hashlib.sha256(name.encode()).hexdigest()[:16]
        if key not in seen:
            seen.add(key)
            line = passage.start_line + passage.text.split("\n").index(found.answer, 1)
            answer = plain_text(found.answer)
            yield Flashcard(
                key, passage.entry_id, passage.language, found.aspect, found.question, answer, passage.path, line
            )


def in_turn(cards: Sequence[Flashcard], catalogue: Catalogue) -> list[Flashcard]:
    """Returns cards so that each entry has its turn: the first card of each, mostly what it is, then the second ones.

    Notes come before works: they introduce.
    """
    turns: Counter[str] = Counter()

    def turn(card: Flashcard) -> tuple[int, bool]:
        turns[card.entry_id] += 1
        entry = catalogue.entries.get(card.entry_id)
        return turns[card.entry_id], entry is None or entry.kind is not Kind.CONCEPT

    return [card for _, card in sorted(((turn(card), card) for card in cards), key=lambda pair: pair[0])]


def choices(card: Flashcard, cards: Sequence[Flashcard], catalogue: Catalogue) -> list[Flashcard]:
    """Returns a card among others of its language to be told from, in an order that depends on their keys only.

    Others ask for the same of other entries; those that share a topic come first.
    """
    topics = topics_of(card, catalogue)

    def nearness(other: Flashcard) -> tuple[bool, bool, str]:
        shares = bool(topics & topics_of(other, catalogue))
        return not shares, other.aspect != card.aspect, _mixed(card.key, other.key)

    others = [x for x in cards if x.language == card.language and _subject(x) != _subject(card)]
    others = [x for x in others if (x.aspect == TERM) == (card.aspect == TERM)]
    nearest: dict[str, Flashcard] = {}
    for other in sorted(others, key=nearness):
        nearest.setdefault(_subject(other), other)
        if len(nearest) == CHOICES - 1:
            break
    return sorted((card, *nearest.values()), key=lambda x: _mixed(x.key, card.key))


def topics_of(card: Flashcard, catalogue: Catalogue) -> frozenset[str]:
    """Returns the topics of the entry that a card is about; a term has none."""
    entry = catalogue.entries.get(card.entry_id)
    return frozenset(entry.topics) if entry else frozenset()


def is_right(typed: str, card: Flashcard) -> bool:
    """Tells whether what somebody typed is the answer, or another right one, but for case and spaces."""
    return fold(typed) in {fold(answer) for answer in (card.answer, *card.also)}


def overlap(typed: str, answer: str) -> float:
    """Returns the share of an answer's content words that somebody typed, in [0, 1]."""
    from index.text.analysis import term_set

    wanted = term_set(answer)
    return len(wanted & term_set(typed)) / len(wanted) if wanted else 0.0


def _subject(card: Flashcard) -> str:
    return card.entry_id or card.key


def _mixed(*keys: str) -> str:
    return hashlib.sha256("".join(keys).encode()).hexdigest()
