"""The assistant: a question in, an answer with citations out."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from app.answer.answerability import (
    Evidence,
    Verdict,
    decide,
    estimate,
    gather_evidence,
    held_silent,
    is_about_the_program,
)
from app.answer.draft import Draft
from app.answer.extractive import SIZES, ExtractiveWriter, says_more
from app.answer.field import is_outside
from app.answer.generative import GenerativeWriter, Update
from app.answer.joining import Said, apart, are_apart, together
from app.answer.listing import DEPTH
from app.answer.llm import LanguageModel
from app.answer.missing import nearest_spans, nothing_to_say
from app.answer.ordering import is_defined, not_said_before
from app.answer.selection import CERTAIN, Candidate
from app.answer.stopping import Stop
from app.answer.support import Checker, read_terms
from app.answer.wishes import Wishes, asks_for_a_list, read_wishes
from app.errors import QuestionError
from app.render.messages import say, say_both
from app.render.notices import relaxation_notice
from app.types import Answer, Length, Sentence, Status, Timings
from index.catalogue.filters import NO_FILTERS, Filters
from index.encoders.base import Encoder
from index.query.conversation import History, points_nowhere
from index.query.list_request import asks_outright
from index.query.tokens import tidy
from index.search import Searcher
from index.text.spans import Span
from index.types import Hit, ParsedQuery
from ingest.text.folding import simplified
from ingest.text.markup import plain_text
from ingest.types import Entry

MAX_QUESTION_CHARS = 2_000
HITS = 10
# More questions at once would only take the interpreter from each other, and each its memory.
_AT_ONCE = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
_CHAT = {"smalltalk": 0.6, "about": 0.75}  # probabilities from which on a word of the program's own is the answer
_LISTED = 0.5  # probability of its likeliest entry from which on a list is an answer
_BETTER_SAID = 0.3  # probability of an answer from which on it is better than a list that nothing surely belongs on
_ON_RECORD = 0.15  # probability of an answer below which more was asked than what the record says
_CHAT_CHARS = 200
_EVIDENCE = 120  # passages whose spans a language model may be shown
_THANKS = re.compile(r"谢|感谢|辛苦|3q|\b(?:thanks?|thank you|thx|ty|cheers)\b", re.I)
_FIGURE = re.compile(r"\d{2}|\d ?[%％]")  # "3q" and "1 more" are none
_LIKE_A_NAME = re.compile(  # RL, HalluQA, Gemini 1.5
    r"(?!(?:OK|LOL|THX|TY|HI|HEY|BYE|WOW|YES|NO)\b)"
    r"(?:[A-Z0-9]{2,4}|(?:[A-Z][\w'’]*[ -])+\d[\w.]*|(?=\w*[a-z])(?=\w*[A-Z]\w*[A-Z])\w+)[ ?.!]*"
)
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
        self,
        question: str,
        history: History = (),
        *,
        filters: Filters = NO_FILTERS,
        explain: bool = False,
        length: Length = Length.NORMAL,
    ) -> Answer:
        """Answers a question.

        Args:
            question: In Chinese, English or both.
            history: Earlier turns, oldest first.
            filters: What the entries must be, beside what the question says.
            length: How much to say.
            explain: Whether the hits say how they fared in each step of the search.

        Raises:
            QuestionError: The question is empty or longer than ``MAX_QUESTION_CHARS`` characters.
        """
        question = check_question(question)
        with _AT_ONCE:
            return self._ask(question, history, filters, length, explain=explain)

    def _ask(self, question: str, history: History, filters: Filters, length: Length, *, explain: bool) -> Answer:
        started = time.perf_counter()
        found = self.searcher.find(
            question, k=_depth, filters=filters, history=history, explain=explain, wide=asks_for_a_list
        )
        retrieved = time.perf_counter()
        said = self._write_parts(found.question, filters, history) or self._write(
            found.question, found.hits, length, history
        )
        status, sentences, citations = said
        found = replace(found, hits=found.hits[:HITS])
        ended = time.perf_counter()
        timings = Timings(
            *(round(1000 * seconds, 2) for seconds in (retrieved - started, ended - retrieved, ended - started))
        )
        language, notices = found.question.language, tuple(_notices(found.question))
        return Answer(question, language, status, sentences, citations, found, timings, notices)

    def _write_parts(self, question: ParsedQuery, filters: Filters, history: History) -> Said | None:
        """Answers a question that is several part by part; None for one that is better answered as a whole."""
        parts = apart(question, history, self.searcher.read)
        answers = [self._ask(part.asked, part.history, filters, Length.SHORT, explain=False) for part in parts]
        return together([part.text for part in parts], answers) if are_apart(answers) else None

    def answer(
        self,
        question: str,
        history: History = (),
        *,
        model: LanguageModel | None = None,
        filters: Filters = NO_FILTERS,
        explain: bool = False,
        length: Length = Length.NORMAL,
    ) -> Answer:
        """Returns the whole of what ``stream`` yields."""
        *_, last = self.stream(question, history, model=model, filters=filters, explain=explain, length=length)
        return last.answer

    def stream(
        self,
        question: str,
        history: History = (),
        *,
        model: LanguageModel | None = None,
        filters: Filters = NO_FILTERS,
        explain: bool = False,
        length: Length = Length.NORMAL,
        stop: Stop | None = None,
    ) -> Iterator[Update]:
        """Answers as ``ask`` does, in a language model's words where there is one, as they come.

        The last update is done. Closing the iterator stops the model's request.

        Args:
            question: In Chinese, English or both.
            history: Earlier turns, oldest first.
            model: Writes the answer; without one, or where it fails, sources are quoted.
            filters: What the entries must be, beside what the question says.
            explain: Whether the hits say how they fared in each step of the search.
            length: How much a quoted answer says.
            stop: Ends the model's request from another thread.

        Raises:
            QuestionError: The question is empty or too long.
        """
        quoted = self.ask(question, history, filters=filters, explain=explain, length=length)
        if model is None:
            yield Update(quoted, done=True)
            return
        writer = GenerativeWriter(model, self.checker)
        yield from writer.stream(quoted, self.evidence_spans(quoted), history, stop)

    @cached_property
    def checker(self) -> Checker:
        """Holds sentences against texts, with this index's glossary."""
        return Checker(self.searcher.table, read_terms(self.searcher.store.terms()))

    def evidence_spans(self, answer: Answer) -> list[tuple[Span, Entry]]:
        """Returns what an answer rests on: the spans it quotes, then the next best ones."""
        quoted = [
            (Span(c.passage, c.quote, plain_text(c.quote).replace("\n", " "), c.line, 0), c.entry)
            for c in answer.citations
        ]
        further = self._writer.candidates(answer.found.question, answer.hits, most=_EVIDENCE)
        return [*quoted, *((candidate.span, candidate.hit.entry) for candidate in further)]

    def probability(self, question: ParsedQuery, hits: Sequence[Hit]) -> float:
        """Returns the probability, in [0, 1], that the corpus answers a question, by what was found for it."""
        return estimate(question, hits, self.searcher, self._writer.candidates(question, hits))

    def evidence(self, question: ParsedQuery, hits: Sequence[Hit], hidden: Collection[str] = ()) -> Evidence:
        """Returns what speaks for an answer, as if the ``hidden`` passages were not there."""
        ranked = [c for c in self._writer.candidates(question, hits) if c.span.passage.passage_id not in hidden]
        return gather_evidence(question, hits, self.searcher, ranked, hidden)

    def _write(self, question: ParsedQuery, hits: Sequence[Hit], length: Length, history: History) -> Said:
        reply = _own_words(question)
        if reply is not None:
            return Status.ANSWERED, (Sentence(reply, ()),), ()
        if is_about_the_program(question.raw):
            return self._decline(question)
        if not history and points_nowhere(question):
            return Status.DECLINED, (Sentence(say("which_one", question.language), ()),), ()
        wishes = read_wishes(question)
        if not wishes.compares and (columns := self._writer.write_columns(question, hits)).sentences:
            return Status.ANSWERED, tuple(columns.sentences), tuple(columns.citations)
        if wishes.facts and (question.intent.label != "outfield" or question.named()):
            facts = self._writer.write_facts(question, wishes, hits)
            ranked: Sequence[Candidate] = ()
            may_i = "licence" in wishes.facts and question.intent.label == "yesno"
            if facts.sentences and (wishes.asks_more or SIZES in wishes.facts or may_i):  # prose tells the size of what
                ranked = self._writer.candidates(question, hits)
            beside = wishes.asks_more and estimate(question, hits, self.searcher, ranked) < _ON_RECORD
            if facts.sentences and not says_more(question, ranked) and not beside:
                self._writer.add_support(facts, ranked if wishes.asks_more else ())
                return Status.ANSWERED, tuple(facts.sentences), tuple(facts.citations)
        if question.unknown and not question.named():
            return self._decline(question, hits)
        return self._write_spans(question, wishes, hits, length, history)

    def _write_spans(
        self, question: ParsedQuery, wishes: Wishes, hits: Sequence[Hit], length: Length, history: History
    ) -> Said:
        """Lists works or quotes spans, or says that nothing was found or only what is near."""
        ranked = self._writer.candidates(question, hits) if question.search_text or not wishes.wants_list else []
        told = bool(ranked) and ranked[0].probability >= CERTAIN and not question.unknown  # asked in the very words
        draft, sure = Draft(question.language), False
        if wishes.wants_list and not told:
            draft, chance = self._writer.write_list(question, hits)
            asked = bool(question.filters.without(["kinds", "years"])) and not question.dropped
            known = chance >= _LISTED and not self.searcher.unknown_words(question)
            known = known and not is_outside(question, hits, self.searcher)
            sure = bool(draft.sentences) and (asked or known)
            better = bool(ranked) and ranked[0].probability >= _BETTER_SAID and not asks_outright(question.corrected)
            if not sure and better:
                draft = Draft(question.language)
        told = told or (not question.unknown and is_defined(question, ranked))
        if not told and (not sure or held_silent(question, hits, self.searcher, ranked)):
            verdict = decide(question, hits, self.searcher, ranked)
            if verdict in (Verdict.DECLINE, Verdict.OUTSIDE):
                return self._decline(question, hits if verdict is Verdict.DECLINE else ())
            if verdict is Verdict.NEAREST:
                nearest = nearest_spans(question, hits, ranked)
                return Status.PARTLY_ANSWERED, tuple(nearest.sentences), tuple(nearest.citations)
        if not draft.sentences:
            fresh = not_said_before(ranked, history) if question.context else ranked
            draft = self._writer.write(question, wishes, hits, fresh, length)
        if not draft.sentences:
            return self._decline(question, hits)
        if question.unknown:
            draft.say(say("missing", question.language, names=", ".join(question.unknown)))
            return Status.PARTLY_ANSWERED, tuple(draft.sentences), tuple(draft.citations)
        return Status.ANSWERED, tuple(draft.sentences), tuple(draft.citations)

    def _decline(self, question: ParsedQuery, near: Sequence[Hit] = ()) -> Said:
        return Status.DECLINED, tuple(nothing_to_say(question, near, self.searcher.store)), ()


