"""The whole corpus as one value: lists merged into entries, cards and notes attached, passages cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest.corpus import cited_path, corpus_files, list_id_of, survey_corpus
from ingest.documents.glossary import read_terms
from ingest.documents.organisations import with_organisations
from ingest.documents.subjects import read_subjects, unknown_works
from ingest.errors import CorpusError
from ingest.lists.merge import Found, merge_entries
from ingest.parse_cache import ParseCache
from ingest.parsed import Parsed, parse_document, parse_list, placed
from ingest.passages import PassageConfig
from ingest.pdf.attach import Pdf, attach_pdfs
from ingest.pdf.reading import kept_text, pdf_hash
from ingest.pdf.shelf import PDF_FOLDER
from ingest.text.folding import fold
from ingest.text.links import canonical_url, link_fault
from ingest.types import Entry, Kind, Library, Link, Listing, Passage, Problem, Subject, Term

__all__ = ["Progress", "Reading", "cited_path", "corpus_files", "read_corpus", "read_library"]

_YEAR = re.compile(r"[0-9]{4}")

Progress = Callable[[str, int, int], None]


def read_library(
    corpus: Path,
    data: Path,
    config: PassageConfig = PassageConfig(),
    progress: Progress = lambda *_: None,
    cache: ParseCache | None = None,
) -> Library:
    """Reads a corpus.

    Args:
        corpus: Folder with ``lists/``, ``papers/`` and ``notes/``, or a folder of lists.
        data: Folder of generated state; its ``abstracts/`` are read.
        config: How passages are cut.
        progress: Called with a file name, its number and the number of files.
        cache: Remembers what files say; without it all of them are read.

    Returns:
        The library; files that could not be read are among its problems.

    Raises:
        CorpusError: There is no corpus, or nothing in it could be read.
    """
    return read_corpus(corpus, data, config, progress, cache).library


@dataclass(frozen=True, slots=True)
class Reading:
    """A library with what it was made of: each listing with its entry's id, and the lists by their cited paths."""

    library: Library
    owned: tuple[tuple[Found, str], ...]
    list_files: dict[str, Path]


def read_corpus(
    corpus: Path,
    data: Path,
    config: PassageConfig = PassageConfig(),
    progress: Progress = lambda *_: None,
    cache: ParseCache | None = None,
) -> Reading:
    """Reads a corpus as ``read_library`` does, and keeps the listings for those who judge them."""
    reader = _Reader(corpus, data, config, cache)
    survey = survey_corpus(corpus, data)
    files = survey.files
    reader.unread += survey.unread
    reader.skipped += survey.skipped
    total = sum(map(len, files.values()))
    number = 0
    for role, paths in files.items():
        for file in paths:
            number += 1
            progress(file.name, number, total)
            reader.read(role, file)
    library = reader.library()
    lists = {cited_path(corpus, file): file for file in files["lists"]}
    return Reading(library, tuple(reader.owned), lists)


