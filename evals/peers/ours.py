"""The project's own search by the protocol of ``runner.py``: the shipped ranking, and its words and vectors alone.

It builds from the corpus and not from the exported passages, so that reading the lists is part of what it costs.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from index.config import SearchConfig, Weights
from index.encoders.static import shipped_table
from index.search import Searcher

CORPUS = "corpus.txt"  # holds the folder of the corpus
_DEPTH = 20  # entries; the suite's own
_PARTS = {"bm25": Weights(lexical=1, dense=0, late=0), "vectors": Weights(lexical=0, dense=1, late=0)}


def build(home: Any, index: Path, variant: str) -> None:
    """Reads the corpus that the export was made of, and indexes it."""
    from index.build import build_index
    from ingest.library import read_library

    del variant
    corpus = Path((home.folder / CORPUS).read_text(encoding="utf-8"))
    build_index(read_library(corpus, index / "data"), shipped_table(), index / "index", corpus=str(corpus))


def open_index(home: Any, index: Path, variant: str) -> Any:
    """Opens the index; a part alone is ranked without the bonus for names and without other words of the glossary."""
    del home
    config = SearchConfig()
    if variant in _PARTS:
        weights = {"zh": _PARTS[variant], "en": _PARTS[variant]}
        config = replace(config, weights=weights, name_bonus=0.0, glossary=())
    searcher = Searcher.open(index / "index", config=config)

    def search(question: str) -> list[tuple[str, float]]:
        hits = searcher.find(question, k=_DEPTH).hits
        return [(hit.best.passage.passage_id, hit.score) for hit in hits]

    return search
