"""Sentences about the catalogue facts of an entry, each tied to the line it was read from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

from app.answer.spans import Span, line_span
from ingest.text.folding import fold
from ingest.types import Entry, Passage, PassageKind

_TEMPLATES = {
    ("year", "zh"): "《{title}》发表于 {value} 年。",
    ("year", "en"): "“{title}” appeared in {value}.",
    ("authors", "zh"): "《{title}》的作者是 {value}。",
    ("authors", "en"): "“{title}” is by {value}.",
    ("venue", "zh"): "《{title}》发表于 {value}。",
    ("venue", "en"): "“{title}” was published at {value}.",
    ("links", "zh"): "《{title}》的链接：{value}",
    ("links", "en"): "“{title}” is at {value}",
    ("organisations", "zh"): "《{title}》来自 {value}。",
    ("organisations", "en"): "“{title}” is by people at {value}.",
    ("licence", "zh"): "《{title}》的许可协议是 {value}。",
    ("licence", "en"): "The licence of “{title}” is {value}.",
    ("sizes", "zh"): "《{title}》的规模：{value}。",
    ("sizes", "en"): "“{title}” comes in these sizes: {value}.",
}
_MAX_AUTHORS = 6


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence about an entry, the value it states, and the line that states it."""

    text: str
    value: str
    span: Span


def state_facts(entry: Entry, passages: Sequence[Passage], names: Sequence[str], language: str) -> Iterator[Fact]:
    """Yields one sentence for each asked fact that the corpus states.

    Args:
        entry: The entry asked about.
        passages: Its passages.
        names: Facts asked for, see ``index.query.patterns.FACTS``.
        language: "zh" or "en".
    """
    for name in names:
        values = _values(entry, passages, name)
        quote = next((quote for value in values[:1] for quote in _lines_with(passages, name, value)), None)
        if not values or quote is None:
            continue
        value = _joined(name, values, language)
        yield Fact(_TEMPLATES[name, language].format(title=entry.title, value=value), values[0], quote)


def _values(entry: Entry, passages: Sequence[Passage], name: str) -> list[str]:
    match name:
        case "year":
            return [str(entry.year)] if entry.year else []
        case "authors":
            return list(entry.authors)
        case "venue":
            return [entry.venue] if entry.venue else []
        case "links":
            return [link.url for link in entry.links]
        case _:
            return _of_record(passages, name)


def _of_record(passages: Sequence[Passage], name: str) -> list[str]:
    """Returns the values that a study card's front matter gives a name."""
    lines = [line for p in passages if p.kind is PassageKind.RECORD for line in p.text.split("\n")]
    line = next((line for line in lines if line.startswith(f"{name}:")), "")
    try:
        value = yaml.safe_load(line) if line else None
    except yaml.YAMLError:
        return []
    found = value.get(name) if isinstance(value, dict) else None
    return [str(item) for item in found] if isinstance(found, list) else [str(found)] if found else []


def _joined(name: str, values: list[str], language: str) -> str:
    if name == "authors":
        people = [author for author in values if author != "et al."]
        shown = ("、" if language == "zh" else ", ").join(people[:_MAX_AUTHORS])
        more = len(people) > _MAX_AUTHORS or len(people) < len(values)
        return shown + ((" 等" if language == "zh" else ", et al") if more else "")
    if name == "links":
        return " ".join(values[:3])
    return ("、" if language == "zh" else ", ").join(values)


def _lines_with(passages: Sequence[Passage], name: str, value: str) -> Iterator[Span]:
    """Yields the lines that state a value: that line of the study card's front matter first, then of listings."""
    for passage in passages:
        if passage.kind is PassageKind.RECORD:
            for offset, line in enumerate(passage.text.split("\n")):
                if line.startswith(f"{name}:") and value in line:
                    yield line_span(passage, offset)
    for passage in passages:
        if passage.kind is PassageKind.LISTING:
            for offset, line in enumerate(passage.text.split("\n")):
                if fold(value) in fold(line):
                    yield line_span(passage, offset)
