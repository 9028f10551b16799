"""The language of the page: what the reader chose, else what the browser prefers."""

from __future__ import annotations

from starlette.requests import HTTPConnection

LANGUAGES = ("zh", "en")
COOKIE = "language"


def language_of(request: HTTPConnection) -> str:
    """Returns "zh" or "en"."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return str(chosen)
    for part in request.headers.get("accept-language", "").split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in LANGUAGES:
            return tag
    return "en"
