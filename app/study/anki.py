"""Flashcards as an Anki package."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path

from app.study.cards import Flashcard

_MODEL, _DECK = 1_607_392_319, 2_059_400_110  # numbers that Anki knows this kind of note and deck by


def anki_package(cards: Sequence[Flashcard], name: str) -> bytes:
    """Returns an ``.apkg`` file; a card that is imported again takes the place of the old one."""
    import genanki  # type: ignore[import-untyped]

    model = genanki.Model(
        _MODEL,
        "LLM study assistant",
        fields=[{"name": "Question"}, {"name": "Answer"}, {"name": "Source"}],
        templates=[
            {
                "name": "Card",
                "qfmt": "{{Question}}",
                "afmt": "{{FrontSide}}<hr id=answer>{{Answer}}<p><small>{{Source}}</small></p>",
            }
        ],
    )
    deck = genanki.Deck(_DECK, name)
    for card in cards:
        fields = [escape(text) for text in (card.question, card.answer, f"{card.path}:{card.line}")]
        deck.add_note(genanki.Note(model=model, fields=fields, guid=card.key))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cards.apkg"
        genanki.Package(deck).write_to_file(file)
        return file.read_bytes()
