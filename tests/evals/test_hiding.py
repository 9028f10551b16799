from statistics import mean

import pytest

from evals.hiding import answered_wordings, ask_with_hidden
from index.build import build_index
from index.search import Searcher
from ingest.types import Entry, Kind, Library, Listing, Passage, PassageKind

LORA = [
    "**How much memory does LoRA save?** <!-- cost | video memory -->\n"
    "LoRA needs a third of the GPU memory of full fine-tuning with Adam.",
    "**Who can run LoRA?** <!-- use | a single card -->\nStudents with one consumer card can train LoRA.",
]
FLASH = "**What is FlashAttention?** <!-- what | tiling -->\nFlashAttention computes exact attention in tiles of SRAM."
NOTE = "LoRA needs only a third of the GPU memory that full fine-tuning with Adam takes."


def build(folder, encoder, *more):
    entries = tuple(
        Entry(key, title, "", Kind.PAPER, None, "", (), (), None, (Listing("l", (), "p.md", 1, title),), (), ())
        for key, title in (("lora", "LoRA"), ("flash", "FlashAttention"), ("note", "Memory"))
    )
    texts = [("lora", LORA[0]), ("lora", LORA[1]), ("flash", FLASH), *more]
    passages = tuple(
        Passage(str(n), key, PassageKind.NOTE if text == NOTE else PassageKind.ANSWER, "en", text, "p.md", n, n + 1, 20)
        for n, (key, text) in enumerate(texts, start=1)
    )
    build_index(Library(entries, passages, (), ()), encoder, folder, corpus="c")
    return Searcher.open(folder, encoder)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory, encoder):
    searcher = build(tmp_path_factory.mktemp("hiding"), encoder)
    yield searcher
    searcher.close()


def test_every_answered_question_is_asked_once_in_its_own_words(searcher):
    asked = answered_wordings(searcher, 10)

    assert sorted(one.wording for one in asked) == [
        "How much memory does LoRA save?", "What is FlashAttention?", "Who can run LoRA?",
    ]  # fmt: skip
    assert answered_wordings(searcher, 10) == asked
    assert answered_wordings(searcher, 1) == asked[:1]


def test_a_question_is_answered_with_its_answer_and_declined_without_it_and_without_its_entry(searcher):
    found = list(ask_with_hidden(searcher, 10))

    assert {language for _, language, _ in found} == {"en"}
    there = [evidence for evidence, _, answerable in found if answerable]
    gone = [evidence for evidence, _, answerable in found if not answerable]
    assert len(there) == 2  # without its only passage FlashAttention is not found at all
    assert len(gone) == 6
    assert mean(e.best for e in there) > mean(e.best for e in gone)


def test_where_something_as_good_is_left_nothing_is_learned(tmp_path, encoder, monkeypatch):
    searcher = build(tmp_path, encoder, ("note", NOTE))
    hidden = sum(not answerable for *_, answerable in ask_with_hidden(searcher, 10))
    monkeypatch.setattr("evals.hiding._saying", lambda *_: set())  # the note is left and says the same
    left = sum(not answerable for *_, answerable in ask_with_hidden(searcher, 10))
    searcher.close()

    assert (hidden, left) == (6, 5)
