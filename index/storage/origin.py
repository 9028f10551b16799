"""Which corpus a data folder belongs to, and the command that builds its index again.

The manifest of the live generation says it. The file ``CORPUS`` beside it says the same for a data folder whose first
refresh failed, or whose manifest is damaged: an index is never built again from another corpus than its own unless
somebody says so.
"""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from pathlib import Path

from index.errors import IndexUnavailableError
from index.storage.durable import replace_text
from index.storage.manifest import DamagedError, FormatError, read_manifest
from index.storage.pointer import read_pointer
from ingest.places import default_corpus, default_data, is_packaged, shipped_corpus

CORPUS_FILE = "CORPUS"
SHIPPED_CORPUS = ":shipped:"  # recorded for the corpus of a wheel, which the next version brings to another place


def corpus_of(data: Path) -> Path | None:
    """Returns the corpus of the index below a data folder, or None when there is nothing to go by."""
    folder = data / "index"
    with suppress(DamagedError, FormatError):
        if (live := read_pointer(folder).live) and (recorded := read_manifest(folder / live).corpus_folder):
            return _found_from(data, recorded)
    with suppress(OSError, UnicodeDecodeError):
        if recorded := (folder / CORPUS_FILE).read_text(encoding="utf-8").rstrip("\n"):
            return _found_from(data, recorded)
    return None


def choose_corpus(corpus: Path | None, data: Path) -> Path:
    """Returns the corpus that is asked for, else that of the index below the data folder, else the default one.

    Raises:
        IndexUnavailableError: There is an index, and nothing says what it was built from.
    """
    if chosen := corpus or corpus_of(data):
        return chosen
    pointer = read_pointer(data / "index")
    if (pointer.live or pointer.is_damaged) and not is_default(data):
        raise IndexUnavailableError(
            f"it is not known what corpus the index in {data} was built from; "
            f"rebuild it with: ingest --corpus DIR{_data_option(data)}"
        )
    return default_corpus()


def remember_corpus(data: Path, corpus: Path) -> None:
    """Writes down which corpus a data folder belongs to, before anything can go wrong.

    A folder that does not exist is not worth remembering for ``data/``, which goes with ``corpus/``.
    """
    if is_default(data) and not corpus.is_dir():
        return
    file, text = data / "index" / CORPUS_FILE, f"{recorded_form(data, corpus)}\n"
    with suppress(OSError, UnicodeDecodeError):
        if file.read_text(encoding="utf-8") == text:
            return
    file.parent.mkdir(parents=True, exist_ok=True)
    replace_text(file, text)


def recorded_form(data: Path, corpus: Path) -> str:
    """Returns a corpus folder as seen from a data folder, so that both may move together."""
    if is_packaged() and corpus.resolve() == shipped_corpus().resolve():
        return SHIPPED_CORPUS
    try:
        return Path(os.path.relpath(corpus.resolve(), data.resolve())).as_posix()
    except ValueError:  # another drive of a Windows machine
        return corpus.resolve().as_posix()


def ingest_command(data: Path, *options: str, corpus: Path | None = None) -> str:
    """Returns the ``ingest`` command for a data folder, as a user would type it in this working folder."""
    corpus = corpus or corpus_of(data)
    parts = ["ingest", *options]
    if corpus and not (is_default(data) and corpus.resolve() == default_corpus().resolve()):
        parts.append(f"--corpus {shlex.quote(str(corpus))}")
    return " ".join(parts) + _data_option(data)


def is_default(data: Path) -> bool:
    """Tells the data folder that commands use when none is named."""
    return data.resolve() == default_data().resolve()


def _data_option(data: Path) -> str:
    return "" if is_default(data) else f" --data {shlex.quote(str(data))}"


def _found_from(data: Path, recorded: str) -> Path:
    """Returns a recorded folder as a path that works from here, short where it can be."""
    if recorded == SHIPPED_CORPUS:
        return shipped_corpus()
    folder = Path(os.path.normpath(data.resolve() / recorded))
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
