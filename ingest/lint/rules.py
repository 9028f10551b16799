"""The rules of the linter: their names, how grave breaking one is, and the values a finding is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How grave a finding is: errors fail the check, notes are told only when asked for."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class ReportFormat(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


@dataclass(frozen=True, slots=True)
class Edit:
    """A safe change: on its line, ``old`` at a column (from 1) becomes ``new``."""

    column: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault at its place; ``fix`` says what to do about it, ``edit`` is what ``--fix`` does."""

    path: str
    line: int
    column: int
    rule: str
    reason: str
    fix: str = ""
    edit: Edit | None = None

    @property
    def severity(self) -> Severity:
        """The severity of its rule."""
        return RULES[self.rule][0]


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE
RULES: dict[str, tuple[Severity, str]] = {
    "broken-encoding": (_E, "Text was decoded wrongly before it was saved, or the file is not UTF-8"),
    "card-rules": (_E, "A study card, note, glossary or subject breaks one of its own rules"),
    "code-link-elsewhere": (_W, "A link labelled as code leads to no place for code"),
    "conflicting-years": (_W, "Listings of one work give years two or more apart"),
    "dead-link": (_E, "The server says that the page is gone (only with --online)"),
    "duplicate-entry": (_W, "A work stands twice in one section"),
    "empty-link": (_E, "A link without an address"),
    "empty-section": (_W, "Nothing stands under a heading"),
    "entry-without-link": (_W, "An entry without a link in a list of linked entries"),
    "inline-citation": (_N, "A paper is linked in an entry's or a section's text, not as an entry"),
    "link-with-space": (_W, "Spaces or invisible characters around or in an address"),
    "listed-again": (_N, "A work stands in several sections of one list"),
    "local-file": (_E, "A link to a file on somebody's computer"),
    "lost-characters": (_E, "Characters that were lost for good (U+FFFD)"),
    "malformed-arxiv-id": (_E, "An arXiv address whose id cannot be one"),
    "malformed-link": (_E, "Markdown that was meant as a link and is none"),
    "missing-anchor": (_W, "A link to a section that the file does not have"),
    "moved-link": (_N, "The page has moved for good (only with --online)"),
    "not-an-address": (_E, "A link that is no web address"),
    "not-understood": (_W, "Text that could not be placed as an entry, a section or prose"),
    "other-lists": (_N, "A work stands in several lists"),
    "private-link": (_E, "An address that only its owner can open"),
    "relative-link": (_W, "A relative link to a file that is not there"),
    "repeated-link": (_W, "One entry links the same page twice"),
    "shared-link": (_W, "Two works with unlike titles share one link"),
    "tracking-link": (_W, "An address with parameters that only track visitors"),
    "unknown-rule": (_W, "A lint-ignore comment names a rule that does not exist"),
    "unreachable-link": (_W, "The server did not answer, or not now (only with --online)"),
    "unreadable-file": (_E, "A file that could not be read"),
    "wrong-paper": (_E, "A title whose link leads to a paper of another title"),
}
