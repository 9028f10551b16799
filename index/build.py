"""Building one index generation from a library."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from index.analysis import index_terms
from index.dense import DenseIndex
from index.encoder import Encoder, StaticEncoder
from index.encoders import table_beside
from index.errors import IndexUnavailableError
from index.generations import FORMAT, Manifest, publish
from index.late import LateIndex
from index.lexical import LexicalIndex
from index.spelling import Spelling
from index.store import Store, write_store
from ingest.text import plain_text
from ingest.tokens import english_words
from ingest.types import Entry, Library, Passage

_STEP = 64  # passages between two steps of the progress bar


def searchable_text(entry: Entry, passage: Passage) -> str:
    """Returns what is indexed for a passage: the entry's names, then what a reader sees of the passage.

    The names are repeated for every passage, because a note says "it freezes the weights" and not "LoRA freezes".
    """
    names = " ".join(dict.fromkeys(name for name in (entry.title, entry.title_zh, *entry.aliases) if name))
    return f"{names}\n{_plain(passage.text)}"


_plain = lru_cache(maxsize=4096)(plain_text)  # the same passages are weighed for many questions


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
        write_store(staging / "store.sqlite", library.entries, library.passages, library.glossary)
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
