"""The network of ``index.retrieval.reranker`` in PyTorch, with the same names of weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from index.retrieval.reranker import LEAST_WEIGHT, MANY, QUESTION, TEXT, WORDING

WIDTH, HIDDEN = 96, 64
SPLIT = WORDING + 1  # an empty place between wording and text
_KINDS = 3  # question, wording, text
_NOWHERE = -1e4
_DROPOUT = 0.1


class Network(nn.Module):
    """Scores candidates for questions; tokens are rows of a table, its last one for where a text has ended."""

    def __init__(self, units: Tensor, weights: Tensor) -> None:
        """Takes the vectors of the table, of length 1, shape (rows, dimension), and how much they matter, (rows,)."""
        super().__init__()
        self._units, self._weights = units, weights
        self.p = nn.Linear(units.shape[1], WIDTH)
        self.seg = nn.Parameter(torch.zeros(_KINDS, WIDTH))
        self.conv = nn.Conv1d(WIDTH, WIDTH, 3, padding=1)
        self.f = nn.Linear(WIDTH, WIDTH, bias=False)
        self.temp = nn.Parameter(torch.tensor(2.0))
        self.g = nn.Linear(4 * WIDTH + 4, WIDTH)
        self.h = nn.Linear(4 * WIDTH + 2, WIDTH)
        self.wt = nn.Linear(WIDTH + 1, 1)
        self.o = nn.Sequential(nn.Linear(2 * WIDTH + 4, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))
        self._drop = nn.Dropout(_DROPOUT)

    def forward(self, questions: Tensor, candidates: Tensor) -> Tensor:
        """Returns log-odds, shape (questions, candidates).

        Args:
            questions: Rows of the table, shape (questions, QUESTION).
            candidates: Likewise, shape (questions, candidates, SPLIT + TEXT).
        """
        number, several, _ = candidates.shape
        flat = candidates.reshape(number * several, -1)
        asked = questions.repeat_interleave(several, 0)
        kinds = torch.cat([torch.full((SPLIT,), 1), torch.full((TEXT,), 2)])
        question = self._read(questions, torch.zeros(QUESTION, dtype=torch.long)).repeat_interleave(several, 0)
        read = self._read(flat, kinds)
        likes = torch.bmm(self._units[asked], self._units[flat].transpose(1, 2)).clamp_min(0)
        drawn = torch.bmm(self.f(question), self.f(read).transpose(1, 2)) / WIDTH**0.5 + self.temp.exp() * likes
        drawn = drawn.masked_fill(~self._there(flat).unsqueeze(1), _NOWHERE)
        in_wording, in_text = likes[:, :, :SPLIT].amax(2), likes[:, :, SPLIT:].amax(2)
        signs = torch.stack([in_wording, in_text, in_wording**2, in_text**2], -1)
        said, amount = self._compare(self.g, asked, question, torch.bmm(drawn.softmax(2), read), signs)
        back = drawn[:, :, :SPLIT].transpose(1, 2).masked_fill(~self._there(asked).unsqueeze(1), _NOWHERE)
        heard, wording = likes[:, :, :SPLIT].amax(1), flat[:, :SPLIT]
        looked = torch.bmm(back.softmax(2), question)
        told, _ = self._compare(self.h, wording, read[:, :SPLIT], looked, torch.stack([heard, heard**2], -1))
        held = [
            self._mean(in_wording**2, asked),
            self._mean(torch.maximum(in_wording, in_text) ** 2, asked),
            self._mean(heard**2, wording),
            amount / MANY,
        ]
        odds: Tensor = self.o(torch.cat([said, told, torch.stack(held, -1)], -1))
        return odds.view(number, several)

    def _there(self, ids: Tensor) -> Tensor:
        return ids != len(self._units) - 1

    def _read(self, ids: Tensor, kinds: Tensor) -> Tensor:
        distinct, places = torch.unique(ids, return_inverse=True)
        there = self._there(ids).unsqueeze(-1)
        own = (self._drop(torch.tanh(self.p(self._units[distinct])))[places] + self.seg[kinds]) * there
        beside: Tensor = self.conv(own.transpose(1, 2)).transpose(1, 2)
        return (own + torch.tanh(beside)) * there

    def _compare(
        self, layer: nn.Linear, ids: Tensor, seen: Tensor, found: Tensor, signs: Tensor
    ) -> tuple[Tensor, Tensor]:
        compared = torch.relu(layer(torch.cat([seen, found, seen * found, (seen - found).abs(), signs], -1)))
        logs = self._weights[ids].clamp_min(LEAST_WEIGHT).log().unsqueeze(-1)
        weights = functional.softplus(self.wt(torch.cat([seen, logs], -1))).squeeze(-1) * self._there(ids)
        total = weights.sum(1)
        return (compared * weights.unsqueeze(-1)).sum(1) / total.clamp_min(1e-4).unsqueeze(-1), total

    def _mean(self, values: Tensor, ids: Tensor) -> Tensor:
        weights = self._weights[ids]
        return (values * weights).sum(1) / weights.sum(1).clamp_min(1e-4)
