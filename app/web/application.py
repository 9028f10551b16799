"""The study app as one FastAPI application: plain pages, and Gradio's chat mounted at ``/``.

To add a page: a module here with a function that returns its routes, a template that extends ``page.html``, its words
in ``app.web.words``; include the routes below, name its path in ``app.web.guard`` and the page in ``header.html``.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from app.errors import StateError
from app.web.agents import Agents
from app.web.api import api_page, api_routes
from app.web.conversations import conversation_routes
from app.web.guard import Guard
from app.web.language import COOKIE, LANGUAGES
from app.web.library import library_routes
from app.web.login import Login, login_routes, own_address
from app.web.own_path import own_path_routes
from app.web.pages import show_page
from app.web.path import path_routes
from app.web.picture import picture_routes
from app.web.quality import quality_routes
from app.web.services import Services
from app.web.shell import ChatShell
from app.web.study import study_routes
from app.web.words import word
from ingest.errors import StudyError

FILES = Path(__file__).parent / "static"
_FONTS = ("system-ui", "-apple-system", "Segoe UI", "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", "sans-serif")
_YEAR = 365 * 24 * 3600


def build_application(services: Services, hosts: Collection[str] = ()) -> FastAPI:
    """Returns the application: the pages and the chat.

    Args:
        services: What the pages share.
        hosts: Names by which the page may be called beside "localhost" and addresses in numbers.
    """
    from app.web.chat import build_chat  # Gradio takes seconds to import
    from app.web.gradio_import import gr

    mounted: FastAPI = gr.mount_gradio_app(
        build_pages(services, hosts),
        build_chat(services),
        "/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        ssr_mode=False,
        pwa=False,
        max_file_size="1kb",
        theme=gr.themes.Base(font=_FONTS, font_mono=("ui-monospace", "Menlo", "monospace")),
    )
    return mounted


def build_pages(services: Services, hosts: Collection[str] = ()) -> FastAPI:
    """Returns the application without the chat."""
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        title="LLM study assistant",
        version="1",
        middleware=[
            Middleware(Guard, hosts=hosts),
            Middleware(Login, gate=services.gate),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4),
            Middleware(ChatShell, services=services),
        ],
    )
    app.mount("/files", StaticFiles(directory=FILES))
    app.include_router(login_routes(services.gate))
    app.include_router(conversation_routes(services))
    app.include_router(picture_routes(services))
    app.include_router(library_routes(services))
    app.include_router(path_routes(services))
    app.include_router(own_path_routes(services))
    app.include_router(quality_routes(services))
    app.include_router(api_routes(services))
    app.include_router(api_page())
    agents = Agents(services)
    app.router.routes += [Route("/mcp", agents), Route("/mcp/", agents)]
    app.include_router(study_routes(services))
    app.add_api_route("/language/{code}", _choose_language, include_in_schema=False)
    app.add_exception_handler(HTTPException, _not_there)
    app.add_exception_handler(StudyError, lambda _, error: JSONResponse({"detail": str(error)}, 400))
    app.add_exception_handler(StateError, lambda _, error: JSONResponse({"detail": str(error)}, 503))
    return app


def _choose_language(code: str, next: str = "/") -> Response:
    """Remembers a language and returns to a page of ours."""
    if code not in LANGUAGES:
        raise HTTPException(404)
    response = RedirectResponse(own_address(next), 303)
    response.set_cookie(COOKIE, code, max_age=_YEAR, samesite="lax")
    return response


def _not_there(request: Request, error: Exception) -> Response:
    """Answers in the form in which was asked: a page for people, JSON for scripts."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = str(error.detail) if isinstance(error, HTTPException) else ""
    if "text/html" in request.headers.get("accept", "") and status == 404:
        return show_page(request, "not_found.html", "not_found", {"detail": detail}, status=404)
    return JSONResponse({"detail": detail or word("not_found", "en")}, status)
