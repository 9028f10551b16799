from contextlib import contextmanager

import pytest

from index.errors import IndexUnavailableError
from index.refresh import (
    build_if_missing,
    preview_refresh,
    refresh_index,
    roll_back_index,
    summary_of,
    verify_index,
)
from index.storage.generations import current_generation
from ingest.errors import CorpusError
from ingest.types import Library


class Lines:
    """Keeps what a refresh says, and the titles of its progress bars with their last step."""

    def __init__(self):
        self.said, self.warned, self.bars = [], [], {}

    def say(self, message, *, warning=False):
        (self.warned if warning else self.said).append(message)

    @contextmanager
    def progress(self, title):
        yield lambda done, total: self.bars.update({title: (done, total)})


@pytest.fixture
def lines():
    return Lines()


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def test_the_index_is_built_once_where_there_is_none_and_staleness_is_only_said(corpus, data):
    first, second, third = Lines(), Lines(), Lines()

    build_if_missing(corpus, data, first)
    built = current_generation(data / "index")
    build_if_missing(corpus, data, second)
    (corpus / "lists" / "more.md").write_text("## S\n\n- **More**\n", encoding="utf-8")
    build_if_missing(corpus, data, third)

    assert first.said[-1].startswith("indexed 7 entries (")
    assert (second.said, second.warned) == ([], [])
    assert third.warned == [
        f"{corpus} has changed since the index was built; refresh it with: ingest --corpus {corpus} --data {data}"
    ]
    assert current_generation(data / "index") == built


def test_a_refresh_returns_the_files_it_could_not_read_and_indexes_the_others(corpus, data, lines):
    (corpus / "lists" / "gb.md").write_bytes(bytes(range(256)) * 4)

    (problem,) = refresh_index(corpus, data, lines, offline=True)

    assert (problem.path, problem.line) == ("corpus/lists/gb.md", 1)
    assert lines.warned == [f"  {problem}"]
    assert current_generation(data / "index")[1].entries == 7
    passages = current_generation(data / "index")[1].passages
    assert lines.bars == {"reading": (5, 5), "indexing": (passages, passages)}


def test_what_has_not_changed_is_not_built_again(corpus, data, lines):
    refresh_index(corpus, data, Lines(), offline=True)

    assert refresh_index(corpus, data, lines, offline=True) == ()
    assert lines.said == [f"nothing changed: 7 entries, {current_generation(data / 'index')[1].passages} passages"]
    assert lines.bars == {}


def test_a_wrong_folder_is_said_before_anything_is_made_and_remembered(tmp_path, data, lines):
    with pytest.raises(CorpusError, match="does not exist"):
        refresh_index(tmp_path / "nowhere", data, lines, offline=True)

    assert {path.name for path in data.rglob("*")} == {"ingest.lock", "index", "CORPUS"}
    with pytest.raises(CorpusError, match="nowhere does not exist"):  # and not the shipped corpus built into it
        build_if_missing(None, data, lines)


def files_of(data):
    generation = current_generation(data / "index")[0]
    return {
        path.relative_to(generation).as_posix(): path.read_bytes() for path in generation.rglob("*") if path.is_file()
    }


def edit(corpus):
    (corpus / "lists" / "more.md").write_text("## S\n\n- **More** is here.\n", encoding="utf-8")
    (corpus / "lists" / "reading.md").write_text("## Other\n\n- **C-Eval benchmark**\n", encoding="utf-8")
    note = corpus / "notes" / "kv-cache.md"
    note.write_text(note.read_text(encoding="utf-8").replace("past tokens", "earlier tokens"), encoding="utf-8")


def test_what_changed_is_told_by_entries(corpus, data, lines):
    refresh_index(corpus, data, Lines(), offline=True)
    edit(corpus)

    refresh_index(corpus, data, lines, offline=True)

    assert [line for line in lines.said if line.startswith("  ")] == [
        "  added 2: More, C-Eval benchmark",  # it had an address before
        "  edited 2: LoRA: Low-Rank Adaptation of Large Language Models, The key-value cache",
        "  removed 2: Toolformer: Language Models Can Teach Themselves to Use Tools, C-Eval benchmark",
    ]


