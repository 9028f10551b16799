"""Building one index generation from a library."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from index.query.spelling import Wordings
from index.retrieval.choosing import new_passages
from index.retrieval.cluster import Address
from index.retrieval.late_interaction import Ids, LateIndex
from index.retrieval.placement import follow
from index.retrieval.postings import Postings
from index.retrieval.readings import Readings
from index.retrieval.subjects import subject_names
from index.reuse import KEYS_FILE, Earlier, keys_of, names_of_terms
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
_AT_ONCE = 64 * _STEP  # passages tokenised at once: of so many, words are remembered

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
            fresh = _write_parts(generation, library, encoder, table, earlier, passages, progress)
        manifest = seal(generation, manifest)
        check_generation(generation, manifest, encoder, table, fresh)
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
) -> list[int] | None:
    """Writes all files; returns the rows that were not taken over, or None where none was."""
    entries = {entry.entry_id: entry for entry in library.entries}
    owned = [(entries[passage.entry_id], passage) for passage in library.passages]
    keys = keys_of(owned)
    rows = earlier.rows(keys)
    new = [int(row) for row in np.flatnonzero(rows < 0)]
    if len(new) == len(rows):
        earlier = Earlier.nothing(encoder.dimension)
    texts = [searchable_text(*owned[row]) for row in new]
    np.save(generation / KEYS_FILE, keys)
    with ThreadPoolExecutor(1) as beside:  # SQLite and NumPy let each other work
        stored = beside.submit(write_store, generation / "store.sqlite", library)
        fresh = Postings.count(map(index_terms, texts))
        vectors, late = _vectors_and_tokens(texts, rows, encoder, table, earlier, progress)
        owners = [entry for entry, _ in owned]
        passages.write([Batch(library.passages, owners, earlier.postings.with_rows(rows, fresh), vectors)])
        stored.result()
    write_places(generation / "store.sqlite", _places(library, vectors))
    late.save(generation / "late")
    LateIndex.build(table, subject_names(library.subjects)).save(generation / "subjects")
    Readings.build(table, library.passages, earlier.readings).save(generation / "readings")
    came, gone = earlier.changes(keys)
    wordings = Wordings([searchable_text(*owned[row]) for row in came], names_of_terms(library.glossary))
    earlier.spelling(wordings, gone, [*table.words(), *english_words()]).save(generation / "spelling")
    return new if len(new) < len(rows) else None


def _places(library: Library, vectors: Vectors) -> list[tuple[int, int]]:
    rows = {entry.entry_id: row for row, entry in enumerate(library.entries)}
    entry_of = np.array([rows[passage.entry_id] for passage in library.passages], dtype=np.int64)
    return [(int(x), int(y)) for x, y in lay_out(vectors, entry_of, len(rows))]


def _vectors_and_tokens(
    texts: Sequence[str],
    rows: NDArray[np.int64],
    encoder: Encoder,
    table: StaticEncoder,
    earlier: Earlier,
    progress: Progress,
) -> tuple[Vectors, LateIndex]:
    """Returns the vectors and the token ids of all passages; ``texts`` are those without an earlier row, read once."""
    vectors = np.zeros((len(rows), encoder.dimension), dtype=np.float32)
    known, new = rows >= 0, np.flatnonzero(rows < 0)
    if known.any():
        vectors[known] = earlier.vectors(rows[known])
    fresh: list[Ids] = []
    for number, (batch, tokens) in enumerate(_tokenised(texts, table)):
        encoded = table.pool(tokens) if encoder is table else encoder.encode_passages(batch)
        done = number * _STEP + len(batch)
        vectors[new[done - len(batch) : done]] = encoded
        fresh += [np.unique(ids).astype(np.int32) for ids in tokens]
        progress(len(rows) - len(texts) + done, len(rows))
    return vectors, earlier.late.with_rows(rows, LateIndex.of_ids(fresh))


def _tokenised(texts: Sequence[str], table: StaticEncoder) -> Iterator[tuple[Sequence[str], list[NDArray[np.int64]]]]:
    """Yields ``_STEP`` texts at a time with their tokens."""
    for start in range(0, len(texts), _AT_ONCE):
        many = texts[start : start + _AT_ONCE]
        tokens = table.tokenize(many)
        for step in range(0, len(many), _STEP):
            yield many[step : step + _STEP], tokens[step : step + _STEP]
