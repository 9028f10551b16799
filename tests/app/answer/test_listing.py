import re
from dataclasses import replace

import pytest

from app.answer import listing
from app.answer.draft import Draft
from app.answer.listing import choose, first_sentence, write_list
from app.answer.membership import Member
from index.text.spans import Span
from ingest.types import Passage, PassageKind


@pytest.fixture
def chances(monkeypatch):
    """Says how probably each entry belongs, in place of the fitted model, which knows the shipped corpus."""

    def give(**by_id):
        def rank(question, hits, store, table):
            members = [Member(hit, by_id.get(hit.entry.entry_id, 0.01)) for hit in hits]
            return sorted(members, key=lambda member: -member.probability)

        monkeypatch.setattr(listing, "rank_members", rank)

    return give


@pytest.fixture
def ask(small):
    def ask(question):
        found = small.find(question, k=60)
        draft = Draft(found.question.language)
        chance = write_list(draft, found.question, found.hits, small.store, small.table)
        return draft, chance

    return ask


def texts(draft):
    return [sentence.text for sentence in draft.sentences]


def entries_of(draft):
    return [citation.entry.entry_id for citation in draft.citations]


def test_a_line_has_title_year_where_the_list_states_it_and_a_sentence(ask, chances):
    chances(gptq=0.9, awq=0.8)

    draft, chance = ask("Which papers are about quantization?")

    # the line of AWQ states no year, so neither does the answer
    assert texts(draft) == [
        "- **GPTQ: Accurate Quantization** (2023): GPTQ is a method that rounds weights to few bits. It is exact.",
        "- **AWQ: Activation-aware Quantization**: AWQ is a method that protects one percent of the weights.",
    ]
    assert all(sentence.starts_paragraph for sentence in draft.sentences)
    assert [sentence.citations for sentence in draft.sentences] == [(1,), (2,)]
    assert all(citation.support == 1.0 for citation in draft.citations)
    assert chance == 0.9


def test_a_line_quotes_what_shows_the_property_asked_for(ask, chances):
    chances(gptq=0.1, awq=0.9)

    draft, _ = ask("Which papers scale channels by their activations?")

    assert texts(draft)[0].endswith("AWQ scales channels by their | activations |.")


def test_a_chinese_list_has_chinese_titles_beside_the_original_ones(ask, chances):
    chances(gptq=0.8, awq=0.9)

    assert texts(ask("有哪些量化的论文？")[0]) == [
        "- **AWQ：感知激活的量化（AWQ: Activation-aware Quantization）**：AWQ 是一种保护百分之一权重的方法。",
        "- **GPTQ：精确的量化（GPTQ: Accurate Quantization）**（2023）：GPTQ 是一种把权重舍入成几位的方法。它很精确。",
    ]


@pytest.mark.parametrize(
    ("question", "number"), [("推荐一篇量化的论文", 1), ("Recommend two papers about quantization", 2)]
)
def test_a_list_is_as_long_as_asked_for(ask, chances, question, number):
    chances(gptq=0.9, awq=0.8, retro=0.7)

    assert len(ask(question)[0].sentences) == number


def test_fewer_works_than_asked_for_are_said_to_be_all(ask, chances):
    chances(gptq=0.9)

    *lines, last = texts(ask("Recommend two papers about quantization")[0])

    assert len(lines) == 1
    assert last == "Only 1 of the entries here fit."


def test_where_nothing_fits_the_list_says_so_before_the_nearest_work(ask, chances):
    chances(awq=0.05)

    first, nearest = texts(ask("Recommend two papers about quantization")[0])

    assert first == "No entry clearly fits; the nearest one is:"
    assert nearest.startswith("- **AWQ")


def test_works_come_before_the_note_that_gives_an_overview(ask, chances):
    chances(section=0.95, gptq=0.9, awq=0.8)

    draft, _ = ask("Which papers and notes are about quantization?")

    assert entries_of(draft) == ["gptq", "awq", "section"]
    assert texts(draft)[-1].startswith("- Overview: **Quantization**: ")


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("Which papers are about quantization?", ["awq", "gptq"]),
        ("Which papers are about quantization, in chronological order?", ["gptq", "awq"]),
        ("量化的论文有哪些？按年份排", ["gptq", "awq"]),
    ],
)
def test_works_stand_in_the_order_asked_for_else_the_likeliest_first(small, chances, question, order):
    chances(awq=0.9, gptq=0.8)  # 2024, 2023
    found = small.find(question, k=60)

    assert [hit.entry.entry_id for hit in choose(found.question, found.hits, small.store, small.table).works] == order


def test_surveys_come_last(small, chances):
    chances(awq=0.9, gptq=0.8)
    found = small.find("Which papers are about quantization?", k=60)
    survey = [
        replace(hit, entry=replace(hit.entry, topics=("surveys",))) if hit.entry.entry_id == "awq" else hit
        for hit in found.hits
    ]

    assert [hit.entry.entry_id for hit in choose(found.question, survey, small.store, small.table).works] == [
        "gptq",
        "awq",
    ]


def test_a_question_that_hardly_asks_for_a_list_gets_none_of_a_single_work(ask, chances, small):
    chances(gptq=0.9)

    draft, chance = ask("How does GPTQ round the weights?")

    assert (draft.sentences, chance) == ([], 0.0)


def test_the_first_sentence_is_read_off_what_is_shown():
    text = "GPTQ *rounds* weights. It is exact."
    passage = Passage("p", "gptq", PassageKind.CARD, "en", text, "corpus/papers/gptq.md", 1, 1, 9)

    assert first_sentence(Span(passage, text, "GPTQ rounds weights. It is exact.", 1, 0)) == "GPTQ rounds weights."


def test_where_nothing_but_filters_is_asked_for_a_line_says_what_a_work_is(ask):
    draft, _ = ask("papers from 2023")

    assert texts(draft)[0].endswith("GPTQ is a method that rounds weights to few bits. It is exact.")


def test_where_no_work_is_likely_enough_nothing_fits_though_several_might(small, chances):
    chances(gptq=0.49, awq=0.45)
    found = small.find("Which papers are about quantization?", k=60)

    chosen = choose(found.question, found.hits, small.store, small.table)

    assert not chosen.sure
    assert [hit.entry.entry_id for hit in chosen.works] == ["gptq"]


@pytest.mark.parametrize(("order", "descending"), [("newest", True), ("oldest", False)])
def test_the_newest_or_oldest_are_the_first_of_all_that_belong(ask, chances, small, order, descending):
    chances(**{entry.entry_id: 0.9 for entry in small.store.entries() if not entry.entry_id.startswith("note:")})
    years = sorted((e.year for e in small.store.entries() if e.year and e.kind.value != "concept"), reverse=descending)

    draft, _ = ask(f"the two {order} papers on attention")

    assert [citation.entry.year for citation in draft.citations] == years[:2]


def test_where_only_filters_decide_it_is_said_how_many_works_fit(ask, chances, monkeypatch):
    chances()
    monkeypatch.setattr(listing, "MOST", 1)

    draft, _ = ask("papers since 2018")

    before, number, shown = re.fullmatch(r"(.*): (\d+); (.*):", texts(draft)[0]).groups()
    assert (before, shown) == ("Entries that fit (by first version or by venue)", "here are 1 of them")
    assert int(number) > len(entries_of(draft)) == 1


def test_how_many_is_answered_also_where_all_are_shown(ask, chances):
    chances()

    draft, _ = ask("how many papers since 2018 are there?")

    works = len(texts(draft)) - 1
    assert texts(draft)[0] == f"Entries that fit (by first version or by venue): {works}."
