"""Titles and abstracts of the papers that lists link, from what was fetched or from arXiv's bulk file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ingest.corpus import ABSTRACT_FOLDER
from ingest.documents.front_matter import read_document
from ingest.errors import CorpusError
from ingest.fetch.arxiv_dump import read_records
from ingest.fetch.documents import abstract_file, one_line
from ingest.lint.entries import Paper
from ingest.text.folding import fold


def known_papers(ids: Collection[str], titles: Collection[str], data: Path, dump: Path | None) -> dict[str, Paper]:
    """Returns what is known of the papers with some ids, and of those with some titles, by arXiv id.

    Raises:
        CorpusError: The bulk file cannot be read.
    """
    papers: dict[str, Paper] = {}
    for number in ids:
        file = abstract_file(data / ABSTRACT_FOLDER, number)
        if file.is_file() and (paper := _kept(file)):
            papers[number] = paper
    if dump is not None:
        wanted, names = set(ids), {fold(title) for title in titles}
        for record in read_records(dump):
            title = one_line(record["title"])
            if record["id"] in wanted or fold(title) in names:
                papers[record["id"]] = Paper(title, one_line(record["abstract"]))
    return papers


def _kept(file: Path) -> Paper | None:
    try:
        document = read_document(file, file.name)
    except CorpusError:
        return None
    title = document.front.get("title")
    text = " ".join(line for part in document.parts for line in part.lines)
    return Paper(title, text) if isinstance(title, str) and title.strip() else None
