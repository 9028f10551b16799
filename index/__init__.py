"""Finding entries: analysis, encoding, lexical and dense search, fusion and storage.

This package knows text, vectors and entries. It knows nothing of files to ingest, prompts or answers.

Example:
    >>> from pathlib import Path
    >>> from index.search import Searcher
    >>> from index.catalogue.filters import Filters
    >>> searcher = Searcher.open(Path("data/index"))  # doctest: +SKIP
    >>> hits = searcher.search(  # doctest: +SKIP
    ...     "它比全量微调省多少显存？", k=3, filters=Filters(since=2021), history=[("什么是 LoRA？", "LoRA 是……")]
    ... )
    >>> [(hit.rank, hit.entry.title, hit.best.passage.path) for hit in hits]  # doctest: +SKIP
"""

from __future__ import annotations

import os

THREADS_ASKED = os.environ.get("OMP_NUM_THREADS")  # by the user; a large model takes all cores without it

# A question is a few small products; on busy cores more threads only wait for each other. Read when numpy is imported.
for _library in ("OPENBLAS", "MKL", "VECLIB", "OMP"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
