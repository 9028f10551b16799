"""An answer that a language model writes from evidence, every sentence held against that evidence as it comes.

The quoted answer comes first: where it declines, nothing is sent; where the model fails, it is the answer. Marks are
set by what the check finds. What a model puts into them is only a hint which sources to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.answer.attribution import SentenceStream, Written
from app.answer.llm import LanguageModel, Reply, Usage
from app.answer.prompt import Budget, Source, build_messages, choose_sources
from app.answer.stopping import Stop
from app.answer.support import Check, Checker, Verdict, names_of_entry
from app.errors import LlmError
from app.render.messages import say
from app.support.alignment import Ground
from app.support.reading import compressed
from app.types import Answer, Citation, Sentence, Status, Writing
from index.text.spans import Span
from index.types import Turn
from ingest.text.folding import fold
from ingest.types import Entry

_MAX_SPANS = 24
_SAYS_NOTHING = re.compile(
    r"\b(?:the )?(?:evidence|sources?|material|documents?|passages?)\b.{0,40}\b(?:do(?:es)? not|don't|doesn't|no)\b"
    r".{0,60}\b(?:say|answer|mention|information|contain|provide|cover)|材料(?:里|中)?(?:没有|未)(?:说明|提到|涉及|回答)|没有(?:相关|足够)(?:信息|材料)",
    re.I,
)
_INTRODUCES = re.compile(r"[:：]$|^#{1,6} |^(?:sure|certainly|here (?:is|are)|当然|好的|以下是)\b", re.I)
_ASKS = re.compile(r"[?？][”\"'）)*_]*$")
_WHOLE = re.compile(r"[.!?。！？…|`][”\"'）)*_]*$")  # how a sentence ends that no limit of tokens has cut
_MOST_REPEATED = 3  # sentences said again, after which a model goes in circles


@dataclass(frozen=True, slots=True)
class Update:
    """An answer on its way.

    Attributes:
        answer: All of it so far: sentences that are complete, each with its verdict.
        pending: The beginning of the next sentence, not checked yet.
        done: Whether this is the whole answer.
    """

    answer: Answer
    pending: str = ""
    done: bool = False


class GenerativeWriter:
    """Has a language model write answers; safe to share between threads."""

    def __init__(self, model: LanguageModel, checker: Checker, budget: Budget | None = None) -> None:
        """Writes with a model, checks with a checker; the budget is the model's own unless given."""
        self._model = model
        self._checker = checker
        self._budget = budget or Budget(evidence=model.config.evidence_tokens)

    def stream(
        self,
        quoted: Answer,
        spans: Sequence[tuple[Span, Entry]],
        history: Sequence[Turn],
        stop: Stop | None = None,
    ) -> Iterator[Update]:
        """Yields an answer as it is written, at first empty; closing the iterator stops the request.

        Args:
            quoted: The extractive answer to the question.
            spans: Evidence, the most important first.
            history: Earlier turns, oldest first.
            stop: Ends the request from another thread.
        """
        if quoted.status is Status.DECLINED or not quoted.citations:
            yield Update(quoted, done=True)
            return
        sources = choose_sources(list(spans)[:_MAX_SPANS], self._budget.evidence)
        work = _Work(quoted, sources, self._checker, self._model.config.model)
        messages = build_messages(quoted.question, quoted.language, sources, history, self._budget)
        yield Update(work.answer(Usage()))
        try:
            reply = self._model.stream(messages, stop)
        except LlmError as error:
            yield Update(_fallen_back(quoted, error), done=True)
            return
        with reply:
            try:
                yield from self._read(reply, work)
            except LlmError as error:
                yield Update(_fallen_back(quoted, error), done=True)
                return
        yield Update(work.answer(reply.usage), done=True)

    def _read(self, reply: Reply, work: _Work) -> Iterator[Update]:
        sentences = SentenceStream()
        for piece in reply:
            for written in sentences.feed(piece):
                work.add(written)
            if work.repeated >= _MOST_REPEATED:
                break
            yield Update(work.answer(reply.usage), sentences.pending)
        else:
            for written in sentences.finish():
                if not (reply.usage.cut and work.sentences and not _WHOLE.search(written.text)):
                    work.add(written)
        if not work.sentences:
            raise LlmError("empty")


