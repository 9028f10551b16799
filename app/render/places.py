"""Where in the lists an answer's passages stand."""

from __future__ import annotations

from app.render.messages import say
from ingest.types import Entry, Listing, Passage


def listing_of(entry: Entry, passage: Passage) -> Listing:
    """Returns the place in the lists that a passage belongs to: its own listing, or the entry's first."""
    before = [x for x in entry.listings if x.path == passage.path and x.line <= passage.start_line]
    return max(before, key=lambda listing: listing.line, default=entry.listings[0])


def place_in_file(path: str, line: int, page: int | None, language: str) -> str:
    """Returns where a quote stands: ``path:line``, in a PDF its page in the reader's language."""
    return f"{path}:{line}" if page is None else f"{path}{say('at_page', language, page=page)}"


def section_path(listing: Listing) -> str:
    """Returns a section as ``A > B > C``, its headings as written."""
    return " > ".join(listing.section)


def shown_section(listing: Listing, language: str) -> str:
    """Returns a section as ``A › B › C``, its headings in the reader's language."""
    return " › ".join(listing.section_in(language))
