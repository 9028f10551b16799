import json
import sqlite3

import pytest

from ingest.library import read_library
from ingest.parse_cache import CACHE_FILE, ParseCache
from ingest.passages import PassageConfig

CONFIG = PassageConfig()
NOTE = "---\ntitle: Warm-up\nlevel: 1\n---\n\n## English\n\nThe rate grows for the first steps of a training run.\n"


@pytest.fixture
def data(tmp_path):
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def read(corpus, data, config=CONFIG, *, again=False):
    """Returns what is read with the cache of a data folder, and how many files were not known."""
    with ParseCache(data, config, again=again) as cache:
        return read_library(corpus, data, config, cache=cache), cache.read


def rows(data):
    connection = sqlite3.connect(data / CACHE_FILE)
    try:
        return dict(connection.execute("SELECT key, value FROM parsed").fetchall())
    finally:
        connection.close()


def test_what_is_remembered_is_what_is_read(corpus, data):
    first, unknown = read(corpus, data)
    second, unknown_then = read(corpus, data)

    assert unknown == len(rows(data)) > 0
    assert unknown_then == 0
    assert first == second == read_library(corpus, data, CONFIG)


def test_the_shipped_corpus_is_remembered_as_it_is_read(repository, data):
    first, _ = read(repository / "corpus", data)
    second, unknown = read(repository / "corpus", data)

    assert unknown == 0
    assert first == second


def test_only_what_has_changed_is_read_again_and_what_is_gone_is_forgotten(corpus, data):
    before = len(rows(data)) if read(corpus, data) else 0
    (corpus / "notes").mkdir(exist_ok=True)
    note = corpus / "notes" / "warm-up.md"
    note.write_text(NOTE, encoding="utf-8")
    assert read(corpus, data)[1] == 1
    note.write_text(NOTE.replace("first", "last"), encoding="utf-8")
    library, unknown = read(corpus, data)

    assert unknown == 1
    assert any("last steps" in passage.text for passage in library.passages)
    assert len(rows(data)) == before + 1
    note.unlink()
    assert read(corpus, data)[1] == 0
    assert len(rows(data)) == before


def test_a_file_with_another_name_has_the_same_passages_at_its_own_path(corpus, data):
    (corpus / "notes").mkdir(exist_ok=True)
    note = corpus / "notes" / "warm-up.md"
    note.write_text(NOTE, encoding="utf-8")
    read(corpus, data)
    note.rename(corpus / "notes" / "heating.md")

    assert read(corpus, data)[0] == read_library(corpus, data, CONFIG)


def test_other_settings_and_again_read_everything(corpus, data):
    known = read(corpus, data)[1]

    assert read(corpus, data, PassageConfig(max_tokens=64))[1] == known
    assert read(corpus, data, PassageConfig(max_tokens=64), again=True)[1] == known


def test_front_matter_that_json_cannot_hold_is_read_each_time(corpus, data):
    (corpus / "notes").mkdir(exist_ok=True)
    note = corpus / "notes" / "warm-up.md"
    note.write_text(NOTE.replace("level: 1", "written: 2024-02-01"), encoding="utf-8")
    read(corpus, data)
    library, unknown = read(corpus, data)

    assert unknown == 1
    assert library == read_library(corpus, data, CONFIG)


@pytest.mark.parametrize("how", ["cut short", "zeroed", "text", "emptied", "a folder"])
def test_a_damaged_cache_changes_nothing(corpus, data, how):
    whole, _ = read(corpus, data)
    file = data / CACHE_FILE
    content = file.read_bytes()
    file.unlink()
    match how:
        case "cut short":
            file.write_bytes(content[: len(content) // 2])
        case "zeroed":
            file.write_bytes(bytes(len(content)))
        case "text":
            file.write_text("no database at all\n" * 100, encoding="utf-8")
        case "emptied":
            file.write_bytes(b"")
        case "a folder":
            file.mkdir()

    assert read(corpus, data)[0] == whole
    assert read(corpus, data)[0] == whole


def test_one_changed_bit_anywhere_changes_nothing(corpus, data):
    whole, _ = read(corpus, data)
    file = data / CACHE_FILE
    content = file.read_bytes()
    for place in range(0, len(content), max(len(content) // 40, 1)):
        changed = bytearray(content)
        changed[place] ^= 1
        file.write_bytes(changed)

        assert read(corpus, data)[0] == whole, place


def test_a_row_whose_text_was_exchanged_is_not_believed(corpus, data):
    whole, _ = read(corpus, data)
    connection = sqlite3.connect(data / CACHE_FILE)
    with connection:
        for key, value in rows(data).items():
            parsed = json.loads(value) | {"titles": ["Another title"]}
            connection.execute("UPDATE parsed SET value = ? WHERE key = ?", (json.dumps(parsed).encode(), key))
    connection.close()

    library, unknown = read(corpus, data)
    assert library == whole
    assert unknown > 0
