"""Traditional Chinese to Simplified, for comparing texts; what is shown or quoted is never folded."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

_HAN_RUN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
# GB 2312 holds these beside their Simplified forms; OpenCC leaves them where Simplified text has them (乾坤).
_IN_BOTH = frozenset("乾於後徵夥麽摺")


def simplified(text: str) -> str:
    """Returns a text with its Traditional characters replaced by Simplified ones; its length never changes.

    Most text is Simplified already, which GB 2312 tells without loading OpenCC. Safe to call from any thread.
    """
    return text if text.isascii() else _HAN_RUN.sub(lambda run: _fold(run[0]), text)


def _fold(run: str) -> str:
    try:
        run.encode("gb2312")
    except UnicodeEncodeError:
        return _converted(run)
    return run if _IN_BOTH.isdisjoint(run) else _converted(run)


def _converted(run: str) -> str:
    return str(_converter().convert(run))


@cache
def _converter() -> OpenCC:
    from opencc import OpenCC  # 20 ms that most questions do not need

    return OpenCC("t2s")
