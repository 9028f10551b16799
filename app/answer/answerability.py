"""Whether the corpus can answer a question at all, from what the search found.

A logistic model over the signs of ``Evidence``, with a bias for each language. ``python -m evals --calibrate`` fits it
and writes ``answerability.json``; it sees the question, the best entries and the likeliest span, never the written
answer.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.answer.field import is_outside
from app.answer.said import asked_aspect, is_of_named, names_held, what_is_said
from app.answer.selection import Candidate
from app.answer.spans import is_bare
from index.search import Searcher
from index.text.analysis import content_words, term_set
from index.types import Hit, ParsedQuery
from ingest.types import Passage

_LOOKED_AT = 5
_LONGEST_WORD = 40  # letters; what is longer is no word
_FAR = 0.2  # share of the threshold below which no entry is near
_SILENT = 0.15  # share of what is asked that is said, below which nothing is
_OWN_FIELD = 0.6  # share of a question's words that tells that its field is that of the lists
_OTHER_LANGUAGE = {"in_field": 0.9, "open": 0.5, "work": 0.38, "weakest": 0.2}  # least signs, where words cannot tell
_OUTFIELD = 0.4  # from this probability on its wording speaks for another field
_ABOUT_THE_PROGRAM = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:previous|prior|above|all|your|these|those|any)\b"
    r".{0,20}\b(?:instructions?|prompts?|rules|guidelines)\b|"
    r"^(?:please )?(?:ignore|disregard|forget) the (?:instructions?|prompts?|rules|guidelines)\b|"
    r"\b(?:previous|prior|above|all)\b.{0,20}\b(?:instructions?|guidelines|rules|restrictions)\b"
    r".{0,20}\b(?:void|off|lifted|null)\b|"
    r"\byour (?:initial |hidden |original |first |system |own )*"
    r"(?:prompts?|instructions|configuration|system message)\b|"
    r"\bassistant's (?:hidden |system )?(?:prompt|instructions|configuration)\b|"
    r"\b(?:stop citing|without citing|no longer cite|(?:do not|don't) cite)\b|"
    r"\b(?:developer|debug|admin) mode\b|\bjailbreak (?:yourself|mode|you)\b|"
    r"(?:忽略|无视|忘记|忘掉).{0,6}(?:之前|以上|上面|前面|所有|全部|一切|你的|这些).{0,8}(?:指令|要求|规则|提示|设定)|"
    r"你的?.{0,6}(?:系统|隐藏|初始)(?:提示词?|消息|指令|设定)|你的(?:提示词?|指令|设定|密钥)|"
    r"(?:打印|输出|重复|泄露|透露|公开).{0,12}(?:隐藏|系统|初始)的?(?:提示词?|消息|指令|设定)|收到的.{0,6}系统消息|"
    r"(?:上面|以上|所有|全部)的?(?:指令|规则|约束|限制)(?:都|全部?)*(?:作废|失效|解除|取消)|不再受.{0,8}(?:约束|限制)|"
    r"(?:不要|不用|别)再?(?:给|写|加|标)?(?:出处|引用)|"
    r"(?:扮演|假装|假设你是).{0,16}(?:没有|不受|无).{0,6}(?:限制|约束|规则)|开发者模式|管理员模式|越狱模式",
    re.I,
)


SIGNS = (
    "coverage", "familiar", "in_field", "best", "prose", "work", "pairs", "weakest", "near", "names", "own", "open",
    "usual",
)  # fmt: skip
_FITTED = Path(__file__).parent / "answerability.json"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer; signs are in [0, 1], cosines or log-odds, and more of each is better.

    Attributes:
        coverage: Largest share of the question's content words that one of the best entries holds.
        familiar: Share of the question, by weight of its pieces, that occurs somewhere in the index.
        in_field: How improbable it is, by its wording, that the question belongs to another field.
        best: Probability of the likeliest span (``app.answer.selection``).
        prose: Probability of the likeliest span that is not the answer to a question of a card or note.
        work: How much of what is asked of a work all its texts say (``app.answer.said``) …
        pairs: … by pairs of neighbouring pieces …
        weakest: … and how well they say the most important piece that is missing.
        near: Cosine of the likeliest span and what is asked of a work.
        names: Share of the names in the question, those of known works apart, that stand with the likeliest span.
        own: Whether the likeliest span is of a work that is named, or says its name; 1 where none is named.
        open: How improbable it is, by its wording, that the question asks for one detail: a figure, a date, a person.
        usual: Log-odds, by nothing but what is asked of a work, that such a question is answered in reading lists.
    """

    coverage: float
    familiar: float
    in_field: float
    best: float
    prose: float
    work: float
    pairs: float
    weakest: float
    near: float
    names: float
    own: float
    open: float
    usual: float

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
        sure: From this one on they are answered; between the two no direct answer was found.
        usual: Weights of the sign of that name, one a dimension of the table.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: _fitted()["weights"])
    bias: Mapping[str, float] = field(default_factory=lambda: _fitted()["bias"])
    threshold: float = field(default_factory=lambda: float(_fitted()["threshold"]))
    sure: float = field(default_factory=lambda: float(_fitted()["sure"]))
    usual: Sequence[float] = field(default_factory=lambda: tuple(_fitted()["usual"]), repr=False)


