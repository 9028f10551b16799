"""A small index whose spans can be read in one look: two methods with answered questions, and what is around them."""

from __future__ import annotations

import pytest

from index.build import build_index
from index.search import Searcher
from ingest.types import Entry, Kind, Library, Link, Listing, Passage, PassageKind


def work(entry_id, title, *, title_zh="", aliases=(), year=None, kind=Kind.PAPER, topics=()):
    """An entry with one listing and one link."""
    listing = Listing("list", ("Section",), "corpus/lists/list.md", 1, title)
    links = (Link("code", f"https://example.org/{entry_id}"),)
    return Entry(entry_id, title, title_zh, kind, year, "", (), links, None, (listing,), topics, aliases)


GPTQ = work(
    "gptq", "GPTQ: Accurate Quantization", title_zh="GPTQ：精确的量化", aliases=("GPTQ",), year=2023, topics=("survey",)
)
AWQ = work("awq", "AWQ: Activation-aware Quantization", title_zh="AWQ：感知激活的量化", aliases=("AWQ",), year=2024)
SECTION = work("section", "Quantization", kind=Kind.CONCEPT)
RETRO = work("retro", "Retro", title_zh="检索增强的预训练模型")
TEXTS = [
    ("gptq", PassageKind.RECORD, "en", 'title: "GPTQ"\nyear: 2023\nlicence: "MIT"\nsizes: [7B, 13B]'),
    ("gptq", PassageKind.LISTING, "en", "- **GPTQ: Accurate Quantization**. 2023.\n  GPTQ is old."),
    ("gptq", PassageKind.CARD, "en",
     "Rounding to few bits loses accuracy, and training a model again costs far too much."),
    ("gptq", PassageKind.ANSWER, "en",
     "**What is GPTQ?** <!-- what | gptq in short -->\nGPTQ is a method that rounds weights to few bits. It is exact."),
    ("gptq", PassageKind.ANSWER, "en",
     "**How does GPTQ round the weights?** <!-- how | steps of gptq -->\n"
     "GPTQ works layer by layer and corrects each column by the error of the columns before."),
    ("gptq", PassageKind.ANSWER, "en",
     "**What does GPTQ cost?** <!-- cost | price of gptq -->\nGPTQ takes four hours on one card for 175B parameters."),
    ("gptq", PassageKind.ANSWER, "en",
     "**How is GPTQ different from AWQ?** <!-- vs awq | gptq or awq -->\n"
     "GPTQ corrects rounding errors, while AWQ scales the salient channels before it rounds."),
    ("gptq", PassageKind.ANSWER, "zh",
     "**什么是 GPTQ？** <!-- what | gptq 是啥 -->\n"
     "GPTQ 是一种把权重舍入成几位的方法。它很精确。"),
    ("gptq", PassageKind.ANSWER, "zh",
     "**GPTQ 和 AWQ 有什么不同？** <!-- vs awq | 选 gptq 还是 awq -->\n"
     "GPTQ 修正舍入误差，AWQ 先放大重要的通道再舍入。"),
    ("awq", PassageKind.LISTING, "en", "- **AWQ: Activation-aware Quantization**. MLSys.\n  AWQ won a prize there."),
    ("awq", PassageKind.ANSWER, "en",
     "**What is AWQ?** <!-- what | awq in short -->\nAWQ is a method that protects one percent of the weights."),
    ("awq", PassageKind.ANSWER, "en",
     "**How does AWQ protect the weights?** <!-- how | steps of awq -->\n"
     "AWQ scales channels by their | activations |."),
    ("awq", PassageKind.ANSWER, "zh", "**什么是 AWQ？** <!-- what | awq 是啥 -->\nAWQ 是一种保护百分之一权重的方法。"),
    ("section", PassageKind.LISTING, "en", "## Quantization\nQuantization stores the weights of a model in few bits."),
    ("retro", PassageKind.LISTING, "en", "- **Retro**\n  Chunks are fetched from a database by a frozen retriever."),
]  # fmt: skip


@pytest.fixture(scope="session")
def small(tmp_path_factory, encoder):
    """A searcher over it."""
    folder = tmp_path_factory.mktemp("small")
    passages, line = [], 1
    for entry_id, kind, language, text in TEXTS:
        end = line + text.count("\n")
        passages.append(Passage(f"p{line:03}", entry_id, kind, language, text, "corpus/lists/list.md", line, end, 9))
        line = end + 2
    build_index(Library((GPTQ, AWQ, SECTION, RETRO), tuple(passages), (), ()), encoder, folder, corpus="c")
    searcher = Searcher.open(folder, encoder)
    yield searcher
    searcher.close()
