"""Asking a generation about itself, before it goes live and whenever somebody doubts it.

Every hundredth passage, or two thousand of very many, is looked for by its own text in each part of the index, and the
title of its entry is asked as a question, through everything that a question goes through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index.encoders.base import Encoder
from index.encoders.static import StaticEncoder
from index.errors import IndexUnavailableError
from index.parts import Parts
from index.search import Searcher
from index.storage.manifest import DamagedError, Manifest
from index.text.analysis import index_terms
from index.text.passages import searchable_text
from index.text.spans import compared_texts
from ingest.types import Entry

EVERY, MOST = 100, 2_000
FEW = 20
_SAME = 0.999  # a passage's likeness to itself: an encoder's vectors may depend a little on the batch
_TERMS = 20  # of a passage that are looked for
_QUESTION_CHARS = 500


def check_generation(
    generation: Path, manifest: Manifest, encoder: Encoder, table: StaticEncoder, fresh: Sequence[int] | None = None
) -> int:
    """Asks about every hundredth passage; returns how many were asked about.

    Where most was taken over from a generation that had been checked, a few of these and of the fresh ones will do.

    Args:
        generation: The folder of the generation.
        manifest: What it must hold.
        encoder: Makes the vectors.
        table: Serves late interaction.
        fresh: Rows of the passages that were not taken over; None to ask about every hundredth.

    Raises:
        IndexUnavailableError: A cluster that holds a part is away.
        DamagedError: A part does not hold what it should, does not find a passage by its own text, or fails.
    """
    parts = Parts.open(generation)
    try:
        counts = {
            "passages": len(parts.store.entry_rows()),
            "vectors": parts.passages.size,
            "texts": parts.late.size,
            "readings": parts.readings.size,
        }
        if set(counts.values()) != {manifest.passages}:
            raise DamagedError(f"it holds {counts} instead of {manifest.passages} passages")
        searcher = Searcher(parts, encoder, table)
        rows: Sequence[int] = range(0, manifest.passages, max(EVERY, manifest.passages // MOST))
        if fresh is not None:
            rows = sorted({*_few(rows), *_few(fresh)})
        entry_rows = parts.store.entry_rows()
        for row in rows:
            entry = parts.store.entries_at([entry_rows[row]])[entry_rows[row]]
            for part in _blind_parts(parts, row, entry, encoder, table):
                raise DamagedError(f"{part} do not find passage {row} of {entry.entry_id} by its own text")
            if question := entry.title[:_QUESTION_CHARS].strip():
                searcher.find(question)
        return len(rows)
    except (DamagedError, IndexUnavailableError):
        raise
    except Exception as error:  # whatever a question would stumble over
        raise DamagedError(f"a question fails with {type(error).__name__}: {error}") from error
    finally:
        parts.passages.close()
        parts.store.close()


def _few(rows: Sequence[int]) -> Sequence[int]:
    """Returns at most so many rows, evenly spread."""
    return rows[:: -(-len(rows) // FEW) or 1]


def _blind_parts(parts: Parts, row: int, entry: Entry, encoder: Encoder, table: StaticEncoder) -> Iterator[str]:
    """Yields the parts that do not find a passage by its own text."""
    passage = parts.store.passages([row])[row]
    text, own = searchable_text(entry, passage), np.asarray([row])
    terms = list(dict.fromkeys(index_terms(text)))[:_TERMS]
    vector = encoder.encode_passages([text])[0]
    lexical, _ = parts.passages.scores(own, terms, vector)
    if not parts.passages.held(terms, own).all() or (terms and lexical[0] <= 0):
        yield "words"
    _, (likeness, best) = parts.passages.scores(np.append(own, parts.passages.nearest(vector, 1)), [], vector)
    if np.any(vector) and likeness < max(_SAME, _SAME * best):
        yield "vectors"
    if len(table.tokenize([text])[0]) and parts.late.scores(table, text, own)[0] < _SAME:
        yield "token ids"
    compared = compared_texts(passage)
    read = zip(parts.readings.tokens(compared), table.tokenize(compared), strict=True)
    if any(known is None or not np.array_equal(known, tokens) for known, tokens in read):
        yield "readings"
