"""The text of one PDF. Runs in a process of its own (``ingest.pdf.__main__``), as a file may be made to do harm."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from ingest.pdf.drawing import read_page
from ingest.pdf.identity import arxiv_id_of, authors_of, doi_of, title_of
from ingest.pdf.layout import lines_of
from ingest.pdf.paragraphs import paragraphs_of
from ingest.pdf.types import PdfText, RawPage

_HEAD = 1024  # bytes within which a PDF says that it is one
_MOST_CHARS = 20_000_000
_LEAST_CHARS = 25  # a page on average; scanned pages have none
_LEAST_READABLE = 0.55
_READABLE = re.compile(r"[\w\s]")
_BROKEN = (
    PyPdfError,
    OSError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    ArithmeticError,
    AssertionError,
)


def extract_pdf(file: Path, *, most_pages: int) -> PdfText:
    """Returns the text of a PDF, or why there is none."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        with file.open("rb") as stream:
            if b"%PDF-" not in stream.read(_HEAD):
                return PdfText(fault="it is no PDF, whatever its name says")
        return _extracted(file, most_pages)
    except (FileNotDecryptedError, DependencyError):
        return PdfText(fault="it is encrypted; save a copy without a password")
    except RecursionError:
        return PdfText(fault="it is broken: nested too deep")
    except MemoryError:
        return PdfText(fault="reading it takes too much memory")
    except _BROKEN as error:
        return PdfText(fault=f"it is broken: {' '.join(str(error).split())[:120] or type(error).__name__}")


def _extracted(file: Path, most_pages: int) -> PdfText:
    reader = PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise FileNotDecryptedError("a password is needed")
    count = len(reader.pages)
    if count > most_pages:
        return PdfText(fault=f"it has {count} pages, more than {most_pages}; add the chapters that matter as files")
    if not count:
        return PdfText(fault="it has no pages")
    pages = list(_pages(reader))
    if sum(len(run.text) for page in pages for run in page.runs) > _MOST_CHARS:
        return PdfText(fault=f"it has more than {_MOST_CHARS // 1_000_000} million characters")
    lines = [lines_of(page) for page in pages]
    text = "".join(line.text for page in lines for line in page)
    if len(text) < _LEAST_CHARS * count:
        return PdfText(fault="its pages are pictures without text; run OCR over it first, for example with ocrmypdf")
    if len(_READABLE.findall(text)) < _LEAST_READABLE * len(text):
        return PdfText(fault="its fonts do not say which letters they draw; run OCR over it")
    facts = _facts(reader)
    title = title_of(lines[0], pages[0], facts)
    return PdfText(
        pages=tuple(paragraphs_of(pages, lines)),
        title=title,
        authors=authors_of(lines[0], title, facts),
        arxiv_id=arxiv_id_of(pages[0], facts),
        doi=doi_of(pages[0], facts),
    )


def _pages(reader: PdfReader) -> Iterator[RawPage]:
    """Yields the pages; one that cannot be read is empty, as long as the others can."""
    for page in reader.pages:
        try:
            yield read_page(page)
        except _BROKEN:
            yield RawPage((), "", 612.0, 792.0)


def _facts(reader: PdfReader) -> Mapping[str, str]:
    try:
        return {str(name): str(value) for name, value in (reader.metadata or {}).items()}
    except _BROKEN:
        return {}
