"""Taking a streamed answer apart into sentences and the citation marks that a model put into them.

Marks come in many forms (``[1]``, ``【1】``, ``[1][2]``, ``[1, 2]``, ``[^1]``, ``[[1]](#source-1)``) and in pieces, as
a stream cuts anywhere. Every character is looked at once, a sentence is never longer than ``MAX_CHARS``, and nothing
inside code is taken for a mark. What the numbers mean, and whether they are right, is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.text.sentences import sentence_spans

MAX_CHARS = 1_000  # a longer sentence is cut, so that time stays linear whatever a model writes
_OPENING, _CLOSING = "[【［", "]】］"
_MARK_CHARS = frozenset("0123456789 ,，、;；-–^")
_LONGEST_MARK = 40
_LOOKED_BACK = 40  # characters that tell whether a full stop ends a sentence
_MARK = re.compile(r"\s*\^?\s*\d{1,3}(?:\s*[,，、;；–-]\s*\^?\d{1,3})*\s*")
_MAY_END = "。！？…!?."
_CLOSERS = "”’\"'）)」』*_"
_HAN = re.compile(r"[\u3400-\u9fff]")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)、])\s*$")
_MOST_RANGE = 10


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as a model wrote it.

    Attributes:
        text: Without its marks.
        marks: Numbers of its marks, in order, each once.
        starts_paragraph: Whether a line ended before it.
        code: Whether it is a block of code.
    """

    text: str
    marks: tuple[int, ...]
    starts_paragraph: bool = False
    code: bool = False


class SentenceStream:
    """Collects text as it comes and hands out the sentences that are complete."""

    def __init__(self) -> None:
        """Starts with nothing."""
        self._text: list[str] = []
        self._marks: list[int] = []
        self._bracket = ""  # what may become a mark
        self._ended = False  # a mark that can end a sentence has been seen
        self._link = False  # inside the address of [[1]](#source-1)
        self._wrapped = False
        self._fence = False
        self._tick = False
        self._paragraph = True

    def feed(self, chunk: str) -> Iterator[Written]:
        """Takes a piece of text; yields the sentences that it completes."""
        for character in chunk:
            yield from self._take(character)

    def finish(self) -> Iterator[Written]:
        """Yields what is left at the end of a stream."""
        self._text.append(self._bracket)
        self._bracket = ""
        yield from self._emit()

    @property
    def pending(self) -> str:
        """The text of the sentence that is being written, as far as it is sure to be text."""
        return "".join(self._text).strip()

    def _take(self, character: str) -> Iterator[Written]:
        if self._bracket:
            yield from self._in_bracket(character)
            return
        if self._link:
            self._link = character not in ")\n"
            return
        if character == "(" and self._wrapped:
            self._link, self._wrapped = True, False
            return
        if character == "]" and self._wrapped:
            return
        self._wrapped = False
        if character in _OPENING and not self._tick and not self._fence:
            self._bracket = character
            return
        yield from self._text_character(character)

    def _in_bracket(self, character: str) -> Iterator[Written]:
        inside = self._bracket.lstrip(_OPENING)
        if character in _CLOSING and _MARK.fullmatch(inside):
            self._marks += _numbers(inside)
            self._wrapped = len(self._bracket) - len(inside) > 1 or character == "]"
            self._bracket = ""
            return
        opens = character in _OPENING and not inside and len(self._bracket) < 2
        if (character in _MARK_CHARS or opens) and len(self._bracket) < _LONGEST_MARK:
            self._bracket += character
            return
        held, self._bracket = self._bracket, ""
        for one in held:
            yield from self._text_character(one)
        yield from self._take(character)

    def _text_character(self, character: str) -> Iterator[Written]:
        if character == "`":
            yield from self._backtick()
            return
        if self._fence:
            self._text.append(character)
            if len(self._text) >= 4 * MAX_CHARS:
                yield from self._emit(code=True)
            return
        if character == "\n":
            self._tick = False
            if not _BULLET.match(self._line()):
                yield from self._emit()
            self._paragraph = True
            return
        if self._ended and not self._tick and character not in _CLOSERS and not character.isspace():
            cut = self._boundary(character)
            if cut:
                yield from self._emit()
            self._ended = False
        self._text.append(character)
        self._ended = self._ended or character in _MAY_END
        if len(self._text) >= MAX_CHARS:
            yield from self._emit()

    def _backtick(self) -> Iterator[Written]:
        self._text.append("`")
        if self._text[-3:] == ["`", "`", "`"]:
            if self._fence:
                yield from self._emit(code=True)
                self._fence, self._tick = False, False
                self._paragraph = True
                return
            opening = self._text[-3:]
            del self._text[-3:]
            yield from self._emit()
            self._text, self._fence, self._tick = opening, True, False
        else:
            self._tick = not self._tick

    def _boundary(self, following: str) -> bool:
        """Tells whether a sentence ends before a character."""
        text = "".join(self._text[-_LOOKED_BACK:]).rstrip()
        if text.rstrip(_CLOSERS)[-1:] in "。！？…":
            return True
        spaced = self._text[-1].isspace() or bool(self._marks) or bool(_HAN.match(following))
        if not spaced or _BULLET.match(text):
            return False
        return len(list(sentence_spans(f"{text} {following}"))) > 1

    def _line(self) -> str:
        return "".join(self._text)

    def _emit(self, *, code: bool = False) -> Iterator[Written]:
        text = self._line().strip()
        marks = tuple(dict.fromkeys(self._marks))
        if text and (code or any(character.isalnum() for character in text)):
            yield Written(_tidy(text) if not code else text, marks, self._paragraph, code)
            self._paragraph = False
        self._text, self._marks, self._ended = [], [], False


def _numbers(inside: str) -> list[int]:
    """Returns the numbers of a mark; "1-3" are all three."""
    found: list[int] = []
    for part in re.split(r"[,，、;；]", inside):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        if len(ends) == 2 and 0 <= ends[1] - ends[0] < _MOST_RANGE:
            found += range(ends[0], ends[1] + 1)
        else:
            found += ends
    return found


def _tidy(text: str) -> str:
    """Closes the gaps that marks have left."""
    return re.sub(r"[ \t]+(?=[.,;:!?。，；：！？)）](?:\s|$))", "", re.sub(r"[ \t]{2,}", " ", text))
