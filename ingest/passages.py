"""Cutting text into passages by token budget, each one verbatim at its lines and never across two entries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingest.text.markup import plain_text
from ingest.text.scripts import language_of
from ingest.text.sentences import sentence_spans
from ingest.text.tokens import count_tokens
from ingest.types import Passage, PassageKind

STEP = re.compile(r"^\s*\d{1,2}[.)] ")  # of a procedure
_MOST_CHARS = 16  # a token has hardly ever more characters


@dataclass(frozen=True, slots=True)
class PassageConfig:
    """How passages are cut.

    Attributes:
        max_tokens: Budget of one passage, in cl100k_base tokens. 256 holds a whole list note and about half a
            study card (some 190 English words or 210 Han characters): one thought, short enough to quote.
        min_tokens: A trailing piece shorter than this joins the piece before it, budget or not.
        max_steps: Budget of a passage of numbered steps.
    """

    max_tokens: int = 256
    min_tokens: int = 32
    max_steps: int = 768

    def __post_init__(self) -> None:
        """Checks the numbers."""
        if not 0 <= self.min_tokens < self.max_tokens:
            raise ValueError(f"need 0 <= min_tokens < max_tokens, not {self.min_tokens} and {self.max_tokens}")


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Lines of one file that belong to one entry; ``lines[0]`` is line ``start`` of the file, counted from 1.

    The row of a table has ``cells``, as its passage will.
    """

    entry_id: str
    kind: PassageKind
    path: str
    start: int
    lines: tuple[str, ...]
    language: str = ""
    cells: tuple[str, ...] = ()


def cut_passages(
    span: TextSpan, config: PassageConfig = PassageConfig(), count: Callable[[str], int] = count_tokens
) -> Iterator[Passage]:
    """Cuts one span into passages.

    Whole lines are packed until the budget is full; a line over the budget is cut between its sentences. Numbered steps
    stay together, as half a procedure is none, up to ``max_steps`` tokens.

    Args:
        span: The lines to cut.
        config: The budget.
        count: Counts the tokens of a text.

    Yields:
        Passages in reading order, ids from path and position.
    """
    pieces = list(_join_short(_pack(span, config, count), config, count))
    seen: dict[int, int] = {}
    for start, end, text in pieces:
        seen[start] = seen.get(start, -1) + 1
        suffix = f".{seen[start]}" if seen[start] else ""
        yield Passage(
            passage_id=f"{span.path}:{start}{suffix}",
            entry_id=span.entry_id,
            kind=span.kind,
            language=span.language or _language(text, span.kind),
            text=text,
            path=span.path,
            start_line=start,
            end_line=end,
            token_count=count(text),
            cells=span.cells if len(pieces) == 1 else (),  # a piece of a row is read as it stands
        )


def _pack(span: TextSpan, config: PassageConfig, count: Callable[[str], int]) -> Iterator[tuple[int, int, str]]:
    """Yields (first line, last line, text) within the budget."""
    held: list[str] = []
    held_start, held_tokens = span.start, 0
    for number, lines in _units(span, config, count):
        tokens = sum(count(line) + 1 for line in lines)
        if held and held_tokens + tokens > config.max_tokens:
            yield held_start, number - 1, "\n".join(held)
            held, held_tokens = [], 0
        if tokens > config.max_tokens and len(lines) == 1:
            yield from ((number, number, text) for text in _cut_line(lines[0], config.max_tokens, count))
            continue
        if not held:
            held_start = number
        held += lines
        held_tokens += tokens
    if held:
        yield held_start, span.start + len(span.lines) - 1, "\n".join(held)


def _units(span: TextSpan, config: PassageConfig, count: Callable[[str], int]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yields (first line, lines): single lines, and numbered steps together where they are not too long."""
    offset = 0
    while offset < len(span.lines):
        end = offset + 1
        while STEP.match(span.lines[offset]) and end < len(span.lines) and STEP.match(span.lines[end]):
            end += 1
        lines = span.lines[offset:end]
        fits = len(lines) > 1 and sum(count(line) + 1 for line in lines) <= config.max_steps
        if fits and span.kind is not PassageKind.LISTING:
            yield span.start + offset, lines
        else:
            yield from ((span.start + offset + number, (line,)) for number, line in enumerate(lines))
        offset = end


def _cut_line(line: str, budget: int, count: Callable[[str], int]) -> Iterator[str]:
    """Yields the pieces of a line: as many sentences as the budget holds, and of a longer sentence as many words."""
    start = end = 0
    for first, last in sentence_spans(line):
        if end > start and (last - start > budget * _MOST_CHARS or count(line[start:last]) > budget):
            yield from _cut_words(line[start:end], budget, count)
            start = first
        end = last
    if end > start:  # to the very end, so that a line joined below stands where it stands in the file
        yield from _cut_words(line[start:], budget, count)


def _cut_words(text: str, budget: int, count: Callable[[str], int]) -> Iterator[str]:
    start = 0
    while start < len(text):
        size = min(budget * _MOST_CHARS, len(text) - start)
        while size > 1 and (tokens := count(text[start : start + size])) > budget:
            size = max(1, min(size - 1, size * budget // tokens))
        if start + size < len(text):
            space = text.rfind(" ", start + size // 2, start + size) + 1 - start
            size = space if space > 0 else size
        piece = text[start : start + size]
        yield piece if start + size == len(text) else piece.rstrip()
        start += size


def _join_short(
    pieces: Iterator[tuple[int, int, str]], config: PassageConfig, count: Callable[[str], int]
) -> Iterator[tuple[int, int, str]]:
    previous: tuple[int, int, str] | None = None
    for start, end, text in pieces:
        if not plain_text(text).strip():
            continue
        adjacent = previous is not None and start == previous[1] + 1
        if previous is not None and adjacent and count(text) < config.min_tokens:
            previous = (previous[0], end, f"{previous[2]}\n{text}")
            continue
        if previous is not None:
            yield _stripped(*previous)
        previous = (start, end, text)
    if previous is not None:
        yield _stripped(*previous)


def _stripped(start: int, end: int, text: str) -> tuple[int, int, str]:
    lines = text.split("\n")
    while not lines[0].strip():
        lines, start = lines[1:], start + 1
    while not lines[-1].strip():
        lines, end = lines[:-1], end - 1
    return start, end, "\n".join(lines)


def _language(text: str, kind: PassageKind) -> str:
    """The language of a listing is that of its note: titles are mostly English everywhere."""
    lines = text.split("\n")
    body = "\n".join(lines[1:]) if kind is PassageKind.LISTING and len(lines) > 1 else text
    return language_of(plain_text(body) or plain_text(text))
