"""A trained student as the folder that ``index.encoders.onnx`` reads: graph with int8 weights, tokenizer, settings.

Every weight is stored in 8 bits. Word vectors have one scale a row; matrices one a block of 64 weights, and what is
multiplied with them is rounded by blocks too, while it runs. One scale a column, and what is multiplied rounded as a
whole, was tried: it loses thirteen times as much, and a text's scale then depends on the texts that share its batch.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import onnx
import torch
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import normalize

from index.encoders.onnx import FORMAT, MODEL_FILE, SETTINGS_FILE, TOKENIZER_FILE
from index.training.minilm.stages import bert_of

_BLOCK = 64
_INT8_ACTIVATIONS = 4  # onnxruntime's accuracy level: products in int8


class SentenceVectors(nn.Module):
    """A BERT, the mean over its tokens, and length one."""

    def __init__(self, bert: nn.Module) -> None:
        """Wraps a transformer in float32."""
        super().__init__()
        self.bert = bert

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Returns unit vectors, shape (texts, dimension), for ids and mask of shape (texts, tokens)."""
        states = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        return normalize((states * weights).sum(dim=1) / weights.sum(dim=1), dim=1)


class RowTable(nn.Module):
    """Word vectors as int8 rows with one float32 scale a row."""

    def __init__(self, table: Tensor) -> None:
        """Rounds a float table of shape (tokens, dimension)."""
        super().__init__()
        scales = table.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / 127
        self.register_buffer("rows", torch.round(table / scales).to(torch.int8))
        self.register_buffer("scales", scales)

    def forward(self, ids: Tensor) -> Tensor:
        """Returns the vectors of token ids."""
        rows, scales = self.get_buffer("rows"), self.get_buffer("scales")
        return rows[ids].float() * scales[ids]


def export_encoder(student: SentenceTransformer, folder: Path, *, max_tokens: int) -> None:
    """Writes a student with int8 weights to a folder; ``OnnxEncoder.load(folder)`` reads it.

    Args:
        student: A BERT with mean pooling.
        folder: The encoder; its name is the encoder's name. What was there is replaced.
        max_tokens: The reader cuts texts here.
    """
    unfinished = folder.with_name(f"{folder.name}-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    write_graph(student, unfinished / MODEL_FILE, int8=True)
    tokenizer = Tokenizer.from_str(student.tokenizer.backend_tokenizer.to_str())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(unfinished / TOKENIZER_FILE), pretty=False)
    settings: dict[str, Any] = {
        "format": FORMAT,
        "name": folder.name,
        "dimension": bert_of(student).config.hidden_size,
        "max_tokens": max_tokens,
        "pooling": "mean",
        "prompts": {"query": "", "passage": ""},
        "sha256": {
            name: hashlib.sha256((unfinished / name).read_bytes()).hexdigest() for name in (MODEL_FILE, TOKENIZER_FILE)
        },
    }
    (unfinished / SETTINGS_FILE).write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


def write_graph(student: SentenceTransformer, file: Path, *, int8: bool) -> None:
    """Writes a student as an ONNX graph from ``input_ids`` and ``attention_mask`` to unit vectors.

    Args:
        student: A BERT with mean pooling.
        file: The graph.
        int8: Whether weights are rounded to 8 bits; else they stay float32.
    """
    bert = deepcopy(bert_of(student)).cpu().eval()
    if int8:
        bert.embeddings.word_embeddings = RowTable(bert.embeddings.word_embeddings.weight.detach())
    longest = bert.config.max_position_embeddings
    ids = torch.zeros(2, min(8, longest), dtype=torch.int64)
    mask = torch.ones_like(ids)  # another tensor: inputs that are one object would become one input
    shape = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens", max=longest)}
    with TemporaryDirectory() as folder, _quiet():
        graph = Path(folder) / MODEL_FILE
        torch.onnx.export(
            SentenceVectors(bert).eval(),
            (ids, mask),
            str(graph),
            input_names=["input_ids", "attention_mask"],
            output_names=["vectors"],
            dynamic_shapes=(shape, shape),
            external_data=False,
            verbose=False,
        )
        model = onnx.load(str(graph))
    if int8:
        with _quiet():
            quantiser = MatMulNBitsQuantizer(
                model, bits=8, block_size=_BLOCK, is_symmetric=True, accuracy_level=_INT8_ACTIVATIONS
            )
            quantiser.process()
        model = quantiser.model.model
    onnx.save(model, str(file))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the exporter's notes about its own libraries to itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)
