"""What is read from a PDF: lines where they stand on a page, then paragraphs by page and what the first page says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """Text on one baseline without a wide gap; coordinates in points, the origin at the lower left."""

    text: str
    left: float
    right: float
    bottom: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one column.

    Attributes:
        text: What it says.
        left: Where it starts, in points.
        right: Where it ends.
        bottom: Its baseline.
        height: Height of its largest type.
        column: Number of the block of lines it belongs to, in reading order.
    """

    text: str
    left: float
    right: float
    bottom: float
    height: float
    column: int


@dataclass(frozen=True, slots=True)
class RawPage:
    """The text of a page as it is drawn, ``margin`` being what stands turned by a right angle beside it."""

    runs: tuple[Run, ...]
    margin: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PdfText:
    """The text of a PDF.

    Attributes:
        pages: The paragraphs of every page, in reading order; running heads, page numbers and references are left out.
        title: Of the work, or "".
        authors: Its authors as far as the first page or the file's own facts name them.
        arxiv_id: Without version, or "".
        doi: Without address, or "".
        fault: Why there is no text, or "".
    """

    pages: tuple[tuple[str, ...], ...] = ()
    title: str = ""
    authors: tuple[str, ...] = ()
    arxiv_id: str = ""
    doi: str = ""
    fault: str = ""
