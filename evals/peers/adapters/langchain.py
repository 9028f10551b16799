"""LangChain: ``EnsembleRetriever`` over ``BM25Retriever`` and FAISS in equal parts, as its documentation sets it up.

The FAISS store is saved; BM25 cannot be and is made anew in every process. It cuts at spaces and keeps capitals, so a
Chinese sentence is one word; with ``jieba`` its ``preprocess_func`` is jieba's cut, which is how it is told of Chinese.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document

_DEPTH = 100


def build(home: Any, index: Path, variant: str) -> None:
    """Saves a FAISS store of the vectors that are given."""
    del variant
    passages = home.passages()
    pairs = [(p["text"], vector) for p, vector in zip(passages, home.vectors().tolist(), strict=True)]
    ids = [{"id": p["id"]} for p in passages]
    FAISS.from_embeddings(pairs, _embeddings(home), metadatas=ids).save_local(str(index))


def open_index(home: Any, index: Path, variant: str) -> Any:
    """Loads the store, makes BM25, or does what of both the variant needs."""
    retrievers: list[Any] = []
    if not variant.startswith("vectors"):
        cut = _jieba() if variant.endswith("jieba") else {}
        documents = [Document(page_content=p["text"], metadata={"id": p["id"]}) for p in home.passages()]
        retrievers.append(BM25Retriever.from_documents(documents, k=_DEPTH, **cut))
    if not variant.startswith("bm25"):
        store = FAISS.load_local(str(index), _embeddings(home), allow_dangerous_deserialization=True)
        retrievers.append(store.as_retriever(search_kwargs={"k": _DEPTH}))
    retriever = retrievers[0]
    if len(retrievers) > 1:
        from langchain_classic.retrievers import EnsembleRetriever

        retriever = EnsembleRetriever(retrievers=retrievers, weights=[0.5, 0.5], id_key="id")

    def search(question: str) -> list[tuple[str, float]]:
        found = retriever.invoke(question)  # in order, without scores
        return [(document.metadata["id"], -float(rank)) for rank, document in enumerate(found)]

    return search


def _embeddings(home: Any) -> Any:
    from langchain_huggingface import HuggingFaceEmbeddings

    return HuggingFaceEmbeddings(model_name=home.model())


def _jieba() -> dict[str, Any]:
    import jieba

    return {"preprocess_func": jieba.lcut}
