"""The assistant: a question in, an answer with citations out."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from app.answer.answerability import can_answer, is_about_the_program
from app.answer.extractive import ExtractiveWriter
from app.answer.intents import read_intent
from app.errors import QuestionError
from app.render.messages import say, say_both
from app.render.notices import relaxation_notice
from app.types import Answer, Citation, Sentence, Status, Timings
from index.catalogue.filters import NO_FILTERS, Filters
from index.encoders.base import Encoder
from index.query.conversation import History
from index.search import Searcher
from index.types import Hit, Understood
from ingest.text.folding import simplified

MAX_QUESTION_CHARS = 2_000
HITS = 10
_NEAREST = 3
_NOT_TEXT = re.compile(r"[\x00\ud800-\udfff]")  # half characters come from broken input and break encoders


class Assistant:
    """Answers questions from one index; safe to share between threads."""

    def __init__(self, searcher: Searcher) -> None:
        """Answers from a searcher's index."""
        self.searcher = searcher
        self._writer = ExtractiveWriter(searcher.store, searcher.table)

    @classmethod
    def open(cls, data: Path, encoder: Encoder | None = None) -> Assistant:
        """Opens the live index below a data folder.

        Args:
            data: The data folder.
            encoder: Encoder of the questions; by default the one that the index was built with.

        Raises:
            IndexUnavailableError: There is no index, or it does not fit.
            EncoderError: The encoder of the index cannot be loaded.
        """
        return cls(Searcher.open(data / "index", encoder))

    def close(self) -> None:
        """Closes the index's files."""
        self.searcher.close()

    def ask(
        self, question: str, history: History = (), *, filters: Filters = NO_FILTERS, explain: bool = False
    ) -> Answer:
        """Answers a question.

        Args:
            question: In Chinese, English or both.
            history: Earlier turns, (question, answer), oldest first.
            filters: What the entries must be, beside what the question says.
            explain: Whether the hits say how they fared in each step of the search.

        Raises:
            QuestionError: The question is empty or longer than ``MAX_QUESTION_CHARS`` characters.
        """
        question = check_question(question)
        started = time.perf_counter()
        found = self.searcher.find(question, k=HITS, filters=filters, history=history, explain=explain)
        retrieved = time.perf_counter()
        status, sentences, citations = self._write(found.question, found.hits)
        ended = time.perf_counter()
        timings = Timings(
            *(round(1000 * seconds, 2) for seconds in (retrieved - started, ended - retrieved, ended - started))
        )
        language, notices = found.question.language, tuple(_notices(found.question))
        return Answer(question, language, status, sentences, citations, found, timings, notices)

    def _write(
        self, question: Understood, hits: Sequence[Hit]
    ) -> tuple[Status, tuple[Sentence, ...], tuple[Citation, ...]]:
        intent = read_intent(question.mended)
        if question.asks_for_works and not intent.compares:
            intent = replace(intent, wants_list=True, defines=False, facts=())
        sentences: tuple[Sentence, ...] = ()
        citations: tuple[Citation, ...] = ()
        if entries := self._writer.fact_entries(question.mended, question.text, intent, hits):
            sentences, citations = self._writer.write_facts(entries, question.language, intent)
        elif can_answer(question, hits, self.searcher):
            sentences, citations = self._writer.write(question.text, question.language, intent, hits)
        if sentences and not is_about_the_program(question.asked):
            return Status.ANSWERED, sentences, citations
        return Status.DECLINED, tuple(_declined(question.language, hits)), ()


def check_question(question: str) -> str:
    """Returns the question without surrounding white space.

    Raises:
        QuestionError: It is empty or too long.
    """
    question = _NOT_TEXT.sub("", question).strip()
    if not question:
        raise QuestionError(say_both("empty_question"))
    if len(question) > MAX_QUESTION_CHARS:
        raise QuestionError(say_both("long_question", length=len(question), limit=MAX_QUESTION_CHARS))
    return question


def _notices(question: Understood) -> Iterator[str]:
    """Yields what the reader should know about how the question was taken."""
    language = question.language
    if question.mended != simplified(question.asked):
        yield say("read_as", language, text=question.mended)
    if question.dropped:
        yield relaxation_notice(question.wished, question.dropped, language)


def _declined(language: str, hits: Sequence[Hit]) -> list[Sentence]:
    sentences = [Sentence(say("declined", language), ())]
    if hits:
        sentences.append(Sentence(say("nearest", language), (), starts_paragraph=True))
        sentences += [Sentence(f"- {hit.entry.title}", (), starts_paragraph=True) for hit in hits[:_NEAREST]]
    return sentences
