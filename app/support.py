"""How well a quoted text carries a sentence, computed from the two texts alone.

A sentence that stands in the quote word for word has support 1. Otherwise support is the share of the sentence's
content words that the quote holds, and 0 as soon as the sentence has a number that the quote has not: a wrong
figure is worse than a missing one.
"""

from __future__ import annotations

import re

from index.analysis import content_words
from ingest.text import fold, plain_text

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MIN_CHARS = 4  # a shorter text stands everywhere and proves nothing


def support(sentence: str, quote: str) -> float:
    """Returns the support of a sentence by a quote, in [0, 1]; markup on either side is ignored."""
    sentence, quote = plain_text(sentence), plain_text(quote)
    folded = fold(sentence)
    if len(folded) < _MIN_CHARS:
        return 0.0
    if folded in fold(quote):
        return 1.0
    if not set(_NUMBER.findall(sentence)) <= set(_NUMBER.findall(quote)):
        return 0.0
    words, known = content_words(sentence), set(content_words(quote))
    return sum(word in known for word in words) / len(words) if words else 0.0
