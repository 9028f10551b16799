"""Building one index generation from a library."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.candidates import Batch, PassageIndex
from index.catalogue.layout import lay_out
from index.encoders.base import Encoder, Vectors
from index.encoders.load import table_beside
from index.encoders.static import StaticEncoder
from index.errors import IndexUnavailableError
from index.query.spelling import Spelling
from index.retrieval.choosing import new_passages
from index.retrieval.cluster import Address
from index.retrieval.late_interaction import LateIndex
from index.retrieval.placement import follow
from index.retrieval.postings import Postings
from index.retrieval.readings import Readings
from index.reuse import KEYS_FILE, Earlier, keys_of
from index.self_check import check_generation
from index.storage.generations import new_generation, publish, seal
from index.storage.manifest import FORMAT, DamagedError, Manifest
from index.storage.pointer import read_pointer
from index.storage.store import write_places, write_store
from index.text.analysis import index_terms
from index.text.passages import searchable_text
from ingest.text.tokens import english_words
from ingest.types import Library

_KEPT = "the index is as it was"
_STEP = 64  # passages between two steps of the progress bar

Progress = Callable[[int, int], None]


def build_index(  # noqa: PLR0913 - what goes in, and where to
    library: Library,
    encoder: Encoder,
    folder: Path,
    *,
    corpus: str,
    corpus_folder: str = "",
    table: StaticEncoder | None = None,
    earlier: Earlier | None = None,
    address: Address | None = None,
    progress: Progress = lambda *_: None,
) -> Manifest:
    """Builds a generation beside the live one, checks it, and makes it live.

    Whoever calls it on a data folder that others may refresh holds the lock of that folder.

    Args:
        library: What to index.
        encoder: Makes the vectors.
        folder: The index folder, ``data/index``.
        corpus: Fingerprint of the corpus.
        corpus_folder: The corpus as ``index.storage.origin`` records it.
        table: Serves late interaction; ``table_beside(encoder)`` by default.
        earlier: A generation of the same encoder and table; its vectors, token ids and terms are taken where they fit.
        address: The Qdrant cluster that is to hold terms and vectors; by default this machine does.
        progress: Called with the number of passages that have vectors and their total.

    Returns:
        The manifest of the new generation.

    Raises:
        IndexUnavailableError: It cannot be written, or does not hold what it should; the live one is untouched.
    """
    table = table or table_beside(encoder)
    manifest = Manifest(
        FORMAT,
        corpus,
        encoder.name,
        encoder.fingerprint,
        table.fingerprint,
        encoder.dimension,
        len(library.entries),
        len(library.passages),
        corpus_folder,
    )
    generation = None
    try:
        generation = new_generation(folder)
        inputs = (str(FORMAT), *manifest.inputs)
        with closing(new_passages(generation, encoder.dimension, manifest.passages, address, inputs)) as passages:
            earlier = earlier or Earlier.nothing(encoder.dimension)
            _write_parts(generation, library, encoder, table, earlier, passages, progress)
        manifest = seal(generation, manifest)
        check_generation(generation, manifest, encoder, table)
        publish(generation)
    except BaseException as error:
        if generation and read_pointer(folder).live != generation.name:
            shutil.rmtree(generation, ignore_errors=True)
        if isinstance(error, DamagedError):
            raise IndexUnavailableError(f"the new index is not whole ({error}); {_KEPT}") from error
        if isinstance(error, OSError | sqlite3.Error | RuntimeError):  # FAISS raises the last
            reason = getattr(error, "strerror", None) or f"{error} (is the disk full?)"
            raise IndexUnavailableError(f"cannot write the index in {folder}: {reason}; {_KEPT}") from error
        raise
    follow(folder)
    return manifest


def _write_parts(
    generation: Path,
    library: Library,
    encoder: Encoder,
    table: StaticEncoder,
    earlier: Earlier,
    passages: PassageIndex,
    progress: Progress,
) -> None:
    entries = {entry.entry_id: entry for entry in library.entries}
    texts = [searchable_text(entries[passage.entry_id], passage) for passage in library.passages]
    keys = keys_of(texts)
    rows = earlier.rows(keys)
    np.save(generation / KEYS_FILE, keys)
    write_store(generation / "store.sqlite", library)
    fresh = Postings.count([index_terms(text) for text, row in zip(texts, rows, strict=True) if row < 0])
    vectors = _vectors(texts, rows, encoder, earlier, progress)
    owners = [entries[passage.entry_id] for passage in library.passages]
    passages.write([Batch(library.passages, owners, earlier.postings.with_rows(rows, fresh), vectors)])
    write_places(generation / "store.sqlite", _places(library, vectors))
    _late(texts, rows, table, earlier).save(generation / "late")
    Readings.build(table, library.passages, earlier.readings).save(generation / "readings")
    names = [name for term in library.glossary for name in (term.en, term.zh, *term.aliases)]
    Spelling.build(texts, names, [*table.words(), *english_words()]).save(generation / "spelling")


def _places(library: Library, vectors: Vectors) -> list[tuple[int, int]]:
    rows = {entry.entry_id: row for row, entry in enumerate(library.entries)}
    entry_of = np.array([rows[passage.entry_id] for passage in library.passages], dtype=np.int64)
    return [(int(x), int(y)) for x, y in lay_out(vectors, entry_of, len(rows))]


def _vectors(
    texts: Sequence[str], rows: NDArray[np.int64], encoder: Encoder, earlier: Earlier, progress: Progress
) -> Vectors:
    """Returns the vectors of all texts; only those that have no earlier row are encoded."""
    vectors = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    known, new = rows >= 0, np.flatnonzero(rows < 0)
    if known.any():
        vectors[known] = earlier.vectors(rows[known])
    for start in range(0, len(new), _STEP):
        batch = new[start : start + _STEP]
        vectors[batch] = encoder.encode_passages([texts[row] for row in batch])
        progress(len(texts) - len(new) + start + len(batch), len(texts))
    return vectors


def _late(texts: Sequence[str], rows: NDArray[np.int64], table: StaticEncoder, earlier: Earlier) -> LateIndex:
    """Returns the token ids of all texts; only those that have no earlier row are read."""
    new = iter(
        np.unique(ids) for ids in table.tokenize([text for text, row in zip(texts, rows, strict=True) if row < 0])
    )
    return LateIndex.of_ids([earlier.token_ids(int(row)) if row >= 0 else next(new).astype(np.int32) for row in rows])
