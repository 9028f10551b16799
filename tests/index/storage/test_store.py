import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from index.storage.store import Store, write_store
from index.types import Slot
from ingest.types import Entry, Kind, Library, Link, Listing, Passage, PassageKind, Term

LORA = Entry(
    entry_id="arxiv:2106.09685",
    title="LoRA: Low-Rank Adaptation",
    title_zh="低秩适配",
    kind=Kind.PAPER,
    year=2022,
    venue="ICLR",
    authors=("Edward J. Hu", "et al."),
    links=(Link("arxiv", "https://arxiv.org/abs/2106.09685"), Link("", "https://github.com/microsoft/LoRA")),
    arxiv_id="2106.09685",
    listings=(
        Listing("path", ("微调", "方法"), "corpus/lists/path.md", 12, "LoRA", ("微调", "方法"), ("Tuning", "Methods")),
        Listing("papers", (), "corpus/lists/papers.md", 3, "LoRA: Low-Rank Adaptation"),
    ),
    topics=("peft",),
    aliases=("LoRA",),
    organisations=("Microsoft",),
    title_en="Low-Rank Adaptation",
)
NOTE = Entry(
    "note:kv", "KV cache", "", Kind.CONCEPT, None, "", (), (), None,
    (Listing("notes", ("KV cache",), "corpus/notes/kv.md", 5, "KV cache"),), (), ("LoRA",),
)  # fmt: skip


def passage(number, entry, text="Some “text”\n第二行", kind=PassageKind.LISTING):
    return Passage(f"p{number}", entry.entry_id, kind, "en", text, "corpus/lists/path.md", number, number + 1, 7)


GLOSSARY = (
    Term("quantization", "量化", ("weight quantization",), 2),
    Term("tensor parallelism", "张量并行", ("TP",), 3),
)
PASSAGES = (passage(1, LORA), passage(2, NOTE), passage(3, LORA, kind=PassageKind.RECORD))


def library(entries, passages=(), glossary=()):
    return Library(entries, passages, (), (), glossary)


@pytest.fixture
def store(tmp_path):
    write_store(tmp_path / "store.sqlite", library((LORA, NOTE), PASSAGES, GLOSSARY))
    store = Store(tmp_path / "store.sqlite")
    yield store
    store.close()


def test_entries_come_back_as_they_were_in_reading_order(store):
    assert list(store.entries()) == [LORA, NOTE]
    assert store.entries_at([1]) == {1: NOTE}
    assert store.entries_at([]) == {}


def test_passages_come_back_as_they_were_by_row(store):
    assert store.passages([2, 0]) == {0: PASSAGES[0], 2: PASSAGES[2]}
    assert store.passages([]) == {}


def test_passages_of_an_entry_come_in_reading_order(store):
    assert store.passages_of("arxiv:2106.09685") == [PASSAGES[0], PASSAGES[2]]
    assert store.passages_of("arxiv:0000.00000") == []


def test_rows_of_passages_and_entries_point_at_each_other(store):
    assert store.entry_rows() == [0, 1, 0]
    assert store.rows_of(0) == [0, 2]
    assert store.rows_of(1) == [1]


def named(store, names, slot):
    return {(name, value) for name, found, value in store.gazetteer(names) if found == slot}


def test_a_name_that_two_entries_go_by_finds_both(store):
    assert named(store, ["lora", "kv cache", "unheard"], Slot.NAME) == {("lora", "0"), ("kv cache", "1"), ("lora", "1")}


def test_more_names_than_one_query_takes_are_all_looked_up(store):
    names = [f"no name {number}" for number in range(1200)]
    names[0], names[1199] = "2106 09685", "kv cache"

    assert named(store, names, Slot.NAME) == {("2106 09685", "0"), ("kv cache", "1")}


def test_a_glossary_term_is_found_by_any_name_and_gives_its_other_main_names(store):
    assert named(store, ["quantization", "量 化", "weight quantization", "unheard"], Slot.TERM) == {
        ("quantization", "量化"),
        ("量 化", "quantization"),
        ("weight quantization", "quantization"),
        ("weight quantization", "量化"),
    }


def test_an_abbreviation_of_two_letters_is_not_translated(store):
    assert named(store, ["tp", "tensor parallelism"], Slot.TERM) == {("tensor parallelism", "张量并行")}


def test_an_entry_is_found_by_the_identity_of_its_links(store):
    assert named(store, ["github.com/microsoft/lora"], Slot.LINK) == {("github.com/microsoft/lora", "0")}


def test_heads_tell_how_long_the_names_that_start_with_a_token_are(store):
    # "lora" and "lora low rank adaptation" start with it: bits 0 and 3; links are no runs of tokens
    assert store.heads(["lora", "unheard", "github.com/microsoft/lora"]) == {"lora": 0b1001}


def test_telling_words_lead_to_the_names_that_hold_them(store):
    assert store.telling(["adapt", "unheard"]) == [("adapt", "lora low rank adaptation")]


def test_entries_are_found_by_their_facets(store):
    assert store.rows_with("organisations", ["microsoft"]) == {0}
    assert store.rows_with("kinds", ["paper", "concept"]) == {0, 1}
    assert store.rows_with("kinds", []) == store.rows_with("topics", ["paper"]) == frozenset()


def test_the_values_of_a_slot_come_sorted_and_once(store):
    assert store.values(Slot.LIST) == ["notes", "papers", "path"]
    assert store.values(Slot.TOPIC) == ["peft"]


def test_the_newest_year_is_that_of_the_entries_that_have_one(store, tmp_path):
    write_store(tmp_path / "undated.sqlite", library((NOTE,)))
    undated = Store(tmp_path / "undated.sqlite")

    assert (store.newest_year(), undated.newest_year()) == (2022, None)
    undated.close()


def test_the_language_of_every_passage_is_told_by_row(store):
    assert store.languages() == ["en", "en", "en"]


def test_a_store_cannot_be_written_to(store):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store._query("DELETE FROM entries")


def test_threads_may_share_a_store(store):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: store.entries_at([n % 2]), range(200)))

    assert found == [{0: LORA}, {1: NOTE}] * 100


def test_a_path_with_special_characters_is_opened(tmp_path):
    folder = tmp_path / "a b?c#d%20 数据"
    folder.mkdir()
    write_store(folder / "store.sqlite", library((NOTE,)))

    store = Store(folder / "store.sqlite")

    assert list(store.entries()) == [NOTE]
    store.close()


def test_a_passage_of_an_unknown_entry_is_not_written(tmp_path):
    with pytest.raises(KeyError, match="arxiv:2106"):
        write_store(tmp_path / "store.sqlite", library((NOTE,), PASSAGES))
