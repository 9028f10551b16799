"""LlamaIndex: ``QueryFusionRetriever`` by reciprocal ranks over ``BM25Retriever`` and its vector index, both persisted.

That is how its documentation sets it up; only the rewordings of questions by a language model are left out.

BM25 takes runs of word characters, so a Chinese clause is one word; with ``han`` its ``token_pattern`` takes each Han
character as a word, which is the means it has. A retriever that is loaded forgets its pattern, so it is made anew then.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import TextNode
from llama_index.retrievers.bm25 import BM25Retriever

_DEPTH = 100
_HAN = r"(?u)[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]{2,}"


def build(home: Any, index: Path, variant: str) -> None:
    """Persists the words, or the vectors that are given, or both."""
    passages = home.passages()
    nodes = [TextNode(id_=passage["id"], text=passage["text"]) for passage in passages]
    if variant != "vectors":
        BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=_DEPTH).persist(str(index / "words"))
    if variant != "bm25":
        for node, vector in zip(nodes, home.vectors().tolist(), strict=True):
            node.embedding = vector
        VectorStoreIndex(nodes, embed_model=_embeddings(home)).storage_context.persist(str(index / "vectors"))


def open_index(home: Any, index: Path, variant: str) -> Any:
    """Loads what the variant needs."""
    retrievers: list[Any] = []
    if not variant.startswith("vectors"):
        retrievers.append(_words(home, index, variant))
    if not variant.startswith("bm25"):
        context = StorageContext.from_defaults(persist_dir=str(index / "vectors"))
        vectors = load_index_from_storage(context, embed_model=_embeddings(home))
        retrievers.append(vectors.as_retriever(similarity_top_k=_DEPTH))
    retriever = retrievers[0]
    if len(retrievers) > 1:
        from llama_index.core.llms import MockLLM

        retriever = QueryFusionRetriever(
            retrievers,
            llm=MockLLM(),  # never asked; without one it would look for a key
            mode="reciprocal_rerank",
            similarity_top_k=_DEPTH,
            num_queries=1,
            use_async=False,
        )

    def search(question: str) -> list[tuple[str, float]]:
        return [(found.node.node_id, found.score) for found in retriever.retrieve(question)]

    return search


def _words(home: Any, index: Path, variant: str) -> Any:
    if not variant.endswith("han"):
        return BM25Retriever.from_persist_dir(str(index / "words"))
    nodes = [TextNode(id_=passage["id"], text=passage["text"]) for passage in home.passages()]
    return BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=_DEPTH, token_pattern=_HAN)


def _embeddings(home: Any) -> Any:
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    return HuggingFaceEmbedding(model_name=home.model())
