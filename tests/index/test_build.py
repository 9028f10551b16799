from dataclasses import replace

import numpy as np
import pytest

from index.build import build_index
from index.errors import IndexUnavailableError
from index.search import Searcher
from index.storage.generations import current_generation
from index.storage.store import write_store
from index.text.passages import searchable_text
from ingest.types import Entry, Kind, Library, Listing, Passage, PassageKind


def work(entry_id, title, *, title_zh="", aliases=()):
    listing = Listing("list", (), "corpus/lists/list.md", 1, title)
    return Entry(entry_id, title, title_zh, Kind.PAPER, None, "", (), (), None, (listing,), (), aliases)


def passage(number, entry_id, text):
    return Passage(str(number), entry_id, PassageKind.LISTING, "en", text, "corpus/lists/list.md", number, number, 5)


def library(*texts):
    entries = tuple(work(f"id{n}", f"Title {n}") for n in range(len(texts)))
    return Library(entries, tuple(passage(n, f"id{n}", text) for n, text in enumerate(texts)), (), ())


def interrupt(done, total):
    raise KeyboardInterrupt


def write_all_but_the_last_passage(file, library):
    write_store(file, replace(library, passages=library.passages[:-1]))


def test_the_searchable_text_starts_with_every_name_once_and_drops_the_markup():
    entry = work("id", "LoRA", title_zh="低秩适配", aliases=("LoRA", "low-rank"))

    text = searchable_text(entry, passage(1, "id", "- **It** freezes [the weights](https://example.org/x)."))

    assert text == "LoRA 低秩适配 low-rank\nIt freezes the weights."


def test_the_other_wordings_of_an_answered_question_are_searched_and_no_markup_is():
    text = "**What is LoRA?** <!-- what | lora in a nutshell | explain low-rank adaptation -->\nA fine-tuning method."
    answer = replace(passage(1, "id", text), kind=PassageKind.ANSWER)

    assert searchable_text(work("id", "LoRA"), answer) == (
        "LoRA\nlora in a nutshell\nexplain low-rank adaptation\nWhat is LoRA?\nA fine-tuning method."
    )
    # in a passage of another kind a comment says nothing
    assert searchable_text(work("id", "LoRA"), passage(1, "id", text)) == "LoRA\nWhat is LoRA?\nA fine-tuning method."


def test_the_manifest_says_what_was_built(tmp_path, encoder):
    manifest = build_index(library("one", "two", "three"), encoder, tmp_path, corpus="c" * 64)

    assert (manifest.entries, manifest.passages, manifest.corpus) == (3, 3, "c" * 64)
    assert (manifest.encoder_fingerprint, manifest.dimension) == (encoder.fingerprint, encoder.dimension)
    assert current_generation(tmp_path)[1] == manifest


def test_progress_counts_passages_up_to_their_number(tmp_path, encoder):
    steps = []

    build_index(library(*["text"] * 150), encoder, tmp_path, corpus="c", progress=lambda *step: steps.append(step))

    assert steps == [(64, 150), (128, 150), (150, 150)]


def test_vectors_beyond_the_first_batch_belong_to_their_passages(tmp_path, encoder):
    texts = ["filler about nothing"] * 299 + ["speculative decoding with a draft model"]
    build_index(library(*texts), encoder, tmp_path, corpus="c")

    searcher = Searcher.open(tmp_path, encoder)

    best = searcher.search("speculative decoding", k=1)[0].best

    expected = encoder.encode(["speculative decoding", f"Title 299\n{texts[299]}"])
    assert best.passage.passage_id == "299"
    assert best.dense == pytest.approx(float(np.dot(*expected)), abs=1e-5)
    searcher.store.close()


def test_an_interrupted_build_leaves_the_live_index_and_no_debris(tmp_path, encoder):
    build_index(library("old"), encoder, tmp_path, corpus="old")

    with pytest.raises(KeyboardInterrupt):
        build_index(library("new", "newer"), encoder, tmp_path, corpus="new", progress=interrupt)

    generation, manifest = current_generation(tmp_path)
    assert manifest.corpus == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"CURRENT", generation.name}


def test_an_index_that_does_not_read_back_whole_never_goes_live(tmp_path, encoder, monkeypatch):
    build_index(library("old"), encoder, tmp_path, corpus="old")
    monkeypatch.setattr("index.build.write_store", write_all_but_the_last_passage)

    with pytest.raises(IndexUnavailableError, match=r"'passages': 1, .* of 2 passages\); the index is as it was"):
        build_index(library("new", "newer"), encoder, tmp_path, corpus="new")

    assert current_generation(tmp_path)[1].corpus == "old"


def test_other_users_may_read_the_index(tmp_path, encoder):
    build_index(library("text"), encoder, tmp_path, corpus="c")

    assert current_generation(tmp_path)[0].stat().st_mode & 0o777 == 0o755
