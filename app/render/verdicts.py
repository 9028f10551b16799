"""Verdicts on the sentences of a written answer, as readers see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from app.answer.support import Check, Verdict
from app.render.messages import say

if TYPE_CHECKING:
    from app.export.markdown import Exportable
    from app.types import Answer


class Checked(Protocol):
    """A sentence with its verdict."""

    @property
    def text(self) -> str:
        """What is said."""

    @property
    def check(self) -> Check | None:
        """What the evidence says about it."""

    @property
    def code(self) -> bool:
        """Whether it is a block of code."""


_MOST_NAMED = 3
_LONGEST = 60


def reason(sentence: Checked, language: str) -> str:
    """Returns what is wrong with a sentence, in a few words; "" where nothing is."""
    check = sentence.check
    if check is None or check.verdict not in (Verdict.UNSUPPORTED, Verdict.PARTLY):
        return ""
    name = "not_supported" if check.verdict is Verdict.UNSUPPORTED else "partly_supported"
    if not check.missing:
        return say(name, language)
    shown = [f"“{text if len(text) <= _LONGEST else f'{text[:_LONGEST]}…'}”" for text in check.missing[:_MOST_NAMED]]
    return say(f"{name}_missing", language, missing=say("comma", language).join(shown))


def shown_with_verdict(sentence: Checked, language: str) -> str:
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
    return verdict_line(answer.writing.model, answer.writing.verdicts, answer.language)


def verdict_line(model: str, verdicts: Sequence[int], language: str) -> str:
    """Returns the status line of an answer by its model and the numbers of supported, partly and unsupported."""
    supported, partly, unsupported = verdicts
    return say(
        "status_line",
        language,
        model=model,
        total=sum(verdicts),
        supported=supported,
        partly=partly,
        unsupported=unsupported,
    )


def without_bullet(text: str) -> tuple[str, str]:
    """Returns the bullet in front of a sentence, "" where there is none, and the rest."""
    bullet, _, rest = text.partition(" ")
    if rest and (bullet in ("-", "*", "+", "•") or (bullet[:-1].isdigit() and bullet[-1] in ".)")):
        return f"{bullet} ", rest
    return "", text


def _struck(text: str) -> str:
    """Strikes a sentence through; a bullet in front of it stays one."""
    bullet, rest = without_bullet(text)
    return f"{bullet}~~{rest.strip('~')}~~"
