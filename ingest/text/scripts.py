"""Scripts: which characters are Han, and which language a text is in. The only place that knows the ranges."""

from __future__ import annotations

import re

# For use inside a character class: the unified ideographs, extension A, and the planes of the later extensions.
HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
HAN_CHARACTER = re.compile(rf"[{HAN}]")
HAN_RUN = re.compile(rf"[{HAN}]+")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9'’.+-]*")
_ASKS_IN_ENGLISH = re.compile(
    r"\b(?:what|which|when|where|who|why|how|is|are|was|were|do|does|did|can|could|should|would|mean|means|meaning|"
    r"explain|compare|tell|give|show|list|define|describe|translate|the|please)\b",
    re.I,
)


def has_han(text: str) -> bool:
    """Tells whether a text has a Han character."""
    return not text.isascii() and HAN_CHARACTER.search(text) is not None


def language_asked_in(question: str) -> str:
    """Returns "zh" or "en", the language a question is asked in, whatever names it holds.

    Terms of the other language may be most of its words ("chain of thought 对 small model 有用吗"): English are those
    questions with Chinese in them that also ask in English.
    """
    language = language_of(question)
    asks = language == "en" and has_han(question) and not _ASKS_IN_ENGLISH.search(question)
    return "zh" if asks else language


def language_of(text: str) -> str:
    """Returns "zh" or "en", the language most of a text's words are in.

    A Han character counts as half a word. Latin names inside Chinese sentences are common (``什么是 LoRA？``), so
    Chinese wins as soon as it makes up a third of the words.
    """
    han, latin = len(HAN_CHARACTER.findall(text)) / 2, len(_LATIN_WORD.findall(text))
    return "zh" if han and han >= 0.5 * latin else "en"
