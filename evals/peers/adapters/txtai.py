"""txtai: ``hybrid`` as its documentation sets it up, dense vectors beside BM25 terms, both saved to the disk.

Its tokenizer cuts by Unicode's word boundaries, so each Han character is a term. ``vectors`` asks the hybrid index with
all weight on the dense part; both parts are searched all the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from txtai import Embeddings

_DEPTH = 100
_WEIGHTS = {"vectors": 1.0}


def build(home: Any, index: Path, variant: str) -> None:
    """Indexes words, and unless only they are asked for, the vectors that are given."""
    passages = home.passages()
    if variant == "bm25":
        embeddings = Embeddings(keyword=True)
    else:
        vectors = home.vectors()
        row = {passage["text"]: number for number, passage in enumerate(passages)}

        def given(texts: list[str]) -> Any:
            return vectors[[row[text] for text in texts]]

        embeddings = Embeddings(hybrid=True, method="external", transform=given)
    embeddings.index((passage["id"], passage["text"]) for passage in passages)
    if variant != "bm25":  # questions are embedded by the model
        del embeddings.config["transform"]
        embeddings.config |= {"method": "transformers", "path": home.model()}
    embeddings.save(str(index))


def open_index(home: Any, index: Path, variant: str) -> Any:
    """Loads what was saved."""
    del home
    embeddings = Embeddings()
    embeddings.load(str(index))
    weights = _WEIGHTS.get(variant)

    def search(question: str) -> list[tuple[str, float]]:
        return list(embeddings.search(question, limit=_DEPTH, weights=weights))

    return search
