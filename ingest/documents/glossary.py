"""Tables of names in English and Chinese with their aliases: terms of the field, and organisations."""

from __future__ import annotations

from pathlib import Path

from ingest.text.files import table_rows
from ingest.types import Problem, Term

GLOSSARY_FILE = "glossary.tsv"
ORGANISATIONS_FILE = "organisations.tsv"


def read_terms(file: Path, path: str) -> tuple[list[Term], list[Problem]]:
    """Reads a table of names: a head line, then English, Chinese and ``|``-separated aliases by tabs.

    Args:
        file: Where it is; a missing file is an empty table.
        path: How it is cited.

    Returns:
        The terms in file order, and the lines that are not terms.

    Raises:
        CorpusError: The file cannot be read or is not UTF-8.
    """
    terms: list[Term] = []
    problems: list[Problem] = []
    for number, cells in table_rows(file, ("en", "zh")):
        if len(cells) != 3 or not cells[0].strip() or not cells[1].strip():
            message = "needs three columns by tabs: English, Chinese, aliases (may be empty)"
            problems.append(Problem(path, number, message))
            continue
        aliases = tuple(alias.strip() for alias in cells[2].split("|") if alias.strip())
        terms.append(Term(cells[0].strip(), cells[1].strip(), aliases, number))
    return terms, problems
