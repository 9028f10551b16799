"""What an answer is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.answer.llm import Usage
from app.answer.support import Check
from app.render.verdicts import shown_with_verdict
from index.types import Found, Hit
from ingest.types import Entry, Passage


class Length(StrEnum):
    """How much an answer says."""

    SHORT = "short"
    NORMAL = "normal"
    LONG = "long"


class Status(StrEnum):
    """Whether the corpus answers the question."""

    ANSWERED = "answered"
    PARTLY_ANSWERED = "partly_answered"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence of an answer comes from.

    Attributes:
        n: Number of the mark in the answer, from 1; quotes of one entry share it.
        entry: The cited entry.
        passage: The passage of it that is quoted.
        quote: Text of the passage, verbatim.
        line: Line of the quote in the passage's file, from 1.
        support: How well the quote carries the sentence, in [0, 1] (see ``app.answer.support``).
    """

    n: int
    entry: Entry
    passage: Passage
    quote: str
    line: int
    support: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer with the citations that carry it.

    Attributes:
        text: What is said.
        citations: Numbers of the marks it ends in.
        starts_paragraph: Whether a paragraph starts with it.
        marked: Whether the text holds its marks itself, as the cells of a table do.
        check: What the evidence says about it, where a language model wrote it; None for what claims nothing.
        code: Whether it is a block of code.
    """

    text: str
    citations: tuple[int, ...]
    starts_paragraph: bool = False
    marked: bool = False
    check: Check | None = None
    code: bool = False


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds spent on each part of an answer."""

    retrieve: float
    answer: float
    total: float


@dataclass(frozen=True, slots=True)
class Writing:
    """Who wrote an answer, and how it stood the check.

    Attributes:
        model: Name of the language model.
        verdicts: How many sentences are supported, partly supported, unsupported.
        usage: What it cost.
    """

    model: str
    verdicts: tuple[int, ...]
    usage: Usage


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question; notices say what the program made of it before searching.

    ``writing`` is there when a language model wrote it; otherwise its sentences are quotes.
    """

    question: str
    language: str
    status: Status
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    found: Found
    timings: Timings
    notices: tuple[str, ...] = ()
    writing: Writing | None = None

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The entries found for the question, best first."""
        return self.found.hits

    @property
    def text(self) -> str:
        """The answer with its ``[n]`` marks, paragraphs apart by a blank line, notices in front."""
        return "".join(piece for piece, _ in self.pieces())

    def pieces(self) -> list[tuple[str, tuple[int, ...]]]:
        """Returns the answer in the pieces it is streamed in, each with the citations it ends in."""
        pieces: list[tuple[str, tuple[int, ...]]] = [(f"{notice}\n\n", ()) for notice in self.notices]
        for i, sentence in enumerate(self.sentences):
            gap = "" if not i else "\n\n" if sentence.starts_paragraph else "" if self.language == "zh" else " "
            text = shown_with_verdict(sentence, self.language) if self.writing else sentence.text
            marks = "" if sentence.marked else "".join(f"[{n}]" for n in sentence.citations)
            pieces.append((f"{gap}{text}{' ' if marks and self.language == 'en' else ''}{marks}", sentence.citations))
        return pieces
