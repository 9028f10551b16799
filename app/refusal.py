"""Whether the corpus can answer a question at all, from what the search found.

A logistic model over six signs. Its weights were fitted on the dev questions of the eval suite and 86 others
(DECISIONS.md, "When to decline"); it sees the question and the best entries, never the written answer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.analysis import content_words, term_set
from index.build import searchable_text
from index.names import candidate_names, names_of
from index.search import Searcher
from index.types import Hit, Understood
from ingest.types import Entry

_LOOKED_AT = 5
_ABOUT_THE_PROGRAM = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instructions?|prompts?|rules)\b|"
    r"\b(?:previous|prior|above|all)\b.{0,20}\b(?:instructions?|guidelines|rules|restrictions)\b"
    r".{0,20}\b(?:void|off|lifted|null)\b|"
    r"\byour (?:system )?(?:prompt|instructions)\b|\b(?:developer|jailbreak|debug|admin) mode\b|\bjailbreak\b|"
    r"(?:忽略|无视|忘记|忘掉).{0,12}(?:指令|要求|规则|提示|设定)|你的(?:系统)?(?:提示词?|指令|设定)|"
    r"(?:扮演|假装|假设你是).{0,16}(?:没有|不受|无).{0,6}(?:限制|约束|规则)|开发者模式|管理员模式|越狱模式",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer.

    Attributes:
        coverage: Largest share of the question's content words that one of the best entries holds, in [0, 1].
        together: Share of them that the best entries hold together, in [0, 1].
        similarity: Largest cosine of question and passage.
        named: A best entry is named in the question.
        unknown: The question has a Latin word that occurs nowhere in the index.
        novelty: Share of the question, by weight of its pieces, that occurs nowhere in the index, in [0, 1].
    """

    coverage: float
    together: float
    similarity: float
    named: bool
    unknown: bool
    novelty: float


@dataclass(frozen=True, slots=True)
class RefusalConfig:
    """Weights of the signs in the log-odds that a question can be answered, and from which probability on it is."""

    bias: float = -2.3
    similarity: float = 5.2
    coverage: float = 1.9
    together: float = 1.3
    named: float = 0.5
    unknown: float = -2.8
    novelty: float = -3.7
    threshold: float = 0.5


def gather_evidence(question: str, hits: Sequence[Hit], searcher: Searcher) -> Evidence:
    """Looks at the best hits of a question."""
    best = hits[:_LOOKED_AT]
    words = content_words(question)
    held = [_held(words, hit) for hit in best]
    asked = max(len(words), 1)
    return Evidence(
        coverage=max(map(len, held), default=0) / asked,
        together=len(set().union(*held)) / asked,
        similarity=max((match.dense for hit in best for match in hit.matches), default=0.0),
        named=any(is_named(hit.entry, question) for hit in best),
        unknown=bool(searcher.unknown_words(question)),
        novelty=searcher.novelty(question),
    )


def answer_probability(evidence: Evidence, config: RefusalConfig = RefusalConfig()) -> float:
    """Returns the probability, in [0, 1], that the corpus answers a question with this evidence."""
    log_odds = (
        config.bias
        + config.similarity * evidence.similarity
        + config.coverage * evidence.coverage
        + config.together * evidence.together
        + config.named * evidence.named
        + config.unknown * evidence.unknown
        + config.novelty * evidence.novelty
    )
    return 1.0 / (1.0 + math.exp(-log_odds))


def can_answer(
    question: Understood, hits: Sequence[Hit], searcher: Searcher, config: RefusalConfig = RefusalConfig()
) -> bool:
    """Decides whether to answer; a question about the program's own instructions is never answered."""
    if not hits or is_about_the_program(question.asked):
        return False
    return estimate(question, hits, searcher, config) >= config.threshold


def estimate(
    question: Understood, hits: Sequence[Hit], searcher: Searcher, config: RefusalConfig = RefusalConfig()
) -> float:
    """Returns the probability that the corpus answers a question.

    It is 1 when nothing is sought but entries that fit some filters, and there are such entries.
    """
    if not question.sought:
        return float(bool(hits))
    return answer_probability(gather_evidence(question.sought, hits, searcher), config)


def is_about_the_program(question: str) -> bool:
    """Tells a question that is about, or against, the program's own instructions."""
    return bool(_ABOUT_THE_PROGRAM.search(question))


def is_named(entry: Entry, question: str) -> bool:
    """Tells whether a question names an entry: by title, alias or arXiv id, as whole words."""
    asked = candidate_names(question)
    return any(name in asked for name in names_of(entry))


def _held(words: Sequence[str], hit: Hit) -> set[str]:
    """Returns the words that the matched passages of an entry hold."""
    known = [term_set(searchable_text(hit.entry, match.passage)) for match in hit.matches]
    return {word for word in words if any(word in terms for terms in known)}
