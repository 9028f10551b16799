"""How well a quoted text carries a sentence, computed from the two texts alone.

A sentence that stands in the quote word for word has support 1. Otherwise support is the share of the sentence's
content words that the quote holds, and 0 as soon as the sentence has a number or a name that the quote has not: a
wrong figure is worse than a missing one. ``python -m evals`` reports how well this agrees with labelled pairs.
"""

from __future__ import annotations

import re

from index.text.analysis import content_words
from ingest.text.folding import fold
from ingest.text.markup import plain_text

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-.+][A-Za-z0-9]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?。！？:：]\s*)$")
CARRIED = 0.73  # from this support on a sentence counts as carried; chosen on evals/data/support.jsonl
_MIN_CHARS = 4  # a shorter text stands everywhere and proves nothing


def support(sentence: str, quote: str) -> float:
    """Returns the support of a sentence by a quote, in [0, 1]; markup on either side is ignored."""
    sentence, quote = plain_text(sentence), plain_text(quote)
    folded = fold(sentence)
    if len(folded) < _MIN_CHARS:
        return 0.0
    lowered = quote.casefold()
    if not _numbers(sentence) <= _numbers(quote) or any(name not in lowered for name in _names(sentence)):
        return 0.0
    if folded in fold(quote):
        return 1.0
    words, known = content_words(sentence), set(content_words(quote))
    return sum(word in known for word in words) / len(words) if words else 0.0


def _numbers(text: str) -> set[str]:
    """Returns the numbers of a text; 10,000 and 10000 are the same one."""
    return set(_NUMBER.findall(_THOUSANDS.sub("", text)))


def _names(text: str) -> set[str]:
    """Returns the names in a text: Latin words with a digit or an inner capital, or capitalised within a sentence."""
    found = set()
    for match in _LATIN.finditer(text):
        word = match[0]
        inner = any(character.isdigit() for character in word) or any(character.isupper() for character in word[1:])
        if inner or (word[0].isupper() and not _SENTENCE_START.search(text[: match.start()])):
            found.add(word.casefold().rstrip("s"))
    return found
