"""Answers as they are kept: by the ids of what they cite, so that they can be drawn again at any time.

A title and a quote are kept with each id, for an entry that a later index no longer has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.render.text import plain_markdown
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

    @property
    def text(self) -> str:
        """The answer in plain words with its ``[n]`` marks, for the next question, for copying and for search."""
        return plain_markdown(self.markdown)

    @property
    def markdown(self) -> str:
        """The answer with its ``[n]`` marks, as Markdown."""
        gap = "" if self.language == "zh" else " "
        text = "".join(f"{notice}\n\n" for notice in self.notices)
        for i, sentence in enumerate(self.sentences):
            marks = "" if sentence.marked else "".join(f"[{n}]" for n in sentence.citations)
            before = "" if not i else "\n\n" if sentence.starts_paragraph else gap
            text += f"{before}{sentence.text}{gap if marks else ''}{marks}"
        return text


def keep(answer: Answer) -> KeptAnswer:
    """Returns an answer in the form in which it is kept."""
    return KeptAnswer(
        answer.question,
        answer.language,
        answer.status,
        tuple(KeptSentence(s.text, s.citations, s.starts_paragraph, s.marked) for s in answer.sentences),
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
    )


def to_json(answer: KeptAnswer) -> str:
    """Returns an answer as one line of JSON."""
    return json.dumps(asdict(answer), ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> KeptAnswer:
    """Returns the answer of ``to_json``; fields that a later version added are left out."""
    fields: Mapping[str, Any] = json.loads(text)
    return KeptAnswer(
        fields["question"],
        fields["language"],
        Status(fields["status"]),
        tuple(
            KeptSentence(s["text"], tuple(s["citations"]), s["starts_paragraph"], s["marked"])
            for s in fields["sentences"]
        ),
        tuple(
            KeptCitation(**{name: c[name] for name in KeptCitation.__slots__ if name in c}) for c in fields["citations"]
        ),
        tuple(fields["notices"]),
        tuple((entry_id, title) for entry_id, title in fields["nearest"]),
        tuple((name, tuple(values)) for name, values in fields.get("filters", ())),
        bool(fields.get("edited", False)),
    )


def _kept_filters(filters: Filters) -> tuple[tuple[str, tuple[str, ...]], ...]:
    kept = []
    for name in FILTER_FIELDS:
        value = getattr(filters, name)
        values = value if isinstance(value, tuple) else () if value is None else (value,)
        if values:
            kept.append((name, tuple(map(str, values))))
    return tuple(kept)
