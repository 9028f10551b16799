"""Learning which answer belongs to a question from the answered questions of a library.

A way to put a question, or one of its twin in the other language, is set before the right answer and seven others: of
the same entry, of questions that are like it, any. The right one must come first (softmax over the eight). Neither
question nor answers show the wording that is asked.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from index.encoders.static import StaticEncoder
from index.errors import TrainingError
from index.retrieval.reranker import QUESTION, TEXT, WORDING
from index.text.spans import spans_of
from index.training.reranker.network import SPLIT, Network
from ingest.types import Passage, PassageKind

Ids = NDArray[np.int64]
Progress = Callable[[int, float, float], None]
_OTHERS, _OWN_ENTRY = 7, 4  # wrong answers, and how many of them at most are of the same entry
_NEAR = 25  # questions that are most like one
_TWIN = 0.6  # least cosine of a question and its twin in the other language
_OF_TWIN, _WITHOUT_WORDING = 0.25, 0.15  # shares of the examples
_HELD_OUT = 15  # of so many entries one teaches nothing: by these the progress is told
_JUDGED = 1_200
_REPORT = 200  # steps
_AT_ONCE = 500  # questions that are compared with all others


@dataclass(frozen=True, slots=True)
class Answered:
    """An answered question: its entry, language and aspect, tokens of its wordings, the first one first, and answer."""

    entry: str
    language: str
    aspect: str
    wordings: tuple[Ids, ...]
    answer: Ids


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train.

    Attributes:
        steps: Steps in all; the learning rate falls to nothing over them.
        batch: Questions a step.
        rate: Learning rate at its highest.
        start: Weights to go on from.
        seed: Of all that is drawn.
    """

    steps: int = 18_000
    batch: int = 48
    rate: float = 2e-3
    start: Path | None = None
    seed: int = 0


@dataclass(slots=True)
class Lessons:
    """Examples of some answered questions; each draw gives others."""

    answered: Sequence[Answered]
    near: Sequence[NDArray[np.int64]]
    twins: dict[int, int]
    ended: int
    draw: random.Random
    _of_entry: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, one in enumerate(self.answered):
            self._of_entry.setdefault((one.entry, one.language), []).append(number)

    def batch(self, numbers: Iterable[int]) -> tuple[Tensor, Tensor]:
        """Returns questions, shape (numbers, QUESTION), and their candidates, the right one first."""
        examples = [self._example(number) for number in numbers]
        return torch.tensor([question for question, _ in examples]), torch.tensor([found for _, found in examples])

    def _example(self, number: int) -> tuple[list[int], list[list[int]]]:
        twin = self.twins.get(number) if self.draw.random() < _OF_TWIN else None
        asked = self.draw.choice(self.answered[number if twin is None else twin].wordings)
        one = self.answered[number]
        own = [other for other in self._of_entry[one.entry, one.language] if other != number]
        others = self.draw.sample(own, min(_OWN_ENTRY, len(own)))
        like = [other for other in self.near[number].tolist() if other not in others]
        others += self.draw.sample(like, min(_OTHERS - len(others), len(like)))
        others += self.draw.choices(range(len(self.answered)), k=_OTHERS - len(others))
        return self._padded(asked, QUESTION), [self._candidate(other, asked) for other in (number, *others)]

    def _candidate(self, number: int, asked: Ids) -> list[int]:
        wordings = [wording for wording in self.answered[number].wordings if wording is not asked]
        bare = not wordings or self.draw.random() < _WITHOUT_WORDING
        wording = np.zeros(0, dtype=np.int64) if bare else self.draw.choice(wordings)[:WORDING]
        return [*self._padded(wording, SPLIT), *self._padded(self.answered[number].answer, TEXT)]

    def _padded(self, ids: Ids, size: int) -> list[int]:
        return [*ids[:size].tolist(), *[self.ended] * (size - len(ids))]


def read_answered(passages: Iterable[Passage], table: StaticEncoder) -> list[Answered]:
    """Returns the answered questions among passages, as a table reads them."""
    found = [(p, spans_of(p)[0]) for p in passages if p.kind is PassageKind.ANSWER and spans_of(p)]
    tokens = iter(table.tokenize([text for _, span in found for text in (*span.bare_wordings, span.plain)]))
    return [
        Answered(
            passage.entry_id,
            passage.language,
            span.asked.aspect if span.asked else "",
            tuple(next(tokens) for _ in span.bare_wordings),
            next(tokens),
        )
        for passage, span in found
    ]


