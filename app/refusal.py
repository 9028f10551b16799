"""Whether the corpus can answer a question at all, from what the search found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from index.analysis import content_words, index_terms
from index.build import searchable_text
from index.types import Hit
from ingest.text import fold
from ingest.types import Entry

_LOOKED_AT = 5


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer.

    Attributes:
        coverage: Share of the question's content words that stand in one of the best entries, in [0, 1].
        similarity: Best cosine of question and passage.
        named: A best entry is named in the question.
    """

    coverage: float
    similarity: float
    named: bool


@dataclass(frozen=True, slots=True)
class RefusalConfig:
    """From which evidence on a question is answered; chosen on the dev questions (DECISIONS.md)."""

    min_similarity: float = 0.45
    min_coverage: float = 0.5
    sure_similarity: float = 0.6
    named_coverage: float = 0.34


def gather_evidence(question: str, hits: Sequence[Hit]) -> Evidence:
    """Looks at the best hits of a question."""
    best = hits[:_LOOKED_AT]
    words = content_words(question)
    coverage = max((_coverage(words, hit) for hit in best), default=0.0)
    similarity = max((match.dense for hit in best for match in hit.matches), default=0.0)
    return Evidence(coverage, similarity, any(is_named(hit.entry, question) for hit in best))


def can_answer(evidence: Evidence, config: RefusalConfig = RefusalConfig()) -> bool:
    """Decides whether to answer."""
    if evidence.named and evidence.coverage >= config.named_coverage:
        return True
    if evidence.similarity >= config.sure_similarity and evidence.coverage > 0:
        return True
    return evidence.similarity >= config.min_similarity and evidence.coverage >= config.min_coverage


def is_named(entry: Entry, question: str) -> bool:
    """Tells whether a question names an entry: by title, alias or arXiv id, as whole words."""
    asked = f" {unicodedata.normalize('NFKC', question).casefold()} "
    if entry.arxiv_id and entry.arxiv_id in asked:
        return True
    for name in (entry.title, entry.title_zh, *entry.aliases):
        plain = unicodedata.normalize("NFKC", name).casefold()
        if len(fold(name)) >= 3 and re.search(rf"(?<![a-z0-9]){re.escape(plain)}(?![a-z0-9])", asked):
            return True
    return False


def _coverage(words: Sequence[str], hit: Hit) -> float:
    if not words:
        return 0.0
    text = "\n".join(searchable_text(hit.entry, match.passage) for match in hit.matches)
    known = set(index_terms(text))
    return sum(word in known for word in words) / len(words)
