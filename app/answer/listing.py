"""Answers that are lists: an entry a line, with its year and a sentence that shows why it belongs.

Works come first, surveys after them, and a note that gives an overview last. An entry stands on the list when it
probably belongs there (``app.answer.membership``); where nothing but filters was asked for, whatever fits them does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.answer.draft import Draft
from app.answer.membership import fitted, rank_members
from app.answer.names import shown_title
from app.answer.selection import rank_spans
from app.answer.spans import by_entry, in_brief
from app.render.messages import say
from index.catalogue.facets import KIND, YEAR
from index.catalogue.filters import Filters
from index.encoders.static import StaticEncoder
from index.query.patterns import ORDERS, read_first
from index.query.tokens import folded
from index.retrieval.comparing import compare, read_texts
from index.storage.store import Store
from index.text.analysis import content_text
from index.text.spans import Span, line_span
from index.types import Hit, ParsedQuery
from ingest.text.sentences import sentence_spans
from ingest.types import Kind, PassageKind

DEPTH = 80  # entries looked at
MOST = 10  # … and listed, where no number is asked for
_NOTES = 2  # below a list
_SPANS = 4  # passages of an entry among which its sentence is looked for, beside what it is
_MORE = 0.3  # of the question that a span must hold beyond what says what its work is, to stand in its place
FITS = 0.5  # probability that one work must have for there to be a list at all
_ASKED = 0.6  # probability from which on a list is certainly asked for
_EXTREMES = ("newest first", "oldest first")
_CHARS = {"zh": 140, "en": 360}  # a longer span is cut after its first sentence


@dataclass(frozen=True, slots=True)
class Chosen:
    """What stands on a list.

    Attributes:
        works: In order.
        overviews: Notes to stand below them.
        sure: Whether any work is likely enough; if not, the nearest one stands there.
        chance: Probability that the likeliest work belongs on the list; 1 where only filters decide.
        total: How many works fit, where only filters decide; otherwise nobody knows.
    """

    works: tuple[Hit, ...]
    overviews: tuple[Hit, ...]
    sure: bool
    chance: float
    total: int = 0


def choose(question: ParsedQuery, hits: Sequence[Hit], store: Store, table: StaticEncoder) -> Chosen:
    """Returns which of the entries found belong on the list asked for."""
    most = question.count or MOST
    unwanted = question.spared.union(*(wish.rows(store.rows_with) or () for wish in question.without))
    hits = [hit for hit in hits if hit.row not in unwanted]
    if not question.search_text:  # whatever fits the filters was asked for
        fitting = [hit for hit in hits if hit.entry.kind is not Kind.CONCEPT] or list(hits)
        if YEAR in question.filters.constraints:
            fitting.sort(key=lambda hit: not _appeared(hit, question.filters))
        fit = question.filters.rows(store.rows_with)
        rows = (store.rows_with(KIND, list(Kind)) if fit is None else fit) - store.rows_with(KIND, [Kind.CONCEPT])
        return Chosen(_in_order(question, fitting, most), (), True, 1.0, len(rows - unwanted))
    members = rank_members(question, hits, store, table)
    limits = fitted()["thresholds"]
    works = [member for member in members if member.hit.entry.kind is not Kind.CONCEPT]
    notes = [member for member in members if member.hit.entry.kind is Kind.CONCEPT]
    if Kind.CONCEPT in question.filters.kinds and not works:
        works, notes = notes, []
    any_fits = any(member.probability >= FITS for member in works)
    likely = [member.hit for member in works if any_fits and member.probability >= limits["work"]]
    below = [member.hit for member in notes if member.probability >= limits["overview"]][:_NOTES]
    return Chosen(
        _in_order(question, likely or [member.hit for member in works[:1]], most),
        () if question.count else tuple(below),
        bool(likely),
        works[0].probability if works else 0.0,
    )


def write_list(draft: Draft, question: ParsedQuery, hits: Sequence[Hit], store: Store, table: StaticEncoder) -> float:
    """Adds a list to a draft: the works that belong on it, and the notes that give an overview.

    Nothing is added where the question hardly asks for a list and no two works belong on one.

    Returns:
        The probability that the likeliest work belongs there, in [0, 1].
    """
    chosen = choose(question, hits, store, table)
    asked = question.intent.probabilities["list"] >= _ASKED or question.count or question.filters
    if not chosen.works or not (asked or (chosen.sure and len(chosen.works) > 1)):
        return 0.0
    if not chosen.sure:
        draft.say(say("none_fit", question.language))
    if chosen.total and not question.count:
        _count(draft, question, chosen)
    shown = _why(question, (*chosen.works, *chosen.overviews), store, table)
    for hit in chosen.works:
        _line(draft, question, hit, *shown[hit.entry.entry_id])
    for hit in chosen.overviews:
        _line(draft, question, hit, *shown[hit.entry.entry_id], prefix=say("overview", question.language))
    if chosen.sure and question.count and len(chosen.works) < question.count:
        draft.say(say("fewer", question.language, number=len(chosen.works)))
    return chosen.chance


def _appeared(hit: Hit, filters: Filters) -> bool:
    """Tells a work that appeared first in the years asked for, and not only at a venue."""
    year = hit.entry.year
    return year is not None and (filters.since or year) <= year <= (filters.until or year)


def _count(draft: Draft, question: ParsedQuery, chosen: Chosen) -> None:
    """Says how many works fit, where that is asked or where not all are shown."""
    shown = len(chosen.works)
    years = say("by_either_year", question.language) if YEAR in question.filters.constraints else ""
    if chosen.total > shown:
        draft.say(say("more_fit", question.language, number=chosen.total, years=years, shown=shown))
    elif read_first(folded(question.corrected), "how many"):
        draft.say(say("all_fit", question.language, number=chosen.total, years=years))


def _in_order(question: ParsedQuery, hits: Sequence[Hit], most: int) -> tuple[Hit, ...]:
    """Returns at most so many works in the order asked for, else the likeliest first; surveys come after all others.

    The newest or oldest ones are the first of all that belong; any other order is one of the likeliest.
    """
    text = folded(question.corrected)
    read = read_first(text, *_EXTREMES) or read_first(text, *ORDERS)
    asked = read.slot if read else ""
    ordered = list(hits if asked in _EXTREMES else hits[:most])
    if asked == "reading order":
        ordered.sort(key=lambda hit: hit.row)
    elif asked:
        sign = -1 if asked == "newest first" else 1
        ordered.sort(key=lambda hit: (hit.entry.year is None, sign * (hit.entry.year or 0)))
    if asked not in _EXTREMES:
        ordered.sort(key=lambda hit: "surveys" in hit.entry.topics)
    return tuple(ordered[:most])


def _line(
    draft: Draft, question: ParsedQuery, hit: Hit, span: Span | None, head: Span | None, prefix: str = ""
) -> None:
    title = f"- {prefix}**{shown_title(hit.entry, question.language)}**"
    if hit.entry.year and head is not None and str(hit.entry.year) in head.text:
        title += f"（{hit.entry.year}）" if question.language == "zh" else f" ({hit.entry.year})"
    if span is not None:
        lead = f"{title}{'：' if question.language == 'zh' else ': '}"
        text = span.plain if not span.steps and len(span.plain) <= _CHARS[question.language] else first_sentence(span)
        draft.quote(span, hit.entry, text=f"{lead}{text}", paragraph=True, lead=len(lead))
    elif head is not None:
        draft.quote(head, hit.entry, text=title, paragraph=True, lead=2)


def _why(
    question: ParsedQuery, hits: Sequence[Hit], store: Store, table: StaticEncoder
) -> dict[str, tuple[Span | None, Span | None]]:
    """Returns, by entry, the span that shows best why it belongs, in the question's language, and its list's line."""
    heads: dict[str, Span] = {}
    near: list[tuple[Span, Hit]] = []
    for hit in hits:
        passages = in_brief(store.passages_of(hit.entry.entry_id))
        listed = next((passage for passage in passages if passage.kind is PassageKind.LISTING), None)
        if listed is not None:
            heads[hit.entry.entry_id] = line_span(listed)
        near += [(span, hit) for span in _near(by_entry(passages, question.language), hit)]
    told: dict[str, Span] = {}
    for span, hit in near:
        if _defines(span):
            told.setdefault(hit.entry.entry_id, span)
    for span, hit in near:  # what a list says first of a work stands alone
        if span.passage.kind is PassageKind.LISTING and not span.head:
            told.setdefault(hit.entry.entry_id, span)
    best: dict[str, Span] = {}
    for candidate in rank_spans(question, near, table) if question.search_text else ():
        best.setdefault(candidate.hit.entry.entry_id, candidate.span)
    lines = _told_or_shown(question, told, best, table)
    return {(key := hit.entry.entry_id): (lines.get(key), heads.get(key)) for hit in hits}


def _told_or_shown(
    question: ParsedQuery, told: Mapping[str, Span], best: Mapping[str, Span], table: StaticEncoder
) -> dict[str, Span]:
    """Returns, by entry, what it is (``told``), or the span that shows why it belongs where that says clearly more.

    Beside its title, what a work is tells a reader more than one of its results.
    """
    lines = {**best, **told}
    both = [key for key in best if key in told and best[key] is not told[key]]
    if not both:
        return lines
    asked = content_text(question.search_text) or question.search_text
    read = read_texts(table, [asked, *(span[key].plain for span in (told, best) for key in both)])
    held = compare(table, read[0], read[1:]).similarities()[:, 0].reshape(2, len(both))
    return lines | {key: best[key] for key, more in zip(both, held[1] - held[0], strict=True) if more >= _MORE}


def _defines(span: Span) -> bool:
    return span.asked is not None and span.asked.aspect == "what"


def _near(spans: Sequence[Span], hit: Hit) -> list[Span]:
    """Returns the spans of the passages of an entry that the search liked best, and what the entry is."""
    ids = sorted(
        {span.passage.passage_id for span in spans}, key=lambda key: (-hit.passages.get(key, (0.0, 0.0))[1], key)
    )
    return [span for span in spans if span.passage.passage_id in ids[:_SPANS] or _defines(span)]


def first_sentence(span: Span) -> str:
    """Returns the first sentence of a span, as a reader sees it."""
    start, end = next(sentence_spans(span.plain), (0, len(span.plain)))
    return span.plain[start:end]
