import pytest

from app.catalogue import Catalogue, Record
from index.storage.store import Store, write_store
from ingest.types import Entry, Kind, Library, Passage, PassageKind


def entry(name, **fields):
    defaults = {"title_zh": "", "authors": (), "organisations": (), "aliases": ()} | fields
    return Entry(
        name, name.upper(), defaults["title_zh"], Kind.PAPER, 2023, "", defaults["authors"], (), None, (), (),
        defaults["aliases"], defaults["organisations"],
    )  # fmt: skip


def record(entry_id, number, text):
    return Passage(f"{entry_id}{number}", entry_id, PassageKind.RECORD, "en", text, "corpus/papers/x.md", 2, 3, 9)


@pytest.fixture
def catalogue(tmp_path):
    entries = (entry("a", title_zh="注意力", authors=("Ann Lee",)), entry("b"), entry("c"))
    passages = (
        record("b", 1, 'prerequisites: ["a", "nowhere", "b"]\nyear: 2023'),
        record("b", 2, "related: [c, a]\nreading_minutes: 75"),
        record("c", 1, 'prerequisites: ["a", "b"]'),
        Passage("n", "a", PassageKind.NOTE, "zh", "注意力", "corpus/x.md", 1, 1, 3),
    )
    write_store(tmp_path / "store.sqlite", Library(entries, passages, (), ()))
    return Catalogue(Store(tmp_path / "store.sqlite"))


def test_what_to_read_before_and_beside_an_entry_is_read_from_all_pieces_of_its_card(catalogue):
    assert catalogue.record("b") == Record(("a",), ("c", "a"), 75)  # neither itself nor what the index has not
    assert catalogue.record("a") == Record()


def test_what_to_read_after_an_entry_is_what_names_it_as_a_prerequisite(catalogue):
    assert [list(catalogue.dependents(x)) for x in ("a", "b", "c")] == [["b", "c"], ["c"], []]


def test_an_entry_has_the_languages_of_what_is_written_about_it(catalogue):
    assert [catalogue.languages(x) for x in ("a", "b", "nowhere")] == [("zh",), ("en",), ()]


def test_an_entry_is_found_by_its_names_whichever_script(catalogue):
    assert "ann lee" in catalogue.searched("a")
    assert "注意力" in catalogue.searched("a")


def test_a_list_goes_by_its_title_in_the_language_that_is_asked_for(tmp_path):
    titles = (("path", "学习路线"), ("path", "A study path"), ("reading", "Papers to read"))
    write_store(tmp_path / "titles.sqlite", Library((entry("a"),), (), (), (), list_titles=titles))
    catalogue = Catalogue(Store(tmp_path / "titles.sqlite"))

    asked = [("path", "zh"), ("path", "en"), ("reading", "zh"), ("own", "en")]

    assert [catalogue.list_title(*one) for one in asked] == ["学习路线", "A study path", "Papers to read", "own"]
