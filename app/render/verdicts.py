"""Verdicts on the sentences of a written answer, as readers see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.answer.support import Verdict
from app.render.messages import say

if TYPE_CHECKING:
    from app.export.markdown import Exportable
    from app.types import Answer, Sentence

_MOST_NAMED = 3
_LONGEST = 60


def reason(sentence: Sentence, language: str) -> str:
    """Returns what is wrong with a sentence, in a few words; "" where nothing is."""
    check = sentence.check
    if check is None or check.verdict not in (Verdict.UNSUPPORTED, Verdict.PARTLY):
        return ""
    name = "not_supported" if check.verdict is Verdict.UNSUPPORTED else "partly_supported"
    if not check.missing:
        return say(name, language)
    shown = [f"“{text if len(text) <= _LONGEST else f'{text[:_LONGEST]}…'}”" for text in check.missing[:_MOST_NAMED]]
    return say(f"{name}_missing", language, missing=say("comma", language).join(shown))


def shown_with_verdict(sentence: Sentence, language: str) -> str:
    """Returns a sentence as Markdown: struck through when nothing supports it, with what is wrong behind it."""
    why = reason(sentence, language)
    if not why:
        return sentence.text
    behind = f"（{why}）" if language == "zh" else f" ({why})"
    if sentence.check is not None and sentence.check.verdict is Verdict.UNSUPPORTED and not sentence.code:
        return f"{_struck(sentence.text)}{behind}"
    return f"{sentence.text}{behind}"


def status_line(answer: Answer | Exportable) -> str:
    """Returns the line that says who wrote an answer and how many of its sentences are supported; "" for quotes."""
    if answer.writing is None:
        return ""
    supported, partly, unsupported = answer.writing.verdicts
    total = sum(answer.writing.verdicts)
    return say(
        "status_line",
        answer.language,
        model=answer.writing.model,
        total=total,
        supported=supported,
        partly=partly,
        unsupported=unsupported,
    )


def _struck(text: str) -> str:
    """Strikes a sentence through; a bullet in front of it stays one."""
    bullet, _, rest = text.partition(" ")
    if rest and (bullet in ("-", "*", "+", "•") or (bullet[:-1].isdigit() and bullet[-1] in ".)")):
        return f"{bullet} ~~{rest.strip('~')}~~"
    return f"~~{text.strip('~')}~~"
