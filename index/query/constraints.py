"""What a question says about the works it asks for: year, venue, author, organisation, kind, list, section, how many.

What is certain in a question that asks for works becomes a filter and leaves the question; what is only hinted at
becomes a soft filter, which raises the entries that fit and takes no word away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from index.catalogue.facets import AUTHOR, KIND, LIST, ORGANISATION, SECTION, TOPIC, VENUE, YEAR
from index.catalogue.filters import Filters
from index.catalogue.gazetteer import KindWords, kind_words
from index.query.list_request import LISTED
from index.query.patterns import ORDERS, YEARS, number_of, read_all, read_first
from index.query.remainder import left_over
from index.text.analysis import content_words
from index.types import Entity, Reading, Slot, Token
from ingest.types import Kind

_OF_ONE_WORK = (AUTHOR, ORGANISATION)  # these tell which work is meant even where no list of works is asked for
_ASKED_BEFORE = frozenset(
    "些几篇个本门种款份什么荐来要找看"
)  # a Chinese noun right after one of these is the one asked for
_MENTIONED_AFTER = frozenset("的里中上")  # … and one before these is not
_BESIDE = -3.7  # log-odds of a list from which on one is meant beside constraints
_FEW_EXTREMES = 3  # works that are shown where the newest one is asked for, as years tell no order among them
_FEW = 3  # content words beside constraints
_POINTED_AT = frozenset("这那该")


@dataclass(frozen=True, slots=True)
class Constraints:
    """A question taken apart.

    Attributes:
        filters: What the entries must be.
        soft: What they rather are; raises the entries that fit.
        readings: The words that were read.
        count: How many works are asked for, or None.
        rest: The question without the words that became filters, to search for; "" when nothing else is left.
        without: What the works must not be, one of these.
        spared: Rows of the works that are named to be left out.
    """

    filters: Filters
    soft: Filters
    readings: tuple[Reading, ...]
    count: int | None
    rest: str
    without: tuple[Filters, ...] = ()
    spared: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    constraint: str
    value: Filters
    certain: bool


@dataclass(frozen=True, slots=True)
class _Question:
    """A question while it is read: as corrected, without case, its tokens and what they name."""

    text: str
    folded: str
    tokens: Sequence[Token]
    entities: Sequence[Entity]

    def place(self, entity: Entity) -> tuple[int, int]:
        return self.tokens[entity.first].start, self.tokens[entity.end - 1].end

    def of(self, *slots: Slot) -> Iterator[Entity]:
        return (entity for entity in self.entities if entity.slot in slots)


def read_constraints(
    text: str,
    folded: str,
    tokens: Sequence[Token],
    entities: Sequence[Entity],
    *,
    listing: float,
    newest_year: int | None,
) -> Constraints:
    """Reads what a question says about the works it asks for.

    Args:
        text: The question, corrected and tidy.
        folded: The same without case.
        tokens: Its tokens.
        entities: What they name.
        listing: Log-odds that a list of works is asked for, and not what is in them.
        newest_year: Year of the newest entry; "the last two years" are counted back from it.
    """
    question = _Question(text, folded, tokens, entities)
    read = sorted(_mentions(question, newest_year), key=lambda mention: mention.start)
    told = [(mention, _left_out(question, mention.start)) for mention in read]
    mentions = [mention for mention, start in told if start is None]
    excluded = [(start, mention.end, mention.value) for mention, start in told if start is not None]
    named = [(*question.place(entity), int(entity.value)) for entity in question.of(Slot.NAME)]
    spared = [(begin, end, row) for start, end, row in named if (begin := _left_out(question, start)) is not None]
    count, one = read_first(folded, "count"), read_first(folded, "one")
    number = _FEW_EXTREMES if one else number_of(count.values[0]) if count else None
    if not (listing >= LISTED or _wants_works(question, mentions, listing)):
        found = [replace(m, certain=False) for m in mentions if m.constraint in _OF_ONE_WORK]
        return Constraints(Filters(), _together(found), _readings(text, found), number if one else None, text)
    certain = [mention for mention in mentions if mention.certain]
    soft = _together([mention for mention in mentions if not mention.certain])
    filters = _venue_of_year(_together(certain))
    gone = [(mention.start, mention.end) for mention in certain]
    gone += [(start, end) for start, end, _ in (*excluded, *spared)]
    order = read_first(folded, *ORDERS)
    asides = [read for read in (count, one, order, *read_all(folded, "how many", "held here")) if read]
    beside = [(read.start, read.end) for read in asides]
    if (asked := _kind_asked(question)) is not None:
        kind, place = asked
        fits = Filters(kinds=kind.kinds, topics=kind.topics)
        must = Filters(kinds=_admitted(question)) if kind.admitted else Filters()
        if not must and not filters.without([YEAR]) and not left_over(text, [*gone, *beside, place]):
            must = Filters(kinds=kind.kinds) or fits  # a question for nothing but a kind filters by it
        filters = must.over(filters)
        papers = kind is kind_words()["论文"]
        if papers or not (
            kind.kinds or kind.topics
        ):  # no entry says that it is a paper, but "course" or "repository" they say
            gone.append(place)
        else:
            soft = fits.over(soft)
        if fits:
            name = KIND if kind.kinds else TOPIC
            mentions = sorted([*mentions, _Mention(*place, name, fits, bool(must))], key=lambda m: m.start)
    rest = left_over(text, [*gone, *beside]) if filters or asides or excluded or spared else text
    if one and order and order.slot == "newest first" and not content_words(rest) and not filters.without([KIND]):
        filters = replace(filters, since=newest_year)  # of all that there is
    return Constraints(
        filters,
        soft,
        _readings(text, mentions),
        number,
        rest,
        tuple(value for _, _, value in excluded),
        frozenset(row for _, _, row in spared),
    )


def _left_out(question: _Question, start: int) -> int | None:
    """Returns where the words start that say that what is named from ``start`` on is not wanted, or None."""
    read = read_first(question.folded[:start], "but not")
    return read.start if read else None


def _wants_works(question: _Question, mentions: Sequence[_Mention], listing: float) -> bool:
    """Tells "Touvron et al.", "ICLR 2022 论文": little else is said than whose or where works are.

    A noun for works beside such a constraint also speaks for a list, where the intent model is in doubt.
    """
    who = [mention for mention in mentions if mention.certain and mention.constraint != YEAR]
    if not who or any(question.of(Slot.NAME)):
        return False
    if listing >= _BESIDE and _admitted(question):
        return True
    kinds = [question.place(entity) for entity in question.of(Slot.KIND)]
    rest = left_over(question.text, [*((mention.start, mention.end) for mention in mentions), *kinds])
    return len(content_words(rest)) <= _FEW and read_first(question.folded, "asks") is None


def _mentions(question: _Question, newest_year: int | None) -> Iterator[_Mention]:
    yield from _years(question.folded, newest_year)
    venues = [entity for entity in question.of(Slot.VENUE) if _written_as_venue(question, entity)]
    for entity in venues:
        yield _Mention(*question.place(entity), VENUE, Filters(venues=(entity.value,)), True)
    people = list(_people(question))
    yield from people
    taken = {place for person in people for place in range(person.start, person.end)}
    for entity in question.of(Slot.ORGANISATION):
        start, end = question.place(entity)
        if start not in taken:
            begin, finish, made = _made_by(question, start, end)
            told = (begin, finish) != (start, end)
            made &= told or (bool(_admitted(question)) and not question.text[start].islower())  # put together
            made &= not question.text[finish:].lstrip()[:1].isupper()  # "the Tsinghua ChatGLM team" is one name
            yield _Mention(begin, finish, ORGANISATION, Filters(organisations=(entity.value,)), made)
    for entity in question.of(Slot.SECTION):
        start, end = question.place(entity)
        after = read_first(question.folded[end:], "section after")
        before = read_first(question.folded[:start], "section before")
        if after or before:
            begin, finish = before.start if before else start, end + (after.end if after else 0)
            yield _Mention(begin, finish, SECTION, Filters(sections=(entity.value,)), True)
    for entity in question.of(Slot.LIST):
        start, end = question.place(entity)
        after = read_first(question.folded[end:], "list after")
        if after or entity.end - entity.first > 1:
            yield _Mention(start, end + (after.end if after else 0), LIST, Filters(lists=(entity.value,)), True)


def _years(folded: str, newest_year: int | None) -> Iterator[_Mention]:
    """Yields the years of the works; not those of their data, or of an event in the question."""
    if newest_year and (read := read_first(folded, "last years")):
        yield _Mention(read.start, read.end, YEAR, Filters(since=newest_year + 1 - number_of(read.values[0])), True)
    elif read := read_first(folded, *YEARS):
        if not (
            read_first(folded[: read.start], "dates else before") or read_first(folded[read.end :], "dates else after")
        ):
            yield _Mention(read.start, read.end, YEAR, _in_years(read.slot, read.values), True)
    elif newest_year and (read := read_first(folded, "recent")):
        yield _Mention(read.start, read.end, YEAR, Filters(since=newest_year - 1), False)


def _in_years(slot: str, values: Sequence[str]) -> Filters:
    years = sorted(int(value) if len(value) > 2 else 2000 + int(value) for value in values)
    first, last = years[0], years[-1]
    bounds: dict[str, tuple[int | None, int | None]] = {
        "since": (first, None),
        "after": (first + 1, None),
        "until": (None, first),
        "before": (None, first - 1),
        "around": (first - 1, first + 1),
    }
    since, until = bounds.get(slot, (first, last))
    return Filters(since=since, until=until)


def _written_as_venue(question: _Question, entity: Entity) -> bool:
    """Tells an acronym in any case, and a word such as Nature only as a name is written."""
    start, _ = question.place(entity)
    acronym = len(entity.value) > 2 and sum(character.isupper() for character in entity.value) > 1
    return acronym or question.text[start].isupper()


def _people(question: _Question) -> Iterator[_Mention]:
    """Yields one author: by full name, or by a surname that the wording says is one."""
    makers = {(entity.first, entity.end) for entity in question.of(Slot.ORGANISATION)}
    for entity in question.of(Slot.AUTHOR):
        if (entity.first, entity.end) in makers:
            continue
        start, end = question.place(entity)
        if not question.text[start].islower():
            begin, finish, made = _made_by(question, start, end)
            yield _Mention(begin, finish, AUTHOR, Filters(authors=(entity.value,)), made)
    whole = makers | {(entity.first, entity.end) for entity in question.of(Slot.AUTHOR)}
    for entity in question.of(Slot.SURNAME):
        if any(first <= entity.first < end for first, end in whole):
            continue
        start, end = question.place(entity)
        begin, finish, made = _made_by(question, start, end)
        if (
            made
            and (begin, finish) != (start, end)
            and question.text[start].isupper()
            and not question.text[finish:].lstrip()[:1].isupper()
        ):
            yield _Mention(begin, finish, AUTHOR, Filters(authors=(question.text[start:end],)), True)
            return


def _made_by(question: _Question, start: int, end: int) -> tuple[int, int, bool]:
    """Returns where the words about a maker start and end, and whether it made the works."""
    before = read_first(question.folded[:start], "made by before")
    after = read_first(question.folded[end:], "made by after")
    used = read_first(question.folded[:start], "used before") is not None
    return before.start if before else start, end + (after.end if after else 0), not used


def _kind_asked(question: _Question) -> tuple[KindWords, tuple[int, int]] | None:
    """Returns the kind of work asked for and where it stands; several kinds of one question are not told apart."""
    found = [(entity, question.place(entity)) for entity in question.of(Slot.KIND)]
    found = [
        (e, place)
        for e, place in found
        if not _POINTED_AT & set(question.folded[max(place[0] - 2, 0) : place[0]])
        and read_first(question.folded[: place[0]], "kept in lists before") is None
    ]
    if not found:
        return None
    asked = next((item for item in found if question.folded[item[1][0] - 1 : item[1][0]] in _ASKED_BEFORE), None)
    if asked is None:
        latin = question.folded[found[0][1][0]].isascii()
        whole = [item for item in found if question.folded[item[1][1] : item[1][1] + 1] not in _MENTIONED_AFTER]
        plain = [item for item in found if kind_words()[item[0].value].admitted]
        asked = (plain or found)[0] if latin else (whole or found)[-1]
    return kind_words()[asked[0].value], asked[1]


def _admitted(question: _Question) -> tuple[Kind, ...]:
    """Returns what the nouns for works can mean, all of them where several stand: "papers" excludes, "models" not."""
    nouns = [kind_words()[entity.value].admitted for entity in question.of(Slot.KIND)]
    return tuple(dict.fromkeys(kind for admitted in nouns for kind in admitted))


def _together(mentions: Sequence[_Mention]) -> Filters:
    """Returns the constraints of several mentions; values of one constraint are alternatives, years the narrowest."""
    filters = Filters()
    for mention in mentions:
        value = mention.value
        if mention.constraint in (VENUE, AUTHOR, ORGANISATION, LIST, SECTION):
            both = (*getattr(filters, mention.constraint), *getattr(value, mention.constraint))
            alternatives: dict[str, Any] = {mention.constraint: tuple(dict.fromkeys(both))}
            value = replace(value, **alternatives)
        filters = value.over(filters)
    return filters


def _readings(text: str, mentions: Sequence[_Mention]) -> tuple[Reading, ...]:
    return tuple(
        Reading(text[mention.start : mention.end].strip(), mention.constraint, mention.certain) for mention in mentions
    )


def _venue_of_year(filters: Filters) -> Filters:
    """Returns the filters with "NeurIPS" in 2022 as "NeurIPS 2022": a paper's own year may be the one before."""
    if not filters.venues or filters.since is None or filters.since != filters.until:
        return filters
    return replace(filters, venues=tuple(f"{v} {filters.since}" for v in filters.venues), since=None, until=None)
