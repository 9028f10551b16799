"""What to ask next: questions that the corpus has an answer to, so that none of them leads nowhere.

First what has not been asked yet about the entry an answer rests on, then what to know before it, then its relatives.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from app.catalogue import Catalogue
from app.state.answers import KeptAnswer
from ingest.documents.answers import AnsweredQuestion, read_answered
from ingest.text.folding import fold
from ingest.types import PassageKind

_OWN, _OTHERS = 2, 1


def follow_ups(answer: KeptAnswer, asked: Collection[str], catalogue: Catalogue) -> list[str]:
    """Returns up to three questions in the language of an answer; none of them was asked before."""
    cited = [c.entry_id for c in answer.citations] or [entry_id for entry_id, _ in answer.nearest[:1]]
    if not cited:
        return []
    quoted = {c.passage_id for c in answer.citations}
    known = {fold(question) for question in asked}
    record = catalogue.record(cited[0])
    chosen: list[str] = []
    aspects: set[str] = set()
    for found, passage_id in _questions(cited[0], answer.language, catalogue):
        fresh = passage_id not in quoted and found.aspect not in aspects and fold(found.question) not in known
        if fresh and len(chosen) < _OWN:
            chosen.append(found.question)
            aspects.add(found.aspect)
    others = [x for x in (*record.prerequisites[-1:], *record.related) if x not in cited]
    for entry_id in others:
        first = next((q for q, _ in _questions(entry_id, answer.language, catalogue)), None)
        if first is not None and fold(first.question) not in known:
            chosen.append(first.question)
        if len(chosen) >= _OWN + _OTHERS:
            break
    return chosen


def _questions(entry_id: str, language: str, catalogue: Catalogue) -> Iterator[tuple[AnsweredQuestion, str]]:
    for passage in catalogue.store.passages_of(entry_id):
        if passage.kind is PassageKind.ANSWER and passage.language == language:
            found = read_answered(passage.text)
            if found is not None:
                yield found, passage.passage_id
