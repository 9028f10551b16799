"""Titles in a question that are misspelt or only half remembered.

Question and titles are compared without the words that say nothing. A title counts when a long stretch of it, slips
aside, is most of what the question says; a stretch that many titles share ("large language models") names none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from rapidfuzz import fuzz, process
from rapidfuzz.distance import LCSseq

from index.text.analysis import content_text, content_words
from ingest.text.folding import simplified

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}]) (?=[{_HAN}])")
_IS_HAN = re.compile(rf"[{_HAN}]")
_ABOUT_PAPERS = re.compile(
    r"\b(?:papers?|articles?|blogs?|posts?|titles?|titled|called|named|something|like)\b|"
    r"那篇|这篇|一篇|论文|文章|博客|题目|标题|叫做|叫作|叫|讲"
)
_PUNCTUATION = re.compile(r"[-.+#'’/&]+")
_MIN_CLOSENESS = 0.86
_MIN_WHOLE_CLOSENESS = 0.88  # of a whole title
_MIN_PART_CLOSENESS = 0.9  # of a title that is only half remembered
_MIN_SHARE = 0.6  # of the question, that the title must be
_MIN_CHARS = 10  # of the stretch; a Han character counts as two
_MIN_WORDS = 2
_MAX_QUESTION_CHARS = 160
_MAX_USES = 0.01  # share of the names that may use a word before it says nothing about which one is meant
_TIE = 0.05  # titles this much less close than the best are meant, too
_MAX_TITLES = 3  # more than that share a phrase and not a name


class FuzzyNames:
    """The names of a catalogue, prepared for comparing; safe to share between threads."""

    def __init__(self, names: Iterable[str]) -> None:
        """Takes names in comparable form (see ``index.catalogue.names.names_of``)."""
        contents = ((name, _content(_BETWEEN_HAN.sub("", name))) for name in names)
        self._names = {name: content for name, content in contents if _says_enough(content)}
        uses = Counter(word for content in self._names.values() for word in set(content_words(content)))
        most = max(_MAX_TITLES, _MAX_USES * len(self._names))
        self._common = {word for word, count in uses.items() if count > most}

    def named(self, question: str) -> dict[str, float]:
        """Returns the names that a question means, each with its closeness in (0, 1]: 1 when letter by letter.

        Exact names are for ``index.catalogue.names``; ask here when none of them covers the question.
        """
        asked = _content(_ABOUT_PAPERS.sub(" ", simplified(question).casefold()))
        if not _says_enough(asked) or len(asked) > _MAX_QUESTION_CHARS:
            return {}
        common = int(_MIN_CLOSENESS * _MIN_SHARE * len(asked))
        near = process.extract(asked, self._names, scorer=LCSseq.similarity, score_cutoff=common, limit=None)
        found = {}
        for content, shared, name in near:
            if shared >= _MIN_CLOSENESS * min(len(asked), len(content)) and (close := self._closeness(asked, content)):
                found[name] = close
        best = max(found.values(), default=0.0)
        meant = {name: closeness for name, closeness in found.items() if closeness >= best - _TIE}
        return meant if len(meant) <= _MAX_TITLES else {}

    def _closeness(self, asked: str, content: str) -> float:
        """Returns how well a stretch of a title fits the question, or 0 when it does not or is a small part of it."""
        fit = fuzz.partial_ratio_alignment(asked, content, score_cutoff=100 * _MIN_CLOSENESS)
        if fit is None or fit.src_end - fit.src_start < _MIN_SHARE * len(asked):
            return 0.0
        whole = fuzz.ratio(asked[fit.src_start : fit.src_end], content)
        if whole >= 100 * _MIN_WHOLE_CLOSENESS:
            return whole / 100
        stretch = content[fit.dest_start : fit.dest_end]
        words = set(content_words(stretch)) & set(content_words(content))  # a stretch may end inside a word
        telling = fit.score >= 100 * _MIN_PART_CLOSENESS and not self._common.issuperset(words)
        return fit.score / 100 if telling and _says_enough(stretch) else 0.0


def _content(text: str) -> str:
    return " ".join(_PUNCTUATION.sub(" ", content_text(text)).split())


def _says_enough(content: str) -> bool:
    han = len(_IS_HAN.findall(content))
    words = len(_IS_HAN.sub(" ", content).split()) + han // 2
    return len(content) + han >= _MIN_CHARS and words >= _MIN_WORDS
