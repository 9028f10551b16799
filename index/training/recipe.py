"""The recipe: vocabulary, contrastive training with sentence-transformers, int8 storage."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from datasets import Dataset, DatasetDict
from safetensors.numpy import load_file, save_file
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.base import MultiDatasetBatchSamplers
from sentence_transformers.sentence_transformer.losses import MatryoshkaLoss, MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding

from index.training.vocabulary import train_vocabulary


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the trained weights, written beside them.

    Attributes:
        vocabulary: Number of Unigram pieces.
        vocabulary_texts: How many texts the vocabulary is trained on.
        dimension: Length of a token vector.
        matryoshka: Leading dimensions that must work on their own.
        batch: Pairs a step; every other positive of the batch is a negative.
        epochs: Passes over the data.
        learning_rate: Peak of a linear schedule with 5 % warm-up.
        scale: Inverse temperature of the softmax over cosines.
        seed: Seed of everything random.
    """

    vocabulary: int = 48_000
    vocabulary_texts: int = 140_000
    dimension: int = 384
    matryoshka: tuple[int, ...] = (384, 128)
    batch: int = 2_048
    epochs: float = 3.0
    learning_rate: float = 0.03
    scale: float = 20.0
    seed: int = 7


def train_encoder(pairs: dict[str, list[tuple[str, str]]], out: Path, recipe: Recipe) -> None:
    """Trains an encoder and saves it in sentence-transformers format with int8 rows.

    An interrupted run continues from its last checkpoint under ``out/checkpoints``.

    Args:
        pairs: (anchor, positive) by source, see ``index.training.data``.
        out: Folder for the model; created when missing.
        recipe: The hyper-parameters.
    """
    out.mkdir(parents=True, exist_ok=True)
    vocabulary_file = out / "vocabulary.json"
    if not vocabulary_file.is_file():
        train_vocabulary(_sample_texts(pairs, recipe), size=recipe.vocabulary).save(str(vocabulary_file))
    model = SentenceTransformer(modules=[_new_embedding(vocabulary_file, recipe), Normalize()], device="cpu")
    contrastive = MultipleNegativesRankingLoss(
        model, scale=recipe.scale, directions=("query_to_doc", "doc_to_query"), partition_mode="per_direction"
    )
    trainer = SentenceTransformerTrainer(
        model=model,
        args=SentenceTransformerTrainingArguments(
            output_dir=str(out / "checkpoints"),
            num_train_epochs=recipe.epochs,
            per_device_train_batch_size=recipe.batch,
            learning_rate=recipe.learning_rate,
            warmup_steps=0.05,
            weight_decay=0.0,
            multi_dataset_batch_sampler=MultiDatasetBatchSamplers.PROPORTIONAL,
            save_strategy="steps",
            save_steps=400,
            save_total_limit=1,
            logging_steps=50,
            report_to="none",
            seed=recipe.seed,
            use_cpu=True,
        ),
        train_dataset=_datasets(pairs),
        loss=MatryoshkaLoss(model, contrastive, matryoshka_dims=list(recipe.matryoshka)),
    )
    trainer.train(resume_from_checkpoint=any((out / "checkpoints").glob("checkpoint-*")))
    save_quantised(model, out / "model")
    (out / "model" / "recipe.json").write_text(json.dumps(asdict(recipe), indent=1) + "\n", encoding="utf-8")


def save_quantised(model: SentenceTransformer, folder: Path) -> None:
    """Saves a static model with int8 rows and one float scale a row.

    The layout (``embeddings`` and ``weights``) is one that ``StaticEmbedding.load`` multiplies out itself, so
    ``SentenceTransformer(folder)`` reads the file as it is.
    """
    if folder.exists():
        shutil.rmtree(folder)
    model.save(str(folder), create_model_card=False)
    (weights_file,) = folder.rglob("model.safetensors")
    weights = load_file(weights_file)["embedding.weight"].astype(np.float32)
    scales = np.maximum(np.abs(weights).max(axis=1), 1e-12) / 127.0
    rows = np.rint(weights / scales[:, None]).astype(np.int8)
    save_file({"embeddings": rows, "weights": scales.astype(np.float32)}, weights_file)


def _sample_texts(pairs: dict[str, list[tuple[str, str]]], recipe: Recipe) -> list[str]:
    texts = [text for rows in pairs.values() for pair in rows for text in pair]
    random.Random(recipe.seed).shuffle(texts)
    return texts[: recipe.vocabulary_texts]


def _new_embedding(vocabulary_file: Path, recipe: Recipe) -> StaticEmbedding:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(vocabulary_file))
    generator = np.random.default_rng(recipe.seed)
    shape = (tokenizer.get_vocab_size(), recipe.dimension)
    start = generator.normal(scale=recipe.dimension**-0.5, size=shape).astype(np.float32)
    return StaticEmbedding(tokenizer, embedding_weights=start)


def _datasets(pairs: dict[str, list[tuple[str, str]]]) -> DatasetDict:
    return DatasetDict(
        {
            name: Dataset.from_dict({"anchor": [a for a, _ in rows], "positive": [p for _, p in rows]})
            for name, rows in pairs.items()
        }
    )
