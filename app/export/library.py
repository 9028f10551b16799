"""Any part of the library as references."""

from __future__ import annotations

import json

from app.export.bibtex import bibtex
from app.export.csl import csl
from app.export.reference import citation_keys
from app.export.ris import ris
from index.catalogue.filters import Filters
from index.storage.store import Store
from ingest.types import Kind


def library_references(store: Store, filters: Filters, form: str) -> str:
    """Returns the works that fit some filters, in reading order, as "bib", "csl" or "ris"; notes are no references."""
    every = list(store.entries())
    keys = citation_keys(every)
    rows = filters.rows(store.rows_with)
    chosen = [
        entry
        for row, entry in enumerate(every)
        if (rows is None or row in rows) and (entry.kind is not Kind.CONCEPT or entry.links)
    ]
    if form == "csl":
        return json.dumps(csl(chosen, keys), ensure_ascii=False, indent=1) + "\n"
    return (bibtex if form == "bib" else ris)(chosen, keys)
