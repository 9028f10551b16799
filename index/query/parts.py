"""Questions that are several: "What is LoRA, and who wrote BERT?", "What is LoRA, and what does it cost?"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.query.conversation import History
from index.query.naming import named_alone
from index.types import ParsedQuery, Slot, Turn
from ingest.text.scripts import HAN, language_asked_in

Read = Callable[[str, History], ParsedQuery]

_MOST = 3
_MAX_CHARS = 400
_LIST = r"(?:list|recommend|suggest|give me|show me)\b"
_WH = r"(?:what|who|whose|when|where|why|how|which)\b(?! to\b)"
_CUT = re.compile(
    rf"(?<=[?？])\s*|[;；。]\s*|(?<=[{HAN}])\s?[,，]\s*|[,，]\s?(?=[{HAN}])|"
    rf"[,，]?\s*(?<!\w)(?:and also|and|also)\s+(?={_WH}|{_LIST})|"
    r"[,，]\s*(?=(?:who|what|why|how|when) (?:is|are|was|were|do|does|did|made|proposed)\b)",
    re.I,
)
_NUMBER = re.compile(r"(?:^|(?<=[\s?？。;；,，:：]))\(?([1-9])[.、)）:：](?!\d)\s*")
_TWO_SIDES = re.compile(  # what speaks for something, and what against it
    r"(?P<for>advantages?|benefits?|pros|strengths?|upsides?|merits)(?: ?(?:and|&|/|or|vs\.?|versus) ?)(?:the )?"
    r"(?P<against>disadvantages?|drawbacks?|cons|weakness(?:es)?|limit(?:ation)?s?|downsides?)|"
    r"优(?:点|势)?[和与及、/]?(?:其)?(?:缺点|劣势?|不足|局限)|利弊|利与弊|好处[和与及、]坏处|长处[和与及、](?:短处|不足)",
    re.I,
)
_SIDES = {"zh": ("优点", "缺点"), "en": ("advantages", "disadvantages")}
_ASK_SIDE = {"zh": "{name} 有哪些{side}？", "en": "What are the {side} of {name}?"}
_BARE = 3  # content words of a question that says little else than a name
_ASKS = re.compile(rf"\b{_WH}|what['’]s|什么|啥|谁|哪|怎么|怎样|如何|多少|几[年个种]", re.I)
_REQUEST = re.compile(
    rf"(?:please )?(?:explain|define|describe)\b|{_LIST}|讲[解讲]|列[出举]|推荐|来[一二两三四五]篇", re.I
)
_TOGETHER = re.compile(  # what is asked of all parts at once
    r"\b(?:differ\w*|compare\w*|versus|vs|between|both|each|instead|which (?:one|of|is (?:\w+er|more|less)))\b|"
    r"[前后]者|区别|不同|差[别异在]|对比|相比|比较|分别|还是|[哪谁][个种]?更",
    re.I,
)
_POINTS = re.compile(r"\b(?:it|its|they|their|them|this|these|those|that)\b|[它其]|[这那](?:个|些|种|篇)", re.I)
_SHORT = {"zh": 9, "en": 6}  # content words of a part that leaves out what it is about
_ABOUT = (Slot.NAME, Slot.LINK, Slot.TERM)


@dataclass(frozen=True, slots=True)
class Part:
    """A question that is part of another.

    Attributes:
        text: As a reader is shown it.
        asked: As it was typed, with the name that it leaves out.
        history: The turns that it leans on, the part before it among them; none where it stands alone.
        question: As it is read after these.
    """

    text: str
    asked: str
    history: History
    question: ParsedQuery


def parts_of(question: str, history: History, read: Read) -> list[Part]:
    """Returns the questions that a question consists of; nothing where it is one.

    The first says what it is about. The others do so themselves, by a name, or are about the same.

    Args:
        question: Tidy.
        history: The turns before it.
        read: Reads a question after the turns before it.
    """
    if len(question) > _MAX_CHARS:
        return []
    if numbered := _numbered(question):
        return _one_by_one(numbered, history, read)
    if sides := _TWO_SIDES.search(question):
        return _sides(question, sides, history, read)
    pieces = [kept for piece in _CUT.split(question) if (kept := piece.strip(" ,，"))]
    if not 1 < len(pieces) <= _MOST or any(map(_TOGETHER.search, pieces)) or not _ask_apart(pieces):
        return []
    return _one_by_one(pieces, history, read)


def _numbered(question: str) -> list[str]:
    """Returns the questions that somebody numbered "1. … 2. …", without what he says before them."""
    marks = list(_NUMBER.finditer(question))
    if len(marks) < 2 or [int(mark[1]) for mark in marks] != list(range(1, len(marks) + 1)):
        return []
    ends = [*(mark.start() for mark in marks[1:]), len(question)]
    pieces = [question[mark.end() : end].strip(" ,，;；") for mark, end in zip(marks, ends, strict=True)]
    return pieces if len(pieces) <= _MOST and all(pieces) else []


def _sides(question: str, sides: re.Match[str], history: History, read: Read) -> list[Part]:
    """Returns what speaks for something and what against it, where a question asks for both of one thing."""
    if _TOGETHER.search(question):
        return []
    language = language_asked_in(question)
    texts = [f"{question[: sides.start()]}{side}{question[sides.end() :]}" for side in _SIDES[language]]
    first = read(texts[0], history)
    if not first.context and not any(entity.slot in _ABOUT for entity in first.entities):
        return []
    if len(first.words) <= _BARE:  # as it is usually put, and not "what is the advantage", which sounds of a definition
        texts = [_ASK_SIDE[language].format(name=_name_of(first), side=side) for side in _SIDES[language]]
    return [Part(_shown(text), text, history, read(text, history)) for text in texts]


def _one_by_one(pieces: Sequence[str], history: History, read: Read) -> list[Part]:
    """Returns the parts of a question; nothing where the first does not say what it is about."""
    first = read(pieces[0], history)
    if not _has_a_name(first) or len(first.words) > _SHORT[first.language]:
        return []
    parts = [Part(_shown(pieces[0]), pieces[0], history if first.context else (), first)]
    for text in pieces[1:]:
        if (part := _next_part(text, parts, history, read)) is None:
            return []
        parts.append(part)
    return parts


def _ask_apart(pieces: Sequence[str]) -> bool:
    """Tells clauses each of which asks; a "yes or no" after something else mostly belongs to it."""
    whole = [True, *(piece.endswith(("?", "？")) for piece in pieces[:-1])]
    return all(
        _ASKS.search(piece) or _REQUEST.match(piece) or (begins and piece.endswith(("?", "？")))
        for piece, begins in zip(pieces, whole, strict=True)
    )


def _next_part(text: str, parts: Sequence[Part], history: History, read: Read) -> Part | None:
    """Returns a part after others, or None for what can neither be answered alone nor after the first."""
    first, alone = parts[0].question, read(text, ())
    if _TOGETHER.search(text) and not _has_a_name(alone):
        names = (" 和 " if alone.language == "zh" else " and ").join(_name_of(part.question) for part in parts)
        asked = f"{names} {text}" if alone.language == "zh" else f"{names}: {text}"
        return Part(_shown(text), asked, (), read(asked, ()))
    if _POINTS.search(text):
        before = (*history, Turn(first.text, ""))
        return Part(_shown(text), text, before, read(text, before))
    if not alone.words:
        return None
    if _has_a_name(alone):
        return Part(_shown(text), text, (), alone)
    if len(alone.words) > _SHORT[alone.language]:
        return None
    name = _name_of(first)
    asked = f"{name} {text}" if alone.language == "zh" else f"{text.rstrip('?')} {name}?"
    return Part(_shown(text), asked, (), read(asked, ()))


def _has_a_name(question: ParsedQuery) -> bool:
    """Tells a question about a work, or about a term and nothing else."""
    return bool(question.named() or named_alone(question))


def _name_of(question: ParsedQuery) -> str:
    """Returns what a question leans on, or the first name in it, as typed: a work's, else a term's."""
    if question.context:
        return question.context[0]
    entity = min(
        (entity for entity in question.entities if entity.slot in _ABOUT),
        key=lambda entity: (entity.slot is Slot.TERM, entity.first, -entity.end),
    )
    return question.text[question.tokens[entity.first].start : question.tokens[entity.end - 1].end]


def _shown(text: str) -> str:
    """Returns a part as a question of its own, with a capital and a question mark, or as the request that it is."""
    mark = "" if _REQUEST.match(text) else "？" if language_asked_in(text) == "zh" else "?"
    return f"{text[:1].upper()}{text[1:].rstrip('?？')}{mark}"
