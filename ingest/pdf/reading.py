"""The texts of many PDFs, each read once, in a process of its own with limits, and kept by the hash of the file.

``data/pdf-text/<hash>.json`` holds what was found, paragraph by paragraph, so that every quote can be checked there.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest.pdf.types import PdfText

TEXT_FOLDER = "pdf-text"
_FORMAT = 1  # of the files; another one is read anew
_MOST_AT_ONCE = 4
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class PdfLimits:
    """What reading one file may take.

    Attributes:
        seconds: Of processor time; the clock on the wall is given three times as much.
        megabytes: Of memory.
        pages: A file with more is not read.
        file_megabytes: A larger file is not opened.
    """

    seconds: int = 300
    megabytes: int = 2048
    pages: int = 1000
    file_megabytes: int = 200


def pdf_hash(file: Path) -> str:
    """Returns the hash a PDF's text is kept by.

    Raises:
        OSError: The file cannot be read.
    """
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()


def text_file(data: Path, digest: str) -> Path:
    """Returns where the text of a PDF is kept."""
    return data / TEXT_FOLDER / f"{digest}.json"


def kept_text(data: Path, digest: str) -> PdfText | None:
    """Returns the text of a PDF that was read before, or None."""
    try:
        kept: dict[str, Any] = json.loads(text_file(data, digest).read_text(encoding="utf-8"))
        return _text_of(kept) if kept["format"] == _FORMAT else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def read_pdfs(
    files: Iterable[Path],
    data: Path,
    limits: PdfLimits = PdfLimits(),
    *,
    again: bool = False,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> int:
    """Reads the PDFs whose text is not kept yet; an interruption loses only those at work.

    Args:
        files: The PDFs.
        data: Folder of generated state.
        limits: What one file may take.
        again: Whether to try again those of which there was no text.
        progress: Called with the number of files that are done and their total.

    Returns:
        How many were read.
    """
    waiting = dict(_waiting(files, data, again=again))
    if not waiting:
        return 0
    (data / TEXT_FOLDER).mkdir(parents=True, exist_ok=True)
    workers = min(_MOST_AT_ONCE, os.cpu_count() or 1, len(waiting))
    with ThreadPoolExecutor(workers) as pool:
        tasks = {pool.submit(read_pdf, file, limits): digest for digest, file in waiting.items()}
        try:
            for number, task in enumerate(as_completed(tasks), start=1):
                _keep(text_file(data, tasks[task]), task.result())
                progress(number, len(waiting))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return len(waiting)


def read_pdf(file: Path, limits: PdfLimits = PdfLimits()) -> PdfText:
    """Reads one PDF in a process of its own."""
    if file.stat().st_size > limits.file_megabytes * 2**20:
        return PdfText(fault=f"it is larger than {limits.file_megabytes} MB")
    options = ["--seconds", limits.seconds, "--megabytes", limits.megabytes, "--pages", limits.pages]
    command = [sys.executable, "-m", "ingest.pdf", *map(str, options), "--", str(file.resolve())]
    root = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    environment = os.environ | {"PYTHONPATH": paths, "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, timeout=3 * limits.seconds, check=False, cwd=root
        )
    except subprocess.TimeoutExpired:
        return PdfText(fault=_slow(limits))
    if done.returncode in (-signal.SIGINT, 130):  # Ctrl-C reaches the whole group
        raise KeyboardInterrupt
    if done.returncode:
        killed = done.returncode in (-9, -24, 137, 152)  # SIGKILL and SIGXCPU: the limit of processor time
        return PdfText(fault=_slow(limits) if killed else "reading it fails")
    try:
        return _text_of(json.loads(done.stdout))
    except (ValueError, KeyError, TypeError):
        return PdfText(fault="reading it fails")


def _slow(limits: PdfLimits) -> str:
    return f"reading it takes longer than {limits.seconds} s"


def _waiting(files: Iterable[Path], data: Path, *, again: bool) -> Iterator[tuple[str, Path]]:
    for file in files:
        with suppress(OSError):  # reading the library names it
            digest = pdf_hash(file)
            kept = kept_text(data, digest)
            if kept is None or (again and kept.fault):
                yield digest, file


def _keep(file: Path, text: PdfText) -> None:
    partial = file.with_suffix(f".{os.getpid()}.part")
    partial.write_text(json.dumps({"format": _FORMAT} | asdict(text), ensure_ascii=False, indent=0), encoding="utf-8")
    partial.replace(file)


def _text_of(kept: dict[str, Any]) -> PdfText:
    pages: Sequence[Sequence[str]] = kept["pages"]
    return PdfText(
        pages=tuple(tuple(map(str, page)) for page in pages),
        title=str(kept["title"]),
        authors=tuple(map(str, kept["authors"])),
        arxiv_id=str(kept["arxiv_id"]),
        doi=str(kept["doi"]),
        fault=str(kept["fault"]),
    )
