import pytest

from app.answer.extractive import ExtractiveWriter
from app.answer.missing import nearest_spans, nothing_to_say
from index.build import build_index
from index.search import Searcher
from ingest.types import Entry, Kind, Library, Link, Listing, Passage, PassageKind

LINES = {
    "en": "**What is LoRA?** <!-- what | low-rank adaptation -->\nLoRA trains two thin matrices. It adds no delay.",
    "zh": "**LoRA 是什么？** <!-- what | 低秩适配 -->\nLoRA 只训练两个细长矩阵。推理不会变慢。",
}


@pytest.fixture(scope="module")
def searcher(tmp_path_factory, encoder):
    folder = tmp_path_factory.mktemp("missing")
    listing = Listing("list", (), "corpus/lists/list.md", 1, "LoRA")
    entry = Entry(
        "lora",
        "LoRA",
        "",
        Kind.PAPER,
        None,
        "",
        (),
        (Link("paper", "https://example.org/lora"),),
        None,
        (listing,),
        (),
        (),
    )
    passages = tuple(
        Passage(language, "lora", PassageKind.ANSWER, language, text, "corpus/papers/lora.md", number, number + 1, 20)
        for number, (language, text) in enumerate(LINES.items(), start=3)
    )
    build_index(Library((entry,), passages, (), ()), encoder, folder, corpus="c")
    searcher = Searcher.open(folder, encoder)
    yield searcher
    searcher.close()


@pytest.fixture(scope="module")
def listed(tmp_path_factory, encoder):
    folder = tmp_path_factory.mktemp("listed")
    row = Listing("list", (), "corpus/lists/list.md", 1, "Kiln")
    entry = Entry("kiln", "Kiln", "", Kind.MODEL, None, "", (), (), None, (row,), (), ())
    line = "- **Kiln**: a small model for ceramics, trained by a museum."
    passage = Passage("k", "kiln", PassageKind.LISTING, "en", line, "corpus/lists/list.md", 1, 1, 14)
    build_index(Library((entry,), (passage,), (), ()), encoder, folder, corpus="c")
    searcher = Searcher.open(folder, encoder)
    yield searcher
    searcher.close()


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("In which field is Kiln used?", "All that the lists say about Kiln:"),
        ("Kiln 用在什么领域？", "关于 Kiln，清单里只写了这些："),
        ("How does Kiln differ from Flibberformer?", "Nothing here is about Flibberformer."),
    ],
)
def test_a_work_about_which_lists_say_one_line_is_told_whole(listed, question, opening):
    found, ranked = look(listed, question)
    draft = nearest_spans(found.question, found.hits, ranked)

    assert draft.sentences[0].text == opening
    assert [citation.quote for citation in draft.citations] == [
        "**Kiln**: a small model for ceramics, trained by a museum."
    ]


def look(searcher, text):
    found = searcher.find(text)
    return found, ExtractiveWriter(searcher.store, searcher.table).candidates(found.question, found.hits)


@pytest.mark.parametrize(
    ("question", "opening", "quote"),
    [
        ("Who paid for LoRA?", "The lists do cover LoRA, but I found nothing", "LoRA trains two thin matrices."),
        ("LoRA 是谁出的钱？", "清单里有 LoRA，但我没有找到", "LoRA 只训练两个细长矩阵。"),
        ("Who paid for these matrices?", "I found no direct answer", "LoRA trains two thin matrices."),
    ],
)
def test_what_was_not_found_is_said_before_what_is_nearest(searcher, question, opening, quote):
    found, ranked = look(searcher, question)
    draft = nearest_spans(found.question, found.hits, ranked)

    said, quoted, *_ = draft.sentences
    assert said.text.startswith(opening)
    assert quote in quoted.text
    assert (said.citations, quoted.citations) == ((), (1,))
    assert draft.citations[0].support == 1.0


@pytest.mark.parametrize(("question", "what"), [("thin matrices", "LoRA trains two thin matrices."),
                                               ("细长矩阵", "LoRA 只训练两个细长矩阵。")])  # fmt: skip
def test_the_nearest_entries_are_links_with_what_each_of_them_is(searcher, question, what):
    found, _ = look(searcher, question)
    *_, last = nothing_to_say(found.question, found.hits, searcher.store)

    assert last.text.startswith("- [LoRA](https://example.org/lora)")
    assert last.text.endswith(what)


def test_a_question_from_another_field_gets_no_neighbours(searcher):
    found, _ = look(searcher, "What is the weather in Paris today?")

    assert found.question.intent.probabilities["outfield"] > 0.5
    assert len(list(nothing_to_say(found.question, found.hits, searcher.store))) == 1
    assert len(list(nothing_to_say(searcher.read("thin matrices"), (), searcher.store))) == 1  # nothing is near


@pytest.mark.parametrize("name", ["LoRA", "lora", "Low-Rank Adaptation"])
def test_a_work_is_called_what_the_question_calls_it(shipped_searcher, name):
    found = shipped_searcher.find(f"Which reviewer rejected {name} first?")
    ranked = ExtractiveWriter(shipped_searcher.store, shipped_searcher.table).candidates(found.question, found.hits)

    opening = nearest_spans(found.question, found.hits, ranked).sentences[0].text

    assert opening.startswith(f"The lists do cover {name},")
