"""A conversation that was kept, as Markdown, HTML or BibTeX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.answer.llm import Usage
from app.catalogue import Catalogue
from app.export.bibtex import bibtex
from app.export.markdown import cited_entries, conversation_html, conversation_markdown
from app.export.reference import citation_keys
from app.state.answers import KeptAnswer, KeptCitation
from app.types import Citation, Writing
from ingest.types import Entry, Kind, Link, Passage, PassageKind

FORMATS = {"md": "text/markdown", "html": "text/html", "bib": "application/x-bibtex"}  # endings: media types


@dataclass(frozen=True, slots=True)
class _Revived:
    """A kept answer with the entries that it cites."""

    question: str
    language: str
    text: str
    citations: tuple[Citation, ...]
    writing: Writing | None = None


def exported_conversation(answers: Sequence[KeptAnswer], title: str, catalogue: Catalogue, ending: str) -> str:
    """Returns a conversation in a format.

    Args:
        answers: Oldest first.
        title: What the conversation is called.
        catalogue: The entries that are live now; what it no longer has is cited by what was kept of it.
        ending: One of ``FORMATS``.
    """
    revived = [
        _Revived(
            a.question,
            a.language,
            a.markdown,
            tuple(_citation(c, catalogue) for c in a.citations),
            Writing(a.model, a.verdicts, Usage()) if a.model else None,
        )
        for a in answers
    ]
    cited = cited_entries(revived)
    keys = citation_keys([*catalogue.entries.values(), *(e for e in cited if e.entry_id not in catalogue.entries)])
    if ending == "bib":
        return bibtex(cited, keys)
    return (conversation_html if ending == "html" else conversation_markdown)(revived, keys, title)


def _citation(kept: KeptCitation, catalogue: Catalogue) -> Citation:
    entry = catalogue.entries.get(kept.entry_id) or _remembered(kept)
    passage = Passage(
        kept.passage_id, kept.entry_id, PassageKind.LISTING, "", kept.quote, kept.path, kept.line, kept.line, 0
    )
    return Citation(kept.n, entry, passage, kept.quote, kept.line, kept.support)


def _remembered(kept: KeptCitation) -> Entry:
    links = (Link("", kept.url),) if kept.url else ()
    return Entry(kept.entry_id, kept.title, "", Kind.ARTICLE, None, "", (), links, None, (), (), ())
