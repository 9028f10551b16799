"""``/quality``: what the index holds, and how well the last run of the eval suite went."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.render.messages import say
from app.web.language import language_of
from app.web.pages import show_page
from app.web.services import Services
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


def quality_routes(services: Services) -> APIRouter:
    """Returns the route of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/quality")
    def quality(request: Request) -> HTMLResponse:
        data, catalogue, language = services.live.data, services.catalogue(), language_of(request)
        generation, manifest = current_generation(data / "index")
        kinds = Counter(entry.kind.value for entry in catalogue.entries.values())
        fields = {
            "generation": generation.name,
            "built": _when(generation / "manifest.json"),
            "manifest": manifest,
            "kinds": [(say(kind, language), number) for kind, number in kinds.most_common()],
            "languages": Counter(catalogue.store.languages()),
            "results": read_results(data / "evals" / "results" / "results.json"),
        }
        return show_page(request, "quality.html", "quality", fields)

    return router


def read_results(file: Path) -> dict[str, Any] | None:
    """Returns the tables of the last run of the eval suite, or None when there was none or it cannot be read."""
    try:
        results = json.loads(file.read_text(encoding="utf-8"))
        scores: Mapping[str, Mapping[str, float]] = results["scores"]
        return {
            "when": _when(file),
            "commit": str(results.get("commit", ""))[:8],
            "questions": int(scores["counts"]["questions"]),
            "measures": _RETRIEVAL,
            "retrieval": [
                (part, [f"{scores[f'retrieval {part}'][name]:.3f}" for name in _RETRIEVAL]) for part in _PARTS
            ],
            "answers": [
                (name, [f"{scores[f'answers {part}'][of]:.1%}" for part in _PARTS]) for of, name in _ANSWERS.items()
            ],
            "milliseconds": {name: f"{value:.0f}" for name, value in results.get("milliseconds", {}).items()},
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _when(file: Path) -> str:
    return f"{datetime.fromtimestamp(file.stat().st_mtime):%Y-%m-%d %H:%M}"
