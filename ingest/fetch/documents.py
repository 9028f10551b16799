"""Abstracts as the Markdown documents that are kept of them, one file a paper in ``data/abstracts/``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import yaml


def abstract_file(folder: Path, paper: str) -> Path:
    """Returns where the abstract of a paper is kept (old ids have a slash)."""
    return folder / f"{paper.replace('/', '_')}.md"


def abstract_document(
    paper: str, abstract: str, *, title: str, authors: Sequence[str], published: str, categories: Sequence[str]
) -> str:
    """Returns an abstract with its facts as front matter; ``published`` is a date like 2021-06-17."""
    front = {
        "id": f"arxiv:{paper}",
        "title": one_line(title),
        "authors": [one_line(author) for author in authors],
        "published": published,
        "categories": list(categories),
    }
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=1000)
    return f"---\n{head}---\n\n{one_line(abstract)}\n"


def keep_abstract(folder: Path, paper: str, document: str) -> None:
    """Writes an abstract, whole or not at all."""
    file = abstract_file(folder, paper)
    partial = file.with_suffix(".part")
    partial.write_text(document, encoding="utf-8")
    partial.replace(file)


def one_line(text: str) -> str:
    """Returns a text with every run of white space as one space."""
    return re.sub(r"\s+", " ", text).strip()
