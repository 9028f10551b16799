"""Plain pages: a template in the reader's language around what a route found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from app.web.drawing import TEMPLATES, entry_href
from app.web.language import language_of
from app.web.services import user_of
from app.web.words import word


def show_page(
    request: Request, template: str, page: str, fields: Mapping[str, Any], *, title: str = "", status: int = 200
) -> HTMLResponse:
    """Returns a page.

    Args:
        request: Whose language and address the page goes by.
        template: A template that extends ``page.html``.
        page: Name of the page, a word of ``app.web.words`` and what the header marks as current.
        fields: What the template shows.
        title: Title before that of the page.
        status: HTTP status.
    """
    language = language_of(request)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    shared = {
        "language": language,
        "word": word,
        "entry_href": entry_href,
        "page": page,
        "user": user_of(request),
        "here": here,
        "title": title or word(page, language),
    }
    html = TEMPLATES.get_template(template).render(shared | dict(fields))
    return HTMLResponse(html, status, headers={"Vary": "Cookie, Accept-Language", "Cache-Control": "no-cache"})