def train_reranker(
    answered: Sequence[Answered],
    table: StaticEncoder,
    out: Path,
    recipe: Recipe = Recipe(),
    progress: Progress = lambda *_: None,
) -> None:
    """Trains the network and writes its weights in 16 bits.

    Args:
        answered: From ``read_answered``.
        table: Its tokens.
        out: The file to write.
        recipe: How to train.
        progress: Called now and then with the steps made, the loss, and the share of held-out questions whose own
            answer comes first of eight.

    Raises:
        TrainingError: There are too few answered questions.
    """
    entries = sorted({one.entry for one in answered})
    held_out = set(random.Random(recipe.seed).sample(entries, len(entries) // _HELD_OUT))
    teaching = [number for number, one in enumerate(answered) if one.entry not in held_out and one.wordings]
    judging = [number for number, one in enumerate(answered) if one.entry in held_out and one.wordings][:_JUDGED]
    if not teaching or not judging:
        raise TrainingError("too few answered questions to learn from: the cards and notes of the library have them")
    torch.manual_seed(recipe.seed)
    units, weights = _of_table(table)
    network = Network(units, weights)
    if recipe.start:
        network.load_state_dict(load_file(recipe.start))
    near, twins = _near(answered, table), _twins(answered, table)
    lessons = Lessons(answered, near, twins, table.vocabulary, random.Random(recipe.seed))
    judged = [lessons.batch(judging[start : start + 100]) for start in range(0, len(judging), 100)]
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / 100) * max(1.0 - step / recipe.steps, 0.01)
    )
    losses: list[float] = []
    for step in range(1, recipe.steps + 1):
        network.train()
        questions, candidates = lessons.batch(lessons.draw.choices(teaching, k=recipe.batch))
        loss = functional.cross_entropy(network(questions, candidates), torch.zeros(recipe.batch, dtype=torch.long))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
        if step % _REPORT == 0 or step == recipe.steps:
            progress(step, float(np.mean(losses[-_REPORT:])), _first(network, judged))
            _save(network, table, out)


def _first(network: Network, judged: Sequence[tuple[Tensor, Tensor]]) -> float:
    """Returns the share of questions whose own answer comes first."""
    network.eval()
    with torch.inference_mode():
        return float(torch.cat([network(*batch).argmax(1) == 0 for batch in judged]).float().mean())


def _save(network: Network, table: StaticEncoder, out: Path) -> None:
    tensors = {name: tensor.numpy().astype(np.float16) for name, tensor in network.state_dict().items()}
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, str(out), metadata={"table": table.fingerprint})


def _of_table(table: StaticEncoder) -> tuple[Tensor, Tensor]:
    """Returns unit vectors and weights of all tokens, and zeros for where a text has ended."""
    rows = np.arange(table.vocabulary)
    units = np.vstack([table.token_units(rows), np.zeros((1, table.dimension), dtype=np.float32)])
    weights = np.append(np.square(table.token_lengths(rows)), np.float32(0.0))
    return torch.from_numpy(units), torch.from_numpy(weights)


def _vectors(answered: Sequence[Answered], table: StaticEncoder) -> NDArray[np.float32]:
    return table.pool([np.concatenate(one.wordings) if one.wordings else one.answer for one in answered])


def _near(answered: Sequence[Answered], table: StaticEncoder) -> list[NDArray[np.int64]]:
    """Returns, for each question, the others of its language that are most like it."""
    vectors = _vectors(answered, table)
    found: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)] * len(answered)
    for language in {one.language for one in answered}:
        numbers = np.asarray([i for i, one in enumerate(answered) if one.language == language])
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            likeness = vectors[some] @ vectors[numbers].T
            nearest = np.argsort(-likeness, axis=1, kind="stable")[:, : _NEAR + 1]
            for number, places in zip(some.tolist(), nearest, strict=True):
                found[number] = numbers[places][numbers[places] != number]
    return found


def _twins(answered: Sequence[Answered], table: StaticEncoder) -> dict[int, int]:
    """Returns the question of the same entry and aspect in the other language that is most like each one."""
    vectors = _vectors(answered, table)
    groups: dict[tuple[str, str], list[int]] = {}
    for number, one in enumerate(answered):
        groups.setdefault((one.entry, one.aspect), []).append(number)
    twins = {}
    for group in groups.values():
        for number in group:
            others = [other for other in group if answered[other].language != answered[number].language]
            likeness = vectors[others] @ vectors[number] if others else np.zeros(0)
            if len(likeness) and likeness.max() > _TWIN and answered[others[int(likeness.argmax())]].wordings:
                twins[number] = others[int(likeness.argmax())]
    return twins
