"""What an answer calls an entry."""

from __future__ import annotations

from ingest.types import Entry


def shown_title(entry: Entry, language: str) -> str:
    """Returns a title in the reader's language, the original beside it where that is another."""
    translated = entry.title_zh if language == "zh" else entry.title_en
    if not translated or translated in entry.title:
        return entry.title
    return f"{translated}（{entry.title}）" if language == "zh" else f"{translated} ({entry.title})"


def short_name(entry: Entry, language: str) -> str:
    """Returns the name a paragraph about an entry starts with: the alias its own title begins with, else the title."""
    title = (
        entry.title_zh
        if language == "zh" and entry.title_zh and len(entry.title_zh) < len(entry.title)
        else entry.title
    )
    fitting = [name for name in entry.aliases if len(name) > 1 and title.casefold().startswith(name.casefold())]
    return title[: len(max(fitting, key=len))] if fitting else title
