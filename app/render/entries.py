"""Entries and steps of reading paths as JSON objects."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.catalogue import Catalogue
from app.render.bibtex import bibtex
from app.study.path import PathStep
from ingest.types import Entry


def entry_json(entry: Entry, catalogue: Catalogue) -> dict[str, Any]:
    """Returns an entry with what its card says about reading it, and its passages."""
    record = catalogue.record(entry.entry_id)
    return asdict(entry) | {
        "prerequisites": list(record.prerequisites),
        "dependents": list(catalogue.dependents(entry.entry_id)),
        "related": list(record.related),
        "reading_minutes": record.minutes,
        "bibtex": bibtex(entry),
        "passages": [
            {
                "kind": p.kind.value,
                "language": p.language,
                "source": p.path,
                "line": p.start_line,
                "page": p.page,
                "text": p.text,
            }
            for p in catalogue.store.passages_of(entry.entry_id)
        ],
    }


def step_json(step: PathStep) -> dict[str, Any]:
    """Returns a step of a reading path."""
    return {
        "entry_id": step.entry.entry_id,
        "title": step.entry.title,
        "title_zh": step.entry.title_zh,
        "year": step.entry.year,
        "links": [link.url for link in step.entry.links],
        "minutes": step.minutes,
        "minutes_estimated": step.estimated,
        "needed_for": list(step.needed_for),
    }
