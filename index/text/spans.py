"""Spans: what an answer quotes. One to three consecutive sentences, or a whole answer, row or list, verbatim.

A sentence that leans on the one before ("This …", 该方法 …) is quoted together with it, or not at all, so that nothing
in a span points outside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from index.text.list_lines import shown_line, shown_row
from ingest.documents.answers import AnsweredQuestion, read_answered
from ingest.passages import STEP
from ingest.text.markup import plain_text
from ingest.text.scripts import HAN
from ingest.text.sentences import sentence_spans
from ingest.types import Passage, PassageKind

_MIN_CHARS = 12
_MAX_SENTENCES = 3
_MIN_TITLE_WORDS = 4
_END_MARKS = " ?？.。!！…~～"
_NOT_PROSE = re.compile(r"^\s*(?:#|```|~~~|\$\$|<|!\[|>|\|?[\s:|-]*-{3,})")
_EDITORIAL = re.compile(r"^\s*(?:更正[：:]|Correction:)")
_WORD = re.compile(rf"[^\W{HAN}]+")
_HAN_CHARACTER = re.compile(f"[{HAN}]")
_HEAD = re.compile(r"\s*(?:[-*+]|\d+[.)])\s|\s*#|\s*\*\*\[?\d|\s*\|")
_NAVIGATION = re.compile(r"\W*(?:(?:go )?back to|go to|return to)\b.{0,40}$|\W*(?:返回|回到)(?:顶部|目录)\W*$", re.I)
_LEANS = re.compile(
    r"^(?:(?:this|that|these|those|such|it|its|they|their|them|he|she|his|her|both|however|but|also|moreover|instead|"
    r"therefore|thus|hence|then|here|there|so|yet|still|either|neither|another|others?|each|"
    r"the (?:two|former|latter|same|other|first|second|third|method|model|paper|authors?|approach|idea|result|rest|"
    r"resulting))\b|in this|for this|with this|to do so|as a result|for example|for instance|in contrast|by contrast|"
    r"finally|second(?:ly)?\b|third(?:ly)?\b|"
    r"(?:with|by|of|from|after|before|without|unlike|like|until|besides) (?:that|this|these|those|it|them|both)\b|"
    r"[^,.;:]{0,60}\b(?:thus|therefore|hence)\b)|"
    r"^(?:这|那|它|其|该|此|上述|前者|后者|两者|二者|两种|因此|所以|但|然而|同时|另外|此外|不过|于是|而且|而|也|还|则|结果|"
    r"例如|比如|其次|最后|相比之下|为此|随后|接着|再|又|二是|三是|第二(?!代)|第三(?!方)|论文|作者|模型|方法|文中|文章|博文|并且|样例|如下|下面|上面|"
    r"[^，。；：]{0,20}因此)",
    re.I,
)
_NOTED = re.compile(
    r"(?:\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)|\*\*|`|\]|</a>)\s*(?:\([^()]*\)\s*)?(?:[-–—]{1,2}\s|[:：])\s*[^\s\[(*_`|].{11}"
)
_PAGE_SENTENCE = re.compile(rf"[\"'“‘(\[•]?\s*[A-Z0-9{HAN}]")  # of a PDF: one that starts on this page
_PAGE_END = re.compile(r"[.!?。！？…][\"'”’)\]）]*$")  # and ends here
_LETTER = re.compile(r"[^\W\d_]|[\s,.;:，。；：-]")
_MOSTLY_LETTERS = 0.75  # else it is a formula or a row of a table
_POINTS_AT_ITS_WORK = re.compile(
    r"(?:this|that|these|those|such|it|its|they|their|them|he|she|his|her|both|here|the)\b|这|那|它|其|该|此|上述|两|论文|作者|模型|方法",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Span:
    """Something quotable.

    Attributes:
        passage: Where it stands.
        text: Verbatim, with its Markdown.
        plain: What a reader sees of it.
        line: Line of its start in the passage's file, from 1.
        position: Its place among the spans of the passage, from 0.
        asked: The question it answers, for a span of an ``answer`` passage.
        steps: Whether it is a list of numbered steps.
        head: Whether it is a title in a list, with nothing said about it but facts.
    """

    passage: Passage
    text: str
    plain: str
    line: int
    position: int
    asked: AnsweredQuestion | None = None
    steps: bool = False
    head: bool = False

    @property
    def wordings(self) -> tuple[str, ...]:
        """The ways to put the question that it answers, as shown first; none where it answers none."""
        return tuple(filter(None, (self.asked.question, *self.asked.wordings))) if self.asked else ()

    @property
    def bare_wordings(self) -> tuple[str, ...]:
        """These without the marks that end them, as questions are compared."""
        return tuple(map(without_end_mark, self.wordings))


@lru_cache(maxsize=8_192)
def spans_of(passage: Passage) -> tuple[Span, ...]:
    """Returns the spans of a passage, in reading order; front matter has none."""
    if passage.kind is PassageKind.RECORD:
        return ()
    if passage.kind is PassageKind.ANSWER:
        return tuple(_answer(passage))
    return tuple(_prose(passage))


def compared_texts(passage: Passage) -> list[str]:
    """Returns what of a passage questions are compared with, each text once.

    Its spans, the questions that they answer, and the whole of it, an answered question without its Markdown.
    """
    spans, answered = spans_of(passage), read_answered(passage.text)
    whole = f"{answered.question} {answered.answer}" if answered else passage.text
    return list(
        dict.fromkeys((*(span.plain for span in spans), *(w for span in spans for w in span.bare_wordings), whole))
    )


def line_span(passage: Passage, offset: int = 0) -> Span:
    """Returns one whole line of a passage; line 0 of a listing has title, authors, year and links."""
    text = _without_bullet(passage.text.split("\n")[offset].strip())
    return Span(passage, text, _shown(text), passage.start_line + offset, 0)


def head_span(passage: Passage) -> Span:
    """Returns what a listing says about its work in one piece: the row of a table, or else the line with the title."""
    if passage.cells:
        text = passage.text.strip()
        return Span(passage, text, shown_row(passage.cells) or _shown(text), passage.start_line, 0)
    span = line_span(passage)
    return replace(span, plain=shown_line(span.text) or span.plain)


def leans(sentence: str) -> bool:
    """Tells a sentence that points outside itself by the way it opens."""
    return _LEANS.match(sentence) is not None


def without_end_mark(question: str) -> str:
    """Returns a question without the marks that end it: with them and without it asks for the same."""
    return question.rstrip(_END_MARKS) or question


def count_words(text: str) -> int:
    """Returns the length of a text in words; two Han characters count for one."""
    return len(_WORD.findall(text)) + len(_HAN_CHARACTER.findall(text)) // 2


def _answer(passage: Passage) -> Iterator[Span]:
    asked = read_answered(passage.text)
    if asked is not None:
        yield Span(passage, asked.answer, _shown(asked.answer), passage.start_line + 1, 0, asked)


def _prose(passage: Passage) -> Iterator[Span]:
    if passage.cells:
        yield head_span(passage)
        return
    position, fenced = 0, False
    lines = passage.text.split("\n")
    steps: list[int] = []
    for offset, line in enumerate(lines):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        head = offset == 0 and passage.kind is PassageKind.LISTING and _HEAD.match(line)
        if head and (span := _titled(passage, line)):
            yield span
            position += 1
        if fenced or head or _NOT_PROSE.match(line) or _EDITORIAL.match(line) or _NAVIGATION.match(line):
            continue
        if STEP.match(line) and passage.kind not in (PassageKind.LISTING, PassageKind.PDF):
            steps.append(offset)
            continue
        for span in _of_line(passage, line, offset, position):
            yield span
            position += 1
    if len(steps) > 1 and steps == list(range(steps[0], steps[-1] + 1)):
        text = "\n".join(lines[steps[0] : steps[-1] + 1])
        plain = "\n".join(f"{line.split()[0]} {_shown(line.strip())}" for line in text.split("\n"))
        yield Span(passage, text, plain, passage.start_line + steps[0], position, steps=True)


def _titled(passage: Passage, line: str) -> Span | None:
    """Returns the line with the title, mostly with a note on it; a name alone says nothing."""
    if _NOTED.search(line):
        return head_span(passage)
    span = replace(head_span(passage), head=True)
    return span if count_words(span.plain) >= _MIN_TITLE_WORDS else None


def _of_line(passage: Passage, line: str, offset: int, position: int) -> Iterator[Span]:
    """Yields each sentence of a line with as many before it as it leans on; what leans on more is left out."""
    places = list(sentence_spans(line))
    for number, (_, end) in enumerate(places):
        first = number
        while (
            first > 0 and number - first < _MAX_SENTENCES - 1 and leans(_without_bullet(line[places[first][0] : end]))
        ):
            first -= 1
        text = _without_bullet(line[places[first][0] : end])
        # a list's note may point at the work it stands under, but not at the line before
        opening = passage.kind is PassageKind.LISTING and first == 0 and _POINTS_AT_ITS_WORK.match(text)
        if len(text) < _MIN_CHARS or text.endswith((":", "：", "?", "？")) or (leans(text) and not opening):
            continue
        if passage.kind is PassageKind.PDF and not _is_sentence(text):
            continue
        plain = text if passage.kind is PassageKind.PDF else _shown(text)  # a page holds no Markdown
        yield Span(passage, text, plain, passage.start_line + offset, position)
        position += 1


def _is_sentence(text: str) -> bool:
    """Tells a whole sentence of a page from a heading, a caption's rest, a formula or a row of a table."""
    letters = len(_LETTER.findall(text)) / len(text)
    return bool(_PAGE_SENTENCE.match(text) and _PAGE_END.search(text)) and letters >= _MOSTLY_LETTERS


def _shown(text: str) -> str:
    return plain_text(text).replace("\n", " ")


def _without_bullet(text: str) -> str:
    return re.sub(r"^(?:[-*+]|\d{1,3}[.)])\s+", "", text)
