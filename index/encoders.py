"""Finding an encoder by what the user calls it, and the table of token vectors that stands beside it."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError, safe_open

from index.encoder import SHIPPED, Encoder, StaticEncoder
from index.errors import EncoderError
from index.generations import Manifest

BATCH = 32
_HOME = Path("data") / "encoders"


def load_encoder(spec: str | None, *, home: Path = _HOME, batch: int = BATCH, device: str | None = None) -> Encoder:
    """Loads an encoder.

    Args:
        spec: ``shipped`` (or None), a folder with a model, the name of a folder below ``home``, or the name of a
            sentence-transformers model.
        home: Where encoders that are named without a path are looked for first, ``data/encoders``.
        batch: Texts encoded at once; the shipped encoder needs none.
        device: Where a sentence-transformers model runs: ``cpu``, ``cuda``, ``mps``; by default what there is.

    Raises:
        EncoderError: There is no such model, or it cannot be loaded; the message says what to do.
    """
    if spec is None or spec == SHIPPED:
        return StaticEncoder.load()
    for folder in (Path(spec).expanduser(), home / spec):
        if spec and folder.is_dir():
            return _load_folder(folder.resolve())
    raise EncoderError(f"no encoder {spec!r}: no such folder")


def remembered_encoder(manifest: Manifest, *, batch: int = BATCH, device: str | None = None) -> Encoder:
    """Loads the encoder that an index was built with.

    Raises:
        EncoderError: It is not where it was; the message also says how to go back to the shipped one.
    """
    try:
        return load_encoder(manifest.encoder, batch=batch, device=device)
    except EncoderError as error:
        if manifest.encoder == SHIPPED:
            raise
        raise EncoderError(
            f"{error}; the index was built with it, to go back to the shipped encoder: ingest --encoder {SHIPPED}"
        ) from error


def table_beside(encoder: Encoder) -> StaticEncoder:
    """Returns the table of token vectors that serves beside an encoder: itself if it is one, else the shipped one."""
    return encoder if isinstance(encoder, StaticEncoder) else StaticEncoder.load()


def _load_folder(folder: Path) -> Encoder:
    if _is_static(folder):
        return StaticEncoder.load(folder)
    raise EncoderError(f"no encoder in {folder}")


def _is_static(folder: Path) -> bool:
    """Tells a table with int8 rows, as ``index.training`` writes it."""
    try:
        with safe_open(folder / "model.safetensors", framework="numpy") as tensors:
            return set(tensors.keys()) == {"embeddings", "weights"}
    except (OSError, SafetensorError):
        return False
