"""Sentences about the catalogue facts of an entry, each tied to the line it was read from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.answer.quotes import Quote, quote_line
from ingest.text.folding import fold
from ingest.types import Entry, Passage, PassageKind

_TEMPLATES = {
    ("year", "zh"): "《{title}》发表于 {value} 年。",
    ("year", "en"): "“{title}” appeared in {value}.",
    ("authors", "zh"): "《{title}》的作者是 {value}。",
    ("authors", "en"): "“{title}” is by {value}.",
    ("venue", "zh"): "《{title}》发表于 {value}。",
    ("venue", "en"): "“{title}” was published at {value}.",
    ("links", "zh"): "《{title}》的链接：{value}。",
    ("links", "en"): "“{title}” is at {value}.",
}
_MAX_AUTHORS = 6


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence about an entry, the value it states, and the line that states it."""

    text: str
    value: str
    quote: Quote


def state_facts(entry: Entry, passages: Sequence[Passage], names: Sequence[str], language: str) -> Iterator[Fact]:
    """Yields one sentence for each asked fact that the corpus states.

    Args:
        entry: The entry asked about.
        passages: Its passages.
        names: Facts asked for, see ``app.answer.intents``.
        language: "zh" or "en".
    """
    for name in names:
        values = _values(entry, name)
        quote = next((quote for value in values[:1] for quote in _lines_with(passages, name, value)), None)
        if not values or quote is None:
            continue
        value = _joined(entry, name, values, language)
        yield Fact(_TEMPLATES[name, language].format(title=entry.title, value=value), values[0], quote)


def _values(entry: Entry, name: str) -> list[str]:
    match name:
        case "year":
            return [str(entry.year)] if entry.year else []
        case "authors":
            return list(entry.authors)
        case "venue":
            return [entry.venue] if entry.venue else []
        case _:
            return [link.url for link in entry.links]


def _joined(entry: Entry, name: str, values: list[str], language: str) -> str:
    if name == "authors":
        people = [author for author in values if author != "et al."]
        shown = ("、" if language == "zh" else ", ").join(people[:_MAX_AUTHORS])
        more = len(people) > _MAX_AUTHORS or len(people) < len(values)
        return shown + ((" 等" if language == "zh" else ", et al") if more else "")
    if name == "links":
        return " ".join(values[:3])
    return values[0]


def _lines_with(passages: Sequence[Passage], name: str, value: str) -> Iterator[Quote]:
    """Yields the lines that state a value: that line of the study card's front matter first, then of listings."""
    for passage in passages:
        if passage.kind is PassageKind.RECORD:
            for offset, line in enumerate(passage.text.split("\n")):
                if line.startswith(f"{name}:") and value in line:
                    yield quote_line(passage, offset)
    for passage in passages:
        if passage.kind is PassageKind.LISTING:
            quote = quote_line(passage)
            if fold(value) in fold(quote.text):
                yield quote
