import pytest

from index.build import build_index
from index.encoders.static import StaticEncoder
from index.retrieval.late_interaction import LateIndex
from index.retrieval.subjects import NEARNESS, SubjectIndex, subject_names
from index.search import Searcher
from index.storage.store import Store, write_store
from ingest.documents.subjects import SUBJECTS_FILE
from ingest.library import read_library
from ingest.types import Library, Subject

LORA, BAICHUAN = "arxiv:2106.09685", "url:github.com/baichuan-inc/baichuan2"


@pytest.fixture
def library(corpus, tmp_path):
    """The small corpus with two subjects."""
    lines = [
        f"cheap fine-tuning|training few weights\t低成本微调\t{LORA}\t",
        f"Chinese models\t国产模型\t{BAICHUAN}\t{LORA}",
    ]
    (corpus / SUBJECTS_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_library(corpus, tmp_path)


@pytest.fixture
def near(library, tmp_path, encoder: StaticEncoder):
    """Returns the nearness of entries by id for what is asked."""
    write_store(tmp_path / "store.sqlite", library)
    store = Store(tmp_path / "store.sqlite")
    names = LateIndex.of_tokens(encoder.tokenize(subject_names(library.subjects)))
    index = SubjectIndex(store, names, encoder)

    def near(asked):
        found = index.near(asked)
        rows = {entry.entry_id: row for row, entry in enumerate(library.entries)}
        return found, {key: dict(zip(NEARNESS, found.of(row), strict=True)) for key, row in rows.items()}

    yield near
    store.close()


def test_the_corpus_brings_its_subjects(library: Library):
    assert library.subjects[0] == Subject(
        ("cheap fine-tuning", "training few weights"), ("低成本微调",), (LORA,), (), 1
    )
    assert not [problem for problem in library.problems if SUBJECTS_FILE in problem.path]


@pytest.mark.parametrize("asked", ["cheap fine-tuning", "training only few of the weights", "低成本微调"])
def test_what_belongs_to_the_subject_asked_for_is_nearest(near, asked):
    _, values = near(asked)

    assert values[LORA]["subject"] > values[BAICHUAN]["subject"]
    assert values[LORA]["subject_sharp"] > 0.9
    assert values[BAICHUAN]["subject_sharp"] < 0.1


def test_a_work_may_treat_a_subject_beside_another(near):
    _, values = near("Chinese models")

    assert values[BAICHUAN]["subject"] == pytest.approx(values[LORA]["subject_beside"])
    assert values[LORA]["subject_beside_sharp"] > 0.9 > values[LORA]["subject_sharp"]


def test_an_entry_of_no_subject_only_knows_how_near_the_nearest_one_is(near):
    _, values = near("Chinese models")

    other = values["note:kv-cache"]
    assert other.pop("subject_known") == values[BAICHUAN]["subject_known"] == values[BAICHUAN]["subject"]
    assert set(other.values()) == {0.0}


def test_only_what_is_near_enough_has_a_share(near, library):
    found, _ = near("cheap fine-tuning")

    row = [entry.entry_id for entry in library.entries].index(LORA)
    assert list(found.shares(0.5)) == [row]
    assert set(found.shares(0.0)) > {row}


@pytest.mark.parametrize("wide", [False, True])
def test_only_a_search_for_a_list_looks_at_subjects(library, tmp_path, encoder, wide):
    build_index(library, encoder, tmp_path / "index", corpus="x")
    searcher = Searcher.open(tmp_path / "index", encoder)

    hits = searcher.find("国产模型", wide=lambda _: wide).hits

    assert all(bool(hit.subjects) is wide for hit in hits)
    assert BAICHUAN in [hit.entry.entry_id for hit in hits]
    searcher.close()


def test_a_corpus_without_subjects_has_no_nearness(corpus, tmp_path, encoder):
    library = read_library(corpus, tmp_path)
    build_index(library, encoder, tmp_path / "index", corpus="x")
    searcher = Searcher.open(tmp_path / "index", encoder)

    assert all(hit.subjects == () for hit in searcher.find("国产模型", wide=lambda _: True).hits)
    searcher.close()