class _Work:
    """An answer in the making."""

    def __init__(self, quoted: Answer, sources: Sequence[Source], checker: Checker, model: str) -> None:
        self._quoted = quoted
        self._model = model
        self._checker = checker
        self.sentences: list[Sentence] = []
        self.repeated = 0
        self._citations: dict[tuple[int, str], Citation] = {}
        self._places: list[tuple[Source, Span]] = [(source, span) for source in sources for span in source.spans]
        self._grounds: list[Ground] = [
            checker.ground(span.plain, names_of_entry(source.entry)) for source, span in self._places
        ]
        self._called = [_called(source.entry) for source, _ in self._places]

    def add(self, written: Written) -> None:
        """Checks a sentence and adds it with the marks that the check gives it; what was said already is left out."""
        if any(said.text == written.text for said in self.sentences):
            self.repeated += 1
            return
        check = self._check(written)
        numbers: list[int] = []
        chosen = self._cited(check, written.marks)
        for place in chosen:
            source, span = self._places[place]
            numbers.append(source.n)
            key = (source.n, span.text)
            strength = round(check.support, 3)
            if key not in self._citations or self._citations[key].support < strength:
                self._citations[key] = Citation(source.n, source.entry, span.passage, span.text, span.line, strength)
        self.sentences.append(
            Sentence(
                written.text,
                tuple(dict.fromkeys(numbers)),
                starts_paragraph=written.starts_paragraph,
                check=None if check.verdict is Verdict.NO_CLAIM else check,
                code=written.code,
            )
        )

    def _cited(self, check: Check, marks: Sequence[int]) -> list[int]:
        """Returns the spans to cite: the best one, and of each source that the model named and that carries it."""
        if check.verdict not in (Verdict.SUPPORTED, Verdict.PARTLY):
            return []
        if check.joined:
            return list(check.grounds)
        chosen = list(check.grounds[:1])
        for mark in marks:
            own = [place for place in check.grounds if self._places[place][0].n == mark]
            chosen += [place for place in own[:1] if place not in chosen]
        return chosen

    def _check(self, written: Written) -> Check:
        if written.code:
            code = fold(written.text.strip("`").partition("\n")[2])
            held = tuple(i for i, (_, span) in enumerate(self._places) if code and code in fold(span.text))
            return Check(Verdict.SUPPORTED, 1.0, held[:1]) if held else Check(Verdict.UNSUPPORTED, 0.0)
        if any(says_nothing.search(written.text) for says_nothing in (_SAYS_NOTHING, _INTRODUCES, _ASKS)):
            return Check(Verdict.NO_CLAIM, 0.0)
        return self._of_its_work(written.text, self._checker.check(written.text, self._grounds))

    def _of_its_work(self, text: str, check: Check) -> Check:
        """Takes grounds away that say of another work what a sentence says of one: LoRA's figures are not QLoRA's."""
        said = self._checker.reader.read(text)
        names = [compressed(said.text[name.start : name.end]) for name in said.names]
        works = [name for name in names if any(name in called for called in self._called)]
        if not works or not check.grounds:
            return check
        kept = tuple(i for i in check.grounds if _speaks_of(self._grounds[i], self._called[i], works))
        if kept:
            return replace(check, grounds=kept)
        first = next(name for name in said.names if compressed(said.text[name.start : name.end]) == works[0])
        return Check(Verdict.UNSUPPORTED, 0.0, (), (said.text[first.start : first.end],))

    def answer(self, usage: Usage) -> Answer:
        """Returns the answer so far, which has cost so much."""
        verdicts = [sentence.check.verdict for sentence in self.sentences if sentence.check]
        wrong = sum(verdict is Verdict.UNSUPPORTED for verdict in verdicts)
        good = self._quoted.status is Status.ANSWERED and not wrong
        return replace(
            self._quoted,
            status=Status.ANSWERED if good else Status.PARTLY_ANSWERED,
            sentences=tuple(self.sentences),
            citations=tuple(self._citations.values()),
            writing=Writing(
                self._model,
                tuple(verdicts.count(verdict) for verdict in (Verdict.SUPPORTED, Verdict.PARTLY, Verdict.UNSUPPORTED)),
                usage,
            ),
        )


def _called(entry: Entry) -> frozenset[str]:
    """Returns what a work is called, whole: a QLoRA that is also "quantized LoRA" is no LoRA."""
    names = names_of_entry(entry)
    return frozenset(compressed(part) for name in names for part in (name, re.split("[:：]", name)[0]) if part)


def _speaks_of(ground: Ground, called: frozenset[str], works: Sequence[str]) -> bool:
    """Tells whether a text is of one of the works that a sentence names, or names the first of them first."""
    if any(name in called for name in works):
        return True
    reading = ground.reading
    first = next((compressed(reading.text[name.start : name.end]) for name in reading.names), works[0])
    return first == works[0]


def _fallen_back(quoted: Answer, error: LlmError) -> Answer:
    """Returns the quoted answer with one line that says why it is not a written one."""
    notice = say("llm_failed", quoted.language, why=say(f"llm_{error.failure}", quoted.language))
    return replace(quoted, notices=(*quoted.notices, notice))
