"""Haystack: BM25 and embeddings in its in-memory store, joined by reciprocal ranks, as its hybrid pipelines do.

The store is saved as JSON; words are counted again when it is loaded. Its tokenizer takes each Han character as a term.
The reranker of its tutorial is left out: its model would have to be downloaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

_DEPTH = 100
_FILE = "store.json"


def build(home: Any, index: Path, variant: str) -> None:
    """Saves a store with the passages, and unless only words are asked for, with their vectors."""
    passages = home.passages()
    vectors = [None] * len(passages) if variant == "bm25" else home.vectors().tolist()
    store = InMemoryDocumentStore()
    store.write_documents(
        [
            Document(id=passage["id"], content=passage["text"], embedding=vector)
            for passage, vector in zip(passages, vectors, strict=True)
        ]
    )
    store.save_to_disk(str(index / _FILE))


def open_index(home: Any, index: Path, variant: str) -> Any:
    """Loads the store and makes the pipeline."""
    store = InMemoryDocumentStore.load_from_disk(str(index / _FILE))
    pipeline = Pipeline()
    ends = []
    if variant != "vectors":
        pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=_DEPTH))
        ends.append("words")
    if variant != "bm25":
        from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder

        pipeline.add_component("embedder", SentenceTransformersTextEmbedder(model=home.model(), progress_bar=False))
        pipeline.add_component("vectors", InMemoryEmbeddingRetriever(store, top_k=_DEPTH))
        pipeline.connect("embedder.embedding", "vectors.query_embedding")
        ends.append("vectors")
    if len(ends) > 1:
        pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=_DEPTH))
        for end in ends:
            pipeline.connect(end, "joiner")
    last = "joiner" if len(ends) > 1 else ends[0]
    inputs = {"words": "query", "embedder": "text"}
    asked = {name: given for name, given in inputs.items() if name in pipeline.graph.nodes}
    pipeline.warm_up()

    def search(question: str) -> list[tuple[str, float]]:
        found = pipeline.run({name: {given: question} for name, given in asked.items()})
        return [(document.id, document.score) for document in found[last]["documents"]]

    return search
