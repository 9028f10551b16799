"""Any sentence-transformers model as an encoder; torch and the library are loaded only when one is asked for."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import index
from index.encoders.base import SHIPPED, Vectors
from index.encoders.hub import first_line, model_files
from index.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_PASSAGE_PROMPTS = ("document", "passage", "corpus")
_OURS = "SentenceTransformer"


class TransformerEncoder:
    """A sentence-transformers model with its own prompts, token limit and pooling; vectors always have length 1."""

    def __init__(self, model: SentenceTransformer, *, name: str, fingerprint: str, batch: int) -> None:
        """Wraps a loaded model.

        Args:
            model: The model.
            name: Loads it again.
            fingerprint: Hash of the model's files.
            batch: Texts encoded at once.

        Raises:
            EncoderError: The model cannot encode a text.
        """
        self.name = name
        self.fingerprint = fingerprint
        self._model = model
        self._batch = batch
        self._lock = threading.Lock()  # tokenizers must not be used by two threads at once
        self._query_prompt = model.prompts.get("query") or ""
        # The library stops at "document", which is always there, if only empty; e5 and others say "passage".
        self._passage_prompt = next(filter(None, (model.prompts.get(key) for key in _PASSAGE_PROMPTS)), "")
        self.dimension = 0
        self.dimension = self.encode_queries(["?"]).shape[1]

    @classmethod
    def load(cls, folder: Path, *, name: str = "", batch: int = 32, device: str | None = None) -> TransformerEncoder:
        """Reads a model folder; nothing is fetched.

        Args:
            folder: Holds ``modules.json``, or a plain transformers model, whose token vectors are then averaged.
            name: The model's name on the hub; by default the path of the folder.
            batch: Texts encoded at once.
            device: Where it runs; by default the best there is.

        Raises:
            EncoderError: The extra is not installed, the folder holds no such model, or there is no such device.
        """
        folder = folder.resolve()  # a relative path could be taken for a name on the hub
        name = name or str(folder)
        check_extra(name)
        _check_folder(folder)
        with _quiet():
            try:
                import torch
                from sentence_transformers import SentenceTransformer
                from transformers.utils import logging as transformers_logging
            except ImportError as error:
                raise EncoderError(f"sentence-transformers cannot be loaded ({first_line(error)})") from error
            transformers_logging.disable_progress_bar()
            if index.THREADS_ASKED is None:
                torch.set_num_threads(os.cpu_count() or 1)
            _check_device(device)
            try:
                model = SentenceTransformer(str(folder), device=device, local_files_only=True)
            except Exception as error:  # every kind of damage raises its own
                advice = (
                    "it brings its own code, which is not run" if "trust_remote_code" in str(error) else "is it whole?"
                )
                raise EncoderError(
                    f"{name} cannot be loaded as a sentence-transformers model ({first_line(error)}); {advice}"
                ) from error
            return cls(model, name=name, fingerprint=_fingerprint(folder), batch=batch)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Returns unit vectors of questions, with the model's prompt for queries; shape (len(texts), dimension)."""
        return self._encode(self._model.encode_query, texts, self._query_prompt)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Returns unit vectors of passages, with the model's prompt for documents; shape (len(texts), dimension)."""
        return self._encode(self._model.encode_document, texts, self._passage_prompt)

    def _encode(self, encode: Callable[..., Any], texts: Sequence[str], prompt: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        try:
            with self._lock:
                found = encode(list(texts), prompt=prompt, batch_size=self._batch, show_progress_bar=False)
        except Exception as error:  # out of memory, a model for pictures, a damaged tokenizer
            raise EncoderError(
                f"{self.name} cannot encode texts ({first_line(error)}); if memory is short, try a smaller --batch "
                "or --device cpu"
            ) from error
        vectors: Vectors = np.array(found, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all():
            raise EncoderError(f"{self.name} gives vectors that are no numbers; try --device cpu or another model")
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors


def check_extra(name: str) -> None:
    """Checks that the libraries are there, before anything is fetched or read.

    Raises:
        EncoderError: They are not; the message says how to install them.
    """
    if find_spec("sentence_transformers") is None or find_spec("torch") is None:
        raise EncoderError(
            f"encoder {name!r} needs sentence-transformers and torch; install them with: pip install '.[encoders]' "
            f"(or use the encoder that needs neither: --encoder {SHIPPED})"
        )


def _check_folder(folder: Path) -> None:
    if not any((folder / file).is_file() for file in ("modules.json", "config.json")):
        raise EncoderError(
            f"{folder} holds no model: it has neither modules.json nor config.json; give the folder that "
            "sentence-transformers saved"
        )
    try:
        config = json.loads((folder / "config_sentence_transformers.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # older models have none
    if (kind := config.get("model_type", _OURS)) != _OURS:
        raise EncoderError(f"{folder} holds a {kind}, which gives no vector for a text; give a {_OURS}")


def _check_device(device: str | None) -> None:
    import torch

    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise EncoderError(
            f"there is no device {device!r} ({first_line(error)}); give --device cpu or leave it out"
        ) from error


def _fingerprint(folder: Path) -> str:
    """Returns a hash of all files that decide the vectors, their names included."""
    digest = hashlib.sha256()
    for file in model_files(folder):
        with file.open("rb") as content:
            line = f"{file.relative_to(folder).as_posix()} {hashlib.file_digest(content, 'sha256').hexdigest()}\n"
        digest.update(line.encode())
    return digest.hexdigest()[:16]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the libraries' advice from the user, and stdout for what the user asked for."""
    for library in ("sentence_transformers", "transformers"):
        logging.getLogger(library).setLevel(logging.ERROR)
    with warnings.catch_warnings(), redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")
        yield
