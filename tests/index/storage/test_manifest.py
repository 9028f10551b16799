import json
from dataclasses import replace
from zlib import crc32

import pytest

from index.storage.manifest import (
    FORMAT,
    DamagedError,
    FileMark,
    FormatError,
    Manifest,
    read_manifest,
    verify_files,
    write_manifest,
)

MANIFEST = Manifest(FORMAT, "c1" * 32, "模型", "e1" * 8, "f1" * 8, 384, 10, 20, "../语料")


@pytest.fixture
def generation(tmp_path):
    (tmp_path / "late").mkdir()
    (tmp_path / "store.sqlite").write_bytes(b"entries")
    (tmp_path / "late" / "ids.npy").write_bytes(bytes(range(256)) * 5000)  # more than is read at once
    write_manifest(tmp_path, MANIFEST)
    return tmp_path


def test_a_manifest_reads_back_with_a_mark_for_every_file(generation):
    marks = {
        "late/ids.npy": FileMark(1_280_000, crc32(bytes(range(256)) * 5000)),
        "store.sqlite": FileMark(7, crc32(b"entries")),
    }

    assert read_manifest(generation) == replace(MANIFEST, files=marks)


def test_what_was_written_is_whole(generation):
    verify_files(generation, read_manifest(generation))


@pytest.mark.parametrize("damage", ["flipped", "zeroed", "cut short", "longer", "empty", "gone", "a folder"])
@pytest.mark.parametrize("name", ["store.sqlite", "late/ids.npy"])
def test_a_damaged_file_is_named(generation, name, damage):
    file = generation / name
    content = bytearray(file.read_bytes())
    file.unlink()
    match damage:
        case "flipped":
            content[len(content) // 2] ^= 1
            file.write_bytes(content)
        case "zeroed":
            file.write_bytes(bytes(len(content)))
        case "cut short":
            file.write_bytes(content[:-1])
        case "longer":
            file.write_bytes(content + b"\0")
        case "empty":
            file.write_bytes(b"")
        case "a folder":
            file.mkdir()

    with pytest.raises(DamagedError, match=name):
        verify_files(generation, read_manifest(generation))


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"format"', b"[]", b"null", b"\xff\xfe", f'{{"format": {FORMAT}}}'.encode(), b"[" * 100_000],
    ids=["empty", "brace", "cut short", "a list", "null", "not UTF-8", "fields missing", "brackets"],
)
def test_a_damaged_manifest_is_told(generation, content):
    (generation / "manifest.json").write_bytes(content)

    with pytest.raises(DamagedError, match=r"manifest\.json"):
        read_manifest(generation)


def test_every_flipped_bit_of_a_manifest_is_told(generation):
    file = generation / "manifest.json"
    content = file.read_bytes()
    for place in range(len(content) - 1):  # the line break at the end means nothing
        for bit in range(8):
            flipped = bytearray(content)
            flipped[place] ^= 1 << bit
            file.write_bytes(flipped)
            try:
                read = read_manifest(generation)
            except (DamagedError, FormatError):
                continue
            assert read == replace(MANIFEST, files=read.files)  # white space that became another white space
            verify_files(generation, read)


@pytest.mark.parametrize("format_", [FORMAT - 1, FORMAT + 1, None])
def test_another_format_is_told_from_damage(generation, format_):
    fields = json.loads((generation / "manifest.json").read_text(encoding="utf-8")) | {"format": format_}
    (generation / "manifest.json").write_text(json.dumps(fields), encoding="utf-8")

    with pytest.raises(FormatError, match=f"format {format_}, this program reads {FORMAT}"):
        read_manifest(generation)
