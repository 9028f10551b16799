"""Writing exports to files: the ending of a name chooses the format."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from app.errors import ExportError
from app.export.bibtex import bibtex
from app.export.csl import csl
from app.export.markdown import cited_entries, conversation_html, conversation_markdown
from app.export.reference import citation_keys
from app.export.ris import ris
from app.render.json import answer_json
from app.types import Answer
from ingest.types import Entry

_FORMATS: dict[str, Callable[[Sequence[Answer], Mapping[str, str]], str]] = {
    ".md": conversation_markdown,
    ".html": conversation_html,
    ".bib": lambda answers, keys: bibtex(cited_entries(answers), keys),
    ".ris": lambda answers, keys: ris(cited_entries(answers), keys),
    ".json": lambda answers, keys: (
        json.dumps(
            {
                "answers": [answer_json(answer, None) for answer in answers],
                "references": csl(cited_entries(answers), keys),
            },
            ensure_ascii=False,
            indent=1,
        )
        + "\n"
    ),
}


def check_export(file: Path) -> None:
    """Raises ExportError when a file's name has no ending that says how to write it."""
    if file.suffix.lower() not in _FORMATS:
        endings = ", ".join(_FORMATS)
        raise ExportError(f"cannot tell the format of {file}; use one of {endings} / 文件名应以 {endings} 之一结尾")


def exported(answers: Sequence[Answer], library: Sequence[Entry], ending: str) -> str:
    """Returns answers in a format.

    Args:
        answers: One, or a conversation.
        library: All works, so that citation keys are the same in every export.
        ending: ".md", ".html", ".bib", ".ris" or ".json".
    """
    return _FORMATS[ending.lower()](answers, citation_keys(library))


def export_answers(answers: Sequence[Answer], library: Sequence[Entry], file: Path) -> None:
    """Writes answers to a file.

    Raises:
        ExportError: The ending says nothing, or the file cannot be written; what was there before is kept.
    """
    check_export(file)
    text = exported(answers, library, file.suffix)
    partial = file.with_name(f".{file.name}.part")
    try:
        partial.write_text(text, encoding="utf-8", newline="")
        partial.replace(file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ExportError(f"cannot write {file} ({error.strerror}) / 无法写入 {file}") from error
