"""An answer as the JSON object of the command line."""

from __future__ import annotations

from typing import Any

from app.answer.support import Verdict
from app.render.explain import steps_json
from app.render.places import listing_of, section_path
from app.render.verdicts import status_line
from app.types import Answer, Citation
from index.types import Hit
from ingest.text.markup import plain_text
from ingest.types import Passage, PassageKind


def answer_json(answer: Answer, question_id: str | None) -> dict[str, Any]:
    """Returns an answer as the JSON object of the command line."""
    written = {} if answer.writing is None else {"writing": _writing_json(answer)}
    return {
        "id": question_id,
        "question": answer.question,
        "language": answer.language,
        "status": answer.status.value,
        "answer": answer.text,
        "notices": list(answer.notices),
        "citations": [_citation_json(citation) for citation in answer.citations],
        "hits": [hit_json(hit) for hit in answer.hits],
        "timings_ms": {
            "retrieve": answer.timings.retrieve,
            "answer": answer.timings.answer,
            "total": answer.timings.total,
        },
    } | written


def _writing_json(answer: Answer) -> dict[str, Any]:
    """Returns who wrote an answer, what it cost, and the verdict on each of its sentences."""
    if answer.writing is None:
        return {}
    usage = answer.writing.usage
    return {
        "model": answer.writing.model,
        "status_line": status_line(answer),
        "sentences": [
            {
                "text": sentence.text,
                "verdict": (sentence.check.verdict if sentence.check else Verdict.NO_CLAIM).value,
                "support": round(sentence.check.support, 3) if sentence.check else None,
                "citations": list(sentence.citations),
                "missing": list(sentence.check.missing) if sentence.check else [],
            }
            for sentence in answer.sentences
        ],
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "answer_tokens": usage.answer_tokens,
            "seconds": round(usage.seconds, 3),
            "first_token_seconds": round(usage.first_token, 3),
        },
    }


def _citation_json(citation: Citation) -> dict[str, Any]:
    listing = listing_of(citation.entry, citation.passage)
    return {
        "n": citation.n,
        "entry_id": citation.entry.entry_id,
        "title": citation.entry.title,
        "section": section_path(listing),
        "list": listing.list_id,
        "source": citation.passage.path,
        "line": citation.line,
        "links": [link.url for link in citation.entry.links],
        "arxiv_id": citation.entry.arxiv_id,
        "quote": citation.quote,
        "support": citation.support,
    } | _page(citation.passage)


def hit_json(hit: Hit) -> dict[str, Any]:
    """Returns an entry that was found as one of the hits of an answer."""
    shown = next((m for m in hit.matches if m.passage.kind is not PassageKind.RECORD), hit.best).passage
    listing = listing_of(hit.entry, shown)
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "entry_id": hit.entry.entry_id,
        "title": hit.entry.title,
        "section": section_path(listing),
        "year": hit.entry.year,
        "kind": hit.entry.kind.value,
        "links": [link.url for link in hit.entry.links],
        "arxiv_id": hit.entry.arxiv_id,
        "source": shown.path,
        "line": shown.start_line,
        "text": shown.text if shown.kind is PassageKind.PDF else plain_text(shown.text),
        "steps": steps_json(hit),
        "words": list(hit.words),
    } | _page(shown)


def _page(passage: Passage) -> dict[str, int]:
    """Returns the page of a passage of a PDF; other passages have none."""
    return {} if passage.page is None else {"page": passage.page}
