import pytest

from app.answer.extractive import ExtractiveWriter
from app.answer.said import asked_aspect, names_held, what_is_said
from index.build import build_index
from index.search import Searcher
from ingest.types import Entry, Kind, Library, Listing, Passage, PassageKind


def work(entry_id, title, aliases=()):
    listing = Listing("list", (), "corpus/lists/list.md", 1, title)
    return Entry(entry_id, title, "", Kind.PAPER, None, "", (), (), None, (listing,), (), aliases)


def passage(number, entry_id, text, language="en"):
    return Passage(
        str(number), entry_id, PassageKind.NOTE, language, text, "corpus/lists/list.md", number, number, 9
    )  # fmt: skip


@pytest.fixture(scope="module")
def searcher(tmp_path_factory, encoder):
    folder = tmp_path_factory.mktemp("said")
    passages = (
        passage(1, "lora", "LoRA freezes the weights and trains two thin matrices with a learning rate of 0.0002."),
        passage(2, "lora", "LoRA 的两个矩阵可以并入原来的权重。", "zh"),
        passage(3, "flash", "FlashAttention computes exact attention in tiles that fit into fast memory."),
    )
    entries = (work("lora", "LoRA"), work("flash", "FlashAttention"))
    build_index(Library(entries, passages, (), ()), encoder, folder, corpus="c")
    searcher = Searcher.open(folder, encoder)
    yield searcher
    searcher.close()


def look(searcher, text, hidden=()):
    found = searcher.find(text, hidden=hidden)
    ranked = ExtractiveWriter(searcher.store, searcher.table).candidates(found.question, found.hits)
    return found, [candidate for candidate in ranked if candidate.span.passage.passage_id not in hidden]


def said(searcher, text, hidden=()):
    found, ranked = look(searcher, text, hidden)
    return what_is_said(found.question, found.hits, ranked, searcher, hidden)


@pytest.mark.parametrize(
    ("question", "aspect"),
    [
        ("What is the learning rate of LoRA?", "learning rate"),
        ("LoRA 的学习率是多少", "的学习率是"),
        ("What is LoRA?", ""),
        ("How does S-LoRA keep adapters ready?", "s-lora keep adapters ready"),  # another work, not LoRA with a prefix
        ("LoRA on LibriSpeechXY", "on"),  # a name that no text has is told apart
    ],
)
def test_the_aspect_is_what_is_left_without_the_names(searcher, question, aspect):
    kept = asked_aspect(searcher.read(question))

    assert kept.split() == [word for word in aspect.split() if word != "on"]


def test_what_the_work_says_counts_as_said_and_what_it_does_not_say_as_missing(searcher):
    held, missing = said(searcher, "learning rate of LoRA"), said(searcher, "annual electricity bill of LoRA")

    assert (held.work, held.weakest, held.pairs) == pytest.approx((1.0, 1.0, 1.0))
    assert max(missing.work, missing.weakest, missing.pairs) < 0.5


def test_what_another_work_says_does_not_count_for_the_one_named(searcher):
    assert said(searcher, "fast memory of FlashAttention").work > said(searcher, "fast memory of LoRA").work


def test_the_other_language_counts(searcher):
    assert said(searcher, "LoRA 的学习率").work > said(searcher, "LoRA 的电费").work


def test_a_hidden_passage_says_nothing(searcher):
    assert said(searcher, "learning rate of LoRA", hidden=["1"]).work < said(searcher, "learning rate of LoRA").work


def test_a_question_of_nothing_but_a_name_misses_nothing(searcher):
    assert said(searcher, "What is LoRA?").weakest == 1.0


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("Does LoRA help?", 1.0),
        ("How does S-LoRA differ?", 0.0),  # holds the name of a known work, and is another one
        ("Is FlashAttention faster than TITANX?", 1.0),  # told apart
        ("Does the Weights project use matrices?", 1.0),
        ("Does the Memory project use thin matrices?", 0.0),  # a word that other texts have can still be a name
    ],
)
def test_names_must_stand_with_the_span(searcher, question, share):
    found, ranked = look(searcher, question)

    assert names_held(found.question, ranked[0]) == share
