"""One answer out of several: to each of the questions that a question consists of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.types import Answer, Citation, Sentence, Status

Said = tuple[Status, tuple[Sentence, ...], tuple[Citation, ...]]


def together(parts: Sequence[str], answers: Sequence[Answer]) -> Said:
    """Returns what is said to several questions, each with its question in front; an entry has one number in all."""
    numbers: dict[str, int] = {}
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    for part, answer in zip(parts, answers, strict=True):
        new = {}
        for citation in answer.citations:
            new[citation.n] = numbers.setdefault(citation.entry.entry_id, len(numbers) + 1)
            citations.append(replace(citation, n=new[citation.n]))
        for place, sentence in enumerate(answer.sentences):
            text = sentence.text if place else f"**{part}** {sentence.text}"
            cited = tuple(new[n] for n in sentence.citations)
            starts = sentence.starts_paragraph or not place
            sentences.append(replace(sentence, text=text, citations=cited, starts_paragraph=starts))
    statuses = {answer.status for answer in answers}
    status = statuses.pop() if len(statuses) == 1 else Status.PARTLY_ANSWERED
    return status, tuple(sentences), tuple(citations)
