"""Which entry a PDF is of, and its passages: by arXiv id, DOI or title, else it is an entry of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from ingest.passages import PassageConfig, TextSpan, cut_passages
from ingest.pdf.types import PdfText
from ingest.text.folding import fold
from ingest.text.links import work_identity
from ingest.types import Entry, Kind, Link, Listing, Passage, PassageKind, Problem

_LEAST_TITLE = 16  # characters; a shorter title may be that of several works
_SAME_TITLE = 94.0
_UNLIKE = 45.0
_OPENING = 3000  # characters of the first page that a title is looked for in
_NAMED_BY_ID = re.compile(r"(?P<id>\d{4}\.\d{4,5}|[a-z-]+_\d{7})(?:v\d+)?$")
_NOT_WORKS = (Kind.CONCEPT, Kind.REPOSITORY)


@dataclass(frozen=True, slots=True)
class Pdf:
    """A PDF of the library: how it is cited, its folders below ``pdfs/``, its name, and its text."""

    path: str
    folders: tuple[str, ...]
    stem: str
    text: PdfText

    @property
    def arxiv_id(self) -> str:
        """The arXiv id that the PDF says it has, or that it is named by, as downloads are; or ""."""
        named = _NAMED_BY_ID.match(self.stem)
        return self.text.arxiv_id or (named["id"].replace("_", "/") if named else "")


def attach_pdfs(
    pdfs: Sequence[Pdf], by_id: dict[str, Entry], config: PassageConfig
) -> tuple[list[Passage], list[Problem]]:
    """Finds the entry of every PDF, or makes one, and cuts its text.

    Args:
        pdfs: Those with text.
        by_id: The entries; new ones are put there.
        config: How passages are cut.

    Returns:
        The passages, and what does not fit together.
    """
    known = _Known(by_id)
    passages: list[Passage] = []
    problems: list[Problem] = []
    for pdf in pdfs:
        entry = known.find(pdf, problems)
        if entry is None:
            entry = _new_entry(pdf, by_id)
            by_id[entry.entry_id] = entry
            known.add(entry)
        elif pdf.text.authors and not entry.authors:
            by_id[entry.entry_id] = replace(entry, authors=pdf.text.authors)
        passages += passages_of(pdf, entry.entry_id, config)
    return passages, problems


def passages_of(pdf: Pdf, entry_id: str, config: PassageConfig) -> Iterator[Passage]:
    """Yields the passages of a PDF; none goes over the end of a page, and lines are its paragraphs, from 1."""
    for number, page in enumerate(pdf.text.pages, start=1):
        if page:
            span = TextSpan(entry_id, PassageKind.PDF, f"{pdf.path}#page={number}", 1, page)
            yield from (replace(passage, path=pdf.path, page=number) for passage in cut_passages(span, config))


class _Known:
    """The entries by what a PDF may say of itself."""

    def __init__(self, by_id: Mapping[str, Entry]) -> None:
        self.by_id = by_id
        self.works: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        for entry in by_id.values():
            self.add(entry)

    def add(self, entry: Entry) -> None:
        if entry.kind is not Kind.CONCEPT:
            for link in entry.links:
                self.works.setdefault(work_identity(link.url), entry.entry_id)
        if entry.kind not in _NOT_WORKS:
            for title in (entry.title, entry.title_en, entry.title_zh):
                if len(fold(title)) >= (_LEAST_TITLE if title.isascii() else _LEAST_TITLE // 2):
                    self.titles.setdefault(fold(title), entry.entry_id)

    def find(self, pdf: Pdf, problems: list[Problem]) -> Entry | None:
        said = [f"arxiv:{pdf.arxiv_id}"] if pdf.arxiv_id else []
        said += [work_identity(f"https://doi.org/{pdf.text.doi}")] if pdf.text.doi else []
        for work in said:
            entry = self.by_id.get(work if work in self.by_id else self.works.get(work, ""))
            if entry is None:
                continue
            if _speaks_of(pdf, entry):
                return entry
            message = f"it says that it is {work}, which the lists call “{entry.title}”; check the link there"
            problems.append(Problem(pdf.path, 1, message))
        return self._by_title(fold(pdf.text.title)) if pdf.text.title else None

    def _by_title(self, title: str) -> Entry | None:
        found = self.titles.get(title)
        if found is None and len(title) >= _LEAST_TITLE:
            numbers = re.findall(r"\d+", title)
            found = next(
                (
                    entry_id
                    for other, entry_id in self.titles.items()
                    if abs(len(other) - len(title)) <= 0.1 * len(title)
                    and re.findall(r"\d+", other) == numbers
                    and fuzz.ratio(title, other) >= _SAME_TITLE
                ),
                None,
            )
        return self.by_id[found] if found else None


def _speaks_of(pdf: Pdf, entry: Entry) -> bool:
    """Tells whether a PDF opens with the title of an entry, or with something like it."""
    if pdf.text.title and fuzz.token_set_ratio(pdf.text.title.lower(), entry.title.lower()) >= _UNLIKE:
        return True
    opening = fold(" ".join(pdf.text.pages[0])[:_OPENING]) if pdf.text.pages else ""
    names = [fold(name) for name in (entry.title, entry.title_zh, entry.title_en, *entry.aliases) if name]
    return not pdf.text.title or any(name in opening for name in names if len(name) > 2)


def _new_entry(pdf: Pdf, by_id: Mapping[str, Entry]) -> Entry:
    text = pdf.text
    title = text.title or _first_words(pdf) or pdf.stem
    paper = pdf.arxiv_id if f"arxiv:{pdf.arxiv_id}" not in by_id else ""
    url = f"https://arxiv.org/abs/{paper}" if paper else f"https://doi.org/{text.doi}" if text.doi else ""
    slug = re.sub(r"\W+", "-", title.lower()).strip("-")[:80] or pdf.stem
    entry_id = f"arxiv:{paper}" if paper else f"url:doi.org/{text.doi}" if text.doi else f"{_LIST}/{slug}"
    number = 2
    while entry_id in by_id:
        entry_id, number = f"{_LIST}/{slug}-{number}", number + 1
    year = re.match(r"(\d\d)(?:0[1-9]|1[0-2])\.", paper)
    return Entry(
        entry_id=entry_id,
        title=title,
        title_zh="",
        kind=Kind.PAPER,
        year=2000 + int(year[1]) if year else None,
        venue="arXiv" if paper else "",
        authors=text.authors,
        links=(Link("arxiv" if paper else "doi", url),) if url else (),
        arxiv_id=paper or None,
        listings=(Listing(_LIST, pdf.folders, pdf.path, 1, title),),
        topics=pdf.folders[-1:],
        aliases=(),
    )


_LIST = "pdfs"


def _first_words(pdf: Pdf) -> str:
    first = next((paragraph for page in pdf.text.pages for paragraph in page), "")
    return first if 2 <= len(first.split()) <= 20 or 4 <= len(first) <= 40 else ""
