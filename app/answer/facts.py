"""Sentences about the catalogue facts of an entry, each tied to the line it was read from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

from app.answer.names import short_name, shown_title
from app.answer.spans import is_bare
from index.text.analysis import content_words, term_set
from index.text.list_lines import says_nothing, shown_line, split_cell
from index.text.spans import Span, head_span, line_span
from ingest.lists.labels import role_of
from ingest.text.folding import fold
from ingest.text.markup import plain_text
from ingest.types import Entry, Passage, PassageKind

_TEMPLATES = {
    ("year", "zh"): "{work}发表于 {value}。",
    ("year", "en"): "{work} appeared in {value}.",
    ("authors", "zh"): "{work}的作者是 {value}。",
    ("authors", "en"): "{work} is by {value}.",
    ("venue", "zh"): "{work}发表于 {value}。",
    ("venue", "en"): "{work} was published at {value}.",
    ("links", "zh"): "{work}的链接：{value}",
    ("links", "en"): "{work} is at {value}",
    ("organisations", "zh"): "{work}来自 {value}。",
    ("organisations", "en"): "{work} is by people at {value}.",
    ("licence", "zh"): "{work}的许可协议是 {value}。",
    ("licence", "en"): "The licence of {work} is {value}.",
    ("sizes", "zh"): "{work}的规模：{value}。",
    ("sizes", "en"): "Size of {work}: {value}.",
}
_CELL = {"zh": "{work}的{name}：{value}。", "en": "{work} — {name}: {value}."}
_MAX_AUTHORS = 6
_COLUMNS = {  # beside those that `role_of` tells
    "organisations": re.compile(
        r"\b(?:institut\w*|compan\w+|universit\w+|organi[sz]ations?|labs?|maker|vendor|team)\b|"
        r"机构|公司|单位|厂商|学校|团队", re.I
    ),
    "licence": re.compile(r"\blicen[cs]es?\b|许可|协议", re.I),
    "sizes": re.compile(r"\b(?:sizes?|param\w*|scale)\b|参数|规模|大小", re.I),
    "authors": re.compile(r"\b(?:authors?|instructors?|lecturers?|teachers?|speakers?)\b|作者|讲师|教师|主讲", re.I),
}  # fmt: skip
_SAID_BY_ROLE = {"year": "year", "venue": "venue"}
_NOT_ASKED = ("title", "work", "number", "link", "note", "alias")  # columns that say what everything says, or nothing
_LICENCE = re.compile(
    r"`((?:[AL]?GPL|Apache|BSD|MIT|MPL|CC|ISC|EUPL|Unlicense|WTFPL|Zlib|BSL|SSPL|CDDL|EPL|Artistic|OSL|Beerware)\b[^`]*)`"
)


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
    stated = False
    for name in names:
        work = _again(entry, language) if stated else _title(entry, language)
        values = _values(entry, passages, name)
        quote = next((quote for value in values[:1] for quote in _lines_with(passages, name, value)), None)
        if values and quote is not None:
            value = _joined(name, values, language)
            found = [Fact(_TEMPLATES[name, language].format(work=work, value=value), values[0], quote)]
        else:
            found = list(_from_rows(entry, passages, name, language, work))
        stated = stated or bool(found)
        yield from found


def _title(entry: Entry, language: str) -> str:
    """Returns a title in the marks of a language, the original beside a translation."""
    if language == "zh" and entry.title_zh and entry.title_zh not in entry.title:
        return f"{_marked(entry.title_zh, language)}（{entry.title}）"
    return _marked(entry.title if language == "zh" else shown_title(entry, language), language)


def _again(entry: Entry, language: str) -> str:
    """Returns what a work is called once its title is known: its short name, if it has one."""
    name = short_name(entry, language)
    if name not in entry.aliases:
        return _marked(name, language)
    return f"{name} " if language == "zh" and name[-1].isascii() else name


def _marked(title: str, language: str) -> str:
    return f"《{title}》" if language == "zh" else f"“{title}”"


def state_columns(entry: Entry, passages: Sequence[Passage], question: str, language: str) -> Iterator[Fact]:
    """Yields what the rows of an entry hold in the columns that a question names: "the accuracy of …"."""
    asked, titled = set(content_words(question)), term_set(entry.title)
    for passage, column, value in _cells(passages):
        words = set(content_words(column))
        if words and words <= asked and not words <= titled and role_of(column) not in _NOT_ASKED:
            text = _CELL[language].format(work=_title(entry, language), name=column, value=value)
            yield Fact(text, value, head_span(passage))


def _cells(passages: Sequence[Passage]) -> Iterator[tuple[Passage, str, str]]:
    """Yields (row, name of a column, what stands in it) for all that says something."""
    for passage in passages:
        for column, cell in map(split_cell, passage.cells):
            value = shown_line(cell)
            if not says_nothing(value):
                yield passage, column, value


def _from_rows(entry: Entry, passages: Sequence[Passage], name: str, language: str, work: str) -> Iterator[Fact]:
    """Yields the first cell of a column that states a fact, or the licence in a line of a list."""
    for passage, column, value in _cells(passages):
        pattern = _COLUMNS.get(name)
        fits = pattern.search(column) if pattern else role_of(column) == _SAID_BY_ROLE.get(name, name)
        if fits:
            yield Fact(_CELL[language].format(work=work, name=column, value=value), value, head_span(passage))
            return
    listings = [passage for passage in passages if passage.kind is PassageKind.LISTING and is_bare(passages)]
    if name == "licence":
        for passage in listings:
            if found := _LICENCE.search(passage.text.split("\n")[0]):
                text = _TEMPLATES[name, language].format(work=work, value=found[1])
                yield Fact(text, found[1], head_span(passage))
                return


def _values(entry: Entry, passages: Sequence[Passage], name: str) -> list[str]:
    match name:
        case "year":
            return [_date(entry.year, passages)] if entry.year else []
        case "authors":
            return list(entry.authors)
        case "venue":
            return [entry.venue] if entry.venue else []
        case "links":
            return [link.url for link in entry.links]
        case _:
            return _of_record(passages, name)


def _date(year: int, passages: Sequence[Passage]) -> str:
    """Returns a year, or the date of that year which a row states."""
    dates = (value for _, column, value in _cells(passages) if role_of(column) == "year")
    return next((date for date in dates if re.fullmatch(rf"{year}[-/.年]\d{{1,2}}\S{{0,4}}", date)), str(year))


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
    if name == "year" and language == "zh" and values[0].isdecimal():
        return f"{values[0]} 年"
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
                if _states(line, name, value):
                    yield head_span(passage) if passage.cells else line_span(passage, offset)


def _states(line: str, name: str, value: str) -> bool:
    """Tells a line with a value; of a person's name the words may stand in another order."""
    if fold(value) in fold(line):
        return True
    words = re.findall(r"[^\W\d_]+", value.casefold())
    return (
        name == "authors"
        and len(words) > 1
        and set(words) <= set(re.findall(r"[^\W\d_]+", plain_text(line).casefold()))
    )
