"""Questions that are several, and one answer out of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.answer.wishes import read_wishes
from app.types import Answer, Citation, Sentence, Status
from index.query.conversation import History
from index.query.naming import named_together
from index.query.parts import Part, Read, parts_of
from index.types import ParsedQuery

Said = tuple[Status, tuple[Sentence, ...], tuple[Citation, ...]]


def apart(question: ParsedQuery, history: History, read: Read) -> list[Part]:
    """Returns the questions to be answered one by one; nothing where one answer is for all.

    Facts of the record are told together, and what works a list should hold is said about all of it.
    """
    if question.unknown:
        return []
    before = history if question.context else ()
    parts = parts_of(question.corrected, before, read)
    wishes = [read_wishes(part.question) for part in parts]
    if parts and not wishes[0].wants_list and not all(wish.facts for wish in wishes):
        return parts
    if parts or question.intent.label == "comparison":
        return []
    asks = "{} 是什么？" if question.language == "zh" else "{}"  # the parts of a Chinese question may be Latin names
    return [Part(name, asked := asks.format(name), (), read(asked, ())) for name in named_together(question)]


def are_apart(answers: Sequence[Answer]) -> bool:
    """Tells answers that are worth standing apart: the first one answers, and no quote is in two."""
    quotes = [{(citation.passage.passage_id, citation.quote) for citation in answer.citations} for answer in answers]
    distinct = len(set().union(*quotes)) == sum(map(len, quotes))
    return bool(answers) and answers[0].status is Status.ANSWERED and distinct


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
            gap = "\n\n" if sentence.text.startswith(("- ", "**")) else " "
            text = sentence.text if place else f"**{part}**{gap}{sentence.text}"
            cited = tuple(new[n] for n in sentence.citations)
            starts = sentence.starts_paragraph or not place
            sentences.append(replace(sentence, text=text, citations=cited, starts_paragraph=starts))
    statuses = {answer.status for answer in answers}
    status = statuses.pop() if len(statuses) == 1 else Status.PARTLY_ANSWERED
    return status, tuple(sentences), tuple(citations)
