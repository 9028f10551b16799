"""Models by name: from the cache of the model hub where they are in it, else downloaded once, in full."""

from __future__ import annotations

import logging
import os
import re
from fnmatch import fnmatch
from pathlib import Path

from index.errors import EncoderError

UNUSED = (
    *("*.md", ".*", "*/.*", "onnx/*", "openvino/*", "*.onnx", "*.h5", "*.ot", "*.msgpack", "*.tflite"),
    *("checkpoint-*/*", "eval/*", "runs/*"),
)
_DEFAULT_OWNER = "sentence-transformers"
_NAME = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)?", re.ASCII)
_SECONDS = 10.0


def model_files(folder: Path) -> list[Path]:
    """Returns the files that decide a model's vectors, in a fixed order: all but pages, leftovers and other formats."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    relative = {file.relative_to(folder).as_posix(): file for file in files}
    return [file for name, file in sorted(relative.items()) if not any(fnmatch(name, unused) for unused in UNUSED)]


def fetch_model(name: str) -> tuple[str, Path]:
    """Returns the full name and the folder of a model of the hub.

    What is in the cache is used as it is, without a network: the same name goes on giving the same vectors. A newer
    version comes with ``hf download NAME``.

    Args:
        name: ``owner/name``; without an owner it is one of sentence-transformers' own.

    Raises:
        EncoderError: It is no name, the hub does not have the model, or the hub cannot be reached.
    """
    if not _NAME.fullmatch(name):
        raise EncoderError(
            f"there is no folder {name!r}, and it is no name of a model; give shipped, a folder, or a name "
            f"like {_DEFAULT_OWNER}/all-MiniLM-L6-v2"
        )
    full = name if "/" in name else f"{_DEFAULT_OWNER}/{name}"
    folder = _cached(full)
    return full, folder or _download(name, full)


def _cached(full: str) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        unused = [*UNUSED, "pytorch_model*.bin"]  # left out when there is the same as safetensors
        folder = Path(snapshot_download(full, cache_dir=_cache_folder(), local_files_only=True, ignore_patterns=unused))
    except LocalEntryNotFoundError:
        return None
    return folder if any(file.suffix in (".safetensors", ".bin") for file in model_files(folder)) else None


def _download(name: str, full: str) -> Path:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    try:
        # One short request says whether the hub is there; the library's own retries go on for more than a minute.
        found = HfApi().model_info(full, timeout=_SECONDS)
        files = {file.rfilename for file in found.siblings or ()}
        unused = [*UNUSED, "pytorch_model*.bin"] if "model.safetensors" in files else list(UNUSED)
        return Path(snapshot_download(full, cache_dir=_cache_folder(), ignore_patterns=unused))
    except GatedRepoError as error:
        raise EncoderError(
            f"{full} is given only to those who accept its terms: accept them at https://huggingface.co/{full}, "
            "then run: hf auth login"
        ) from error
    except RepositoryNotFoundError as error:
        raise EncoderError(
            f"there is no folder {name!r}, and the model hub has no {full}; check the spelling (owner/name) or give "
            "the folder of the model; for a private model run first: hf auth login"
        ) from error
    except Exception as error:  # the libraries below have a tree of errors each
        raise EncoderError(
            f"there is no folder {name!r}, and the model {full} is neither in the cache nor can it be downloaded "
            f"({first_line(error)}); without a network give the folder of a model, else check the spelling, owner/name"
        ) from error


def first_line(error: BaseException) -> str:
    """Returns what an error says, cut to its first line."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _cache_folder() -> str | None:
    return os.environ.get("SENTENCE_TRANSFORMERS_HOME")  # as sentence-transformers does; by default the hub's own
