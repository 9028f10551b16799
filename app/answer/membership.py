"""Which entries belong on a list that is asked for: a fitted model says how probably each one does.

First each entry is compared with the question alone: by its title, its topics, the passages that were found and the
kind of work asked for. What this says is then corrected by the company an entry keeps: topics shared with likely
members, passages that name it beside them. ``python -m evals --calibrate`` trains both steps; ``membership.json`` holds
them. Notes have weights of their own: they do not belong on a list of works, but may stand below it as an overview.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.answer.entry_features import ALONE, Compared, compare_entries
from index.encoders.static import StaticEncoder
from index.storage.store import Store
from index.types import Hit, ParsedQuery

Floats = NDArray[np.float32]
FITTED = Path(__file__).parent / "membership.json"
COMPANY = (
    "chance", "topics", "best_topic", "likeness", "cited", "cited_beside", "named_beside", "citing",
    "odds", "topic_full", "topic_full_mean", "linked", "best_linked", "together", "nearest", "expected", "likeliest",
)  # fmt: skip
_NEAR = 3  # of the others, by likeness and probability
_FOUND = 61  # best entries by the search, whose company counts before any is judged
_EXPECTED = 15.0  # members; more of them tell no more
FIRST = (*ALONE, *(f"{name} of the found" for name in COMPANY))
FEATURES = (*FIRST, *COMPANY)
ROLES = ("work", "overview")


@dataclass(frozen=True, slots=True)
class Member:
    """An entry and the probability, in [0, 1], that it belongs on the list asked for."""

    hit: Hit
    probability: float


@cache
def fitted() -> dict[str, Any]:
    """Returns the fitted model."""
    model: dict[str, Any] = json.loads(FITTED.read_text(encoding="utf-8"))
    return model


def rank_members(
    question: ParsedQuery,
    hits: Sequence[Hit],
    store: Store,
    table: StaticEncoder,
    model: Mapping[str, Any] | None = None,
) -> list[Member]:
    """Returns entries with the probability that they belong on the list asked for, the likeliest first."""
    if not hits:
        return []
    model = model or fitted()
    compared = compare_entries(question, hits, store, table)
    features = first_features(compared)
    first = chances(features, compared.roles, model["alone"])
    both = np.concatenate([features, company(compared, first)], axis=1)
    final = chances(both, compared.roles, model["together"])
    order = np.argsort(-final, kind="stable")
    return [Member(hits[i], float(final[i])) for i in order.tolist()]


def first_features(compared: Compared) -> Floats:
    """Returns what the first step judges entries by, shape (entries, FIRST): the search's word for their company."""
    found = compared.alone[:, ALONE.index("score_three")]
    above = np.maximum(found - np.sort(found)[::-1][min(_FOUND, len(found)) - 1], 0.0)
    share = (above / max(float(above.max()), 1e-6)).astype(np.float32)
    return np.concatenate([compared.alone, company(compared, share)], axis=1)


def chances(features: Floats, roles: NDArray[np.int64], model: Mapping[str, Any]) -> Floats:
    """Returns probabilities by a logistic model with weights for each role, shape (entries,)."""
    weights = np.asarray([model[name]["weights"] for name in ROLES])[roles]
    bias = np.asarray([model[name]["bias"] for name in ROLES])[roles]
    odds = (features * weights).sum(axis=1) + bias
    return np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float32)


def company(compared: Compared, chance: Floats) -> Floats:
    """Returns what the company of entries says of them, shape (entries, COMPANY).

    Args:
        compared: From ``compare_entries``.
        chance: How probably each entry belongs on the list, judged alone, shape (entries,).
    """
    n = len(chance)
    rest = 1.0 - np.eye(n, dtype=np.float32)
    weight = rest * chance  # of the others, by entry
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-6)
    held = compared.topics > 0
    shared = weight @ held  # how much of the likely members has each topic
    topical = shared * compared.topics
    number = np.maximum(held.sum(axis=1), 1)
    centre = weight @ compared.vectors
    centre /= np.maximum(np.linalg.norm(centre, axis=1, keepdims=True), 1e-6)
    by_others = compared.names * (compared.owner[:, None] != np.arange(n))
    by_notes = by_others * compared.roles[compared.owner][:, None]
    beside = by_others @ chance  # members that a passage names
    density = beside / np.maximum(by_others.sum(axis=1), 1.0)
    cited_beside = by_notes * (compared.shares * density)[:, None]
    named_beside = by_others * (chance[compared.owner] * compared.shares)[:, None]
    citing = np.zeros(n, dtype=np.float32)
    np.maximum.at(citing, compared.owner, density.astype(np.float32) * compared.shares)
    works = chance * (compared.roles == 0)
    others = held.sum(axis=0) - held  # that have a topic
    full = np.where(held, (chance @ held - chance[:, None] * held) / (others + 1.0), 0.0)
    apart = compared.vectors - compared.vectors.mean(axis=0)  # from what all have in common
    apart /= np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-6)
    near = np.sort((apart @ apart.T) * rest * works, axis=1)[:, ::-1][:, :_NEAR]
    sure = np.clip(chance, 1e-4, 1.0 - 1e-4)
    total = float(works.sum())
    return np.stack(
        [
            chance,
            topical.sum(axis=1) / number,
            topical.max(axis=1, initial=0.0),
            (centre * compared.vectors).sum(axis=1),
            (by_notes * compared.shares[:, None]).max(axis=0, initial=0.0),
            cited_beside.max(axis=0, initial=0.0),
            named_beside.max(axis=0, initial=0.0),
            citing,
            np.log(sure / (1.0 - sure)),
            full.max(axis=1, initial=0.0),
            full.sum(axis=1) / number,
            compared.linked @ works / np.maximum(compared.linked.sum(axis=1), 1.0),
            (compared.linked * works).max(axis=1, initial=0.0),
            compared.together @ works / np.maximum(compared.together.sum(axis=1), 1.0),
            near.sum(axis=1) / _NEAR,
            np.full(n, min(total, _EXPECTED)),
            np.full(n, works.max(initial=0.0)),
        ],
        axis=1,
    ).astype(np.float32)
