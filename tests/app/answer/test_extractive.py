from dataclasses import replace

import pytest

from app.answer.extractive import ExtractiveConfig, ExtractiveWriter, short_name
from app.answer.intents import Intent
from index.build import build_index
from index.encoders.static import StaticEncoder
from index.search import Searcher
from ingest.types import Entry, Kind, Library, Listing, Passage, PassageKind

PLAIN = Intent(defines=False, wants_list=False, compares=False, facts=())
DEFINE = replace(PLAIN, defines=True)
LIST = replace(PLAIN, wants_list=True)
COMPARE = replace(PLAIN, compares=True)


def work(entry_id, title, *, title_zh="", aliases=(), year=None, kind=Kind.PAPER, authors=()):
    listing = Listing("list", ("Section",), "corpus/lists/list.md", 1, title)
    return Entry(entry_id, title, title_zh, kind, year, "", authors, (), None, (listing,), (), aliases)


ENTRIES = (
    work("gptq", "GPTQ: Accurate Quantization", aliases=("GPTQ",), year=2023, authors=("Elias Frantar",)),
    work("awq", "AWQ: Activation-aware Quantization", aliases=("AWQ",), year=2024),
    work("section", "Quantization", kind=Kind.CONCEPT),
    work("retro", "Retro", title_zh="检索增强的预训练模型"),
)
TEXTS = [
    ("gptq", PassageKind.CARD, "en",
     "Rounding to few bits loses accuracy, and training again costs much.\n"
     "GPTQ quantizes the weights of a model layer by layer after training.\n"
     "It needs a few hundred calibration samples.\n"
     "The GPTQ method quantizes the weights of a model layer by layer after the training."),
    ("gptq", PassageKind.CARD, "zh", "GPTQ 在训练之后逐层量化模型的权重。\n它只需要几百条校准样本就能完成。"),
    ("gptq", PassageKind.RECORD, "en", 'title: "GPTQ"\nauthors: ["Elias Frantar"]\nyear: 2023'),
    ("gptq", PassageKind.LISTING, "en",
     "- **GPTQ: Accurate Quantization**. 2023.\n  Post-training quantization of GPTQ."),
    ("awq", PassageKind.LISTING, "en",
     "- **AWQ: Activation-aware Quantization**. MLSys.\n  AWQ protects the salient weights during quantization."),
    ("section", PassageKind.LISTING, "en", "## Quantization\nQuantization stores the weights of a model in few bits."),
    ("retro", PassageKind.LISTING, "en", "- **Retro**\n  Chunks are fetched from a database by a frozen retriever."),
]  # fmt: skip


@pytest.fixture(scope="module")
def searcher(tmp_path_factory):
    folder = tmp_path_factory.mktemp("extractive")
    passages, line = [], 1
    for entry_id, kind, language, text in TEXTS:
        end = line + text.count("\n")
        passages.append(Passage(f"p{line:02}", entry_id, kind, language, text, "corpus/lists/list.md", line, end, 9))
        line = end + 2
    encoder = StaticEncoder.load()
    build_index(Library(ENTRIES, tuple(passages), (), ()), encoder, folder, corpus="c")
    searcher = Searcher.open(folder, encoder)
    yield searcher
    searcher.store.close()


@pytest.fixture(scope="module")
def write(searcher):
    def write(question, intent, language="en", only=None, config=ExtractiveConfig()):
        hits = [hit for hit in searcher.search(question) if only is None or hit.entry.entry_id in only]
        return ExtractiveWriter(searcher.store, searcher.encoder, config).write(question, language, intent, hits)

    return write


def entries_of(citations):
    return list(dict.fromkeys(citation.entry.entry_id for citation in citations))


def test_a_definition_is_answered_by_the_sentence_that_starts_with_the_name(write):
    sentences, _ = write("What is GPTQ?", DEFINE, only={"gptq"}, config=ExtractiveConfig(sentences=(1,)))

    assert sentences[0].text == "GPTQ quantizes the weights of a model layer by layer after training."


