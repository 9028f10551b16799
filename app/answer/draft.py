"""An answer in the making: sentences, and the citations they end in, numbered by entry."""

from __future__ import annotations

from collections.abc import Sequence

from app.answer.names import short_name
from app.answer.support import support
from app.types import Citation, Sentence
from index.text.spans import Span
from ingest.text.folding import fold
from ingest.types import Entry


class Draft:
    """Collects what an answer says; quotes of one entry share its number."""

    def __init__(self, language: str) -> None:
        """Starts an empty answer in a language."""
        self.language = language
        self.sentences: list[Sentence] = []
        self.citations: list[Citation] = []
        self._numbers: dict[str, int] = {}

    def quote(
        self,
        span: Span,
        entry: Entry,
        *,
        text: str = "",
        paragraph: bool = False,
        label: bool = False,
        lead: int = 0,
        value: str = "",
    ) -> None:
        """Adds a span.

        Args:
            span: What is quoted.
            entry: The entry it is of.
            text: What the answer says, where it is not the span itself; its support is computed.
            paragraph: Whether a paragraph starts here.
            label: Whether to put the entry's name in front, unless the span starts with it.
            lead: How many characters of the text are not from the span.
            value: What a fact states; a span that holds it carries the whole of the text.
        """
        stated = bool(value) and fold(value) in fold(span.text)
        number = self._cite(span, entry, span.plain if stated else text[lead:] or span.plain)
        shown = text or span.plain
        if label and (name := self._label(span, entry)):
            shown = f"{name.rstrip()}\n\n{shown}" if span.steps else f"{name}{shown}"
        self.sentences.append(Sentence(shown, (number,), starts_paragraph=paragraph or span.steps))

    def point(self, span: Span, entry: Entry, *, label: bool, asked: bool = False, heading: str = "") -> None:
        """Adds a span as a point of a list; a procedure keeps its own numbers.

        Args:
            span: What is quoted.
            entry: The entry it is of.
            label: Whether to put the entry's name in front, unless the span starts with it …
            asked: … or, better, the question that the span answers, if it answers one.
            heading: What stands above the list that starts here.
        """
        name = self._label(span, entry) if label else ""
        if asked and span.asked is not None:
            name = f"**{span.asked.question}** "
        apart = f"{name.rstrip()}\n\n" if name else ""
        lead = f"{heading}{apart}" if span.steps else f"{heading}- {name}"
        self.quote(span, entry, text=f"{lead}{span.plain}", paragraph=True, lead=len(lead))

    def say(self, text: str, *, paragraph: bool = True) -> None:
        """Adds a sentence of the program's own, without a citation."""
        self.sentences.append(Sentence(text, (), starts_paragraph=paragraph))

    def table(self, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[tuple[Span, Entry]]]]) -> None:
        """Adds a Markdown table: a column a side, a row an aspect, every cell a quote with its mark."""
        columns = [_cell(head) for head in heads]
        lines = [f"|  | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
        cited: list[int] = []
        for name, cells in rows:
            shown = []
            for span, entry in cells:
                number = self._cite(span, entry, span.plain)
                cited.append(number)
                shown.append(f"{_cell(span.plain)} [{number}]")
            lines.append(f"| {_cell(name)} | {' | '.join(shown)} |")
        self.sentences.append(
            Sentence("\n".join(lines), tuple(dict.fromkeys(cited)), starts_paragraph=True, marked=True)
        )

    def _cite(self, span: Span, entry: Entry, said: str) -> int:
        number = self._numbers.setdefault(entry.entry_id, len(self._numbers) + 1)
        strength = 1.0 if said == span.plain else support(said, span.text)
        known = {(citation.n, citation.passage.passage_id, citation.quote) for citation in self.citations}
        if (number, span.passage.passage_id, span.text) not in known:
            self.citations.append(Citation(number, entry, span.passage, span.text, span.line, round(strength, 3)))
        return number

    def _label(self, span: Span, entry: Entry) -> str:
        name = short_name(entry, self.language)
        if fold(name) in fold(span.plain)[: 2 * len(fold(name)) + 8]:
            return ""
        return f"**{name}**：" if self.language == "zh" else f"**{name}**: "


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
