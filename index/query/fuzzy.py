"""Titles in a question that are misspelt or only half remembered.

Question and titles are compared without the words that say nothing. A title counts when a long stretch of it, slips
aside, is most of what the question says; a stretch that many titles share ("large language models") names none. Only
titles that share a telling word with the question are looked at, so the size of the catalogue does not matter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from index.catalogue.gazetteer import name_content
from index.text.analysis import content_words
from ingest.text.scripts import HAN_CHARACTER

Telling = Callable[[Collection[str]], list[tuple[str, str]]]

_ABOUT_PAPERS = re.compile(
    r"\b(?:papers?|articles?|blogs?|posts?|titles?|titled|called|named|something|like)\b|"
    r"那篇|这篇|一篇|论文|文章|博客|题目|标题|叫做|叫作|叫|讲"
)
_MIN_CLOSENESS = 0.86
_MIN_WHOLE_CLOSENESS = 0.88  # of a whole title
_MIN_PART_CLOSENESS = 0.9  # of a title that is only half remembered
_MIN_SHARE = 0.6  # of the question, that the title must be
_MIN_CHARS = 10  # of the stretch; a Han character counts as two
_MIN_WORDS = 2
_MAX_QUESTION_CHARS = 160
_TIE = 0.05  # titles this much less close than the best are meant, too
_MAX_TITLES = 3  # more than that share a phrase and not a name
_LOOKED_AT = 30


def nearly_named(question: str, telling: Telling) -> dict[str, float]:
    """Returns the names that a question means, each with its closeness in (0, 1]: 1 when letter by letter.

    Exact names are found by the gazetteer; ask here when none of them covers the question.

    Args:
        question: In comparable form (``ingest.text.folding.normalised``).
        telling: Returns (word, name) of the names that hold one of some words that few names hold.
    """
    asked = name_content(_ABOUT_PAPERS.sub(" ", question))
    if not _says_enough(asked) or len(asked) > _MAX_QUESTION_CHARS:
        return {}
    held: dict[str, set[str]] = {}
    for word, name in telling(set(content_words(asked))):
        held.setdefault(name, set()).add(word)
    shared = Counter({name: len(words) for name, words in held.items()})
    found = {}
    for name, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:_LOOKED_AT]:
        if close := _closeness(asked, name_content(name), held[name]):
            found[name] = close
    best = max(found.values(), default=0.0)
    meant = {name: closeness for name, closeness in found.items() if closeness >= best - _TIE}
    return meant if len(meant) <= _MAX_TITLES else {}


def _closeness(asked: str, content: str, telling: Collection[str]) -> float:
    """Returns how well a stretch of a title fits the question, or 0 when it does not or is a small part of it."""
    common = LCSseq.similarity(asked, content)
    if not _says_enough(content) or common < _MIN_CLOSENESS * min(len(asked), len(content)):
        return 0.0
    fit = fuzz.partial_ratio_alignment(asked, content, score_cutoff=100 * _MIN_CLOSENESS)
    if fit is None or fit.src_end - fit.src_start < _MIN_SHARE * len(asked):
        return 0.0
    whole = fuzz.ratio(asked[fit.src_start : fit.src_end], content)
    if whole >= 100 * _MIN_WHOLE_CLOSENESS:
        return whole / 100
    stretch = content[fit.dest_start : fit.dest_end]
    tells = fit.score >= 100 * _MIN_PART_CLOSENESS and not set(telling).isdisjoint(content_words(stretch))
    return fit.score / 100 if tells and _says_enough(stretch) else 0.0


def _says_enough(content: str) -> bool:
    han = len(HAN_CHARACTER.findall(content))
    words = len(HAN_CHARACTER.sub(" ", content).split()) + han // 2
    return len(content) + han >= _MIN_CHARS and words >= _MIN_WORDS
