"""Building one index generation from a library."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from index.encoders.base import Encoder
from index.encoders.load import table_beside
from index.encoders.static import StaticEncoder
from index.errors import IndexUnavailableError
from index.query.spelling import Spelling
from index.retrieval.dense import DenseIndex
from index.retrieval.late_interaction import LateIndex
from index.retrieval.lexical import LexicalIndex
from index.storage.generations import FORMAT, Manifest, publish
from index.storage.store import Store, write_store
from index.text.analysis import index_terms
from index.text.passages import searchable_text
from ingest.text.tokens import english_words
from ingest.types import Library

_STEP = 64  # passages between two steps of the progress bar


def build_index(
    library: Library,
    encoder: Encoder,
    folder: Path,
    *,
    corpus: str,
    table: StaticEncoder | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Manifest:
    """Builds a generation beside the live one, checks it, and makes it live.

    Args:
        library: What to index.
        encoder: Makes the vectors.
        folder: The index folder, ``data/index``.
        corpus: Fingerprint of the corpus.
        table: Serves late interaction; ``table_beside(encoder)`` by default.
        progress: Called with the number of encoded passages and their total.

    Returns:
        The manifest of the new generation.

    Raises:
        IndexUnavailableError: What was written does not read back whole; the live generation is untouched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries = {entry.entry_id: entry for entry in library.entries}
    texts = [searchable_text(entries[passage.entry_id], passage) for passage in library.passages]
    table = table or table_beside(encoder)
    manifest = Manifest(
        FORMAT,
        corpus,
        encoder.name,
        encoder.fingerprint,
        table.fingerprint,
        encoder.dimension,
        len(entries),
        len(library.passages),
    )
    staging = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
    try:
        staging.chmod(0o755)
        write_store(staging / "store.sqlite", library)
        LexicalIndex.build([index_terms(text) for text in texts]).save(staging / "lexical")
        vectors = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
        for start in range(0, len(texts), _STEP):
            vectors[start : start + _STEP] = encoder.encode_passages(texts[start : start + _STEP])
            progress(min(start + _STEP, len(texts)), len(texts))
        DenseIndex.build(vectors).save(staging / "vectors.faiss")
        LateIndex.build(table, texts).save(staging / "late")
        names = [name for term in library.glossary for name in (term.en, term.zh, *term.aliases)]
        Spelling.build(texts, names, [*table.words(), *english_words()]).save(staging / "spelling")
        _verify(staging, manifest)
        publish(folder, staging, manifest)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return manifest


def _verify(generation: Path, manifest: Manifest) -> None:
    store = Store(generation / "store.sqlite")
    try:
        counts = (len(store.entry_rows()), DenseIndex.load(generation / "vectors.faiss").size)
    finally:
        store.close()
    if counts != (manifest.passages, manifest.passages):
        raise IndexUnavailableError(
            f"the new index holds {counts} passages instead of {manifest.passages}; "
            "is the disk full? the old index is kept"
        )