def test_a_sentence_that_says_the_same_again_is_left_out(write):
    sentences, _ = write("How does GPTQ quantize the weights of a model?", PLAIN, only={"gptq"})

    repeated = [sentence for sentence in sentences if "layer by layer after" in sentence.text]
    assert len(repeated) == 1


def test_sentences_stand_in_reading_order_with_the_card_before_the_list(write):
    _, citations = write("GPTQ quantization after training with calibration samples", PLAIN, only={"gptq"})

    places = [(citation.passage.kind is PassageKind.LISTING, citation.line) for citation in citations]
    assert places == sorted(places)
    assert len(places) > 1


def test_the_language_of_the_question_is_preferred(write):
    sentences, citations = write("GPTQ 怎样量化模型的权重？", PLAIN, "zh", only={"gptq"})

    assert {citation.passage.language for citation in citations} == {"zh"}
    assert "GPTQ 在训练之后逐层量化模型的权重。" in [sentence.text for sentence in sentences]


def test_another_language_is_quoted_when_there_is_nothing_else(write):
    _, citations = write("AWQ 怎样保护重要的权重？", PLAIN, "zh", only={"awq"})

    assert [citation.quote for citation in citations] == ["AWQ protects the salient weights during quantization."]


def test_front_matter_is_never_quoted_as_prose(write):
    for question in ("GPTQ Elias Frantar 2023", "title authors year"):
        _, citations = write(question, PLAIN, only={"gptq"})

        assert all(citation.passage.kind is not PassageKind.RECORD for citation in citations)


def test_a_list_has_one_item_a_work_with_its_title_and_year_and_a_sentence(write):
    sentences, citations = write("Which works are about quantization of weights?", LIST, only={"gptq", "awq"})

    titles = [sentence.text for sentence in sentences if sentence.starts_paragraph]
    # the line of AWQ in the list does not state its year, so neither does the answer
    assert sorted(titles) == ["- **AWQ: Activation-aware Quantization**", "- **GPTQ: Accurate Quantization** (2023)"]
    heads = [citation.quote for citation in citations if citation.quote.startswith("**")]
    assert sorted(heads) == ["**AWQ: Activation-aware Quantization**. MLSys.", "**GPTQ: Accurate Quantization**. 2023."]
    assert len(sentences) == 4


def test_a_list_of_works_leaves_out_the_section_that_speaks_of_them(write):
    _, citations = write("Which papers are about quantization?", LIST)

    assert "section" not in entries_of(citations)
    assert {"gptq", "awq"} <= set(entries_of(citations))


def test_a_list_is_no_longer_than_configured(write):
    _, citations = write("Which papers are about quantization?", LIST, config=ExtractiveConfig(list_entries=1))

    assert len(entries_of(citations)) == 1


def test_a_comparison_speaks_of_both_named_works_and_of_no_other(write):
    _, citations = write("Compare GPTQ with AWQ", COMPARE)

    assert set(entries_of(citations)) == {"gptq", "awq"}


def test_a_fact_is_stated_of_the_named_work_alone(searcher):
    question = "Who wrote GPTQ, and in which year?"
    writer = ExtractiveWriter(searcher.store, searcher.encoder)

    asked = replace(PLAIN, facts=("year", "authors"))
    entries = writer.fact_entries(question, question, asked, searcher.search(question))
    sentences, citations = writer.write_facts(entries, "en", asked)

    assert [sentence.text for sentence in sentences] == [
        "“GPTQ: Accurate Quantization” appeared in 2023.",
        "“GPTQ: Accurate Quantization” is by Elias Frantar.",
    ]
    assert [citation.quote for citation in citations] == ["year: 2023", 'authors: ["Elias Frantar"]']
    assert [sentence.starts_paragraph for sentence in sentences] == [True, False]


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("Who wrote AWQ?", ("authors",)),  # the corpus does not say
        ("Who wrote the paper on rounding?", ("authors",)),  # no work is named
        ("What is GPTQ?", ()),  # no fact is asked for
    ],
)
def test_no_fact_is_stated_that_is_not_asked_for_named_and_known(searcher, question, facts):
    writer = ExtractiveWriter(searcher.store, searcher.encoder)

    asked = replace(PLAIN, facts=facts)
    entries = writer.fact_entries(question, question, asked, searcher.search(question))

    assert writer.write_facts(entries, "en", asked) == ((), ())


