import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalogue.gazetteer import (
    candidate_runs,
    gazetteer_rows,
    heads_of,
    kind_words,
    longest_first,
    name_content,
    telling_words,
)
from index.query.tokens import folded, tidy, tokens_of
from index.types import Entity, Slot
from ingest.types import Entry, Kind, Library, Link, Listing, Term


def work(title="LoRA: Low-Rank Adaptation", **changes):
    listing = Listing(
        "study-path",
        ("微调（tuning）", "剪枝"),
        "corpus/lists/study-path.md",
        1,
        title,
        ("微调", "剪枝"),
        ("Tuning models", "Pruning"),
    )
    values = {
        "title_zh": "", "kind": Kind.PAPER, "year": 2021, "venue": "ICLR 2022", "authors": (), "links": (),
        "arxiv_id": None, "topics": (), "aliases": (),
    }  # fmt: skip
    return Entry(title, title, listings=(listing,), **values | changes)


def rows(*entries, **library):
    return set(gazetteer_rows(Library(entries, (), (), (), **library)))


def tokens(text):
    return tokens_of(folded(tidy(text)))


def test_an_entry_is_named_by_its_titles_and_its_place_is_its_value():
    found = rows(work("Other"), work(title_zh="低秩适配", aliases=("LoRA",)))

    assert {row for row in found if row[1] is Slot.NAME} == {
        ("other", Slot.NAME, "0"),
        ("lora low rank adaptation", Slot.NAME, "1"),
        ("低 秩 适 配", Slot.NAME, "1"),
        ("lora", Slot.NAME, "1"),
    }


@pytest.mark.parametrize(
    "row",
    [
        ("edward j hu", Slot.AUTHOR, "Edward J. Hu"),
        ("edward hu", Slot.AUTHOR, "Edward J. Hu"),
        ("hu", Slot.SURNAME, "Hu"),
        ("唐 杰", Slot.AUTHOR, "唐杰 (Jie Tang)"),
        ("jie tang", Slot.AUTHOR, "唐杰 (Jie Tang)"),
        ("iclr", Slot.VENUE, "ICLR"),
        ("nips", Slot.VENUE, "NeurIPS"),
        ("study path", Slot.LIST, "study-path"),
        ("学 习 路 线", Slot.LIST, "study-path"),
        ("微 调", Slot.SECTION, "微调（tuning）"),
        ("tuning", Slot.SECTION, "微调（tuning）"),
        ("tuning models", Slot.SECTION, "微调（tuning）"),
        ("剪 枝", Slot.SECTION, "剪枝"),
        ("pruning", Slot.SECTION, "剪枝"),
        ("low rank", Slot.TOPIC, "low-rank"),
        ("microsoft", Slot.ORGANISATION, "Microsoft"),
        ("微 软", Slot.ORGANISATION, "Microsoft"),
        ("msr", Slot.ORGANISATION, "Microsoft"),
        ("论 文", Slot.KIND, "论文"),
        ("papers", Slot.KIND, "论文"),
        ("量 化", Slot.TERM, "quantization"),
        ("quantization", Slot.TERM, "量化"),
    ],
)
def test_a_question_can_name_all_this(row):
    found = rows(
        work(
            authors=("Edward J. Hu", "唐杰 (Jie Tang)", "et al."),
            links=(Link("code", "https://github.com/microsoft/LoRA"),),
            topics=("low-rank",),
        ),
        list_titles=(("study-path", "学习路线"),),
        organisations=(Term("Microsoft", "微软", ("MSR",), 2),),
        glossary=(Term("quantization", "量化", (), 2),),
    )

    assert row in found


def test_an_account_that_the_table_knows_has_only_the_name_of_the_table():
    links = (Link("code", "https://github.com/microsoft/LoRA"),)
    found = rows(work(links=links), organisations=(Term("Microsoft", "微软", (), 2),))

    assert {value for name, slot, value in found if slot is Slot.ORGANISATION} == {"Microsoft"}


def test_an_account_is_no_venue():
    found = rows(work(venue="OpenAI 2018", authors=("OpenAI",)))

    assert {slot for name, slot, _ in found if name == "openai"} == {Slot.ORGANISATION}


def test_an_abbreviation_of_two_letters_is_no_term():
    found = rows(glossary=(Term("tensor parallelism", "张量并行", ("TP",), 3),))

    assert {name for name, slot, _ in found if slot is Slot.TERM} == {"tensor parallelism", "张 量 并 行"}


def test_words_for_kinds_are_of_one_kind_only():
    words = [word for row in kind_words().values() for word in row.words]

    assert len(set(words)) == len(words)
    assert kind_words()["论文"].kinds == (Kind.PAPER,)
    assert kind_words()["大语言模型"].admitted == ()


def test_heads_have_a_bit_for_each_length():
    # "lora" alone, and with three more units: bits 0 and 3
    assert heads_of(["lora", "lora low rank adaptation", "gpt 4"]) == {"lora": 0b1001, "gpt": 0b10}


def test_candidates_are_runs_of_whole_tokens_that_some_name_is_as_long_as():
    runs = candidate_runs(tokens("Is LoRA 好? LoRA 好 QLoRA"), heads_of(["lora", "lora 好"]))

    assert runs == {"lora": [(1, 2), (3, 4)], "lora 好": [(1, 3), (3, 5)]}


@pytest.mark.parametrize(
    "question",
    ["What is lora low-rank adaptation?", "介绍 LoRA: Low-Rank Adaptation 这篇论文", "LORA LOW RANK ADAPTATION"],
)
def test_a_title_is_found_inside_a_question_whatever_its_case_and_punctuation(question):
    name = "lora low rank adaptation"

    assert name in candidate_runs(tokens(question), heads_of([name]))


def test_a_name_inside_a_longer_word_is_not_found():
    assert candidate_runs(tokens("What is QLoRA?"), heads_of(["lora"])) == {}


@given(st.lists(st.sampled_from("a b c".split()), max_size=8), st.sets(st.sampled_from(["a", "a b", "b c", "c a b"])))
def test_candidates_are_those_of_the_slow_search(words, names):
    found = candidate_runs(tokens(" ".join(words)), heads_of(names))

    slow = {}
    for first in range(len(words)):
        for end in range(first + 1, len(words) + 1):
            slow.setdefault(" ".join(words[first:end]), []).append((first, end))
    assert {name: found[name] for name in names if name in found} == {n: slow[n] for n in names if n in slow}


def entity(slot, first, end, value="x"):
    return Entity(slot, value, "x", first, end)


def test_the_longest_name_of_a_slot_stands_and_alternatives_of_one_place_all_do():
    kept = longest_first(
        [
            entity(Slot.NAME, 0, 1),
            entity(Slot.NAME, 0, 2, "a"),
            entity(Slot.NAME, 0, 2, "b"),
            entity(Slot.TERM, 1, 2),  # another slot
            entity(Slot.NAME, 3, 4),
        ]
    )

    assert [(e.slot, e.first, e.end, e.value) for e in kept] == [
        (Slot.NAME, 0, 2, "a"),
        (Slot.NAME, 0, 2, "b"),
        (Slot.TERM, 1, 2, "x"),
        (Slot.NAME, 3, 4, "x"),
    ]


def test_a_word_tells_as_long_as_three_names_hold_it():
    names = ["scaling laws", "scaling up", "scaling vision", "pruning"]

    assert ("scale", "scaling laws") in telling_words(names)
    assert "scale" not in {word for word, _ in telling_words([*names, "scaling down"])}


def test_partial_titles_are_compared_without_punctuation_inside_words():
    assert name_content("What is few-shot learning?") == "few shot learning"