def write_fitted(config: AnswerabilityConfig) -> None:
    """Makes a fitted model the shipped one."""
    _FITTED.write_text(json.dumps(asdict(config), indent=1) + "\n", encoding="utf-8")
    _fitted.cache_clear()


def gather_evidence(
    question: ParsedQuery,
    hits: Sequence[Hit],
    searcher: Searcher,
    ranked: Sequence[Candidate],
    hidden: Collection[str] = (),
) -> Evidence:
    """Looks at the best hits and the likely spans of a question, as if the ``hidden`` passages were not there."""
    best = hits[:_LOOKED_AT]
    missing = {word for name in question.unknown for word in content_words(name)}
    words = [word for word in question.words if word not in missing]  # what no text has is told apart, not held against
    held = searcher.words_held(words, best)
    asked = max(len(words), 1)
    said = what_is_said(question, hits, ranked, searcher, hidden)
    aspect = aspect_vector(question, searcher)
    shares = question.intent.probabilities
    return Evidence(
        coverage=max(map(len, held), default=0) / asked,
        familiar=1.0 - searcher.novelty(question),
        in_field=1.0 - _outfield(question, hits, searcher),
        best=_probability(ranked),
        prose=_probability([candidate for candidate in ranked if candidate.span.asked is None]),
        work=said.work,
        pairs=said.pairs,
        weakest=said.weakest,
        near=float(aspect @ ranked[0].vector) if ranked else 0.0,
        names=names_held(question, ranked[0]) if ranked else 0.0,
        own=float(not ranked or is_of_named(question, ranked[0])),
        open=1.0 - shares["fact"] - shares["result"],
        usual=float(aspect @ np.asarray(_fitted()["usual"], dtype=np.float32)),
    )


def aspect_vector(question: ParsedQuery, searcher: Searcher) -> NDArray[np.float32]:
    """Returns the vector of what a question asks of a work, shape (dimension,)."""
    vector: NDArray[np.float32] = searcher.table.encode([asked_aspect(question) or question.text])[0]
    return vector


def answer_probability(evidence: Evidence, language: str, config: AnswerabilityConfig | None = None) -> float:
    """Returns the probability, in [0, 1], that the corpus answers a question with this evidence."""
    config = config or AnswerabilityConfig()
    signs = zip(SIGNS, evidence.signs(), strict=True)
    log_odds = config.bias[language] + sum(config.weights[name] * value for name, value in signs)
    return 1.0 / (1.0 + math.exp(-log_odds))


class Verdict(StrEnum):
    """What to do about a question."""

    ANSWER = "answer"
    NEAREST = "nearest"  # say that no direct answer was found, and quote what is nearest
    DECLINE = "decline"  # with the nearest entries
    OUTSIDE = "outside"  # nothing is near


