import sqlite3
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from app.catalogue import Catalogue
from app.study.anki import anki_package
from app.study.cards import choices, flashcards, in_turn, overlap
from index.storage.store import Store, write_store
from ingest.types import Entry, Kind, Library, Passage, PassageKind


def entry(name, *topics):
    return Entry(name, name, "", Kind.PAPER, 2023, "", (), (), None, (), topics, ())


def answered(entry_id, question, answer, aspect="what", line=10, language="en"):
    text = f"**{question}** <!-- {aspect} | other words -->\n{answer}"
    number = f"{entry_id}{question}{line}"
    return Passage(number, entry_id, PassageKind.ANSWER, language, text, f"corpus/{entry_id}.md", line, line + 1, 9)


@pytest.fixture
def catalogue(tmp_path):
    entries = (entry("lora", "peft"), entry("qlora", "peft"), entry("dpo", "rlhf"), entry("ppo", "rlhf"))
    passages = (
        answered("lora", "What is LoRA?", "LoRA trains `BA` & more."),
        answered("lora", "What is lora?", "The same question again.", line=13),
        answered("lora", "Limits of LoRA?", "Its rank.", "limit", 16),
        answered("lora", "什么是 LoRA？", "低秩适配。", line=19, language="zh"),
        answered("qlora", "What is QLoRA?", "LoRA in 4 bits."),
        answered("qlora", "Limits of QLoRA?", "It is slower.", "limit"),
        answered("dpo", "What is DPO?", "A loss on pairs."),
        answered("ppo", "What is PPO?", "Clipped policy gradients."),
        Passage("n", "ppo", PassageKind.NOTE, "en", "no question", "corpus/ppo.md", 1, 1, 3),
    )
    write_store(tmp_path / "store.sqlite", Library(entries, passages, (), ()))
    return Catalogue(Store(tmp_path / "store.sqlite"))


@pytest.fixture
def cards(catalogue):
    return list(flashcards(catalogue))


def test_every_answered_question_is_one_card_with_the_line_of_its_answer(cards):
    assert len(cards) == 7
    first = cards[0]
    assert (first.question, first.answer, first.path, first.line) == (
        "What is LoRA?", "LoRA trains BA & more.", "corpus/lora.md", 11
    )  # fmt: skip
    assert len({card.key for card in cards}) == 7


def test_each_entry_has_its_turn_and_notes_come_first(tmp_path):
    note = replace(entry("note:rlhf", "rlhf"), kind=Kind.CONCEPT)
    passages = [
        answered(name, question, "An answer.", line=line)
        for name in ("ppo", "note:rlhf", "dpo")
        for line, question in ((10, f"What is {name}?"), (20, f"Limits of {name}?"))
    ]
    write_store(tmp_path / "turns.sqlite", Library((entry("ppo"), note, entry("dpo")), tuple(passages), (), ()))
    catalogue = Catalogue(Store(tmp_path / "turns.sqlite"))

    ordered = in_turn(list(flashcards(catalogue)), catalogue)

    assert [card.question for card in ordered] == [
        "What is note:rlhf?", "What is ppo?", "What is dpo?", "Limits of note:rlhf?", "Limits of ppo?", "Limits of dpo?"
    ]  # fmt: skip


def test_a_card_keeps_its_key_when_its_answer_is_rewritten_or_moves(cards, tmp_path):
    passages = (answered("lora", "What is LoRA?", "Said in another way.", line=99),)
    write_store(tmp_path / "new.sqlite", Library((entry("lora"),), passages, (), ()))

    (card,) = flashcards(Catalogue(Store(tmp_path / "new.sqlite")))

    assert card.key == cards[0].key


def test_an_answer_is_offered_among_those_to_the_same_question_about_neighbours(cards, catalogue):
    offered = choices(cards[0], cards, catalogue)

    assert {card.question for card in offered} == {"What is LoRA?", "What is QLoRA?", "What is DPO?", "What is PPO?"}
    assert offered == choices(cards[0], cards, catalogue)


@pytest.mark.parametrize(
    ("typed", "share"), [("", 0.0), ("clipped", 1 / 3), ("a policy gradient, CLIPPED", 1.0), ("nonsense", 0.0)]
)
def test_what_is_typed_is_measured_by_the_words_of_the_answer(typed, share):
    assert overlap(typed, "Clipped policy gradients.") == pytest.approx(share)


def test_an_anki_package_holds_the_cards_as_text_under_their_keys(cards, tmp_path):
    with zipfile.ZipFile(BytesIO(anki_package(cards, "Deck"))) as package:
        package.extract("collection.anki2", tmp_path)
    with sqlite3.connect(tmp_path / "collection.anki2") as connection:
        notes = dict(connection.execute("SELECT guid, flds FROM notes").fetchall())
    connection.close()

    assert set(notes) == {card.key for card in cards}
    assert notes[cards[0].key].split("\x1f")[1:] == ["LoRA trains BA &amp; more.", "corpus/lora.md:11"]
