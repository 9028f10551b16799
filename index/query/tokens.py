"""A question's text in the form everything compares, and its tokens; done once for each question."""

from __future__ import annotations

import re
import unicodedata

from index.catalogue.names import UNIT
from index.types import Token

_SPACE = re.compile(r"\s+")


def tidy(text: str) -> str:
    """Returns a text in one width (NFKC) with every run of white space as one space."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def folded(text: str) -> str:
    """Returns a tidy text without case; unlike ``str.casefold`` it never changes the length, so offsets stay valid."""
    low = text.casefold()
    if len(low) == len(text):
        return low
    return "".join(small if len(small := character.casefold()) == 1 else character for character in text)


def tokens_of(text: str) -> tuple[Token, ...]:
    """Returns the tokens of a folded text: Latin words and numbers whole, Han characters one by one."""
    return tuple(Token(found[0], *found.span()) for found in UNIT.finditer(text))
