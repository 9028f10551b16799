"""Fetching the PDFs of arXiv papers, politely and once: ``data/pdfs/arxiv/<id>.pdf``.

What has come is kept, so that a run that ends early goes on where it was. Papers without a PDF are remembered.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from ingest.fetch.arxiv import FetchReport
from ingest.fetch.polite import BusyError, Manners, PoliteClient, SettingsError, reason
from ingest.pdf.shelf import ARXIV_FOLDER, PDF_FOLDER

_MISSING_FILE = ".missing"
_HEAD = 1024
_NONE = (404, 410)  # withdrawn, or only ever there as something else


@dataclass(frozen=True, slots=True)
class FullTextConfig:
    """Where the PDFs are, and how to ask; ``LLMSTUDY_ARXIV_PDF`` chooses a mirror."""

    url: str = "https://export.arxiv.org/pdf"
    manners: Manners = field(default_factory=Manners)

    @classmethod
    def from_environment(cls) -> FullTextConfig:
        """Returns the defaults with the address the environment names, if it names one."""
        return cls(url=os.environ.get("LLMSTUDY_ARXIV_PDF", cls().url))


def pdf_file(data: Path, paper: str) -> Path:
    """Returns where the PDF of a paper is kept (old ids have a slash)."""
    return data / PDF_FOLDER / ARXIV_FOLDER / f"{paper.replace('/', '_')}.pdf"


def fetch_full_texts(
    ids: Sequence[str],
    data: Path,
    config: FullTextConfig,
    *,
    progress: Callable[[int, int], None] = lambda *_: None,
    sleep: Callable[[float], None] = time.sleep,
) -> FetchReport:
    """Fetches the PDFs that are not there yet.

    Args:
        ids: arXiv ids without versions.
        data: The data folder.
        config: Address and manners.
        progress: Called with the number of papers that were asked for and their total.
        sleep: Waits between requests.
    """
    folder = data / PDF_FOLDER / ARXIV_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    gone = set(_lines(folder / _MISSING_FILE))
    wanted = [paper for paper in dict.fromkeys(ids) if paper not in gone and not pdf_file(data, paper).is_file()]
    fetched, missing = 0, list[str]()
    if not wanted:
        return FetchReport(0, (), "")
    try:
        with PoliteClient(config.manners, sleep) as client:
            for number, paper in enumerate(wanted):
                progress(number, len(wanted))
                content = _ask(client, f"{config.url}/{paper}")
                if content is None:
                    missing.append(paper)
                    with (folder / _MISSING_FILE).open("a", encoding="utf-8") as stream:
                        stream.write(f"{paper}\n")
                    continue
                _keep(pdf_file(data, paper), content)
                fetched += 1
    except (httpx.HTTPError, BusyError, SettingsError) as error:
        return FetchReport(fetched, tuple(missing), reason(error), len(wanted) - fetched - len(missing))
    return FetchReport(fetched, tuple(missing), "")


def _ask(client: PoliteClient, url: str) -> bytes | None:
    try:
        content = client.get(url)
    except httpx.HTTPStatusError as error:
        if error.response.status_code in _NONE:
            return None
        raise
    if b"%PDF-" not in content[:_HEAD]:  # a page that says the PDF is being made, or that of a hotel's network
        raise httpx.DecodingError("no PDF came")
    return content


def _keep(file: Path, content: bytes) -> None:
    partial = file.with_suffix(".part")
    partial.write_bytes(content)
    partial.replace(file)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        return []