@pytest.mark.parametrize(
    ("asked", "earlier", "named"),
    [
        ("When did it appear?", "What is GPTQ?", ["gptq"]),
        ("When did it win a prize in Paris?", "What is GPTQ?", []),  # asks for more than the catalogue holds
    ],
)
def test_what_a_fact_question_is_about_may_stand_in_the_question_before(searcher, asked, earlier, named):
    writer = ExtractiveWriter(searcher.store, searcher.encoder)
    standalone = f"{earlier} {asked}"

    entries = writer.fact_entries(asked, standalone, replace(PLAIN, facts=("year",)), searcher.search(standalone))

    assert [entry.entry_id for entry in entries] == named


def test_a_paragraph_starts_with_the_name_unless_its_sentence_does(write):
    named, _ = write("What is AWQ?", DEFINE, only={"awq"})
    unnamed, _ = write("What does Retro fetch?", PLAIN, only={"retro"})

    assert named[0].text == "AWQ protects the salient weights during quantization."
    assert unnamed[0].text == "**Retro**: Chunks are fetched from a database by a frozen retriever."


def test_without_hits_nothing_is_written(write):
    assert write("What is GPTQ?", DEFINE, only=set()) == ((), ())


def test_citations_are_numbered_from_one_across_entries(write):
    sentences, citations = write("Compare GPTQ with AWQ", COMPARE)

    assert [citation.n for citation in citations] == list(range(1, len(citations) + 1))
    assert [sentence.citations for sentence in sentences] == [(n,) for n in range(1, len(citations) + 1)]


@pytest.mark.parametrize(
    ("entry", "language", "name"),
    [
        (ENTRIES[0], "en", "GPTQ"),
        (ENTRIES[0], "zh", "GPTQ"),
        (ENTRIES[3], "en", "Retro"),
        (ENTRIES[3], "zh", "Retro"),  # the Chinese title is longer
        (work("x", "Chain of Thought", title_zh="思维链提示", aliases=("CoT", "思维链")), "zh", "思维链"),
        (work("x", "Chain of Thought", title_zh="思维链提示", aliases=("CoT",)), "en", "Chain of Thought"),
        (work("x", "LLaMA 2: Open Models", aliases=("llama", "llama 2")), "en", "LLaMA 2"),  # as the title spells it
    ],
)  # fmt: skip
def test_the_short_name_is_the_longest_alias_that_the_title_begins_with(entry, language, name):
    assert short_name(entry, language) == name


def test_a_definition_comes_from_the_top_of_a_text_that_is_cut_into_several_passages(tmp_path):
    # Both sentences start with the name and each opens its passage; only the first opens the text.
    entry = work("rlhf", "RLHF")
    texts = ("RLHF is a way of training that learns from comparisons.", "RLHF is costly.")
    passages = [
        Passage(f"p{i}", "rlhf", PassageKind.CARD, "en", text, "corpus/papers/rlhf.md", 5 + 2 * i, 5 + 2 * i, 9)
        for i, text in enumerate((*texts, "Something else is said at the end of it all."))
    ]
    encoder = StaticEncoder.load()
    build_index(Library((entry,), tuple(passages), (), ()), encoder, tmp_path, corpus="c")
    searcher = Searcher.open(tmp_path, encoder)
    writer = ExtractiveWriter(searcher.store, encoder, ExtractiveConfig(sentences=(1,)))

    sentences, _ = writer.write("What is RLHF?", "en", DEFINE, searcher.search("RLHF"))
    searcher.close()

    assert [sentence.text for sentence in sentences] == [texts[0]]
