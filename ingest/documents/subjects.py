"""Subjects: what readers ask lists for, each with its names in both languages and the works that belong to it.

``subjects.tsv`` has one subject a line, by tabs: names in English, names in Chinese, ids of the works that are mainly
about it, ids of those that treat it beside something else. Names are separated by ``|``, the usual one first, and ids
by spaces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from ingest.text.files import table_rows
from ingest.types import Problem, Subject

SUBJECTS_FILE = "subjects.tsv"
_LONGEST_NAME = 200  # characters; nobody asks for a list in more


def read_subjects(file: Path, path: str) -> tuple[list[Subject], list[Problem]]:
    """Reads a table of subjects; a missing file is an empty one.

    Args:
        file: Where it is.
        path: How it is cited.

    Returns:
        The subjects in file order, and the lines that are none.

    Raises:
        CorpusError: The file cannot be read or is not UTF-8.
    """
    subjects: list[Subject] = []
    problems: list[Problem] = []
    for number, cells in table_rows(file, ("en", "zh", "works")):
        en, zh, works, also = [*cells, "", "", "", ""][:4]
        subject = Subject(_names(en), _names(zh), tuple(works.split()), tuple(also.split()), number)
        if len(cells) not in (3, 4) or not (subject.en or subject.zh) or not subject.works:
            message = (
                "needs columns by tabs: names in English, names in Chinese, ids of works, ids of others (may be empty)"
            )
            problems.append(Problem(path, number, message))
        else:
            problems += [Problem(path, number, fault) for fault in _faults(subject)]
            subjects.append(subject)
    return subjects, problems


def _faults(subject: Subject) -> Iterator[str]:
    """Yields what is wrong with a line that is a subject nevertheless."""
    ids = (*subject.works, *subject.also)
    for entry_id in dict.fromkeys(entry_id for entry_id in ids if ids.count(entry_id) > 1):
        yield f"{entry_id!r} stands there twice; write it once, in the column where it belongs"
    for name in subject.names:
        if len(name) > _LONGEST_NAME:
            yield f"a name has {len(name)} characters, at most {_LONGEST_NAME}: {name[:40]!r}…; separate names by |"


def unknown_works(subjects: Sequence[Subject], known: Collection[str], path: str) -> Iterator[Problem]:
    """Yields the ids in subjects that no entry has."""
    for subject in subjects:
        for entry_id in (*subject.works, *subject.also):
            if entry_id not in known:
                yield Problem(path, subject.line, f"no entry {entry_id!r}")


def _names(cell: str) -> tuple[str, ...]:
    return tuple(name for part in cell.split("|") if (name := part.strip()))
