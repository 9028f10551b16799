import json
from dataclasses import asdict, replace

import pytest

from index.errors import IndexUnavailableError
from index.storage.generations import FORMAT, Manifest, current_generation, publish

MANIFEST = Manifest(FORMAT, "c1" * 32, "model", "e1" * 8, "f1" * 8, 384, 10, 20)


def staged(folder, name="staging"):
    staging = folder / f".building-{name}"
    staging.mkdir(parents=True)
    (staging / "store.sqlite").write_text(name, encoding="utf-8")
    return staging


def of_corpus(corpus):
    return replace(MANIFEST, corpus=corpus * 32)


def test_a_published_generation_is_the_live_one(tmp_path):
    target = publish(tmp_path, staged(tmp_path), MANIFEST)

    assert current_generation(tmp_path) == (target, MANIFEST)
    assert (target / "store.sqlite").is_file()
    assert list(tmp_path.glob(".building-*")) == []


def test_a_generation_is_named_after_corpus_encoder_table_and_format():
    assert MANIFEST.generation == f"c1c1c1c1c1c1-e1e1e1e1-f1f1f1f1-v{FORMAT}"


def test_the_generation_before_is_kept_and_older_ones_go(tmp_path):
    for corpus in ("c1", "c2", "c3"):
        publish(tmp_path, staged(tmp_path), of_corpus(corpus))

    folders = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    assert folders == {of_corpus("c2").generation, of_corpus("c3").generation}
    assert current_generation(tmp_path)[1].corpus == "c3" * 32


def test_publishing_the_same_generation_again_replaces_its_files(tmp_path):
    publish(tmp_path, staged(tmp_path, "first"), MANIFEST)

    target = publish(tmp_path, staged(tmp_path, "second"), MANIFEST)

    assert (target / "store.sqlite").read_text(encoding="utf-8") == "second"
    assert current_generation(tmp_path) == (target, MANIFEST)


def test_going_back_to_an_earlier_corpus_makes_its_generation_live_again(tmp_path):
    for corpus in ("c1", "c2", "c1"):
        publish(tmp_path, staged(tmp_path), of_corpus(corpus))

    assert current_generation(tmp_path)[1].corpus == "c1" * 32


def test_what_an_interrupted_build_left_is_swept_away_by_the_next(tmp_path):
    left = staged(tmp_path, "left")

    publish(tmp_path, staged(tmp_path), MANIFEST)

    assert not left.exists()


@pytest.mark.parametrize("corpus", ["absent", "empty folder"])
def test_without_an_index_the_error_names_the_command_that_builds_one(tmp_path, corpus):
    folder = tmp_path / "index"
    if corpus == "empty folder":
        folder.mkdir()

    with pytest.raises(IndexUnavailableError, match=r"no index in .*index; build it with: ingest$"):
        current_generation(folder)


def test_a_folder_without_a_manifest_is_never_live(tmp_path):
    staged(tmp_path)
    (tmp_path / "CURRENT").write_text(".building-staging\n", encoding="utf-8")

    with pytest.raises(IndexUnavailableError, match="build it with: ingest"):
        current_generation(tmp_path)


@pytest.mark.parametrize("format_", [FORMAT - 1, FORMAT + 1, None])
def test_an_index_of_another_format_asks_for_a_full_rebuild(tmp_path, format_):
    target = publish(tmp_path, staged(tmp_path), MANIFEST)
    fields = asdict(MANIFEST) | {"format": format_}
    (target / "manifest.json").write_text(json.dumps(fields), encoding="utf-8")

    with pytest.raises(IndexUnavailableError, match=f"has format {format_}, .* reads {FORMAT}; .* ingest --full"):
        current_generation(tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"format"', b"[]", b"null", b"\xff\xfe", f'{{"format": {FORMAT}}}'.encode()],
    ids=["empty", "brace", "cut short", "a list", "null", "not UTF-8", "fields missing"],
)
def test_a_damaged_manifest_names_the_command_that_mends_it(tmp_path, content):
    target = publish(tmp_path, staged(tmp_path), MANIFEST)
    (target / "manifest.json").write_bytes(content)

    with pytest.raises(IndexUnavailableError, match="with: ingest"):
        current_generation(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\n", b"gone-generation\n", b"\xff\xfe"])
def test_a_damaged_pointer_names_the_command_that_mends_it(tmp_path, content):
    publish(tmp_path, staged(tmp_path), MANIFEST)
    (tmp_path / "CURRENT").write_bytes(content)

    with pytest.raises(IndexUnavailableError, match="with: ingest"):
        current_generation(tmp_path)


def test_a_damaged_pointer_does_not_stop_the_next_build(tmp_path):
    (tmp_path / "CURRENT").write_bytes(b"\xff\xfe")

    publish(tmp_path, staged(tmp_path), MANIFEST)

    assert current_generation(tmp_path)[1] == MANIFEST
