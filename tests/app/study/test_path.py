import pytest

from app.catalogue import Catalogue
from app.study.path import find_path
from index.storage.store import Store, write_store
from ingest.types import Entry, Kind, Library, Passage, PassageKind


def entry(name, year, kind=Kind.PAPER, topics=("peft",)):
    return Entry(name, name.upper(), "", kind, year, "", (), (), None, (), topics, ())


def record(name, before=(), minutes=None):
    quoted = ", ".join(f'"{x}"' for x in before)
    text = f"prerequisites: [{quoted}]" + (f"\nreading_minutes: {minutes}" if minutes else "")
    return Passage(f"r-{name}", name, PassageKind.RECORD, "en", text, f"corpus/{name}.md", 2, 3, 9)


@pytest.fixture
def catalogue(tmp_path):
    entries = (
        entry("d", 2023), entry("c", 2022), entry("b", 2021), entry("a", 2017, topics=("basics",)),
        entry("note:n", None, Kind.CONCEPT), entry("heading", None, Kind.CONCEPT), entry("x", 2020), entry("y", 2020),
    )  # fmt: skip
    passages = (
        record("d", ["c"], 90), record("c", ["b", "a"]), record("b", ["a"], 30), record("x", ["y"]), record("y", ["x"]),
        Passage("n", "note:n", PassageKind.NOTE, "en", "text", "corpus/n.md", 1, 1, 2_200),
    )  # fmt: skip
    write_store(tmp_path / "store.sqlite", Library(entries, passages, (), ()))
    return Catalogue(Store(tmp_path / "store.sqlite"))


def path(catalogue, steps=10, topic="peft"):
    return find_path("", topic, steps, None, catalogue)


def test_what_must_be_read_before_stands_before_also_from_another_topic(catalogue):
    found = path(catalogue)
    order = [step.entry.entry_id for step in found]

    assert order.index("a") < order.index("b") < order.index("c") < order.index("d")
    assert order[0] == "note:n"  # a note introduces
    assert "heading" not in order
    assert {step.entry.entry_id: step.level for step in found}["d"] == 3
    assert {step.entry.entry_id: step.needed_for for step in found}["a"] == ("b", "c")


def test_a_circle_of_prerequisites_is_cut(catalogue):
    order = [step.entry.entry_id for step in path(catalogue)]

    assert sorted(order) == ["a", "b", "c", "d", "note:n", "x", "y"]


def test_minutes_are_the_cards_own_or_estimated_by_length(catalogue):
    times = {step.entry.entry_id: (step.minutes, step.estimated) for step in path(catalogue)}

    assert times["d"] == (90, False)
    assert times["note:n"] == (10, True)  # 2,200 tokens at 220 a minute


@pytest.mark.parametrize(("steps", "length"), [(3, 3), (5, 5), (-1, 3), (99, 7)])
def test_a_path_has_as_many_steps_as_asked_for_within_reason(catalogue, steps, length):
    assert len(path(catalogue, steps)) == length


def test_an_unknown_topic_has_no_path(catalogue):
    assert path(catalogue, topic="nothing") == []
