"""An answer as JSON for scripts and as text for people."""

from __future__ import annotations

from typing import Any

from app.explain import steps_json
from app.types import Answer, Citation, Status
from index.types import Hit
from ingest.text import plain_text
from ingest.types import Entry, Listing, Passage, PassageKind

_LABELS = {
    "sources": {"zh": "出处", "en": "Sources"},
    "nearest": {"zh": "最接近的条目", "en": "Nearest entries"},
    "support": {"zh": "支持度", "en": "support"},
}


def answer_json(answer: Answer, question_id: str | None) -> dict[str, Any]:
    """Returns an answer as the JSON object of the command line."""
    return {
        "id": question_id,
        "question": answer.question,
        "language": answer.language,
        "status": answer.status.value,
        "answer": answer.text,
        "notices": list(answer.notices),
        "citations": [_citation_json(citation) for citation in answer.citations],
        "hits": [_hit_json(hit) for hit in answer.hits],
        "timings_ms": {
            "retrieve": answer.timings.retrieve,
            "answer": answer.timings.answer,
            "total": answer.timings.total,
        },
    }


def answer_text(answer: Answer) -> str:
    """Returns an answer as plain text with its sources below."""
    lines = [plain_markdown(answer.text)]
    if answer.citations:
        lines += ["", f"{_LABELS['sources'][answer.language]}:"]
        for citation in answer.citations:
            mark = f"{_LABELS['support'][answer.language]} {citation.support:.2f}"
            lines.append(f"[{citation.n}] {citation.entry.title} — {citation.passage.path}:{citation.line} ({mark})")
            lines += [f"    {link.url}" for link in citation.entry.links[:1]]
    elif answer.status is Status.DECLINED and answer.hits:
        lines.append("")
        for hit in answer.hits[:3]:
            where = listing_of(hit.entry, hit.best.passage)
            lines.append(f"    {hit.entry.title} — {where.path}:{where.line}")
    return "\n".join(lines)


def plain_markdown(text: str) -> str:
    """Takes the bold marks off an answer's text, for a terminal."""
    return text.replace("**", "")


def listing_of(entry: Entry, passage: Passage) -> Listing:
    """Returns the place in the lists that a passage belongs to: its own listing, or the entry's first."""
    before = [x for x in entry.listings if x.path == passage.path and x.line <= passage.start_line]
    return max(before, key=lambda listing: listing.line, default=entry.listings[0])


def section_path(listing: Listing) -> str:
    """Returns a section as ``A > B > C``."""
    return " > ".join(listing.section)


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
    }


def _hit_json(hit: Hit) -> dict[str, Any]:
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
        "text": plain_text(shown.text),
        "steps": steps_json(hit),
        "words": list(hit.words),
    }
