"""Whether the corpus can answer a question at all, from what the search found.

A logistic model over the signs of ``Evidence``, with a bias for each language. ``python -m evals --calibrate`` fits it
and writes ``answerability.json``; it sees the question, the best entries and the likeliest span, never the written
answer.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from app.answer.selection import Candidate
from index.search import Searcher
from index.text.analysis import content_words, term_set
from index.text.passages import searchable_text
from index.types import Hit, ParsedQuery

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


SIGNS = ("coverage", "together", "similarity", "named", "known", "familiar", "best", "present", "in_field")
_FITTED = Path(__file__).parent / "answerability.json"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer; every sign is in [0, 1] or a cosine, and more of it is better.

    Attributes:
        coverage: Largest share of the question's content words that one of the best entries holds.
        together: Share of them that the best entries hold together.
        similarity: Largest cosine of question and passage, by the table of token vectors.
        named: A best entry is named in the question.
        known: Every Latin word of the question occurs somewhere in the index.
        familiar: Share of the question, by weight of its pieces, that occurs somewhere in the index.
        best: Probability of the likeliest span (``app.answer.selection``).
        present: Every work that the question names is among the best entries.
        in_field: How improbable it is, by its wording, that the question belongs to another field.
    """

    coverage: float
    together: float
    similarity: float
    named: bool
    known: bool
    familiar: float
    best: float
    present: bool
    in_field: float

    def signs(self) -> tuple[float, ...]:
        """Returns the signs in the order of ``SIGNS``."""
        return tuple(float(getattr(self, name)) for name in SIGNS)


@cache
def _fitted() -> dict[str, Any]:
    fitted: dict[str, Any] = json.loads(_FITTED.read_text(encoding="utf-8"))
    return fitted


@dataclass(frozen=True, slots=True)
class AnswerabilityConfig:
    """The fitted model.

    Attributes:
        weights: Weight of each sign in the log-odds that a question can be answered.
        bias: Added to them, by language.
        threshold: Questions below this probability are declined.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: _fitted()["weights"])
    bias: Mapping[str, float] = field(default_factory=lambda: _fitted()["bias"])
    threshold: float = field(default_factory=lambda: float(_fitted()["threshold"]))


def write_fitted(config: AnswerabilityConfig) -> None:
    """Makes a fitted model the shipped one."""
    _FITTED.write_text(json.dumps(asdict(config), indent=1) + "\n", encoding="utf-8")
    _fitted.cache_clear()


def gather_evidence(
    question: ParsedQuery, hits: Sequence[Hit], searcher: Searcher, ranked: Sequence[Candidate]
) -> Evidence:
    """Looks at the best hits of a question."""
    best = hits[:_LOOKED_AT]
    missing = {word for name in question.unknown for word in content_words(name)}
    words = [word for word in question.words if word not in missing]  # what no text has is told apart, not held against
    held = [_held(words, hit) for hit in best]
    asked = max(len(words), 1)
    return Evidence(
        coverage=max(map(len, held), default=0) / asked,
        together=len(set().union(*held)) / asked,
        similarity=_similarity(question, best, searcher),
        named=any(hit.row in rows for rows in question.named() for hit in best),
        known=missing.issuperset(searcher.unknown_words(question)),
        familiar=1.0 - searcher.novelty(question),
        best=ranked[0].probability if ranked else 0.0,
        present=_all_present(question, best),
        in_field=1.0 - question.intent.probabilities["outfield"],
    )


def answer_probability(evidence: Evidence, language: str, config: AnswerabilityConfig | None = None) -> float:
    """Returns the probability, in [0, 1], that the corpus answers a question with this evidence."""
    config = config or AnswerabilityConfig()
    signs = zip(SIGNS, evidence.signs(), strict=True)
    log_odds = config.bias[language] + sum(config.weights[name] * value for name, value in signs)
    return 1.0 / (1.0 + math.exp(-log_odds))


def can_answer(
    question: ParsedQuery,
    hits: Sequence[Hit],
    searcher: Searcher,
    ranked: Sequence[Candidate],
    config: AnswerabilityConfig | None = None,
) -> bool:
    """Decides whether to answer; a question about the program's own instructions is never answered."""
    if not hits or is_about_the_program(question.raw):
        return False
    config = config or AnswerabilityConfig()
    return estimate(question, hits, searcher, ranked, config) >= config.threshold


def estimate(
    question: ParsedQuery,
    hits: Sequence[Hit],
    searcher: Searcher,
    ranked: Sequence[Candidate],
    config: AnswerabilityConfig | None = None,
) -> float:
    """Returns the probability that the corpus answers a question.

    It is 1 when nothing is sought but entries that fit some filters, and there are such entries.
    """
    if not question.search_text:
        return float(bool(hits))
    return answer_probability(gather_evidence(question, hits, searcher, ranked), question.language, config)


def _all_present(question: ParsedQuery, hits: Sequence[Hit]) -> bool:
    """Tells whether of everything that a question names at one place something is among the hits."""
    found = {hit.row for hit in hits}
    return all(not found.isdisjoint(rows) for rows in question.named())


def is_about_the_program(question: str) -> bool:
    """Tells a question that is about, or against, the program's own instructions."""
    return bool(_ABOUT_THE_PROGRAM.search(question))


def _held(words: Sequence[str], hit: Hit) -> set[str]:
    """Returns the words that the matched passages of an entry hold."""
    known = [term_set(searchable_text(hit.entry, match.passage)) for match in hit.matches]
    return {word for word in words if any(word in terms for terms in known)}


def _similarity(question: ParsedQuery, hits: Sequence[Hit], searcher: Searcher) -> float:
    """Returns the largest cosine of a question and the matched passages, by the table whichever the encoder is."""
    matches = [(hit.entry, match) for hit in hits for match in hit.matches]
    if not matches:
        return 0.0
    if searcher.encoder is searcher.table:
        return max(match.dense for _, match in matches)
    vectors = searcher.table.encode(
        [question.search_text, *(searchable_text(entry, match.passage) for entry, match in matches)]
    )
    return float((vectors[1:] @ vectors[0]).max())
