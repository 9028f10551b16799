"""An answer as text for a terminal."""

from __future__ import annotations

from app.render.places import listing_of
from app.types import Answer, Status

_LABELS = {
    "sources": {"zh": "出处", "en": "Sources"},
    "nearest": {"zh": "最接近的条目", "en": "Nearest entries"},
    "support": {"zh": "支持度", "en": "support"},
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
