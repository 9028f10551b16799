"""The nouns of the library: what a reading list is made of, as immutable values.

Every id comes from content or position, never from chance, so that two runs over one corpus agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an entry is."""

    PAPER = "paper"
    MODEL = "model"
    BENCHMARK = "benchmark"
    DATASET = "dataset"
    REPOSITORY = "repository"
    COURSE = "course"
    ARTICLE = "article"
    CONCEPT = "concept"


class PassageKind(StrEnum):
    """Where the text of a passage comes from.

    A record is the front matter of a study card, an answer a question with its answer at the end of a card or note.
    """

    LISTING = "listing"
    RECORD = "record"
    CARD = "card"
    NOTE = "note"
    ANSWER = "answer"
    ABSTRACT = "abstract"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Link:
    """A labelled, canonical URL (see ``ingest.text.links``)."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Listing:
    """One place where an entry stands.

    Attributes:
        list_id: Stem of the list's file name.
        section: Headings from the outermost to the innermost, as written.
        path: Path of the file, relative to the corpus's parent folder.
        line: First line of the entry, from 1.
        title: The title used there.
        section_zh: The same headings in Chinese; () where they are not known apart from those written.
        section_en: The same in English.
    """

    list_id: str
    section: tuple[str, ...]
    path: str
    line: int
    title: str
    section_zh: tuple[str, ...] = ()
    section_en: tuple[str, ...] = ()

    def section_in(self, language: str) -> tuple[str, ...]:
        """Returns the headings in a language ("zh" or "en"), as written where they have no name in it."""
        return (self.section_zh if language == "zh" else self.section_en) or self.section


@dataclass(frozen=True, slots=True)
class Entry:
    """A work of the reading lists: the unit of retrieval and of citation.

    Attributes:
        entry_id: ``arxiv:<id>``, else ``url:<canonical URL without scheme>``, else a list/section/title slug.
        title: Title as the work's authors write it.
        title_zh: Chinese title, or "".
        kind: What it is.
        year: Year of publication, or None.
        venue: Conference, journal or "arXiv", or "".
        authors: In order, possibly ending in "et al.".
        links: Canonical links of all listings, without repetition.
        arxiv_id: Without version, or None.
        listings: Where it stands, in reading order.
        topics: Topic names, from the study card or the sections.
        aliases: Other names people use for it.
        organisations: Who made it, as the study card says.
        title_en: English title of what has a Chinese one, or "".
    """

    entry_id: str
    title: str
    title_zh: str
    kind: Kind
    year: int | None
    venue: str
    authors: tuple[str, ...]
    links: tuple[Link, ...]
    arxiv_id: str | None
    listings: tuple[Listing, ...]
    topics: tuple[str, ...]
    aliases: tuple[str, ...]
    organisations: tuple[str, ...] = ()
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text that supports answers about one entry.

    Its text is found verbatim at ``path``, lines ``start_line`` to ``end_line`` (from 1, inclusive). In a PDF these are
    the paragraphs of ``page`` (from 1), as ``ingest.pdf.reading`` keeps them; elsewhere ``page`` is None. The row of a
    table has ``cells``: what stands in each column, after the column's name and ": ".
    """

    passage_id: str
    entry_id: str
    kind: PassageKind
    language: str
    text: str
    path: str
    start_line: int
    end_line: int
    token_count: int
    page: int | None = None
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the glossary or the name of an organisation, and the line it stands in."""

    en: str
    zh: str
    aliases: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Subject:
    """What readers ask lists for, and the works that belong there.

    Attributes:
        en: Its names in English, the usual one first.
        zh: Its names in Chinese.
        works: Ids of the entries that are mainly about it.
        also: Ids of those that treat it beside something else.
        line: Where it is written.
    """

    en: tuple[str, ...]
    zh: tuple[str, ...]
    works: tuple[str, ...]
    also: tuple[str, ...]
    line: int

    @property
    def names(self) -> tuple[str, ...]:
        """All its names, English ones first."""
        return self.en + self.zh


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that a person should look at; reading went on without it."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        """Formats the problem as ``path:line: message``."""
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Library:
    """Everything read from one corpus: entries and passages in reading order, and what was not understood.

    List titles are pairs of a list's id and a title it goes by, in either language. Problems
    include the files that could not be read at all; ``unread`` has only those. ``skipped`` has the files left
    alone on purpose: about the repository, or left out by the user.
    """

    entries: tuple[Entry, ...]
    passages: tuple[Passage, ...]
    problems: tuple[Problem, ...]
    files: tuple[str, ...]
    glossary: tuple[Term, ...] = ()
    list_titles: tuple[tuple[str, str], ...] = ()
    organisations: tuple[Term, ...] = ()
    unread: tuple[Problem, ...] = ()
    skipped: tuple[Problem, ...] = ()
    subjects: tuple[Subject, ...] = ()
