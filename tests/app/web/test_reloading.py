import gc
import os
import threading
from dataclasses import replace

import pytest

from app.web.reloading import LiveAssistant
from index.build import build_index
from index.encoders.static import shipped_table
from index.errors import IndexUnavailableError
from index.storage.generations import current_generation
from index.storage.manifest import write_manifest
from ingest.types import Entry, Kind, Library, Listing, Passage, PassageKind


def library(title, text):
    entry = Entry(
        "id", title, "", Kind.PAPER, None, "", (), (), None,
        (Listing("list", (), "corpus/lists/list.md", 1, title),), (), (),
    )  # fmt: skip
    return Library(
        (entry,), (Passage("1", "id", PassageKind.NOTE, "en", text, "corpus/lists/list.md", 1, 1, 9),), (), ()
    )


OLD = library("LoRA", "LoRA trains a pair of low-rank matrices.")
NEW = library("FlashAttention", "FlashAttention computes exact attention in tiles.")


@pytest.fixture(scope="module")
def encoder():
    return shipped_table()


@pytest.fixture
def data(tmp_path, encoder):
    build_index(OLD, encoder, tmp_path / "index", corpus="old")
    return tmp_path


def titles(assistant):
    return [hit.entry.title for hit in assistant.ask("What is FlashAttention?").hits]


def test_while_nothing_changes_the_same_assistant_serves(data):
    live = LiveAssistant(data)

    assert live.get() is live.get()


def test_a_new_generation_serves_the_next_question(data, encoder):
    live = LiveAssistant(data)
    before = titles(live.get())

    build_index(NEW, encoder, data / "index", corpus="new")

    assert (before, titles(live.get())) == (["LoRA"], ["FlashAttention"])
    assert live.get() is live.get()


def test_a_question_under_way_is_answered_from_the_generation_it_started_with(data, encoder):
    under_way = LiveAssistant(data).get()

    for corpus in ("new", "newer", "newest"):  # the old generation is swept away meanwhile
        build_index(NEW, encoder, data / "index", corpus=corpus)

    assert under_way.ask("What is LoRA?").citations[0].quote == "LoRA trains a pair of low-rank matrices."


def test_a_rebuilt_generation_of_the_same_corpus_keeps_serving(data, encoder):
    live = LiveAssistant(data)

    build_index(OLD, encoder, data / "index", corpus="old")

    assert live.get().ask("What is LoRA?").citations[0].quote == "LoRA trains a pair of low-rank matrices."


@pytest.mark.parametrize("damage", ["no pointer", "no manifest", "another encoder", "a cut store"])
def test_while_the_new_generation_cannot_be_opened_the_old_one_serves(data, encoder, damage):
    live = LiveAssistant(data)
    build_index(NEW, encoder, data / "index", corpus="new")
    generation, manifest = current_generation(data / "index")
    match damage:
        case "no pointer":
            (data / "index" / "CURRENT").unlink()
        case "no manifest":
            (generation / "manifest.json").unlink()
        case "another encoder":
            write_manifest(generation, replace(manifest, encoder_fingerprint="0" * 16))
        case "a cut store":
            (generation / "store.sqlite").write_bytes(b"")

    assert titles(live.get()) == ["LoRA"]


def test_after_a_failed_refresh_the_next_good_one_serves(data, encoder):
    live = LiveAssistant(data)
    build_index(NEW, encoder, data / "index", corpus="new")
    (current_generation(data / "index")[0] / "store.sqlite").write_bytes(b"")
    broken = titles(live.get())

    build_index(NEW, encoder, data / "index", corpus="newer")

    assert (broken, titles(live.get())) == (["LoRA"], ["FlashAttention"])


def test_without_an_index_there_is_no_assistant(tmp_path):
    with pytest.raises(IndexUnavailableError, match="build it with: ingest"):
        LiveAssistant(tmp_path)


def test_the_same_work_in_two_generations_is_told_apart_by_its_text(data, encoder):
    live = LiveAssistant(data)
    changed = replace(OLD, passages=(replace(OLD.passages[0], text="LoRA adds two small matrices."),))

    build_index(changed, encoder, data / "index", corpus="changed")

    assert live.get().ask("What is LoRA?").citations[0].quote == "LoRA adds two small matrices."


def open_files():
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="files are counted in /proc")
def test_open_files_do_not_grow_with_every_swap_and_nothing_old_is_left(data, encoder):
    live = LiveAssistant(data, encoder)
    titles(live.get())
    before = open_files()
    gc.disable()  # nothing may depend on when the collector comes round
    try:
        for number in range(4):
            build_index(NEW if number % 2 == 0 else OLD, encoder, data / "index", corpus=str(number))
            titles(live.get())
        after = open_files()
    finally:
        gc.enable()

    assert after == before
    folders = [path for path in (data / "index").iterdir() if path.is_dir()]
    assert len(folders) <= 3  # the live one, the one before, and one that was held when the last refresh swept


def test_no_question_fails_while_the_index_is_replaced_again_and_again(data, encoder):
    live = LiveAssistant(data, encoder)
    stop, failures, asked = threading.Event(), [], []

    def ask():
        while not stop.is_set():
            try:
                asked.extend(titles(live.get()))
            except Exception as error:  # whatever a user would see
                failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(3):
        build_index(NEW if number % 2 == 0 else OLD, encoder, data / "index", corpus=str(number))
    stop.set()
    for thread in threads:
        thread.join()

    assert failures == []
    assert set(asked) <= {"LoRA", "FlashAttention"}
    assert titles(live.get()) == ["FlashAttention"]
