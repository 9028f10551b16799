"""Training the matching network of the support function with torch, which is needed for nothing else here."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from index.encoders.static import StaticEncoder

Ids = NDArray[np.int64]
Pair = tuple[Ids, Ids, bool]
MOST_SAID, MOST_FOUND = 64, 144  # pieces that are looked at
_BATCH, _RATE = 64, 2e-3
_POOL = 32  # batches whose pairs are put in order of length together
_DROPOUT = 0.1
_SHARPNESS = 8.0  # of attention, by cosine, before training


class MatchingNetwork(nn.Module):
    """Says how likely a text carries a sentence.

    Pieces are seen with what stands around them; each piece of the sentence looks for what says the same in the text,
    both are compared, and what stands around the comparison counts, too.
    """

    def __init__(self, dimension: int, width: int) -> None:
        """Makes one of a width for vectors of a dimension."""
        super().__init__()
        self.inward = nn.Linear(dimension + 1, width)
        self.around1 = nn.Conv1d(width, width, 3, padding=1)
        self.around2 = nn.Conv1d(width, width, 3, padding=2, dilation=2)
        self.ask = nn.Linear(width, width, bias=False)
        self.sharpness = nn.Parameter(torch.tensor(_SHARPNESS))
        self.compare = nn.Linear(3 * width + 2, width)
        self.beside = nn.Conv1d(width, width, 3, padding=1)
        self.judge1 = nn.Linear(2 * width, 64)
        self.judge2 = nn.Linear(64, 1)
        self.drop = nn.Dropout(_DROPOUT)

    def forward(self, said: tuple[Tensor, Tensor, Tensor], found: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        """Returns log-odds, shape (pairs,).

        Args:
            said: Unit vectors (pairs, pieces, dimension), weights (pairs, pieces, 1), and which pieces there are.
            found: The same of the texts.
        """
        here, there = self._seen(said), self._seen(found)
        cosines = said[0] @ found[0].transpose(1, 2)
        scores = self.ask(here) @ there.transpose(1, 2) / here.shape[-1] ** 0.5 + self.sharpness * cosines
        scores = scores.masked_fill(~found[2][:, None, :], -1e4)
        share = torch.softmax(scores, dim=-1)
        other = share @ there
        best = cosines.masked_fill(~found[2][:, None, :], -1.0).amax(dim=-1, keepdim=True)
        mean = (share * cosines).sum(dim=-1, keepdim=True)
        both = torch.cat([here, (here - other).abs(), here * other, best, mean], dim=-1)
        mask = said[2][:, :, None]
        compared = torch.relu(self.compare(self.drop(both))) * mask
        compared = (compared + torch.relu(_turned(self.beside, compared))) * mask
        most = compared.amax(dim=1)
        weight = said[1] * mask
        average = (compared * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1e-6)
        hidden = torch.relu(self.judge1(self.drop(torch.cat([most, average], dim=-1))))
        return self.judge2(hidden)[:, 0]

    def _seen(self, text: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        vectors, weights, mask = text
        seen = torch.relu(self.inward(torch.cat([vectors, weights], dim=-1))) * mask[:, :, None]
        seen = seen + torch.relu(_turned(self.around1, seen)) * mask[:, :, None]
        return seen + torch.relu(_turned(self.around2, seen)) * mask[:, :, None]


def _turned(layer: nn.Conv1d, rows: Tensor) -> Tensor:
    turned: Tensor = layer(rows.transpose(1, 2)).transpose(1, 2)
    return turned


class Batches:
    """Puts pairs of about the same length together and looks up their vectors."""

    def __init__(self, table: StaticEncoder, seed: int = 1) -> None:
        """Looks up in a table."""
        every = np.arange(table.vocabulary)
        self._units = torch.from_numpy(np.ascontiguousarray(table.token_units(every), dtype=np.float32))
        self._weights = torch.from_numpy(np.square(table.token_lengths(every)).astype(np.float32))
        self._random = random.Random(seed)

    def of(self, pairs: Sequence[Pair]) -> Iterator[tuple[Sequence[Pair], Tensor]]:
        """Yields batches of pairs and their labels, in random order."""
        order = list(range(len(pairs)))
        self._random.shuffle(order)
        for start in range(0, len(order), _BATCH * _POOL):
            pool = sorted(order[start : start + _BATCH * _POOL], key=lambda i: len(pairs[i][0]) + len(pairs[i][1]))
            batches = [pool[i : i + _BATCH] for i in range(0, len(pool), _BATCH)]
            self._random.shuffle(batches)
            for batch in batches:
                chosen = [pairs[i] for i in batch]
                yield chosen, torch.tensor([float(pair[2]) for pair in chosen])

    def side(self, texts: Sequence[Ids], most: int) -> tuple[Tensor, Tensor, Tensor]:
        """Returns vectors, weights and mask of texts."""
        width = max(min(max(map(len, texts)), most), 1)
        ids = torch.zeros((len(texts), width), dtype=torch.long)
        mask = torch.zeros((len(texts), width), dtype=torch.bool)
        for row, text in enumerate(texts):
            cut = torch.from_numpy(np.asarray(text[:width], dtype=np.int64))
            ids[row, : len(cut)] = cut
            mask[row, : len(cut)] = True
        return self._units[ids] * mask[:, :, None], (self._weights[ids] * mask)[:, :, None], mask


def train(
    network: MatchingNetwork,
    batches: Batches,
    stages: Sequence[Sequence[Pair]],
    progress: Callable[[int, int, float], None] = lambda *_: None,
) -> None:
    """Trains on each set of pairs after the other, the rate falling over all of them."""
    steps = sum(-(-len(pairs) // _BATCH) for pairs in stages)
    optimizer = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=0.01)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps + 1, pct_start=0.1)
    network.train()
    step, recent = 0, 0.7
    for pairs in stages:
        for batch, labels in batches.of(pairs):
            odds = network(
                batches.side([pair[0] for pair in batch], MOST_SAID),
                batches.side([pair[1] for pair in batch], MOST_FOUND),
            )
            loss = nn.functional.binary_cross_entropy_with_logits(odds, labels)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            rates.step()
            step, recent = step + 1, 0.98 * recent + 0.02 * loss.item()
            progress(step, steps, recent)
    network.eval()
