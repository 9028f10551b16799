from contextlib import contextmanager

import pytest

from index.refresh import build_if_missing, refresh_index, summary_of
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
    (corpus / "lists" / "gb.md").write_bytes("## 节\n\n- **标题**\n".encode("gb18030"))

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


def test_a_library_is_summed_up_by_kind(shipped_library):
    papers = sum(entry.kind.value == "paper" for entry in shipped_library.entries)

    assert summary_of(shipped_library).startswith(f"{len(shipped_library.entries)} entries (paper {papers}, ")
    assert summary_of(Library((), (), (), ())) == "0 entries (), 0 passages"
