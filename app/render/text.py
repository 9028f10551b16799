"""An answer as text for a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.answer.names import shown_title
from app.render.places import place_in_file
from app.render.verdicts import status_line
from app.types import Answer, Citation

_LINK = re.compile(r"\[([^\]\n]+)\]\((https?://[^\s)]+)\)")
_LABELS = {
    "sources": {"zh": "出处", "en": "Sources"},
    "nearest": {"zh": "最接近的条目", "en": "Nearest entries"},
    "support": {"zh": "支持度", "en": "support"},
}


def answer_text(answer: Answer) -> str:
    """Returns an answer as plain text with its sources below."""
    lines = [plain_markdown(answer.text)]
    if line := status_line(answer):
        lines += ["", line]
    if answer.citations:
        lines += ["", f"{_LABELS['sources'][answer.language]}:"]
        for n in dict.fromkeys(citation.n for citation in answer.citations):
            lines += _source([citation for citation in answer.citations if citation.n == n], answer.language)
    return "\n".join(lines)


def plain_markdown(text: str) -> str:
    """Takes the bold marks off an answer's text, for a terminal, and shows the addresses of its links."""
    return _LINK.sub(r"\1 — \2", text).replace("**", "")


def _source(citations: Sequence[Citation], language: str) -> list[str]:
    """Returns the lines of one entry that is cited: its title, every quote's place, and its first link."""
    first = citations[0]
    title = shown_title(first.entry, language)
    places = ", ".join(
        dict.fromkeys(place_in_file(c.passage.path, c.line, c.passage.page, language) for c in citations)
    )
    mark = f"{_LABELS['support'][language]} {min(citation.support for citation in citations):.2f}"
    links = [f"    {link.url}" for link in first.entry.links[:1]]
    return [f"[{first.n}] {title} — {places} ({mark})", *links]
