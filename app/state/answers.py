"""Answers as they are kept: by the ids of what they cite, so that they can be drawn again at any time.

A title and a quote are kept with each id, for an entry that a later index no longer has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.answer.support import Check, Verdict
from app.render.text import plain_markdown
from app.render.verdicts import shown_with_verdict, verdict_line
from app.types import Answer, Status
from index.catalogue.filters import Filters

_NEAREST = 5
FILTER_FIELDS = (
    "since", "until", "topics", "kinds", "lists", "languages", "authors", "venues", "sections", "organisations",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeptSentence:
    """A sentence, as in ``app.types.Sentence``."""

    text: str
    citations: tuple[int, ...]
    starts_paragraph: bool
    marked: bool
    check: Check | None = None
    code: bool = False


@dataclass(frozen=True, slots=True)
class KeptCitation:
    """A citation with the ids of its entry and passage, and what to show when the entry is gone."""

    n: int
    entry_id: str
    title: str
    url: str
    passage_id: str
    path: str
    line: int
    quote: str
    support: float
    page: int | None = None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer to one question.

    Attributes:
        question: As typed.
        language: "zh" or "en".
        status: Whether the corpus answers it.
        sentences: What is said.
        citations: Where it comes from.
        notices: What the program made of the question.
        nearest: Ids and titles of the entries that were found, best first.
        filters: What the entries had to be: fields of ``Filters``, each with its values as text.
        edited: Whether the reader changed them, so that they hold when it is answered again.
        model: Name of the language model that wrote it; "" where it quotes.
    """

    question: str
    language: str
    status: Status
    sentences: tuple[KeptSentence, ...]
    citations: tuple[KeptCitation, ...]
    notices: tuple[str, ...]
    nearest: tuple[tuple[str, str], ...]
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    edited: bool = False
    model: str = ""

    @property
    def text(self) -> str:
        """The answer in plain words with its ``[n]`` marks, for copying and for search."""
        return plain_markdown(self.markdown)

    @property
    def markdown(self) -> str:
        """The answer with its ``[n]`` marks, as Markdown."""
        return self._joined(self.sentences)

    @property
    def standing(self) -> str:
        """What the next question may lean on: the answer without the sentences that nothing supports."""
        held = [s for s in self.sentences if not (s.check and s.check.verdict is Verdict.UNSUPPORTED)]
        return plain_markdown(self._joined(held))

    @property
    def verdicts(self) -> tuple[int, int, int]:
        """How many sentences are supported, partly supported, unsupported."""
        found = [sentence.check.verdict for sentence in self.sentences if sentence.check]
        return found.count(Verdict.SUPPORTED), found.count(Verdict.PARTLY), found.count(Verdict.UNSUPPORTED)

    @property
    def status_line(self) -> str:
        """The line that says who wrote it and how many of its sentences are supported; "" for quotes."""
        return verdict_line(self.model, self.verdicts, self.language) if self.model else ""

    def _joined(self, sentences: Sequence[KeptSentence]) -> str:
        gap = "" if self.language == "zh" else " "
        text = "".join(f"{notice}\n\n" for notice in self.notices)
        for i, sentence in enumerate(sentences):
            marks = "" if sentence.marked else "".join(f"[{n}]" for n in sentence.citations)
            before = "" if not i else "\n\n" if sentence.starts_paragraph else gap
            text += f"{before}{shown_with_verdict(sentence, self.language)}{gap if marks else ''}{marks}"
        return text


def keep(answer: Answer) -> KeptAnswer:
    """Returns an answer in the form in which it is kept."""
    return KeptAnswer(
        answer.question,
        answer.language,
        answer.status,
        tuple(
            KeptSentence(s.text, s.citations, s.starts_paragraph, s.marked, s.check, s.code) for s in answer.sentences
        ),
        tuple(
            KeptCitation(
                c.n,
                c.entry.entry_id,
                c.entry.title,
                c.entry.links[0].url if c.entry.links else "",
                c.passage.passage_id,
                c.passage.path,
                c.line,
                c.quote,
                c.support,
                c.passage.page,
            )
            for c in answer.citations
        ),
        answer.notices,
        tuple((hit.entry.entry_id, hit.entry.title) for hit in answer.hits[:_NEAREST]),
        _kept_filters(answer.found.question.filters),
        answer.found.question.filters.alone,
        answer.writing.model if answer.writing else "",
    )


def to_json(answer: KeptAnswer) -> str:
    """Returns an answer as one line of JSON."""
    return json.dumps(asdict(answer), ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> KeptAnswer:
    """Returns the answer of ``to_json``; fields that a later version added are left out, earlier ones have fewer."""
    fields: Mapping[str, Any] = json.loads(text)
    return KeptAnswer(
        fields["question"],
        fields["language"],
        Status(fields["status"]),
        tuple(
            KeptSentence(
                s["text"],
                tuple(s["citations"]),
                s["starts_paragraph"],
                s["marked"],
                _check(s.get("check")),
                s.get("code", False),
            )
            for s in fields["sentences"]
        ),
        tuple(
            KeptCitation(**{name: c[name] for name in KeptCitation.__slots__ if name in c}) for c in fields["citations"]
        ),
        tuple(fields["notices"]),
        tuple((entry_id, title) for entry_id, title in fields["nearest"]),
        tuple((name, tuple(values)) for name, values in fields.get("filters", ())),
        bool(fields.get("edited", False)),
        fields.get("model", ""),
    )


def _check(fields: Mapping[str, Any] | None) -> Check | None:
    if fields is None:
        return None
    return Check(
        Verdict(fields["verdict"]),
        fields["support"],
        tuple(fields["grounds"]),
        tuple(fields["missing"]),
        fields["joined"],
    )


def _kept_filters(filters: Filters) -> tuple[tuple[str, tuple[str, ...]], ...]:
    kept = []
    for name in FILTER_FIELDS:
        value = getattr(filters, name)
        values = value if isinstance(value, tuple) else () if value is None else (value,)
        if values:
            kept.append((name, tuple(map(str, values))))
    return tuple(kept)
