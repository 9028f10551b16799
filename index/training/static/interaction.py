"""A loss for late interaction: the MaxSim that search uses, trained beside the pooled vector.

Static vectors that only ever meet as averages never learn which word answers to which. Here every piece of one text
looks for its best match in each other text of the batch, exactly as search scores it (cosines squared, weighted
by the squared length of the piece's vector), and the true partner has to win, in both directions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize


class InteractionLoss(nn.Module):
    """Contrastive loss on MaxSim plus contrastive loss on pooled cosines."""

    def __init__(self, model: SentenceTransformer, *, scale: float = 20.0, pooled_share: float = 0.5) -> None:
        """Prepares the loss.

        Args:
            model: A static model; its first module holds the embedding table.
            scale: Inverse temperature of both softmaxes.
            pooled_share: Share of the pooled loss in the sum, in [0, 1].
        """
        super().__init__()
        self.model = model
        self.scale = scale
        self.pooled_share = pooled_share

    def forward(self, sentence_features: Iterable[dict[str, Tensor]], labels: Tensor | None = None) -> Tensor:
        """Returns the loss of a batch of (anchor, positive) pairs; every other positive is a negative."""
        anchors, positives = (dict(features) for features in sentence_features)
        pooled = self._pooled(anchors) @ self._pooled(positives).T
        embedding = cast(StaticEmbedding, self.model[0])
        table = embedding.embedding.weight
        forward = maxsim(table, anchors["input_ids"], anchors["offsets"], positives["input_ids"], positives["offsets"])
        backward = maxsim(table, positives["input_ids"], positives["offsets"], anchors["input_ids"], anchors["offsets"])
        target = torch.arange(len(pooled), device=pooled.device)
        by_mean = cross_entropy(self.scale * pooled, target) + cross_entropy(self.scale * pooled.T, target)
        by_match = cross_entropy(self.scale * forward, target) + cross_entropy(self.scale * backward, target)
        return self.pooled_share * by_mean + (1 - self.pooled_share) * by_match

    def _pooled(self, features: dict[str, Any]) -> Tensor:
        return normalize(self.model[0](dict(features))["sentence_embedding"], dim=1)


def maxsim(table: Tensor, asked: Tensor, asked_starts: Tensor, given: Tensor, given_starts: Tensor) -> Tensor:
    """Returns the MaxSim of every text of one list with every text of another.

    Args:
        table: Token vectors, shape (vocabulary, dimension).
        asked: Token ids of the asking texts, one after the other, shape (n,).
        asked_starts: Where each asking text starts in them, shape (a,).
        given: Token ids of the texts that are searched, shape (m,).
        given_starts: Where each of those starts, shape (b,).

    Returns:
        Scores in [0, 1], shape (a, b).
    """
    asked_ids, asked_place = torch.unique(asked, return_inverse=True)
    given_ids, given_place = torch.unique(given, return_inverse=True)
    vectors = table[asked_ids]
    cosines = normalize(vectors, dim=1) @ normalize(table[given_ids], dim=1).T
    squares = cosines.clamp(min=0).square()
    squares = torch.cat([squares, squares.new_zeros(len(squares), 1)], dim=1)  # the last column stands for padding
    padded = _padded(given_place, given_starts, len(given), len(given_ids))
    best = squares[:, padded].amax(dim=2)  # (asked ids, b)
    weights = vectors.square().sum(dim=1)[asked_place]
    owner = _owners(asked_starts, len(asked))
    total = torch.zeros(len(asked_starts), best.shape[1]).index_add(0, owner, weights[:, None] * best[asked_place])
    weight = torch.zeros(len(asked_starts)).index_add(0, owner, weights)
    return total / weight.clamp(min=1e-9)[:, None]


def _owners(starts: Tensor, size: int) -> Tensor:
    """Returns for each of ``size`` tokens the number of the text it belongs to."""
    return torch.searchsorted(starts, torch.arange(size), right=True) - 1


def _padded(place: Tensor, starts: Tensor, size: int, padding: int) -> Tensor:
    """Returns the places of each text's tokens as rows of equal length, filled up with ``padding``."""
    lengths = torch.diff(starts, append=torch.tensor([size]))
    rows = torch.full((len(starts), max(int(lengths.max()), 1)), padding)
    owner = _owners(starts, size)
    rows[owner, torch.arange(size) - starts[owner]] = place
    return rows
