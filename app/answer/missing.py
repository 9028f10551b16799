"""What is said instead of an answer, or in front of half of one: what is missing, and what stands nearest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.answer.draft import Draft
from app.answer.extractive import named_hits
from app.answer.listing import first_sentence
from app.answer.names import short_name, shown_title
from app.answer.selection import Candidate
from app.answer.spans import by_entry, in_brief
from app.render.messages import say
from app.types import Sentence
from index.storage.store import Store
from index.text.spans import Span
from index.types import Hit, ParsedQuery, Slot
from ingest.types import Kind, PassageKind

_NEAREST = 3
_QUOTED = 2
_WHOLE = 3  # spans of a work about which lists alone speak
_SURE = 0.5  # that a question belongs to another field; its neighbours would be beside the point


def nearest_spans(question: ParsedQuery, hits: Sequence[Hit], ranked: Sequence[Candidate]) -> Draft:
    """Returns an answer that says that none was found, and quotes what comes nearest, of the works named first.

    A work about which lists say a line or two is told whole.
    """
    language = question.language
    draft = Draft(language)
    works = named_hits(question, hits)
    names = ("、" if language == "zh" else ", ").join(_called(hit, question) for hit in works)
    if question.unknown:
        draft.say(say("missing", language, names=", ".join(question.unknown)))
    rows = {hit.row for hit in works if hit.entry.kind is not Kind.CONCEPT}  # a section is a wide place
    of_works = [candidate for candidate in ranked if candidate.hit.row in rows and not candidate.span.head]
    listed = all(candidate.span.passage.kind is PassageKind.LISTING for candidate in of_works)
    whole = bool(of_works) and listed and len(of_works) <= _WHOLE
    # where the whole of it stands there, a reader sees at once whether that is an answer
    opening = "all_about" if whole else "near" if question.unknown else "not_found_about" if works else "not_found"
    draft.say(say(opening, language, names=names), paragraph=False)
    for candidate in (of_works or ranked)[: _WHOLE if whole else _QUOTED]:
        draft.point(candidate.span, candidate.hit.entry, label=True, asked=True)
    return draft


def _called(hit: Hit, question: ParsedQuery) -> str:
    """Returns what the question calls a work; its short name where it is linked."""
    for entity in question.entities:
        if entity.slot is Slot.NAME and entity.value == str(hit.row):
            return question.text[question.tokens[entity.first].start : question.tokens[entity.end - 1].end]
    return short_name(hit.entry, question.language)


def nothing_to_say(question: ParsedQuery, near: Sequence[Hit], store: Store) -> Iterator[Sentence]:
    """Yields what is said instead of an answer: what is missing, and the entries that are near, each with what it is.

    A question that sounds of another field gets no neighbours.
    """
    language = question.language
    names = ", ".join(question.unknown)
    yield Sentence(say("missing", language, names=names) if names else say("declined", language), ())
    if not near or question.intent.probabilities["outfield"] >= _SURE:
        return
    yield Sentence(say("nearest", language), (), starts_paragraph=True)
    for hit in near[:_NEAREST]:
        title = shown_title(hit.entry, language)
        url = hit.entry.links[0].url if hit.entry.links else ""
        head = f"- [{title}]({url})" if url else f"- {title}"
        what = _what_it_is(by_entry(in_brief(store.passages_of(hit.entry.entry_id)), language))
        colon = "：" if language == "zh" else ": "
        yield Sentence(f"{head}{colon}{what}" if what else head, (), starts_paragraph=True)


def _what_it_is(spans: Sequence[Span]) -> str:
    """Returns the first sentence of an entry's definition, or of its first span."""
    defining = [span for span in spans if span.asked is not None and span.asked.aspect == "what"]
    return next((first_sentence(span) for span in defining or spans), "")
