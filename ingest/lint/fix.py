"""Carrying out the safe fixes of findings: each file at once, and nothing that is not exactly as it was found."""

from __future__ import annotations

import os
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from ingest.errors import CorpusError
from ingest.lint.rules import Finding


def fix_files(findings: Iterable[Finding], files: Mapping[str, Path]) -> list[Finding]:
    """Carries out the edits of some findings and returns those that were; files are replaced whole or not at all.

    Only files in plain UTF-8 are written, line ends and everything else as they were. Of edits that overlap, the
    first is made.

    Args:
        findings: What was found; those without an edit are passed over.
        files: Where the files are, by the paths that findings cite.

    Raises:
        CorpusError: A file cannot be written.
    """
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.edit is not None and finding.path in files:
            by_path[finding.path].append(finding)
    return [done for path, wanted in by_path.items() for done in _fix_file(files[path], wanted)]


def _fix_file(file: Path, findings: list[Finding]) -> list[Finding]:
    try:
        before = file.read_bytes()
        text = before.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    pieces = re.split(r"(\r\n|\n|\r)", text)  # lines at even places, their ends between them
    done: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (f.line, -(f.edit.column if f.edit else 0))):
        place = 2 * (finding.line - 1)
        if finding.edit and place < len(pieces) and not _overlaps(finding, done):
            mark = "\ufeff" if place == 0 and pieces[0].startswith("\ufeff") else ""
            line, start = pieces[place].removeprefix(mark), finding.edit.column - 1
            if line.startswith(finding.edit.old, start):
                pieces[place] = mark + line[:start] + finding.edit.new + line[start + len(finding.edit.old) :]
                done.append(finding)
    if done:
        _replace(file, before, "".join(pieces).encode("utf-8"))
    return sorted(done, key=lambda f: (f.line, f.column))


def _overlaps(finding: Finding, done: list[Finding]) -> bool:
    start, end = _span(finding)
    return any(other.line == finding.line and start < _span(other)[1] and _span(other)[0] < end for other in done)


def _span(finding: Finding) -> tuple[int, int]:
    return (finding.edit.column, finding.edit.column + len(finding.edit.old)) if finding.edit else (0, 0)


def _replace(file: Path, before: bytes, after: bytes) -> None:
    """Puts new content in a file's place; a link goes on leading to it, and its permissions stay."""
    file = file.resolve()
    partial = ""
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as stream:
            partial = stream.name
            stream.write(after)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(partial, file.stat().st_mode & 0o7777)
        if file.read_bytes() != before:
            raise CorpusError(f"{file} was changed meanwhile; run ingest --check --fix again")
        os.replace(partial, file)
    except OSError as error:
        raise CorpusError(f"cannot write {file}: {error.strerror}; check its folder and permissions") from error
    finally:
        if partial:
            with suppress(OSError):
                os.unlink(partial)
