import numpy as np
import pytest

from index.build import build_index
from index.retrieval import choosing
from index.retrieval.choosing import EXACT_UP_TO, new_passages, open_local
from index.retrieval.local import CompressedIndex, LocalIndex
from index.reuse import Earlier
from index.search import Searcher
from index.self_check import check_generation
from index.storage.generations import current_generation
from index.storage.manifest import read_manifest
from ingest.library import read_library


def test_many_passages_are_compressed(tmp_path):
    assert type(new_passages(tmp_path, 8, EXACT_UP_TO)) is LocalIndex
    assert type(new_passages(tmp_path, 8, EXACT_UP_TO + 1)) is CompressedIndex


@pytest.fixture
def library(corpus, tmp_path):
    return read_library(corpus, tmp_path / "data")


@pytest.fixture
def generation(library, encoder, tmp_path, monkeypatch):
    """A generation of few passages that is compressed all the same."""
    monkeypatch.setattr(choosing, "EXACT_UP_TO", 2)
    build_index(library, encoder, tmp_path / "compressed", corpus="c")
    return current_generation(tmp_path / "compressed")[0]


def test_a_compressed_index_answers_as_an_exact_one(generation, library, encoder, tmp_path, monkeypatch):
    monkeypatch.undo()
    build_index(library, encoder, tmp_path / "exact", corpus="c")

    def hits(folder):
        searcher = Searcher.open(folder, encoder)
        found = [searcher.search(question) for question in ("低秩矩阵", "key-value cache", "Who calls a calculator?")]
        searcher.close()
        return [[(hit.entry.entry_id, hit.score) for hit in hits] for hits in found]

    assert type(open_local(generation)) is CompressedIndex
    assert hits(tmp_path / "compressed") == hits(tmp_path / "exact")


def test_a_compressed_index_checks_itself(generation, encoder):
    assert check_generation(generation, read_manifest(generation), encoder, encoder) == 1


def test_the_next_refresh_takes_over_what_was_compressed(generation, library, encoder, tmp_path):
    earlier = Earlier.load(generation)

    build_index(library, encoder, tmp_path / "again", corpus="c", earlier=earlier)

    again = current_generation(tmp_path / "again")[0]
    assert earlier.rows(np.load(generation / "keys.npy")).tolist() == list(range(len(library.passages)))
    for file in ("vectors.faiss", "vectors.pq", "lexical/terms.npy", "lexical/data.csc.index.npy"):
        assert (again / file).read_bytes() == (generation / file).read_bytes()
