"""The two stages of training, by sentence-transformers: first the base's space in both languages, then search.

Each stage is a folder under the output folder; a finished one is not trained again, an unfinished one goes on from its
last checkpoint.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import numpy as np
import torch
from datasets import Dataset, DatasetDict
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.base import BatchSamplers, MultiDatasetBatchSamplers
from sentence_transformers.base.modules import Transformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel, PreTrainedTokenizerFast

from index.training.data import SOURCES, TrainingDataError
from index.training.minilm.glosses import gloss_vectors
from index.training.minilm.pieces import UnsuitableBaseError, extend_tokenizer, han_ids, train_pieces

Pairs = dict[str, list[tuple[str, str]]]

TRANSLATIONS = ("papers", "docs")  # (Chinese, English) sentences that say the same
SEARCHES = ("titles", "summaries", "headings")  # a short text and the longer one it leads to


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the trained weights, written beside them.

    Attributes:
        pieces: Number of Chinese pieces.
        statistics: How many sentence pairs pieces and glosses are counted on.
        tokens: Texts are cut here while training.
        batch: Pairs a step, in both stages.
        epochs: Passes over the translations, then over the search pairs.
        steps: Where given, the steps of the two stages instead of passes.
        rate: Peak learning rates of the transformer in the two stages, linear with 5 % warm-up.
        piece_rate: Peak learning rate of the word vectors, which have the most to learn, in the first stage.
        scale: Inverse temperature of the softmax over cosines in the second stage.
        bf16: Whether products are made in bfloat16.
        seed: Seed of everything random.
    """

    pieces: int = 14_000
    statistics: int = 300_000
    tokens: int = 128
    batch: int = 256
    epochs: tuple[float, float] = (4.0, 1.0)
    steps: tuple[int | None, int | None] = (None, None)
    rate: tuple[float, float] = (1e-4, 2e-5)
    piece_rate: float = 5e-4
    scale: float = 20.0
    bf16: bool = False
    seed: int = 7


class DistillationLoss(nn.Module):
    """Mean of 1 - cosine between the student's vectors of both sentences and the base's vector of the English one."""

    def __init__(self, model: SentenceTransformer, base: SentenceTransformer) -> None:
        """Prepares the loss.

        Args:
            model: The student; it tokenises English as the base does.
            base: The teacher; it is frozen.
        """
        super().__init__()
        self.model = model
        # In a tuple, the base is no part of this module: not saved, not optimised.
        self._base = (base.to(model.device).eval().requires_grad_(False),)
        self._known = bert_of(base).config.vocab_size
        self._unknown = base.tokenizer.unk_token_id

    def forward(self, sentence_features: Iterable[dict[str, Tensor]], labels: Tensor | None = None) -> Tensor:
        """Returns the loss of a batch of (Chinese, English) pairs."""
        chinese, english = (dict(features) for features in sentence_features)
        ids = english["input_ids"]
        with torch.no_grad():
            read = english | {"input_ids": ids.masked_fill(ids >= self._known, self._unknown)}
            target = self._base[0](read)["sentence_embedding"]
        vectors = [self.model(features)["sentence_embedding"] for features in (chinese, english)]
        return torch.stack([1 - (target * vector).sum(dim=1).mean() for vector in vectors]).mean()


def read_base(base: str) -> SentenceTransformer:
    """Reads the base model: a folder or a name on the Hub.

    Raises:
        UnsuitableBaseError: It cannot be read, or is not a BERT whose tokens are averaged.
    """
    try:
        model = SentenceTransformer(base)
    except (OSError, ValueError) as error:
        raise UnsuitableBaseError(f"no sentence-transformers model in {base}: {str(error).splitlines()[0]}") from error
    pooled = [module.pooling_mode for module in model if isinstance(module, Pooling)]
    if pooled != ["mean"] or bert_of(model).config.model_type != "bert":
        raise UnsuitableBaseError(f"{base} is not a BERT with mean pooling")
    return model


def bert_of(model: SentenceTransformer) -> BertModel:
    """Returns the transformer inside a model."""
    return cast(BertModel, model[0].auto_model)