def test_what_is_taken_over_and_what_is_computed_again_are_the_same_bytes(corpus, data, tmp_path, encoder):
    refresh_index(corpus, data, Lines(), offline=True)
    edit(corpus)
    asked = Asked(encoder)

    refresh_index(corpus, data, Lines(), offline=True, encoder=asked)
    taken_over = files_of(data)
    refresh_index(corpus, data, Lines(), offline=True, full=True)

    assert 0 < len(asked.texts) < 12  # of the passages, and the self-check asks about the first
    assert files_of(data) == taken_over


class Asked:
    """An encoder that keeps what it is asked for."""

    def __init__(self, encoder):
        self.encoder, self.texts = encoder, []

    def __getattr__(self, name):
        return getattr(self.encoder, name)

    def encode_passages(self, texts):
        self.texts += texts
        return self.encoder.encode_passages(texts)


def test_a_preview_tells_and_writes_nothing(corpus, data, lines):
    refresh_index(corpus, data, Lines(), offline=True)
    before = current_generation(data / "index")
    preview_refresh(None, data, lines)
    edit(corpus)
    preview_refresh(None, data, lines)

    assert lines.said[0].startswith("nothing would change: 7 entries")
    assert lines.said[1] == "  added 2: More, C-Eval benchmark"
    assert lines.said[-1].endswith("; nothing was written")
    assert current_generation(data / "index") == before


def test_rolling_back_serves_the_index_before(corpus, data, lines):
    refresh_index(corpus, data, Lines(), offline=True)
    before = files_of(data)
    edit(corpus)
    refresh_index(corpus, data, Lines(), offline=True)

    roll_back_index(data, lines)

    assert files_of(data) == before
    assert lines.said[0].startswith("went back to an index of 7 entries")


def test_a_whole_index_is_said_to_be_whole_and_a_plain_refresh_rebuilds_a_damaged_one(corpus, data, lines, encoder):
    refresh_index(corpus, data, Lines(), offline=True)
    whole = files_of(data)
    verify_index(data, lines, encoder)
    generation = current_generation(data / "index")[0]
    content = bytearray((generation / "vectors.faiss").read_bytes())
    content[-5] ^= 1
    (generation / "vectors.faiss").write_bytes(content)

    with pytest.raises(IndexUnavailableError, match=r"vectors.faiss has changed.*ingest --full"):
        verify_index(data, lines, encoder)
    refresh_index(None, data, lines, offline=True)

    assert lines.said[0].startswith("the index is whole: 25 files, 7 entries, ")
    assert "is damaged (vectors.faiss has changed); rebuilding it" in lines.warned[0]
    assert files_of(data) == whole


def test_a_data_folder_remembers_its_corpus_also_when_both_have_moved(corpus, data, tmp_path, lines):
    refresh_index(corpus, data, Lines(), offline=True)
    (tmp_path / "elsewhere").mkdir()
    for folder in (corpus, data):
        folder.rename(tmp_path / "elsewhere" / folder.name)

    refresh_index(None, tmp_path / "elsewhere" / "data", lines, offline=True)

    assert lines.said[0].startswith("nothing changed: 7 entries")


def test_an_index_of_an_unknown_corpus_is_not_built_again_from_another(corpus, data, lines):
    refresh_index(corpus, data, Lines(), offline=True)
    (data / "index" / "CORPUS").unlink()
    (current_generation(data / "index")[0] / "manifest.json").write_bytes(b"")

    with pytest.raises(IndexUnavailableError, match=r"not known what corpus .* ingest --corpus DIR --data"):
        refresh_index(None, data, lines, offline=True)


def test_an_answer_needs_the_index_only(corpus, data, lines, monkeypatch):
    refresh_index(corpus, data, Lines(), offline=True)
    for file in (corpus / "lists").iterdir():
        file.unlink()
    (corpus / "notes" / "kv-cache.md").unlink()

    build_if_missing(None, data, lines)

    assert lines.warned[0].startswith(f"cannot see whether {corpus} has changed since the index was built: no reading")


def test_a_library_is_summed_up_by_kind(shipped_library):
    papers = sum(entry.kind.value == "paper" for entry in shipped_library.entries)

    assert summary_of(shipped_library).startswith(f"{len(shipped_library.entries)} entries (paper {papers}, ")
    assert summary_of(Library((), (), (), ())) == "0 entries (), 0 passages"
