"""One reading list in whatever format it is in: by the file's suffix, and for plain text by how it looks."""

from __future__ import annotations

import re

from ingest.errors import CorpusError
from ingest.lists.formats.suffixes import BY_SUFFIX
from ingest.lists.outline import Outline, outline_of, read_outline

_LOOKS_LIKE = tuple(  # of a plain text; the first that fits
    (name, re.compile(pattern, re.M | re.I))
    for name, pattern in (
        ("BibTeX", r"\A\s*(?:%.*\n\s*)*@[a-z]+\s*[{(]"),
        ("RIS", r"\A\s*TY  - \w"),
        ("CSL-JSON", r"\A\s*\[\s*\{"),
        ("HTML", r"\A\s*<(?:!doctype|html|dl)\b"),
        ("reStructuredText", r"^\.\. (?:_[^:\n]+:|[\w-]+::)|`[^`\n]+ <https?://[^>\n]+>`_"),
        ("Org", r"^#\+\w+:|\[\[https?:[^\]\n]+\]\[[^\]\n]+\]\]"),
        ("AsciiDoc", r"^={1,5} \S.*$(?!\n=)|^\*+ https?://\S+\["),
    )
)
_SAMPLE = 20_000  # characters that show a format


def format_of(suffix: str, text: str) -> str:
    """Returns the name of a list's format."""
    if (name := BY_SUFFIX.get(suffix.lower())) is not None:
        return name
    return next((name for name, pattern in _LOOKS_LIKE if pattern.search(text[:_SAMPLE])), "Markdown")


def read_list(text: str, name: str) -> Outline:
    """Reads a list.

    Args:
        text: The file's text; for Markdown with front matter blanked.
        name: Its format, as ``format_of`` names it.

    Raises:
        CorpusError: The text is not in that format.
    """
    try:
        return _read(text, name)
    except RecursionError as error:
        raise CorpusError(f"nested too deep to be read as {name}; flatten it") from error


def _read(text: str, name: str) -> Outline:
    match name:
        case "reStructuredText":
            from ingest.lists.formats.rst import rst_nodes  # docutils takes a while to import

            return outline_of(rst_nodes(text), text)
        case "Org" | "AsciiDoc":
            from ingest.lists.formats.lightweight import as_markdown

            return read_outline(as_markdown(text, name))
        case "BibTeX" | "RIS" | "CSL-JSON":
            from ingest.lists.formats.references import read_references

            return read_references(text, name)
    return read_outline(text)
