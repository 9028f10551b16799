"""What one file of a corpus says on its own: the blocks of a list, or the front matter of a document, and passages.

Nothing here depends on any other file, so what was read once can be kept by the file's content
(``ingest.parse_cache``). The passages belong to no entry yet: that is known when all lists are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingest.documents.answers import answered_questions, questions_start
from ingest.documents.front_matter import Document, Part, list_front_matter_end, read_document, read_front_matter
from ingest.errors import CorpusError
from ingest.lists.formats.read import format_of, read_list
from ingest.lists.formats.suffixes import MARKDOWN_SUFFIXES
from ingest.lists.outline import Block
from ingest.lists.page import page_block
from ingest.passages import PassageConfig, TextSpan, cut_passages
from ingest.text.files import read_text
from ingest.text.scripts import HAN, language_of
from ingest.types import Passage, PassageKind

_FENCE = ("```", "~~~")
_NO_PROSE = (*_FENCE, "$", "|", "<", "- ", "* ", "#", ">")
_WORDS = re.compile(rf"[{HAN}]{{2}}|[A-Za-z]{{2,}}")
_FEWEST_WORDS = 8  # of a paragraph that says something
_KINDS = {"papers": PassageKind.CARD, "notes": PassageKind.NOTE}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says.

    Attributes:
        remark: What had to be repaired to read it, or None.
        faults: Lines, from 1, and what is wrong with them.
        titles: Of a list: its own titles, in the front matter.
        blocks: Of a list: its blocks in reading order.
        front: Of a document: the front matter.
        start: Of a document: the first line of its text, from 1.
        passages: Those of each block; of a document all at once. Their entry and path are "", their id is what
            follows the path.
    """

    remark: str | None
    faults: Sequence[tuple[int, str]] = ()
    titles: Sequence[str] = ()
    blocks: Sequence[Block] = ()
    front: Mapping[str, Any] = field(default_factory=dict)
    start: int = 1
    passages: Sequence[Sequence[Passage]] = ()


def placed(passages: Sequence[Passage], entry_id: str, path: str) -> Iterator[Passage]:
    """Yields passages as those of an entry, cited by the path of their file."""
    for passage in passages:
        yield replace(passage, entry_id=entry_id, path=path, passage_id=f"{path}{passage.passage_id}")


def parse_list(file: Path, config: PassageConfig) -> Parsed:
    """Reads a list.

    Raises:
        CorpusError: It cannot be read.
    """
    text, remark = read_text(file)
    lines = text.split("\n")
    markdown = file.suffix.lower() in (*MARKDOWN_SUFFIXES, ".txt")
    end = list_front_matter_end(lines) if markdown else 0
    body = [""] * (end + 1) + lines[end + 1 :] if end else lines
    outline = read_list("\n".join(body), format_of(file.suffix, "\n".join(body)))
    if page := page_block(outline, _front_of_page(lines[1:end]), body, file.stem):
        outline = page
    title = _front_value(lines[1:end], "title")
    titles = (title, *(_front_value(lines[1:end], name) for name in ("title_zh", "title_en")))
    blocks = outline.blocks
    if title:  # the list's own heading is not a section of it, and its introduction not an entry
        blocks = [block for block in blocks if block.shape != "prose" or block.section != (title,)]
        for block in blocks:
            block.headings = block.headings[1:] if block.section[:1] == (title,) else block.headings
    faults = [(block.start, fault) for block in blocks for fault in block.head.faults]
    faults += [(line, f"not understood: {start_of_text}") for line, start_of_text in outline.unread]
    passages = [_cut(_block_spans(block, lines), config) for block in blocks]
    return Parsed(remark, faults, [name for name in titles if name], blocks, passages=passages)


def parse_document(file: Path, path: str, role: str, config: PassageConfig) -> Parsed:
    """Reads a study card, a concept note or an abstract.

    Args:
        file: Where it is.
        path: How it is cited.
        role: As ``ingest.corpus.Survey`` names it.
        config: How passages are cut.

    Raises:
        CorpusError: It is unreadable, or its front matter is no YAML mapping.
    """
    document = read_document(file, path)
    start = document.parts[0].start if document.parts else 1
    passages = _cut(_document_spans(document, role), config)
    return Parsed(document.remark, front=document.front, start=start, passages=[passages])


def _cut(spans: Iterator[TextSpan], config: PassageConfig) -> list[Passage]:
    return [passage for span in spans for passage in cut_passages(span, config)]


def _block_spans(block: Block, lines: list[str]) -> Iterator[TextSpan]:
    """Yields the lines of a listing, and those of the notes below works that are nested in it."""
    if block.shape == "cited":  # the prose or row it stands in is a passage already
        return
    for start, end in ((block.start, block.end), *block.further):
        cells = block.cells if start == block.start else ()
        for first, part in _languages_apart(start, lines[start - 1 : end]):
            yield TextSpan("", PassageKind.LISTING, "", first, tuple(part), cells=cells)


def _languages_apart(start: int, lines: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """Yields (first line, lines) of a listing: a paragraph in the other language stands for itself.

    So a note that a curator wrote in both languages is one passage in each. Code, formulas and names are no paragraphs.
    """
    begun, fenced = 0, False
    for number, line in enumerate(lines):
        fenced ^= line.lstrip().startswith(_FENCE)
        after_blank = number > begun and not lines[number - 1].strip()
        if after_blank and not fenced and _is_prose(line):
            held = "\n".join(lines[max(begun, 1) : number])  # without the title, mostly English everywhere
            if held.strip() and language_of(held) != language_of(line):
                yield start + begun, lines[begun:number]
                begun = number
    yield start + begun, lines[begun:]


def _is_prose(line: str) -> bool:
    return len(_WORDS.findall(line)) >= _FEWEST_WORDS and not line.lstrip().startswith(_NO_PROSE)


def _document_spans(document: Document, role: str) -> Iterator[TextSpan]:
    if role == "papers":
        record = document.record
        yield TextSpan("", PassageKind.RECORD, "", record.start, record.lines)
    for part in document.parts:
        yield from _part_spans(_KINDS.get(role, PassageKind.ABSTRACT), part)


def _part_spans(kind: PassageKind, part: Part) -> Iterator[TextSpan]:
    """Yields the prose of a language part, and each of its answered questions."""
    prose = part.lines[: questions_start(part.lines)]
    yield TextSpan("", kind, "", part.start, prose, part.language)
    for found in answered_questions(part.lines, part.start):
        lines = part.lines[found.line - part.start : found.line - part.start + 2]
        yield TextSpan("", PassageKind.ANSWER, "", found.line, lines, part.language)


def _front_of_page(lines: list[str]) -> dict[str, Any]:
    """Reads the front matter of a file that may be a note on one work; of lists, it is not all YAML."""
    try:
        return read_front_matter(lines, "") if lines else {}
    except CorpusError:
        return {}


def _front_value(lines: list[str], key: str) -> str:
    front = next((line for line in lines if line.startswith(f"{key}:")), "")
    return front.removeprefix(f"{key}:").strip().strip("\"'")
