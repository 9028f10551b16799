"""Text to terms, for lexical search in Chinese and English at once.

Chinese is indexed by single characters and by pairs of neighbours: no segmenter, no dictionary, and on XQuAD-zh as
good as one (DECISIONS.md). English words are stemmed; names of the field (``p-tuning``, ``gpt-4``, ``llm.int8``)
are kept whole and in parts, so that either spelling finds them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from operator import add

import numpy as np
import Stemmer
from numpy.typing import NDArray

from ingest.text.folding import normalised
from ingest.text.scripts import HAN, HAN_CHARACTER

_LATIN = rf"[^\W_{HAN}]+(?:[-.+#'’/&][^\W_{HAN}]+)*[+#]*"
_LATIN_RUN = re.compile(_LATIN)
_RUN = re.compile(rf"[{HAN}]+|{_LATIN}")
_PART = re.compile(r"[^\W\d_]+|\d+")

_STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "am",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "explain",
        "for",
        "from",
        "give",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "let",
        "me",
        "my",
        "not",
        "of",
        "on",
        "or",
        "our",
        "please",
        "should",
        "so",
        "tell",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        *"what's who's where's how's what’s who’s where’s how’s".split(),
        # What people say around a question, and the words that only ask to compare.
        *"compare compared comparison difference differences differ differs versus vs between".split(),
        *"eli5 wtf pls plz yo hey hi hello bro dude lol idk btw tbh imo ok okay thx ty gimme wanna gonna kinda".split(),
        "layman",
        "laymans",
    ]
)
# Question phrases; declarative notes hardly contain them, so their rarity would make them look important.
_QUESTION_PHRASES = re.compile(
    "什么是|是什么|叫什么名字|叫什么|什么叫|啥叫|叫啥|是啥|啥意思|啥是|有啥|都有啥|为啥|给我列一下|给我列|列一下|列出|列举|推荐一下|求推荐|求问|求助|求|救命|讲讲|说说|聊聊|讲解|科普一下|科普|用?大白话|通俗(?:易懂|一点)?|简单(?:说说|讲讲|介绍|解释|来说)|小白(?:能懂|也能懂)|捋一捋|整一个|整个|咋整|咋|啥|哪一年|哪年|哪篇|哪本|哪家|哪位|哪款|什么时候|为什么|有哪些|有什么|哪一些|哪些|哪个|哪种|哪几|什么|怎么样|怎么|怎样|如何|为何|是否|能否|可否|能不能|是不是|"
    "多少|请问|请你|请|介绍一下|解释一下|讲一下|说一下|介绍|告诉我|帮我|一下|分别|的话|吗|呢|吧|啊|我想|想知道|知道|关于"
)
_FUNCTION_WORDS = re.compile("对于|[这那一][个种些]|[它他她]们?|其[他它]|[的了是在和与或及也都就而着被把]")
_STOP_HAN = frozenset("的了是在和与或及也都就而着被把对于这那个一之其它他她们")

_stemmer = Stemmer.Stemmer("english")


def index_terms(text: str) -> list[str]:
    """Returns the terms of a passage, with repetitions, in reading order."""
    return _terms(normalised(text))


@lru_cache(maxsize=512)
def term_set(text: str) -> frozenset[str]:
    """Returns the distinct terms of a text, remembered: the same passages come back for many questions."""
    return frozenset(map(sys.intern, index_terms(text)))  # each word once for all texts


def held_words(words: Sequence[str], texts: Sequence[str]) -> NDArray[np.float32]:
    """Tells which texts have which words among their ``index_terms``, shape (texts, words), 0 or 1.

    Args:
        words: From ``content_words``: Han characters and pairs of them, stems and names.
        texts: As they are written.
    """
    han = [(column, word) for column, word in enumerate(words) if HAN_CHARACTER.match(word)]
    latin = [(column, word) for column, word in enumerate(words) if not HAN_CHARACTER.match(word)]
    found = np.zeros((len(texts), len(words)), dtype=np.float32)
    for row, text in enumerate(map(normalised, texts)):
        found[row, [column for column, word in han if word in text]] = 1.0
        if latin:
            terms = set().union(*map(_latin_terms, set(_LATIN_RUN.findall(text))))
            found[row, [column for column, word in latin if word in terms]] = 1.0
    return found


def query_terms(text: str) -> list[str]:
    """Returns the terms of a question without the words that only make it a question."""
    return terms_of_content(content_text(text)) or _terms(normalised(text))


def terms_of_content(content: str) -> list[str]:
    """Returns the terms of a text that ``content_text`` returned."""
    return [term for term in _terms(content) if term not in _STOP_HAN]


def content_text(text: str) -> str:
    """Returns a question, normalised, without the words that only make it a question."""
    stripped = _QUESTION_PHRASES.sub(" ", normalised(text))
    return " ".join(run for run in _RUN.findall(stripped) if run not in _STOP_WORDS)


def content_words(text: str) -> list[str]:
    """Returns the units a reader would call the words of a question: Latin terms whole, Chinese in pairs.

    Unlike ``query_terms`` nothing is counted twice, so a share of covered words is meaningful.
    """
    return list(content_units(text))


def content_units(text: str) -> dict[str, str]:
    """Returns the same words, each with its spelling in the text: Latin words are compared by their stems."""
    return units_of_content(content_text(text))


def units_of_content(content: str) -> dict[str, str]:
    """Returns the same of a text that ``content_text`` returned."""
    units: dict[str, str] = {}
    for run in _RUN.findall(content):
        if HAN_CHARACTER.match(run):
            for part in _FUNCTION_WORDS.split(run):
                pairs = [part[i : i + 2] for i in range(len(part) - 1)] or [part] * bool(part)
                units |= {pair: pair for pair in pairs}
        else:
            units.setdefault(stem(run), run)
    return units


def outside_question_phrases(text: str, change: Callable[[str], str]) -> str:
    """Returns a Chinese question with all changed but the phrases that only make it a question."""
    ends = [0, *(place for phrase in _QUESTION_PHRASES.finditer(text) for place in phrase.span()), len(text)]
    parts = [text[start:end] for start, end in pairwise(ends)]
    return "".join(part if number % 2 else change(part) for number, part in enumerate(parts))


def is_function_character(character: str) -> bool:
    """Tells a Han character that says nothing by itself, such as 的."""
    return character in _STOP_HAN


def _terms(text: str) -> list[str]:
    terms: list[str] = []
    for run in _RUN.findall(text):
        if HAN_CHARACTER.match(run):
            terms += run
            terms += map(add, run, run[1:])
        else:
            terms += _latin_terms(run)
    return terms


@lru_cache(maxsize=32_768)  # in a few MB: most words of a text are not new
def _latin_terms(run: str) -> tuple[str, ...]:
    parts = _PART.findall(run)
    if len(parts) < 2:
        return (stem(run),)
    joined = "".join(parts)  # "gpt4" finds "GPT-4"
    return (stem(run), *map(stem, parts), *([joined] if joined != run else ()))


def stem(word: str) -> str:
    """Returns the stem of an English word; names and short words are their own stems."""
    return str(_stemmer.stemWord(word)) if word.isascii() and word.isalpha() and len(word) > 3 else word
