"""Index generations on disk: built beside the live one, verified, then put in its place by one rename.

data/index/
  CURRENT                 name of the live generation
  <generation>/
    store.sqlite          entries and passages
    vectors.faiss         one vector a passage
    lexical/              BM25
    late/                 token ids of every passage
    spelling/             words and characters that slips are mended to
    manifest.json         written last: a folder without it is an unfinished build
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import Any

from index.errors import IndexUnavailableError

FORMAT = 8
_POINTER = "CURRENT"
_MANIFEST = "manifest.json"


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
    """

    format: int
    corpus: str
    encoder: str
    encoder_fingerprint: str
    table_fingerprint: str
    dimension: int
    entries: int
    passages: int

    @property
    def generation(self) -> str:
        """Name of the generation's folder, the same for the same input."""
        return f"{self.corpus[:12]}-{self.encoder_fingerprint[:8]}-{self.table_fingerprint[:8]}-v{self.format}"


def current_generation(folder: Path) -> tuple[Path, Manifest]:
    """Returns the folder and manifest of the live generation.

    Raises:
        IndexUnavailableError: There is none, or it was written by another version of this program.
    """
    name = _pointed_at(folder)
    fields = _read_json(folder / name / _MANIFEST) if name else None
    if not name or fields is None:
        raise IndexUnavailableError(f"no index in {folder}; build it with: ingest")
    if fields.get("format") != FORMAT:
        raise IndexUnavailableError(
            f"the index in {folder} has format {fields.get('format')}, this program reads {FORMAT}; "
            "rebuild it with: ingest --full"
        )
    if set(fields) != {field.name for field in dataclass_fields(Manifest)}:
        raise IndexUnavailableError(f"the manifest of the index in {folder} is damaged; rebuild it with: ingest --full")
    return folder / name, Manifest(**fields)


def publish(folder: Path, staging: Path, manifest: Manifest) -> Path:
    """Finishes a built generation and makes it the live one; the generation before it is kept, older ones go."""
    previous = _pointed_at(folder)
    (staging / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=1) + "\n", encoding="utf-8")
    target = folder / manifest.generation
    if target.exists():
        shutil.rmtree(target)
    staging.rename(target)
    pointer = folder / f"{_POINTER}.new"
    pointer.write_text(manifest.generation + "\n", encoding="utf-8")
    pointer.replace(folder / _POINTER)
    for old in folder.iterdir():
        if old.is_dir() and old.name not in (manifest.generation, previous):
            shutil.rmtree(old, ignore_errors=True)
    return target


def _pointed_at(folder: Path) -> str:
    try:
        return (folder / _POINTER).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _read_json(file: Path) -> dict[str, Any] | None:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None
