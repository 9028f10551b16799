"""Which PDFs there are, and putting more of them into the data folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import CorpusError
from ingest.pdf.reading import pdf_hash
from ingest.types import Problem

PDF_FOLDER = "pdfs"
ARXIV_FOLDER = "arxiv"  # within it: those that ``--full-text`` fetched
_HEAD = 1024


@dataclass(frozen=True, slots=True)
class Added:
    """What became of the files that were to be added: copied, there already, or no PDFs."""

    copied: tuple[str, ...]
    known: tuple[str, ...]
    refused: tuple[Problem, ...]


def pdfs_in(root: Path) -> Iterator[Path]:
    """Yields the PDFs in ``pdfs/`` of a corpus or a data folder, in the order of their names."""
    folder, inside = root / PDF_FOLDER, root.resolve()
    for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if not hidden and file.suffix.lower() == ".pdf" and file.is_file() and file.resolve().is_relative_to(inside):
            yield file


def add_pdfs(paths: Sequence[Path], data: Path, known: Sequence[Path]) -> Added:
    """Copies PDFs into the data folder, each content once; folders are looked through.

    Args:
        paths: Files and folders.
        data: Folder of generated state; the corpus is left as it is.
        known: The PDFs that are there already.

    Raises:
        CorpusError: A path does not exist, or a folder holds no PDF.
    """
    here = {pdf_hash(file): file for file in known}
    folder = data / PDF_FOLDER
    copied, again, refused = list[str](), list[str](), list[Problem]()
    for file in [file for path in paths for file in _files(path)]:
        try:
            digest = pdf_hash(file)
            fault = "" if _opens_as_pdf(file) else "it is no PDF, whatever its name says"
        except OSError as error:
            fault = error.strerror or str(error)
        if fault:
            refused.append(Problem(str(file), 1, f"skipped: {fault}"))
        elif digest in here:
            again.append(str(file))
        else:
            here[digest] = _copied(file, folder)
            copied.append(here[digest].name)
    return Added(tuple(copied), tuple(again), tuple(refused))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix.lower() == ".pdf" and file.is_file())
        if not found:
            raise CorpusError(f"{path} holds no PDF; give a PDF file or a folder with PDF files")
        return found
    if not path.is_file():
        what = "is no regular file" if path.exists() else "does not exist"
        raise CorpusError(f"{path} {what}; give a PDF file or a folder with PDF files")
    return [path]


def _opens_as_pdf(file: Path) -> bool:
    with file.open("rb") as stream:
        return b"%PDF-" in stream.read(_HEAD)


def _copied(file: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    stem, number = file.stem.lstrip(".") or "file", 1
    target = folder / f"{stem}.pdf"
    while target.exists():
        number += 1
        target = folder / f"{stem}-{number}.pdf"
    partial = folder / f".{target.name}.part"
    shutil.copyfile(file, partial)
    partial.replace(target)
    return target