class _Reader:
    """Collects what the files say; the merge needs all lists at once."""

    def __init__(self, corpus: Path, data: Path, config: PassageConfig, cache: ParseCache | None) -> None:
        self.corpus, self.data, self.config, self.cache = corpus, data, config, cache
        self.found: list[Found] = []
        self.listed: dict[int, Sequence[Passage]] = {}  # by the identity of a block
        self.documents: list[tuple[str, str, Parsed]] = []  # role, path
        self.problems: list[Problem] = []
        self.files: list[str] = []
        self.glossary: list[Term] = []
        self.organisations: list[Term] = []
        self.subjects: list[Subject] = []
        self.subjects_path = ""
        self.list_titles: list[tuple[str, str]] = []
        self.unread: list[Problem] = []
        self.skipped: list[Problem] = []
        self.pdfs: dict[str, Pdf] = {}
        self.owned: list[tuple[Found, str]] = []

    def read(self, role: str, file: Path) -> None:
        of_data = role in ("abstracts", "sets") or (role == "pdfs" and file.is_relative_to(self.data))
        root = self.data if of_data else self.corpus
        path = cited_path(root, file)
        try:
            if role == "lists":
                self._list(file, role, path, list_id_of(self.corpus, file))
            elif role == "sets":
                self._list(file, role, path, f"arXiv {file.stem}")
            elif role == "pdfs":
                self._pdf(file, path, root)
            elif role == "glossary":
                self.glossary, faults = read_terms(file, path)
                self.problems += faults
            elif role == "organisations":
                self.organisations, faults = read_terms(file, path)
                self.problems += faults
            elif role == "subjects":
                self.subjects, faults = read_subjects(file, path)
                self.subjects_path = path
                self.problems += faults
            else:
                self.documents.append((role, path, self._parsed(file, role, path)))
            self.files.append(path)
        except CorpusError as error:
            self.unread.append(Problem(path, 1, f"skipped: {error}"))

    def _list(self, file: Path, role: str, path: str, list_id: str) -> None:
        parsed = self._parsed(file, role, path)
        self.list_titles += [(list_id, name) for name in parsed.titles]
        self.found += [Found(block, list_id, path) for block in parsed.blocks]
        for block, passages in zip(parsed.blocks, parsed.passages, strict=True):
            self.listed[id(block)] = passages

    def _parsed(self, file: Path, role: str, path: str) -> Parsed:
        def parse() -> Parsed:
            if role in ("lists", "sets"):
                return parse_list(file, self.config)
            return parse_document(file, path, role, self.config)

        parsed = self.cache.parsed(file, role, parse) if self.cache else parse()
        if parsed.remark:
            self.problems.append(Problem(path, 1, parsed.remark))
        self.problems += [Problem(path, line, fault) for line, fault in parsed.faults]
        return parsed

    def _pdf(self, file: Path, path: str, root: Path) -> None:
        try:
            digest = pdf_hash(file)
        except OSError as error:
            raise CorpusError(error.strerror or str(error)) from error
        if digest in self.pdfs:
            self.skipped.append(Problem(path, 1, f"left alone: the same file as {self.pdfs[digest].path}"))
            return
        text = kept_text(self.data, digest)
        if text is None or text.fault:
            raise CorpusError(text.fault if text else "its text was not read yet; run: ingest")
        self.pdfs[digest] = Pdf(path, file.relative_to(root / PDF_FOLDER).parts[:-1], file.stem, text)

    def library(self) -> Library:
        entries, owners, merge_problems = merge_entries(self.found)
        self.owned = owners
        self.problems += merge_problems
        by_id = {entry.entry_id: entry for entry in entries}
        passages: list[Passage] = []
        taken: set[tuple[str, int]] = set()
        for found, entry_id in owners:
            place = (found.path, found.block.start)
            if found.block.shape == "cited" or place in taken:  # the prose or row it stands in is a passage already
                continue
            taken.add(place)
            passages += placed(self.listed[id(found.block)], entry_id, found.path)
        for role, path, parsed in self.documents:
            entry = self._attach(role, path, parsed, by_id)
            self._report_links(path, parsed.front)
            if entry is not None:
                by_id[entry.entry_id] = entry
                passages += (passage for cut in parsed.passages for passage in placed(cut, entry.entry_id, path))
        pdf_passages, faults = attach_pdfs(tuple(self.pdfs.values()), by_id, self.config)
        self.problems += faults
        if not by_id:
            raise CorpusError(f"nothing in {self.corpus} could be read as an entry; see: ingest --check")
        passages += pdf_passages
        self.problems += unknown_works(self.subjects, by_id, self.subjects_path)
        order = sorted([*self.problems, *self.unread], key=lambda problem: (problem.path, problem.line))
        return Library(
            entries=tuple(with_organisations(by_id.values(), self.organisations)),
            passages=tuple(_in_entry_order(passages, by_id)),
            problems=tuple(order),
            files=tuple(self.files),
            glossary=tuple(self.glossary),
            organisations=tuple(self.organisations),
            list_titles=tuple(self.list_titles),
            unread=tuple(self.unread),
            skipped=tuple(self.skipped),
            subjects=tuple(self.subjects),
        )

    def _attach(self, role: str, path: str, parsed: Parsed, by_id: dict[str, Entry]) -> Entry | None:
        if role == "notes":
            return _note_entry(path, parsed)
        entry_id = str(parsed.front.get("id", ""))
        if entry_id not in by_id:
            known = "set it to the id of a listed entry" if entry_id else "it has none"
            self.problems.append(Problem(path, 1, f"front matter id {entry_id!r} is in no list; {known}"))
            return None
        return _enriched(by_id[entry_id], parsed.front) if role == "papers" else by_id[entry_id]

    def _report_links(self, path: str, front: Mapping[str, Any]) -> None:
        for url in _strings(front.get("links")):
            if fault := link_fault(url):
                self.problems.append(Problem(path, 1, f"links: {fault}"))


def _enriched(entry: Entry, front: Mapping[str, Any]) -> Entry:
    """The study card knows title, authors and year better than a listing does."""
    links = {link.url: link for link in entry.links}
    for url in _strings(front.get("links")):
        if link_fault(url) is None:
            links.setdefault(canonical_url(url), Link("", canonical_url(url)))
    title = str(front.get("title") or entry.title)
    title_zh = str(front.get("title_zh") or entry.title_zh)
    names = [entry.title, *entry.aliases, *_strings(front.get("aliases"))]
    known = {fold(title), fold(title_zh)}
    aliases = {fold(name): name for name in reversed(names) if fold(name) and fold(name) not in known}
    return replace(
        entry,
        title=title,
        title_zh=title_zh,
        title_en=str(front.get("title_en") or entry.title_en),
        kind=Kind(front["kind"]) if str(front.get("kind")) in set(Kind) else entry.kind,
        year=int(front["year"]) if _YEAR.fullmatch(str(front.get("year", ""))) else entry.year,
        venue=str(front.get("venue") or entry.venue),
        authors=_strings(front.get("authors")) or entry.authors,
        links=tuple(links.values()),
        topics=_strings(front.get("topics")) or entry.topics,
        aliases=tuple(reversed(aliases.values())),
        organisations=_strings(front.get("organisations")) or entry.organisations,
    )


def _note_entry(path: str, parsed: Parsed) -> Entry:
    front, stem = parsed.front, Path(path).stem
    title, title_zh = str(front.get("title") or stem), str(front.get("title_zh") or "")
    return Entry(
        entry_id=f"note:{stem}",
        title=title,
        title_zh=title_zh,
        kind=Kind.CONCEPT,
        year=None,
        venue="",
        authors=(),
        links=(),
        arxiv_id=None,
        listings=(Listing("notes", (title_zh or title,), path, parsed.start, title, (title_zh or title,), (title,)),),
        topics=_strings(front.get("topics")),
        aliases=_strings(front.get("aliases")),
    )


def _strings(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _in_entry_order(passages: list[Passage], by_id: dict[str, Entry]) -> Iterator[Passage]:
    position = {entry_id: i for i, entry_id in enumerate(by_id)}
    return iter(sorted(passages, key=lambda p: (position[p.entry_id], p.path, p.page or 0, p.start_line, p.passage_id)))
