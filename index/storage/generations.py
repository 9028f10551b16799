"""Index generations on disk: each is written once under a name of its own, and one rename makes it live.

data/
  ingest.lock             held by the one refresh that is at work; only its holder writes or removes anything here
  index/
    CURRENT               two lines: the live generation, and the one before it
    CORPUS                the corpus this data folder belongs to
    <generation>/         written by one refresh and never again; its name was never used before
      store.sqlite        entries and passages
      vectors.faiss       one vector a passage; beside it vectors.pq where there are very many
      lexical/            BM25
      qdrant.json         where the vectors and the weights of terms are, when they are in a cluster
      late/               token ids of every passage
      spelling/           words and characters that slips are mended to
      keys.npy            a hash of every passage's text, by which the next refresh knows it again
      manifest.json       written last: what it was built from, and size and checksum of every file

A refresh makes a new folder, fills it, asks it questions, waits until all of it is on the disk, and then replaces
``CURRENT``. Whatever moment it is killed at, ``CURRENT`` names a whole generation: the old one before that rename, the
new one after it. A folder that ``CURRENT`` does not name is a leftover; the next refresh removes it unless a reader
still holds it.
"""

from __future__ import annotations

import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from index.errors import IndexUnavailableError, MissingIndexError
from index.storage.durable import sync_tree
from index.storage.holds import Hold, is_held
from index.storage.manifest import DamagedError, FormatError, Manifest, read_manifest, verify_files, write_manifest
from index.storage.origin import CORPUS_FILE, ingest_command
from index.storage.pointer import POINTER_FILE, Pointer, read_pointer, write_pointer

_NUMBER = re.compile(r"(\d+)-")


def current_generation(folder: Path) -> tuple[Path, Manifest]:
    """Returns the folder and manifest of the live generation, whose other files are not looked at.

    Raises:
        MissingIndexError: There is none, or none that this version of the program can read.
        IndexUnavailableError: It is damaged.
    """
    pointer = read_pointer(folder)
    if not pointer.live:
        if pointer.is_damaged:
            raise damaged(folder, DamagedError(f"{POINTER_FILE} cannot be read"))
        raise MissingIndexError(f"no index in {folder}; build it with: {ingest_command(folder.parent)}")
    generation = folder / pointer.live
    try:
        return generation, read_manifest(generation)
    except DamagedError as error:
        raise damaged(folder, error) from error
    except FormatError as error:
        raise MissingIndexError(
            f"the index in {folder} has {error}; rebuild it with: {ingest_command(folder.parent, '--full')}"
        ) from error


def open_generation(folder: Path) -> tuple[Path, Manifest, Hold]:
    """Returns the live generation, every file of it checked, and a hold that keeps it on the disk until closed.

    Raises:
        IndexUnavailableError: As ``current_generation``, and when any file is not what was written.
    """
    while True:
        generation, manifest = current_generation(folder)
        hold = Hold(generation)
        if read_pointer(folder).live != generation.name:  # replaced meanwhile, and perhaps removed before it was held
            hold.close()
            continue
        try:
            verify_files(generation, manifest)
        except DamagedError as error:
            hold.close()
            raise damaged(folder, error) from error
        return generation, manifest, hold


def damaged(folder: Path, error: DamagedError) -> IndexUnavailableError:
    """Returns the error for a damaged index, which names the command that builds it again."""
    command = ingest_command(folder.parent, "--full")
    return IndexUnavailableError(f"the index in {folder} is damaged ({error}); rebuild it with: {command}")


def new_generation(folder: Path) -> Path:
    """Makes the empty folder of a new generation; the number in its name is for people, the rest makes it unique."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = [int(found[1]) for path in folder.iterdir() if (found := _NUMBER.match(path.name))]
    generation = folder / f"{max(numbers, default=0) + 1:05}-{secrets.token_hex(6)}"
    generation.mkdir(mode=0o755)
    return generation


def seal(generation: Path, manifest: Manifest) -> Manifest:
    """Finishes what was written of a generation: marks every file and waits until all are on the disk."""
    manifest = write_manifest(generation, manifest)
    sync_tree(generation)
    return manifest


def publish(generation: Path) -> None:
    """Makes a sealed generation the live one; the one before it, if whole, is kept for ``roll_back``."""
    folder = generation.parent
    before = read_pointer(folder)
    write_pointer(folder, Pointer(generation.name, before.live if _is_whole(folder, before.live) else before.previous))
    sweep(folder)


def roll_back(folder: Path) -> Manifest:
    """Makes the generation before the live one live again; once more, and the later one is back.

    Raises:
        IndexUnavailableError: There is none, or it is not whole.
    """
    pointer = read_pointer(folder)
    if not pointer.previous:
        raise IndexUnavailableError(f"there is no index before the one in {folder} to go back to; it stays as it is")
    try:
        manifest = read_manifest(folder / pointer.previous)
        verify_files(folder / pointer.previous, manifest)
    except (DamagedError, FormatError) as error:
        raise IndexUnavailableError(f"the index before the one in {folder} cannot be used ({error})") from error
    write_pointer(folder, Pointer(pointer.previous, pointer.live))
    return manifest


def sweep(folder: Path) -> None:
    """Removes what killed refreshes left and generations that are no longer needed, unless a reader holds them.

    Where it is not known what is live nothing is removed.
    """
    pointer = read_pointer(folder)
    if not pointer.live:
        return
    for path in folder.iterdir():
        if path.name in (pointer.live, pointer.previous, POINTER_FILE, CORPUS_FILE) or is_held(path):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.suffix == ".new" or _NUMBER.match(path.name):
            with suppress(OSError):
                path.unlink()


def _is_whole(folder: Path, name: str) -> bool:
    if not name:
        return False
    try:
        verify_files(folder / name, read_manifest(folder / name))
    except (DamagedError, FormatError):
        return False
    return True
