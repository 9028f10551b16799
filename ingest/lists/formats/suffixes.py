"""Which format a file is in, by its suffix: all that finding the files of a corpus needs to know of formats."""

from __future__ import annotations

MARKDOWN_SUFFIXES = (".md", ".markdown", ".mdown", ".mkd")
BY_SUFFIX = {
    **dict.fromkeys(MARKDOWN_SUFFIXES, "Markdown"),
    ".rst": "reStructuredText",
    ".org": "Org",
    ".adoc": "AsciiDoc",
    ".asciidoc": "AsciiDoc",
    ".bib": "BibTeX",
    ".ris": "RIS",
    ".json": "CSL-JSON",
    ".html": "HTML",
    ".htm": "HTML",
}
LIST_SUFFIXES = (*BY_SUFFIX, ".txt")
