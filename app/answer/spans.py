"""Choosing among the spans of an entry (``index.text.spans``): which passages speak for it, in which language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.text.spans import Span, spans_of
from ingest.types import Passage, PassageKind

_OPENING = 12  # passages of a PDF
_VERDICT = re.compile(
    r"(?:in [^,.]{0,60}, )?(?:yes|no|hardly|rarely|not (?:[a-z]+|by itself)|partly|mostly)\b[,.:;]|"
    r"(?:[^，。]{0,20}[，,])?(?:是的|不是|不一定|不会|不能|可以|能|会|对|不完全|部分(?:是|可以))[，。；]|"
    r"(?:because|only (?:in part|partly|poorly|with|a little)|large enough to)\b|因为|在一定程度上(?:可以|能)|"
    r"[^，。：]{0,8}不(?:是|能|宜|完全|一定|必|够)[^，。：]{0,4}[：。]|[^，。：]{1,6}。",
    re.I,
)


def in_brief(passages: Sequence[Passage]) -> list[Passage]:
    """Returns what says what a work is: not the pages of its PDF, unless there is nothing else."""
    other = [passage for passage in passages if passage.kind is not PassageKind.PDF]
    return other or list(passages[:_OPENING])


def is_bare(passages: Sequence[Passage]) -> bool:
    """Tells an entry about which nothing is known but what stands in lists."""
    return all(passage.kind is PassageKind.LISTING for passage in passages)


def opens_with_a_verdict(text: str) -> bool:
    """Tells a text that opens by answering a question that it does not name: yes, no, only in part, because …"""
    return _VERDICT.match(text) is not None


def by_entry(passages: Sequence[Passage], language: str) -> list[Span]:
    """Returns the spans of an entry's passages in a language, or in the other one when it has none in this.

    A mere title is a span of an entry about which its lists, and nothing else, say nothing more.
    """
    return [span for _, spans in by_passage(passages, language) for span in spans]


def by_passage(passages: Sequence[Passage], language: str) -> Iterator[tuple[Passage, list[Span]]]:
    """Yields the passages of an entry that have spans, each with them; which ones, as ``by_entry`` says.

    A passage is read when it is asked for: whoever wants the first ones only gives them in his order.
    """
    groups = [[p for p in passages if p.language == language], [p for p in passages if p.language != language]]
    for heads in (False, True) if is_bare(passages) else (False,):
        for group in groups:
            found = False
            for passage in group:
                if spans := [span for span in spans_of(passage) if span.head == heads]:
                    found = True
                    yield passage, spans
            if found:
                return
