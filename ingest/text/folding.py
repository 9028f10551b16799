"""Forms in which texts are compared: one width, one case, Simplified characters. What is shown is never folded."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from ingest.text.scripts import HAN

if TYPE_CHECKING:
    from opencc import OpenCC

_HAN_RUN = re.compile(rf"[{HAN}\uf900-\ufaff]+")  # compatibility forms have Simplified ones, too
_NOT_ALNUM = re.compile(r"[\W_]+")
# GB 2312 holds these beside their Simplified forms; OpenCC leaves them where Simplified text has them (乾坤).
_IN_BOTH = frozenset("乾於後徵夥麽摺")


def normalised(text: str) -> str:
    """Returns a text in the form in which words are compared: NFKC, case-folded, Simplified."""
    if text.isascii():
        return text.casefold()
    return simplified(unicodedata.normalize("NFKC", text).casefold())


def fold(text: str) -> str:
    """Returns text for comparing names: NFKC, case-folded, letters and digits of any script only."""
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return _NOT_ALNUM.sub("", folded.casefold())


def simplified(text: str) -> str:
    """Returns a text with its Traditional characters replaced by Simplified ones; its length never changes.

    Most text is Simplified already, which GB 2312 tells without loading OpenCC. Safe to call from any thread.
    """
    if text.isascii() or _is_simplified("".join(_HAN_RUN.findall(text))):
        return text
    return _HAN_RUN.sub(lambda run: run[0] if _is_simplified(run[0]) else _converted(run[0]), text)


def _is_simplified(han: str) -> bool:
    try:
        han.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return _IN_BOTH.isdisjoint(han)


def _converted(run: str) -> str:
    return str(_converter().convert(run))


@cache
def _converter() -> OpenCC:
    from opencc import OpenCC  # 20 ms that most questions do not need

    return OpenCC("t2s")
