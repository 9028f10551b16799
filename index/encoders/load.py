"""Finding an encoder by what the user calls it, and the table of token vectors that stands beside it."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError, safe_open

from index.encoders.base import SHIPPED, Encoder
from index.encoders.hub import fetch_model
from index.encoders.static import StaticEncoder, shipped_table
from index.errors import EncoderError, IndexUnavailableError
from index.storage.generations import current_generation
from index.storage.manifest import Manifest

BATCH = 32


def load_encoder(
    spec: str | None, *, home: Path = Path("data/encoders"), batch: int = BATCH, device: str | None = None
) -> Encoder:
    """Loads an encoder.

    Args:
        spec: ``shipped`` (or None), a folder with a model, the name of a folder below ``home``, or the name of a
            sentence-transformers model.
        home: Folder of encoders that are called by a bare name.
        batch: Texts that a sentence-transformers model encodes at once.
        device: Where it runs: ``cpu``, ``cuda``, ``mps``; by default the best there is.

    Raises:
        EncoderError: There is no such model, or it cannot be loaded; the message says what to do.
    """
    if spec is None or spec == SHIPPED:
        return shipped_table()
    for folder in (Path(spec).expanduser(), home / spec):
        if spec and folder.is_dir():
            return _load_folder(folder.resolve(), batch, device)
    from index.encoders.transformer import TransformerEncoder, check_extra

    check_extra(spec)
    name, folder = fetch_model(spec)
    return TransformerEncoder.load(folder, name=name, batch=batch, device=device)


def choose_encoder(data: Path, spec: str | None, *, batch: int = BATCH, device: str | None = None) -> Encoder:
    """Loads the encoder that is asked for, else the one of the index below a data folder, else the shipped one.

    Raises:
        EncoderError: It cannot be loaded.
    """
    home = data / "encoders"
    if spec is not None:
        return load_encoder(spec, home=home, batch=batch, device=device)
    try:
        manifest = current_generation(data / "index")[1]
    except IndexUnavailableError:
        return load_encoder(None)
    return remembered_encoder(manifest, batch=batch, device=device)


def remembered_encoder(manifest: Manifest, *, batch: int = BATCH, device: str | None = None) -> Encoder:
    """Loads the encoder that an index was built with.

    Raises:
        EncoderError: It cannot be loaded; the message also says how to go back to the shipped one.
    """
    try:
        return load_encoder(manifest.encoder, batch=batch, device=device)
    except EncoderError as error:
        if manifest.encoder == SHIPPED:
            raise
        raise EncoderError(
            f"the index was built with encoder {manifest.encoder}, and now {error}; "
            f"to go back to the shipped encoder: ingest --encoder {SHIPPED}"
        ) from error


def table_beside(encoder: Encoder) -> StaticEncoder:
    """Returns the table of token vectors that serves beside an encoder: itself if it is one, else the shipped one."""
    return encoder if isinstance(encoder, StaticEncoder) else shipped_table()


def _load_folder(folder: Path, batch: int, device: str | None) -> Encoder:
    """Loads the model of a folder by what the folder holds."""
    if _is_static(folder):
        return StaticEncoder.load(folder)
    if (folder / "encoder.json").is_file():
        from index.encoders.onnx import OnnxEncoder

        return OnnxEncoder.load(folder)
    from index.encoders.transformer import TransformerEncoder

    return TransformerEncoder.load(folder, batch=batch, device=device)


def _is_static(folder: Path) -> bool:
    """Tells a table with int8 rows, as ``index.training`` writes it."""
    try:
        with safe_open(folder / "model.safetensors", framework="numpy") as tensors:
            return set(tensors.keys()) == {"embeddings", "weights"}
    except (OSError, SafetensorError):
        return False