def start_student(base: SentenceTransformer, pairs: Pairs, out: Path, recipe: Recipe) -> None:
    """Writes the untrained student to ``out/start``: the base with Chinese pieces, their glosses as first vectors."""
    if (out / "start").is_dir():
        return
    translations = [pair for name in TRANSLATIONS for pair in pairs.get(name, [])]
    random.Random(recipe.seed).shuffle(translations)
    counted = translations[: recipe.statistics]
    pieces = train_pieces((zh for zh, _ in counted), recipe.pieces)
    old = Tokenizer.from_str(base.tokenizer.backend_tokenizer.to_str())
    tokenizer = extend_tokenizer(old, pieces)
    bert = deepcopy(bert_of(base))  # the base itself is still needed, as the teacher
    table = bert.embeddings.word_embeddings.weight.detach().cpu().numpy()
    rows = han_ids(tokenizer)
    new = np.concatenate([table, np.zeros((tokenizer.get_vocab_size() - len(table), table.shape[1]), np.float32)])
    new[rows] = gloss_vectors(tokenizer, table, rows, counted, seed=recipe.seed)
    bert.resize_token_embeddings(len(new), mean_resizing=False)
    bert.embeddings.word_embeddings.weight.data = torch.from_numpy(new)
    marks = {name: getattr(base.tokenizer, name) for name in ("unk_token", "sep_token", "pad_token", "cls_token")}
    with TemporaryDirectory() as folder:
        bert.save_pretrained(folder)
        fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=base.max_seq_length, **marks)
        fast.save_pretrained(folder)
        # Without dropout: a student that copies a teacher is not in danger of learning its pairs by heart.
        still = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        words = Transformer(folder, config_kwargs=still)
        student = SentenceTransformer(modules=[words, Pooling(table.shape[1], "mean"), Normalize()])
    _save(student, out / "start")


def distil(base: SentenceTransformer, pairs: Pairs, out: Path, recipe: Recipe) -> None:
    """Stage 1, from ``out/start`` to ``out/distilled``: both languages into the base's space."""
    if (out / "distilled").is_dir():
        return
    student = SentenceTransformer(str(out / "start"))
    _train(student, _datasets(pairs, TRANSLATIONS), DistillationLoss(student, base), out / "distilled", recipe, stage=0)


def tune(pairs: Pairs, out: Path, recipe: Recipe) -> None:
    """Stage 2, from ``out/distilled`` to ``out/tuned``: a short text finds the longer one among the batch's others."""
    if (out / "tuned").is_dir():
        return
    student = SentenceTransformer(str(out / "distilled"))
    loss = MultipleNegativesRankingLoss(
        student, scale=recipe.scale, directions=("query_to_doc", "doc_to_query"), partition_mode="per_direction"
    )
    _train(student, _datasets(pairs, SEARCHES), loss, out / "tuned", recipe, stage=1)


def _train(
    student: SentenceTransformer, data: DatasetDict, loss: nn.Module, folder: Path, recipe: Recipe, *, stage: int
) -> None:
    checkpoints = folder.with_name(f"{folder.name}-checkpoints")
    steps = recipe.steps[stage]
    longest = student.max_seq_length
    student.max_seq_length = min(recipe.tokens, longest or recipe.tokens)
    word_rates = {"word_embeddings": recipe.piece_rate} if stage == 0 else {}
    trainer = SentenceTransformerTrainer(
        model=student,
        args=SentenceTransformerTrainingArguments(
            output_dir=str(checkpoints),
            num_train_epochs=recipe.epochs[stage],
            max_steps=steps or -1,
            per_device_train_batch_size=recipe.batch,
            learning_rate=recipe.rate[stage],
            learning_rate_mapping=word_rates,
            warmup_steps=0.05,
            weight_decay=0.0,
            batch_sampler=BatchSamplers.NO_DUPLICATES,
            multi_dataset_batch_sampler=MultiDatasetBatchSamplers.PROPORTIONAL,
            save_strategy="steps",
            save_steps=min(500, max(1, (steps or 500) // 4)),
            save_total_limit=1,
            logging_steps=min(50, max(1, (steps or 500) // 10)),
            report_to="none",
            seed=recipe.seed,
            bf16=recipe.bf16,
            use_cpu=not torch.cuda.is_available(),
            dataloader_pin_memory=torch.cuda.is_available(),
        ),
        train_dataset=data,
        loss=loss,
    )
    trainer.train(resume_from_checkpoint=any(checkpoints.glob("checkpoint-*")))
    student.max_seq_length = longest
    _save(student, folder)
    shutil.rmtree(checkpoints, ignore_errors=True)


def _save(student: SentenceTransformer, folder: Path) -> None:
    """Saves a model beside its place and renames it: a folder of that name is always a finished stage."""
    unfinished = folder.with_name(f"{folder.name}-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    student.save(str(unfinished), create_model_card=False)
    unfinished.rename(folder)


def _datasets(pairs: Pairs, names: tuple[str, ...]) -> DatasetDict:
    """Returns the sources of a stage as datasets.

    Raises:
        TrainingDataError: There is none.
    """
    rows: dict[str, Any] = {name: pairs[name] for name in names if pairs.get(name)}
    if not rows:
        files = ", ".join(source.file for source in SOURCES if source.name in names)
        raise TrainingDataError(f"this stage needs one or more of: {files}")
    return DatasetDict(
        {
            name: Dataset.from_dict({"anchor": [a for a, _ in part], "positive": [p for _, p in part]})
            for name, part in rows.items()
        }
    )