def _depth(question: ParsedQuery) -> int:
    """Returns how many entries to look for: more than are shown where a list is asked for."""
    return DEPTH if asks_for_a_list(question) else HITS


def _own_words(question: ParsedQuery) -> str | None:
    """Returns the answer to small talk and to questions about the assistant, or None to anything else."""
    intent = question.intent
    if intent.label not in _CHAT or intent.probabilities[intent.label] < _CHAT[intent.label]:
        return None
    if not question.tokens or len(question.corrected) > _CHAT_CHARS or _FIGURE.search(question.corrected):
        return None  # "!!!", a thousand letters and "571 % is a lot" are no greeting
    if question.named() or question.is_a_name() or _LIKE_A_NAME.fullmatch(question.corrected):
        return None
    if intent.label == "about" and asks_for_a_list(question):
        return None  # "how many papers by OpenAI do you have?"
    if intent.label == "about":
        return say("about", question.language)
    thanked = _THANKS.search(question.raw) is not None
    return say("you_are_welcome" if thanked else "hello", question.language)


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


def _notices(question: ParsedQuery) -> Iterator[str]:
    """Yields what the reader should know about how the question was taken."""
    language = question.language
    if question.corrected not in simplified(tidy(question.raw)):
        yield say("read_as", language, text=question.corrected)
    if question.dropped:
        yield relaxation_notice(question.wished, question.dropped, language)
