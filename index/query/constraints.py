"""What a question says about year, venue, author, organisation, kind, list or section, apart from its subject.

What is certain in a question that asks for works becomes a filter and leaves the question; what is only hinted at
becomes a hint, which raises the entries that fit and takes no word away.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.catalogue.facets import Catalogue
from index.catalogue.filters import Filters
from index.query.entities import Mention, read_mentions
from index.query.patterns import Words, read_wanted
from index.text.analysis import content_text
from index.types import ReadWords

_OF_ONE_WORK = ("authors", "makers")  # these tell which work is meant even where no list of works is asked for
_EDGE = r"\s|[,，.。?？!！:：;；、“”\"']"
_ZH_EDGE = "方面|相关|关于|有关|请|都|由|于|在(?!线)|和|与|或"
_EN_EDGE = (
    "published|released|proposed|written|listed|appeared|came out|are|there|about|on|in|at|by|from|of|and|or|the|for|"
    "section|list|write"
)
_LEFT_OVER = re.compile(
    rf"^(?:{_EDGE}|的|{_ZH_EDGE}|发表|发布|提出|公开|发在|里|中(?![文国])|上(?!下文)|['’]?s\b|(?:{_EN_EDGE})\b)+|"
    rf"(?:{_EDGE}|(?:发表|发布|提出|公开|发在|写|做)?(?:过|了)?的|{_ZH_EDGE}|\b(?:{_EN_EDGE}))+$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Structure:
    """A question taken apart.

    Attributes:
        filters: What the entries must be.
        hints: What they had better be; ``hints.agreement(entry)`` says how far an entry is.
        terms: Further words to search for: the organisation's name in the other language.
        understood: The words that were read.
        rest: The question without the words that became filters, to search for; "" when nothing else is left.
    """

    filters: Filters
    hints: Filters
    terms: tuple[str, ...]
    understood: tuple[ReadWords, ...]
    rest: str


def read_structure(question: str, catalogue: Catalogue) -> Structure:
    """Reads what a question says about the works it asks for, in Chinese or English.

    Args:
        question: As asked.
        catalogue: The names there are; a venue or author the index does not have is not understood.
    """
    question = unicodedata.normalize("NFKC", question)
    mentions = list(read_mentions(question, catalogue))
    wanted = read_wanted(question)
    if wanted is not None and wanted.phrase and not any(m.certain or m.constraint == "makers" for m in mentions):
        wanted = None  # "BERT 论文" names a work
    if wanted is None:
        found = [replace(mention, certain=False) for mention in mentions if mention.constraint in _OF_ONE_WORK]
        return Structure(Filters(), _together(found), _terms(found), _understood(question, found), question)
    certain = [mention for mention in mentions if mention.certain]
    fits = Filters(kinds=wanted.kinds, topics=tuple(topic for topic in wanted.topics if topic in catalogue.topics))
    placed = any(mention.constraint != "years" for mention in certain)
    nothing_else = not placed and not _rest(question, [*certain, wanted, wanted.lead])
    must = Filters(kinds=wanted.admitted) or (_narrowest(fits) if nothing_else else Filters())
    filters = must.over(_venue_of_year(_together(certain)))
    hints = _together([mention for mention in mentions if not mention.certain])
    gone: list[Words] = [*certain, wanted.lead] if filters else []
    if wanted.is_paper:  # entries do not call themselves papers, but they do say "course" or "repository"
        gone.append(wanted)
    else:
        hints = fits.over(hints)
    mentions += [Mention(wanted.start, wanted.end, name, fits, bool(must)) for name in fits.constraints[:1]]
    rest = _rest(question, gone) if gone else question
    return Structure(filters, hints, _terms(mentions), _understood(question, mentions), rest)


def _together(mentions: Sequence[Mention]) -> Filters:
    filters = Filters()
    for mention in mentions:
        filters = mention.value.over(filters)
    return filters


def _terms(mentions: Sequence[Mention]) -> tuple[str, ...]:
    return tuple(term for mention in mentions for term in mention.terms)


def _understood(question: str, mentions: Sequence[Mention]) -> tuple[ReadWords, ...]:
    return tuple(
        ReadWords(question[mention.start : mention.end].strip(), mention.constraint, mention.certain)
        for mention in sorted(mentions, key=lambda mention: mention.start)
    )


def _narrowest(fits: Filters) -> Filters:
    """Returns what a question for nothing but a kind filters by: the kind, or what stands for it."""
    return fits.without(["topics"]) or fits


def _venue_of_year(filters: Filters) -> Filters:
    """Returns the filters with "NeurIPS" in 2022 as "NeurIPS 2022": a paper's own year may be the one before."""
    if not filters.venues or filters.since is None or filters.since != filters.until:
        return filters
    return replace(filters, venues=tuple(f"{v} {filters.since}" for v in filters.venues), since=None, until=None)


def _rest(question: str, spans: Sequence[Words]) -> str:
    """Returns a question without some stretches, or "" when no content is left."""
    for span in sorted(spans, key=lambda span: span.start, reverse=True):
        if span.end > span.start:
            question = f"{question[: span.start]} {question[span.end :]}"
    previous = ""
    while question != previous:
        previous, question = question, _LEFT_OVER.sub("", question)
    return re.sub(r"\s+", " ", question) if content_text(question) else ""
