"""``/quality``: what the index holds and how to refresh it, and how well the last run of the eval suite went."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, StreamingResponse
from pydantic import BaseModel

from app.render.messages import say
from app.web.language import language_of
from app.web.pages import show_page
from app.web.refreshing import Refresh
from app.web.services import Services, user_of
from app.web.words import word
from index.storage.generations import current_generation

_PARTS = ("all", "zh", "en")
_RETRIEVAL = ("nDCG@10", "R@10", "Success@1", "Success@5", "RR@10")
_ANSWERS = {  # what the suite calls a share: the word of the page
    "quote at its line": "quote_at_line",
    "facts present": "facts_present",
    "declined, out-of-scope": "declined_outside",
    "declined, near-miss": "declined_near",
    "declined, answerable": "declined_wrongly",
}
_LOWER_IS_BETTER = "declined, answerable"
_SHOWN = 0.0005  # a smaller change would be shown as none


class Wanted(BaseModel):
    """How to refresh: with abstracts fetched from arXiv, or without a network."""

    fetch: bool = False


def quality_routes(services: Services) -> APIRouter:
    """Returns the routes of the page and of its button."""
    router = APIRouter(include_in_schema=False)
    refresh = Refresh(services.live.data)

    def may_refresh(request: Request) -> bool:
        return user_of(request) is not None or (services.local and services.gate is None)

    @router.get("/quality")
    def quality(request: Request) -> HTMLResponse:
        data, catalogue, language = services.live.data, services.catalogue(), language_of(request)
        generation, manifest = current_generation(data / "index")
        kinds = Counter(entry.kind.value for entry in catalogue.entries.values())
        results = data / "evals" / "results"
        fields = {
            "generation": generation.name,
            "built": _when(generation / "manifest.json"),
            "age": _age(time.time() - (generation / "manifest.json").stat().st_mtime, language),
            "manifest": manifest,
            "kinds": [(say(kind, language), number) for kind, number in kinds.most_common()],
            "languages": Counter(catalogue.store.languages()),
            "results": read_results(results / "results.json", _before(results / "earlier")),
            "may_refresh": may_refresh(request),
            "is_running": refresh.is_running,
        }
        return show_page(request, "quality.html", "quality", fields)

    @router.post("/quality/refresh")
    async def start(request: Request, wanted: Wanted) -> dict[str, bool]:
        if not may_refresh(request):
            raise HTTPException(403, word("refresh_forbidden", language_of(request)))
        return {"started": refresh.start(offline=not wanted.fetch)}

    @router.get("/quality/refresh")
    async def follow(request: Request) -> StreamingResponse:
        if not may_refresh(request):
            raise HTTPException(403, word("refresh_forbidden", language_of(request)))

        async def events() -> AsyncIterator[str]:
            async for event in refresh.follow():
                yield f"data: {json.dumps(event, ensure_ascii=False)}\n\n"

        return StreamingResponse(events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    return router


def read_results(file: Path, before: Path | None = None) -> dict[str, Any] | None:
    """Returns the tables of the last run of the eval suite, or None when there was none or it cannot be read.

    Args:
        file: What the run left.
        before: What the run before it left; each value then comes with how it has changed.
    """
    try:
        results = json.loads(file.read_text(encoding="utf-8"))
        old = _read_earlier(before)
        scores: Mapping[str, Mapping[str, float]] = results["scores"]
        return {
            "when": _when(file),
            "commit": str(results.get("commit", ""))[:8],
            "questions": int(scores["counts"]["questions"]),
            "before": old and {"when": old["when"], "commit": old["commit"], "questions": old["questions"]},
            "measures": _RETRIEVAL,
            "retrieval": [
                (part, [_value(scores, old, f"retrieval {part}", name, ".3f") for name in _RETRIEVAL])
                for part in _PARTS
            ],
            "answers": [
                (name, [_value(scores, old, f"answers {part}", of, ".1%") for part in _PARTS])
                for of, name in _ANSWERS.items()
            ],
            "milliseconds": {name: f"{value:.0f}" for name, value in results.get("milliseconds", {}).items()},
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _value(
    scores: Mapping[str, Mapping[str, float]], old: Mapping[str, Any] | None, section: str, name: str, form: str
) -> tuple[str, str, str]:
    """Returns a value, its change since the run before, and whether that is "better" or "worse"."""
    value = scores[section][name]
    before = old["scores"].get(section, {}).get(name) if old else None
    if not isinstance(before, int | float) or abs(value - before) < _SHOWN:
        return f"{value:{form}}", "", ""
    better = (value > before) != (name == _LOWER_IS_BETTER)
    return f"{value:{form}}", f"{value - before:+{form}}".replace("-", "−"), "better" if better else "worse"


def _read_earlier(file: Path | None) -> dict[str, Any] | None:
    if file is None:
        return None
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {
            "when": f"{datetime.strptime(file.stem, '%Y-%m-%dT%H-%M-%S'):%Y-%m-%d %H:%M}",
            "commit": str(found.get("commit", ""))[:8],
            "scores": dict(found["scores"]),
            "questions": int(found["scores"]["counts"]["questions"]),
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _before(folder: Path) -> Path | None:
    return max(folder.glob("*.json"), default=None)


def _age(seconds: float, language: str) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 2 * length:
            return word(f"age_{unit}", language, n=int(seconds // length))
    return word("age_minutes", language, n=int(max(0.0, seconds) // 60))


def _when(file: Path) -> str:
    return f"{datetime.fromtimestamp(file.stat().st_mtime):%Y-%m-%d %H:%M}"
