"""Text to vectors by a small transformer, by onnxruntime and without torch.

A folder holds ``model.onnx`` (token ids and mask to unit vectors), ``tokenizer.json`` and ``encoder.json`` (name,
dimension, longest text, prompts, and the hashes of the other two). ``index.training.minilm`` writes such a folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer

from index.encoders.base import Vectors
from index.errors import EncoderError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

FORMAT = 1
MODEL_FILE, TOKENIZER_FILE, SETTINGS_FILE = "model.onnx", "tokenizer.json", "encoder.json"

_BATCH = 32  # texts a run; more gain nothing on one thread


class OnnxEncoder:
    """A transformer whose graph pools and normalises itself."""

    def __init__(self, session: InferenceSession, tokenizer: Tokenizer, settings: dict[str, Any], *, name: str) -> None:
        """Wraps what ``load`` has read and checked.

        Args:
            session: An onnxruntime session.
            tokenizer: Text to token ids; texts are cut at the longest length here.
            settings: The content of ``encoder.json``.
            name: Where it was loaded from.
        """
        tokenizer.no_padding()
        tokenizer.enable_truncation(int(settings["max_tokens"]))
        self._session = session
        self._tokenizer = tokenizer
        self._prompts: dict[str, str] = settings["prompts"]
        self.name = name
        self.dimension: int = settings["dimension"]
        self.fingerprint = _fingerprint(settings)

    @classmethod
    def load(cls, folder: Path, *, threads: int = 1) -> OnnxEncoder:
        """Reads an encoder folder.

        Args:
            folder: Where the three files are.
            threads: CPU threads of onnxruntime.

        Raises:
            EncoderError: onnxruntime is not installed, or a file is missing, damaged, or of another format.
        """
        try:
            import onnxruntime
        except ImportError as error:
            raise EncoderError(
                f"the encoder in {folder} needs onnxruntime, which is not installed: pip install '.[onnx]'"
            ) from error
        settings = _read_settings(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3  # errors; they are raised as well
        try:
            session = onnxruntime.InferenceSession(
                str(folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
            )
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        except Exception as error:  # onnxruntime and tokenizers raise bare exceptions of their own
            raise _unusable(folder, str(error)) from error
        shape = session.get_outputs()[0].shape
        if shape[-1] != settings["dimension"]:
            raise _unusable(folder, f"{MODEL_FILE} gives vectors of {shape[-1]}, not {settings['dimension']}")
        return cls(session, tokenizer, settings, name=str(folder.resolve()))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Returns unit vectors of questions, float32, shape (len(texts), dimension); an empty text is all zeros."""
        return self._encode(texts, self._prompts["query"])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Returns unit vectors of passages, float32, shape (len(texts), dimension); an empty text is all zeros."""
        return self._encode(texts, self._prompts["passage"])

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        filled = [row for row, text in enumerate(texts) if text.strip()]
        encodings = self._tokenizer.encode_batch_fast([prompt + texts[row] for row in filled])
        tokens = {row: encoding.ids for row, encoding in zip(filled, encodings, strict=True)}
        # Texts of like length go together, so that little is padded.
        by_length = sorted(filled, key=lambda row: len(tokens[row]))
        for start in range(0, len(by_length), _BATCH):
            rows = by_length[start : start + _BATCH]
            ids = np.zeros((len(rows), len(tokens[rows[-1]])), dtype=np.int64)
            mask = np.zeros_like(ids)
            for line, row in enumerate(rows):
                ids[line, : len(tokens[row])] = tokens[row]
                mask[line, : len(tokens[row])] = 1
            (vectors[rows],) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        return vectors


def _read_settings(folder: Path) -> dict[str, Any]:
    """Reads ``encoder.json`` and holds the other two files against their hashes."""
    missing = [name for name in (SETTINGS_FILE, MODEL_FILE, TOKENIZER_FILE) if not (folder / name).is_file()]
    if missing:
        raise _unusable(folder, f"{missing[0]} is missing")
    try:
        settings: dict[str, Any] = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
        written, hashes = settings["format"], settings["sha256"]
        complete = {
            **{name: isinstance(settings[name], int) and settings[name] > 0 for name in ("dimension", "max_tokens")},
            **{name: isinstance(settings["prompts"][name], str) for name in ("query", "passage")},
        }
        expected = {name: hashes[name] for name in (MODEL_FILE, TOKENIZER_FILE)}
    except (ValueError, KeyError, TypeError) as error:
        raise _unusable(folder, f"{SETTINGS_FILE} is damaged") from error
    if written != FORMAT:
        raise _unusable(folder, f"it has format {written}, this program reads {FORMAT}")
    if not all(complete.values()):
        raise _unusable(folder, f"{SETTINGS_FILE} is damaged")
    for name, digest in expected.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            raise _unusable(folder, f"{name} is damaged: it is not the file that {SETTINGS_FILE} was written for")
    return settings


def _fingerprint(settings: dict[str, Any]) -> str:
    """Returns a hash of everything that decides the vectors, and of nothing else."""
    decisive = {name: settings[name] for name in ("max_tokens", "prompts", "sha256")}
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:16]


def _unusable(folder: Path, reason: str) -> EncoderError:
    return EncoderError(
        f"no usable encoder in {folder}: {reason}; copy the folder again, or train it: python -m index.training.minilm"
    )