def decide(
    question: ParsedQuery,
    hits: Sequence[Hit],
    searcher: Searcher,
    ranked: Sequence[Candidate],
    config: AnswerabilityConfig | None = None,
) -> Verdict:
    """Decides whether to answer; a question about the program's own instructions is never answered.

    What is nearest is quoted where the corpus has a work that the question names, or where an answer is not improbable.
    """
    if not hits or is_about_the_program(question.raw):
        return Verdict.OUTSIDE
    config = config or AnswerabilityConfig()
    evidence = gather_evidence(question, hits, searcher, ranked)
    bare = bool(ranked) and is_bare(_passages_of(ranked[0], searcher))
    if bare and _lists_say_it(question, searcher, ranked, evidence):
        return Verdict.ANSWER
    silent = bare and _asks_of_work(question) and evidence.work < _SILENT
    probability = answer_probability(evidence, question.language, config) if question.search_text else 1.0
    named = set().union(*question.named())
    held = any(hit.row in named for hit in hits)
    outside = is_outside(question, hits, searcher)
    wordless = bool(question.search_text) and all(len(word) > _LONGEST_WORD for word in question.words)
    if outside or (wordless and not held):
        return Verdict.OUTSIDE
    if probability >= config.sure and not silent:
        return Verdict.ANSWER
    if ranked and not outside and (held or probability >= config.threshold):
        return Verdict.NEAREST
    return Verdict.DECLINE if probability >= config.threshold * _FAR else Verdict.OUTSIDE


def _lists_say_it(question: ParsedQuery, searcher: Searcher, ranked: Sequence[Candidate], evidence: Evidence) -> bool:
    """Tells a question that the lines of a bare entry answer, where the model, fitted on cards, cannot tell.

    Either every word asked stands in the likeliest span, or in the other lines of the work that is named; or the lines
    of the best entry are in another language than the question, hold none of its words, and say most of it.
    """
    if not question.search_text:
        return False
    span, best, words = ranked[0].span, ranked[0].hit, set(question.words)
    if len(words) > 1 and words <= term_set(span.plain):
        return True
    if len(words) > 1 and ranked[0].named and words <= set(searcher.words_held(question.words, [best])[0]):
        return True
    if best.rank > 1 or span.passage.language == question.language:
        return False
    return all(getattr(evidence, name) >= least for name, least in _OTHER_LANGUAGE.items())


def held_silent(question: ParsedQuery, hits: Sequence[Hit], searcher: Searcher, ranked: Sequence[Candidate]) -> bool:
    """Tells that the likeliest work is a bare one whose lines say nothing of what is asked beside its name."""
    if not ranked or not _asks_of_work(question) or not is_bare(_passages_of(ranked[0], searcher)):
        return False
    return what_is_said(question, hits, ranked, searcher).work < _SILENT


def _passages_of(candidate: Candidate, searcher: Searcher) -> list[Passage]:
    return searcher.store.passages_of(candidate.hit.entry.entry_id)


def _asks_of_work(question: ParsedQuery) -> bool:
    """Tells a question that asks for more of a work than what it is."""
    return bool(question.search_text) and question.intent.label != "definition"


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


def is_about_the_program(question: str) -> bool:
    """Tells a question that is about, or against, the program's own instructions."""
    return bool(_ABOUT_THE_PROGRAM.search(question))


def _outfield(question: ParsedQuery, hits: Sequence[Hit], searcher: Searcher) -> float:
    """Returns how probable it is, by its wording, that a question belongs to another field than the lists.

    The intent model knows one field. Lists may be about any other: one whose bare entry holds the words of the question
    is of the field that the question is of.
    """
    probability = question.intent.probabilities["outfield"]
    if probability < _OUTFIELD or not hits or not question.words:
        return probability
    known = len(searcher.words_held(question.words, hits[:1])[0]) / len(question.words) >= _OWN_FIELD
    bare = known and is_bare(searcher.store.passages_of(hits[0].entry.entry_id))
    return 0.0 if bare else probability


def _probability(ranked: Sequence[Candidate]) -> float:
    return ranked[0].probability if ranked else 0.0
