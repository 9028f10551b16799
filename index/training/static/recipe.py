"""The recipe: vocabulary, two stages of contrastive training with sentence-transformers, int8 storage.

The first stage trains the mean of the token vectors with large batches; the second trains what search also uses, late
interaction, with smaller batches whose negatives share a topic.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from datasets import Dataset, DatasetDict
from safetensors.numpy import load_file, save_file
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.base import BatchSamplers, MultiDatasetBatchSamplers
from sentence_transformers.sentence_transformer.losses import MatryoshkaLoss, MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from torch import nn

from index.training.data import SOURCES
from index.training.static.batches import BlockSampler, order_by_topic
from index.training.static.interaction import InteractionLoss
from index.training.static.vocabulary import train_vocabulary

Pairs = Mapping[str, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the trained weights, written beside them.

    Attributes:
        vocabulary: Number of Unigram pieces.
        vocabulary_texts: How many texts the vocabulary is trained on.
        dimension: Length of a token vector.
        matryoshka: Leading dimensions that must work on their own after the first stage.
        batch: Pairs a step of the first stage; every other positive of the batch is a negative.
        epochs: Passes of the first stage over the data.
        learning_rate: Peak of the first stage's linear schedule with 5 % warm-up.
        scale: Inverse temperature of the softmax over cosines.
        interaction_steps: Steps of the second stage.
        interaction_batch: Pairs a step of the second stage.
        interaction_rate: Peak of the second stage's schedule.
        topics: Clusters each source is split into for the second stage.
        seed: Seed of everything random.
    """

    vocabulary: int = 64_000
    vocabulary_texts: int = 300_000
    dimension: int = 384
    matryoshka: tuple[int, ...] = (384, 128)
    batch: int = 2_048
    epochs: float = 2.0
    learning_rate: float = 0.03
    scale: float = 20.0
    interaction_steps: int = 2_000
    interaction_batch: int = 128
    interaction_rate: float = 0.006
    topics: int = 100
    seed: int = 7


def train_encoder(pairs: Pairs, out: Path, recipe: Recipe) -> None:
    """Trains an encoder and saves it in sentence-transformers format with int8 rows.

    An interrupted run continues from its last checkpoint under ``out``.

    Args:
        pairs: (anchor, positive) by source, see ``index.training.data``.
        out: Folder for the model; created when missing.
        recipe: The hyper-parameters.
    """
    out.mkdir(parents=True, exist_ok=True)
    vocabulary_file = out / "vocabulary.json"
    if not vocabulary_file.is_file():
        train_vocabulary(_sample_texts(pairs, recipe), size=recipe.vocabulary).save(str(vocabulary_file))
    pooled = out / "pooled"
    if not (pooled / "modules.json").is_file():
        _train_pooled(_new_model(vocabulary_file, recipe), pairs, out, recipe)
    model = SentenceTransformer(str(pooled), device="cpu")
    if recipe.interaction_steps:
        _train_interaction(model, pairs, out, recipe)
    save_quantised(model, out / "model")
    (out / "model" / "recipe.json").write_text(json.dumps(asdict(recipe), indent=1) + "\n", encoding="utf-8")


def _train_pooled(model: SentenceTransformer, pairs: Pairs, out: Path, recipe: Recipe) -> None:
    """Trains the mean of the token vectors and saves the model in ``out/pooled``."""
    contrastive = MultipleNegativesRankingLoss(
        model, scale=recipe.scale, directions=("query_to_doc", "doc_to_query"), partition_mode="per_direction"
    )
    loss = MatryoshkaLoss(model, contrastive, matryoshka_dims=list(recipe.matryoshka))
    arguments = _arguments(
        out / "checkpoints", recipe, batch=recipe.batch, rate=recipe.learning_rate, epochs=recipe.epochs
    )
    _train(model, _datasets(pairs), loss, arguments)
    model.save(str(out / "pooled"), create_model_card=False)


def _train_interaction(model: SentenceTransformer, pairs: Pairs, out: Path, recipe: Recipe) -> None:
    """Goes on training a model with late interaction in its loss, on batches of one topic."""
    sources = {source.name: source for source in SOURCES if source.name in pairs}
    shares = sum(source.share for source in sources.values())
    chosen = {}
    for name, source in sources.items():
        wanted = max(1, round(source.share / shares * recipe.interaction_steps)) * recipe.interaction_batch
        rows = random.Random(recipe.seed).sample(pairs[name], min(len(pairs[name]), wanted))
        anchors = model.encode([anchor for anchor, _ in rows], batch_size=1024, show_progress_bar=False)
        topics = recipe.topics if source.topical else 1
        order = order_by_topic(anchors, topics=topics, batch=recipe.interaction_batch, seed=recipe.seed)
        chosen[name] = [rows[row] for row in order]
    arguments = _arguments(
        out / "interaction-checkpoints",
        recipe,
        batch=recipe.interaction_batch,
        rate=recipe.interaction_rate,
        steps=recipe.interaction_steps,
        sampler=BlockSampler,
    )
    _train(model, _datasets(chosen), InteractionLoss(model, scale=recipe.scale), arguments)


def _arguments(
    checkpoints: Path,
    recipe: Recipe,
    *,
    batch: int,
    rate: float,
    epochs: float = 1.0,
    steps: int = -1,
    sampler: BatchSamplers | type[BlockSampler] = BatchSamplers.BATCH_SAMPLER,
) -> SentenceTransformerTrainingArguments:
    """Returns the settings of one stage; ``steps`` wins over ``epochs`` when it is positive."""
    return SentenceTransformerTrainingArguments(
        output_dir=str(checkpoints),
        num_train_epochs=epochs,
        max_steps=steps,
        per_device_train_batch_size=batch,
        learning_rate=rate,
        batch_sampler=sampler,
        multi_dataset_batch_sampler=MultiDatasetBatchSamplers.PROPORTIONAL,
        warmup_steps=0.05,
        weight_decay=0.0,
        save_strategy="steps",
        save_steps=400,
        save_total_limit=1,
        logging_steps=50,
        report_to="none",
        seed=recipe.seed,
        use_cpu=True,
    )


def _train(
    model: SentenceTransformer, data: DatasetDict, loss: nn.Module, arguments: SentenceTransformerTrainingArguments
) -> None:
    """Runs one stage, from its last checkpoint when there is one."""
    trainer = SentenceTransformerTrainer(model=model, args=arguments, train_dataset=data, loss=loss)
    trainer.train(resume_from_checkpoint=any(Path(str(arguments.output_dir)).glob("checkpoint-*")))


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


def _sample_texts(pairs: Pairs, recipe: Recipe) -> list[str]:
    texts = [text for rows in pairs.values() for pair in rows for text in pair]
    random.Random(recipe.seed).shuffle(texts)
    return texts[: recipe.vocabulary_texts]


def _new_model(vocabulary_file: Path, recipe: Recipe) -> SentenceTransformer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(vocabulary_file))
    generator = np.random.default_rng(recipe.seed)
    shape = (tokenizer.get_vocab_size(), recipe.dimension)
    start = generator.normal(scale=recipe.dimension**-0.5, size=shape).astype(np.float32)
    return SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=start), Normalize()], device="cpu")


def _datasets(pairs: Pairs) -> DatasetDict:
    return DatasetDict(
        {
            name: Dataset.from_dict({"anchor": [a for a, _ in rows], "positive": [p for _, p in rows]})
            for name, rows in pairs.items()
        }
    )
