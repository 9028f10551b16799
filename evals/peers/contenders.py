"""Who is compared: the libraries, their environments, and the ways each is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to ask a peer.

    Attributes:
        name: What it is called in tables and told to the adapter.
        index: The variant whose index it opens; empty where nothing is built beforehand.
    """

    name: str
    index: str


@dataclass(frozen=True, slots=True)
class Peer:
    """A library that is compared.

    Attributes:
        name: What it is called; the name of its adapter and of its requirements.
        title: What it is called in tables.
        package: The distribution whose version the tables give.
        variants: The ways it is asked.
        adapter: The file that speaks to it.
        requirements: Pinned distributions of its environment; None for this project's own.
        vectors: Whether it is given the passages' vectors.
    """

    name: str
    title: str
    package: str
    variants: tuple[Variant, ...]
    adapter: Path
    requirements: Path | None
    vectors: bool = True

    @property
    def version(self) -> str:
        """The pinned version; empty for this project."""
        lines = self.requirements.read_text(encoding="utf-8").splitlines() if self.requirements else []
        return next((line.partition("==")[2] for line in lines if line.startswith(f"{self.package}==")), "")


def _peer(name: str, title: str, package: str, **variants: str) -> Peer:
    own = tuple(Variant(variant.replace("_", "-"), index) for variant, index in variants.items())
    files = _HERE / "adapters" / f"{name}.py", _HERE / "requirements" / f"{name}.txt"
    return Peer(name, title, package, own, *files)


OURS = Peer(
    "ours",
    "this project",
    "",
    (Variant("hybrid", "hybrid"), Variant("bm25", "hybrid"), Variant("vectors", "hybrid")),
    _HERE / "ours.py",
    None,
    vectors=False,
)
PEERS = (
    _peer(
        "langchain",
        "LangChain",
        "langchain",
        hybrid="vectors",
        bm25="",
        vectors="vectors",
        hybrid_jieba="vectors",
        bm25_jieba="",
    ),
    _peer(
        "llamaindex",
        "LlamaIndex",
        "llama-index-core",
        hybrid="hybrid",
        bm25="hybrid",
        vectors="hybrid",
        hybrid_han="hybrid",
        bm25_han="",
    ),
    _peer("haystack", "Haystack", "haystack-ai", hybrid="hybrid", bm25="bm25", vectors="hybrid"),
    _peer("txtai", "txtai", "txtai", hybrid="hybrid", bm25="bm25", vectors="hybrid"),
)
