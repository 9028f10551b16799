"""Works as RIS, which reference managers import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.export.reference import form_of, in_order, people_of, url_of, venue_of
from ingest.types import Entry

_TYPES = {
    "article": "JOUR",
    "conference": "CPAPER",
    "preprint": "UNPB",
    "software": "COMP",
    "dataset": "DATA",
    "web": "ELEC",
    "report": "RPRT",
}


def ris(entries: Sequence[Entry], keys: Mapping[str, str]) -> str:
    """Returns works as a .ris file, in the order given, lines ended as the format wants them."""
    return "".join(_record(entry, keys[entry.entry_id]) for entry in in_order(entries))


def _record(entry: Entry, key: str) -> str:
    people, _ = people_of(entry)
    lines = [
        ("TY", _TYPES[form_of(entry)]),
        ("ID", key),
        ("TI", entry.title),
        *(("AU", f"{p.family}, {p.given}" if p.given else p.family) for p in people),
        ("PY", str(entry.year or "")),
        ("T2", venue_of(entry)),
        ("AN", f"arXiv:{entry.arxiv_id}" if entry.arxiv_id else ""),
        ("UR", url_of(entry)),
        *(("KW", topic) for topic in entry.topics),
    ]
    body = "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in lines if value)
    return f"{body}ER  - \r\n\r\n"
