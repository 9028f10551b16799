"""Names of entries inside a question: titles, Chinese titles, aliases and arXiv ids, as runs of whole words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.analysis import content_words
from index.folding import simplified
from ingest.types import Entry

_UNIT = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]|[^\W_\u3400-\u9fff]+")
_MAX_UNITS = 16
_MAX_QUESTION_UNITS = 64
_MIN_CHARS = 3


def name_units(text: str) -> tuple[str, ...]:
    """Returns the units names are compared by: Simplified characters and Latin words without case and punctuation."""
    return tuple(_UNIT.findall(simplified(unicodedata.normalize("NFKC", text).casefold())))


def names_of(entry: Entry) -> Iterator[str]:
    """Yields the names an entry goes by, in comparable form; too short or too long ones are left out."""
    arxiv = [entry.arxiv_id] if entry.arxiv_id else []
    for name in dict.fromkeys((entry.title, entry.title_zh, *entry.aliases, *arxiv)):
        units = name_units(name)
        if units and len(units) <= _MAX_UNITS and sum(map(len, units)) >= min(_MIN_CHARS, 1 + len(units)):
            yield " ".join(units)


@lru_cache(maxsize=64)
def candidate_names(question: str) -> frozenset[str]:
    """Returns every run of units of a question that could be a name; remembered, as every hit is compared with it."""
    units = name_units(question)[:_MAX_QUESTION_UNITS]
    return frozenset(
        " ".join(units[start:end])
        for start in range(len(units))
        for end in range(start + 1, min(start + _MAX_UNITS, len(units)) + 1)
    )


def named_share(question: str, names: Sequence[str]) -> float:
    """Returns how much of a question's content its longest matched name is, in [0, 1].

    "What is LoRA" is all name; in "papers that use GPT-4 as a judge" the name is a detail and must not take over.
    """
    words = content_words(question)
    if not words or not names:
        return 0.0
    longest = set(content_words(max(names, key=len)))
    return sum(word in longest for word in words) / len(words) or 1.0 / len(words)
