"""What a generation was built from, what it must hold, and the size and checksum of each of its files.

Checksums are CRC-32: they are there for damage, not for malice, and all of an index is checked whenever it is opened.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import Any, NamedTuple

FORMAT = 17
MANIFEST_FILE = "manifest.json"
_CHECKSUM = "checksum"
_CHUNK = 1 << 20  # bytes read at once


class DamagedError(Exception):
    """A generation is not what was written; the message says which file, in a few words."""


class FormatError(Exception):
    """A generation was written by another version of this program; the message says which."""


class FileMark(NamedTuple):
    """Size in bytes and CRC-32 of a file."""

    size: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was built from, and how much it must hold.

    Attributes:
        format: Version of the layout.
        corpus: Fingerprint of the corpus files and passage settings.
        encoder: Name of the encoder of the vectors; ``index.encoders.load.load_encoder`` loads it again.
        encoder_fingerprint: Hash of the encoder's content.
        table_fingerprint: Hash of the static table behind late interaction.
        dimension: Length of a vector.
        entries: Number of entries.
        passages: Number of passages.
        corpus_folder: The corpus, as seen from the data folder; "" when it came from no folder.
        files: Every other file of the generation, by its path in there.
    """

    format: int
    corpus: str
    encoder: str
    encoder_fingerprint: str
    table_fingerprint: str
    dimension: int
    entries: int
    passages: int
    corpus_folder: str = ""
    files: Mapping[str, FileMark] = field(default_factory=dict)

    @property
    def inputs(self) -> tuple[str, str, str]:
        """Fingerprints of corpus, encoder and table: the same three give the same index."""
        return self.corpus, self.encoder_fingerprint, self.table_fingerprint


def write_manifest(generation: Path, manifest: Manifest) -> Manifest:
    """Marks every file of a generation and writes the manifest, the last of them; returns it with the marks."""
    paths = sorted(path for path in generation.rglob("*") if path.is_file() and path.name != MANIFEST_FILE)
    marks = {path.relative_to(generation).as_posix(): _mark(path) for path in paths}
    manifest = replace(manifest, files=marks)
    values = asdict(manifest)
    text = json.dumps({**values, _CHECKSUM: _checksum_of(values)}, indent=1, ensure_ascii=False)
    (generation / MANIFEST_FILE).write_text(f"{text}\n", encoding="utf-8")
    return manifest


def read_manifest(generation: Path) -> Manifest:
    """Reads the manifest of a generation.

    Raises:
        DamagedError: There is none that can be read, or it is not what was written.
        FormatError: Another version of this program wrote it.
    """
    try:
        values = json.loads((generation / MANIFEST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedError(f"{MANIFEST_FILE} cannot be read") from error
    if not isinstance(values, dict):
        raise DamagedError(f"{MANIFEST_FILE} is no manifest")
    if values.get("format") != FORMAT:
        raise FormatError(f"format {values.get('format')}, this program reads {FORMAT}")
    checksum = values.pop(_CHECKSUM, None)
    if set(values) != {field.name for field in dataclass_fields(Manifest)} or checksum != _checksum_of(values):
        raise DamagedError(f"{MANIFEST_FILE} has changed")
    return Manifest(**values | {"files": {name: FileMark(*mark) for name, mark in values["files"].items()}})


def verify_files(generation: Path, manifest: Manifest) -> None:
    """Compares every file of a generation with its size and checksum.

    Raises:
        DamagedError: A file is missing, unreadable or not what was written.
    """
    for name, mark in manifest.files.items():
        path = generation / name
        try:
            size = path.stat().st_size if path.is_file() else None
            if size is None:
                raise DamagedError(f"{name} is missing")
            if size != mark.size:
                raise DamagedError(f"{name} has {size} bytes instead of {mark.size}")
            if _mark(path) != mark:
                raise DamagedError(f"{name} has changed")
        except OSError as error:
            raise DamagedError(f"{name} cannot be read: {error.strerror}") from error


def _mark(file: Path) -> FileMark:
    size = checksum = 0
    with file.open("rb", buffering=0) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            checksum = zlib.crc32(chunk, checksum)
    return FileMark(size, checksum)


def _checksum_of(values: Mapping[str, Any]) -> int:
    return zlib.crc32(json.dumps(values, sort_keys=True).encode())
