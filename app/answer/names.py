"""What an answer calls an entry."""

from __future__ import annotations

import re

from ingest.types import Entry, Kind

_LONG = 30  # characters of a title that wants a shorter name
_SUBTITLE = re.compile(r"(?<=.):\s|(?<=.)：")
_PROPER = re.compile(r"(?=.*[^\W\d_].*)(?=.*(?:[A-Z].*[A-Z0-9]|[a-z].*[A-Z]))[A-Za-z0-9.+-]{2,16}")


def shown_title(entry: Entry, language: str) -> str:
    """Returns a title in the reader's language, the original beside it where that is another."""
    translated = entry.title_zh if language == "zh" else entry.title_en
    if not translated or translated in entry.title:
        return entry.title
    return f"{translated}（{entry.title}）" if language == "zh" else f"{translated} ({entry.title})"


def short_name(entry: Entry, language: str) -> str:
    """Returns the name a paragraph about an entry starts with.

    The alias its own title begins with; else, of a work, one that is a proper name (T0, UniLM); else the title, that of
    a concept without its subtitle.
    """
    translated = language == "zh" and entry.title_zh and len(entry.title_zh) < len(entry.title)
    title = entry.title_zh if translated else entry.title
    fitting = [
        title[: len(name)] for name in entry.aliases if len(name) > 1 and title.casefold().startswith(name.casefold())
    ]
    longest = max(fitting, key=len, default="")
    if entry.kind is Kind.CONCEPT:
        return longest or _SUBTITLE.split(title, maxsplit=1)[0]
    proper = [name for name in entry.aliases if _PROPER.fullmatch(name)]
    first = next((name for name in proper if entry.title.startswith(name)), "")  # AWQ, in Chinese, too
    if longest and (len(longest) <= _LONG / 2 or not proper):
        return longest
    return first or (proper[0] if proper and len(title) > _LONG else longest or title)
