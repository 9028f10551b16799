from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import IndexUnavailableError, MissingIndexError
from index.storage.generations import (
    current_generation,
    new_generation,
    open_generation,
    publish,
    roll_back,
    seal,
    sweep,
)
from index.storage.holds import Hold
from index.storage.manifest import FORMAT, Manifest
from index.storage.pointer import Pointer, read_pointer

MANIFEST = Manifest(FORMAT, "c1" * 32, "model", "e1" * 8, "f1" * 8, 384, 10, 20)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


def built(folder, name="one"):
    """A sealed generation whose store holds its name; its corpus fingerprint is the name, too."""
    generation = new_generation(folder)
    (generation / "store.sqlite").write_text(name, encoding="utf-8")
    (generation / "late").mkdir()
    (generation / "late" / "ids.npy").write_bytes(b"\0" * 100)
    seal(generation, replace(MANIFEST, corpus=name))
    return generation


def live(folder, name="one"):
    generation = built(folder, name)
    publish(generation)
    return generation


def folders(folder):
    return {path.name for path in folder.iterdir() if path.is_dir()}


def test_a_published_generation_is_the_live_one(folder):
    generation = live(folder)

    assert current_generation(folder)[0] == generation
    assert current_generation(folder)[1].corpus == "one"


def test_what_is_sealed_but_not_published_is_not_live(folder):
    first = live(folder)
    built(folder, "two")

    assert current_generation(folder)[0] == first


def test_a_name_is_never_used_twice_though_what_had_it_is_gone(folder):
    names = [live(folder, "the same").name for _ in range(5)]

    assert len(set(names)) == 5
    assert sorted(names) == names  # the number in front is for people


def test_the_generation_before_is_kept_and_older_ones_go(folder):
    _, second, third = (live(folder, name) for name in ("one", "two", "three"))

    assert folders(folder) == {second.name, third.name}


def test_a_generation_goes_only_when_no_reader_holds_it(folder):
    first = live(folder)
    hold = Hold(first)
    for name in ("two", "three"):
        live(folder, name)
    assert first.is_dir()

    hold.close()
    sweep(folder)

    assert not first.exists()


def test_the_hold_of_a_reader_that_was_killed_is_gone(folder, hold_in_a_killed_process):
    first = live(folder)
    hold_in_a_killed_process(first)

    for name in ("two", "three"):
        live(folder, name)

    assert not first.exists()


def test_a_reader_that_comes_while_the_index_is_replaced_gets_the_new_one(folder, monkeypatch):
    live(folder)
    replaced = []

    class Late(Hold):
        def __init__(self, generation):
            if not replaced:  # two refreshes end between reading the pointer and taking the hold
                replaced.extend([live(folder, "two"), live(folder, "three")])
            super().__init__(generation)

    monkeypatch.setattr("index.storage.generations.Hold", Late)

    generation, manifest, hold = open_generation(folder)

    hold.close()
    assert (generation, manifest.corpus) == (replaced[1], "three")


def test_what_killed_refreshes_left_is_swept_away(folder):
    generation = live(folder)
    for left in (new_generation(folder), built(folder, "two"), folder / ".building-of-an-older-version"):
        left.mkdir(exist_ok=True)
    (folder / "CURRENT.new").write_text("cut sh", encoding="utf-8")
    (folder / "CORPUS").write_text("../corpus\n", encoding="utf-8")

    sweep(folder)

    assert {path.name for path in folder.iterdir()} == {"CURRENT", "CORPUS", generation.name}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\0\0\0\0", b"..\n\n"])
def test_where_it_is_not_known_what_is_live_nothing_is_swept(folder, content):
    generation = live(folder)
    (folder / "CURRENT").write_bytes(content)

    sweep(folder)

    assert generation.is_dir()


def test_rolling_back_goes_to_the_generation_before_and_forth_again(folder):
    first, second = live(folder), live(folder, "two")

    assert roll_back(folder).corpus == "one"
    assert current_generation(folder)[0] == first
    assert roll_back(folder).corpus == "two"
    assert current_generation(folder)[0] == second


def test_without_a_generation_before_there_is_no_way_back(folder):
    live(folder)

    with pytest.raises(IndexUnavailableError, match=r"no index before the one in .* it stays as it is"):
        roll_back(folder)


def test_a_damaged_generation_is_not_gone_back_to(folder):
    first, second = live(folder), live(folder, "two")
    (first / "store.sqlite").write_text("eno", encoding="utf-8")

    with pytest.raises(IndexUnavailableError, match=r"cannot be used \(store.sqlite has changed\)"):
        roll_back(folder)

    assert current_generation(folder)[0] == second


def test_a_damaged_live_generation_is_not_kept_as_the_one_to_go_back_to(folder):
    first, second = live(folder), live(folder, "two")
    (second / "store.sqlite").unlink()

    third = live(folder, "three")

    assert read_pointer(folder) == Pointer(third.name, first.name)


@pytest.mark.parametrize("state", ["absent", "empty folder", "no pointer"])
def test_without_an_index_the_error_names_the_command_that_builds_one(folder, state):
    if state != "absent":
        folder.mkdir()
    if state == "no pointer":
        built(folder)

    with pytest.raises(MissingIndexError, match=rf"no index in .*index; build it with: ingest --data {folder.parent}$"):
        current_generation(folder)


@pytest.mark.parametrize("content", [b"", b"\n", b"gone-generation\n\n", b"\xff\xfe", b"\0\0", b"../index\n\n", None])
def test_a_damaged_pointer_names_the_command_and_does_not_stop_the_next_build(folder, content):
    live(folder)
    (folder / "CURRENT").unlink()
    if content is None:
        (folder / "CURRENT").mkdir()
    else:
        (folder / "CURRENT").write_bytes(content)

    with pytest.raises(IndexUnavailableError, match=r"is damaged .* rebuild it with: ingest --full --data"):
        current_generation(folder)

    assert live(folder, "two") == current_generation(folder)[0]


def test_the_command_names_the_corpus_that_was_indexed(tmp_path, folder):
    generation = live(folder)
    (folder / "CORPUS").write_text("../my lists\n", encoding="utf-8")
    (generation / "manifest.json").write_text("{", encoding="utf-8")

    with pytest.raises(IndexUnavailableError) as caught:
        current_generation(folder)

    assert str(caught.value).endswith(f"ingest --full --corpus '{tmp_path.parent}/my lists' --data {tmp_path}")


def test_in_the_default_folders_the_command_is_bare(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = Path("data/index")
    live(folder)
    (folder / "CORPUS").write_text("../corpus\n", encoding="utf-8")
    (folder / "CURRENT").write_text("", encoding="utf-8")

    with pytest.raises(IndexUnavailableError, match=r"with: ingest --full$"):
        current_generation(folder)
