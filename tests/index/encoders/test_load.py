import shutil
from dataclasses import replace

import numpy as np
import pytest

from index.build import build_index
from index.encoders.load import choose_encoder, load_encoder, remembered_encoder, table_beside
from index.encoders.static import SHIPPED_MODEL, StaticEncoder, shipped_table
from index.encoders.transformer import TransformerEncoder
from index.errors import EncoderError, IndexUnavailableError
from index.retrieval.late_interaction import LateIndex
from index.search import Searcher
from index.storage.generations import current_generation
from ingest.types import Entry, Kind, Library, Listing, Passage, PassageKind

TEXTS = ("LoRA trains a pair of low-rank matrices.", "FlashAttention computes exact attention in tiles.")
LIBRARY = Library(
    tuple(
        Entry(f"id{n}", "", "", Kind.PAPER, None, "", (), (), None, (Listing("list", (), "l.md", n, ""),), (), ())
        for n in range(2)
    ),
    tuple(Passage(str(n), f"id{n}", PassageKind.NOTE, "en", text, "l.md", n, n, 9) for n, text in enumerate(TEXTS)),
    (),
    (),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, write_transformer):
    prompts = {"query": "query: ", "document": "passage: "}
    return write_transformer(tmp_path_factory.mktemp("transformer"), prompts=prompts)


@pytest.fixture(scope="module")
def transformer(folder):
    return load_encoder(str(folder))


@pytest.fixture
def data(tmp_path, transformer):
    """A data folder whose index was built with the tiny model."""
    build_index(LIBRARY, transformer, tmp_path / "data" / "index", corpus="c")
    return tmp_path / "data"


@pytest.mark.parametrize("spec", [None, "shipped", str(SHIPPED_MODEL)])
def test_the_shipped_encoder_has_a_word_and_a_place(spec):
    encoder = load_encoder(spec)

    assert (type(encoder), encoder.name) == (StaticEncoder, "shipped")


def test_a_folder_with_a_table_is_read_without_the_library(tmp_path):
    copy = shutil.copytree(SHIPPED_MODEL, tmp_path / "copy")

    encoder = load_encoder(str(copy))

    assert (type(encoder), encoder.name) == (StaticEncoder, str(copy))


def test_any_other_folder_is_a_sentence_transformers_model(folder, transformer):
    assert (type(transformer), transformer.name) == (TransformerEncoder, str(folder))
    assert load_encoder(transformer.name).fingerprint == transformer.fingerprint


def test_a_static_model_of_the_librarys_own_layout_is_one_too(tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(SHIPPED_MODEL / "tokenizer.json"))
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=8)], device="cpu")
    model.save_pretrained(str(tmp_path / "static"), create_model_card=False)

    encoder = load_encoder(str(tmp_path / "static"))

    assert (type(encoder), encoder.dimension) == (TransformerEncoder, 8)


def test_a_bare_name_is_looked_for_among_the_encoders_of_the_data_folder(data, folder):
    shutil.copytree(folder, data / "encoders" / "tiny")

    assert choose_encoder(data, "tiny").name == str(data / "encoders" / "tiny")


def test_what_is_nowhere_is_said(tmp_path):
    with pytest.raises(EncoderError, match=r"there is no folder '\./nowhere'"):
        load_encoder("./nowhere")


def test_without_a_wish_the_encoder_is_that_of_the_index(data, folder, tmp_path):
    assert choose_encoder(data, None).name == str(folder)
    assert choose_encoder(data, "shipped").name == "shipped"
    assert choose_encoder(tmp_path / "no-index-here", None).name == "shipped"


def test_an_index_whose_encoder_is_gone_names_the_way_back(data, tmp_path):
    manifest = current_generation(data / "index")[1]

    with pytest.raises(EncoderError, match=rf"built with encoder {tmp_path}/gone, .*: ingest --encoder shipped$"):
        remembered_encoder(replace(manifest, encoder=f"{tmp_path}/gone"))


def test_a_table_serves_beside_itself_and_the_shipped_one_beside_any_other(transformer):
    shipped = shipped_table()

    assert table_beside(shipped) is shipped
    assert table_beside(transformer).fingerprint == shipped.fingerprint


def test_the_manifest_remembers_encoder_and_table(data, folder, transformer):
    manifest = current_generation(data / "index")[1]

    assert (manifest.encoder, manifest.encoder_fingerprint) == (str(folder), transformer.fingerprint)
    assert (manifest.table_fingerprint, manifest.dimension) == (shipped_table().fingerprint, 32)


def test_a_search_takes_vectors_from_the_encoder_and_everything_else_from_the_table(data, transformer):
    question = "low-rank matrices and a zyzzyva"
    table = shipped_table()
    searcher = Searcher.open(data / "index")  # finds its encoder by itself

    found = searcher.find(question)
    hits = {hit.entry.entry_id: hit.best for hit in found.hits}
    novelty = searcher.novelty(found.question)
    searcher.close()

    (asked,), given = transformer.encode_queries([question]), transformer.encode_passages([f"\n{t}" for t in TEXTS])
    late = LateIndex.compare(table, question, [f"\n{text}" for text in TEXTS])
    for n in range(2):
        assert hits[f"id{n}"].dense == pytest.approx(float(asked @ given[n]), abs=1e-5)
        assert hits[f"id{n}"].late == pytest.approx(float(late[n]), abs=1e-6)
    assert 0 < novelty < 1
    assert not np.allclose(given, transformer.encode_queries([f"\n{t}" for t in TEXTS]), atol=1e-3)  # prompts differ


def test_an_index_refuses_another_encoder_and_names_the_command(data):
    with pytest.raises(
        IndexUnavailableError, match=r"not 'shipped' .*; rebuild it with: ingest --encoder shipped --data "
    ):
        Searcher.open(data / "index", shipped_table())


def test_an_index_beside_another_table_asks_for_a_rebuild(data, transformer):
    table = StaticEncoder.load()  # one of its own, since it is changed
    table.fingerprint = "0" * 16
    build_index(LIBRARY, transformer, data / "index", corpus="c", table=table)

    with pytest.raises(IndexUnavailableError, match=r"another token table .* ingest --full"):
        Searcher.open(data / "index")


def test_a_process_reads_the_shipped_model_once(transformer):
    assert load_encoder("shipped") is load_encoder(None)
    assert table_beside(transformer) is load_encoder(None)
