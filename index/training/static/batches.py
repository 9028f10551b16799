"""Batches of neighbours: every negative of a batch is about the same topic as the question it stands against.

Random negatives are soon too easy. Texts are clustered by the vectors of the model at hand and a batch is drawn
from one cluster (topic-aware sampling, Hofstätter et al., SIGIR 2021); with coarse clusters few negatives are true
partners.
"""

from __future__ import annotations

from collections.abc import Iterator, Sized
from typing import cast

import faiss
import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers.base.sampler import DefaultBatchSampler

_CLUSTERED = 50_000
_ROUNDS = 8


def order_by_topic(vectors: NDArray[np.float32], *, topics: int, batch: int, seed: int) -> NDArray[np.int64]:
    """Returns an order of texts in which consecutive blocks of ``batch`` share a topic.

    Args:
        vectors: Unit vectors of the texts, shape (n, dimension).
        topics: Number of clusters.
        batch: Size of a block.
        seed: Seed of the clustering and of the order inside a cluster.

    Returns:
        Row numbers, shape (m,) with m a multiple of ``batch``; what fills no block of its cluster is left out.
    """
    random = np.random.default_rng(seed)
    topics = max(1, min(topics, len(vectors) // batch))
    sample = vectors[random.permutation(len(vectors))[:_CLUSTERED]]
    means = faiss.Kmeans(vectors.shape[1], topics, niter=_ROUNDS, seed=seed, spherical=True, min_points_per_centroid=1)
    means.train(sample)
    _, nearest = means.index.search(np.ascontiguousarray(vectors), 1)
    blocks = []
    for topic in range(topics):
        rows = random.permutation(np.flatnonzero(nearest[:, 0] == topic))
        blocks.append(rows[: len(rows) // batch * batch])
    return np.concatenate(blocks).astype(np.int64)


class BlockSampler(DefaultBatchSampler):
    """Draws whole consecutive blocks of a dataset, in random order, as its batches."""

    def __iter__(self) -> Iterator[list[int]]:
        """Yields the row numbers of each batch."""
        random = torch.Generator().manual_seed(self.seed + self.epoch)
        for block in torch.randperm(len(self), generator=random).tolist():
            yield list(range(block * self.batch_size, (block + 1) * self.batch_size))

    def __len__(self) -> int:
        """Returns the number of whole blocks."""
        return len(cast(Sized, self.sampler)) // int(self.batch_size)
