"""Fitting the support function: gradient-boosted trees by scikit-learn, which is needed for nothing else.

``python -m evals --fit-support`` makes the examples, fits, chooses the thresholds on ``support.jsonl`` and on the dev
split of ``support_pairs.jsonl``, and writes ``app/answer/support.json``. No example is of a work of these pairs.
"""

from __future__ import annotations

import json
import random
from collections import deque
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.answer.support import FITTED, fitted, name_forms
from app.support.alignment import Ground, coverage
from app.support.features import FEATURES, compare
from app.support.lexicon import Lexicon
from app.support.reading import Reader
from evals.support_examples import Example, make_examples, written_examples
from index.storage.store import Store
from ingest.text.scripts import language_of

Floats = NDArray[np.float64]
WRITTEN = Path(__file__).parent / "data" / "support_written.jsonl"
MOST = 2_500  # examples made out of cards; the written ones come on top
_WEIGHT = 4.0  # of a written sentence
_TREES, _DEPTH, _RATE, _LEAF, _SHARE, _COLUMNS = 300, 4, 0.08, 20, 0.7, 0.4
_SEED = 1
_KEPT = {"beyond": 0.3, "neighbour": 0.4, "elsewhere": 0.6, "half": 0.6}  # shares of kinds that are made too often
_SAME_LANGUAGE = 0.45  # share of near copies within one language, which teach little


def gather(store: Store, reader: Reader, held_out: Collection[str], most: int = MOST) -> tuple[list[Example], int]:
    """Returns the examples to learn from, those that were written last, and the number of these.

    The same library gives the same ones.
    """
    random_ = random.Random(_SEED)
    made = [example for example in make_examples(store, reader, held_out) if random_.random() < _share_kept(example)]
    random_.shuffle(made)
    written = list(written_examples(store, WRITTEN))
    return [*made[:most], *written], len(written)


def features_of(
    examples: Sequence[Example],
    reader: Reader,
    lexicons: Callable[[str], Lexicon],
    progress: Callable[[int, int], None] = lambda *_: None,
) -> NDArray[np.float32]:
    """Returns the features of examples, float32, shape (examples, FEATURES); each work has its own lexicon."""
    read = lru_cache(maxsize=4096)(reader.read)
    rows = np.zeros((len(examples), len(FEATURES)), dtype=np.float32)
    for number, example in enumerate(examples):
        said, ground = reader.read(example.sentence), Ground.of(read(example.text), name_forms(example.names))
        rows[number] = compare(
            said, ground, coverage(said, [ground], lexicons(example.entry_id))[0], reader.terms
        ).features
        progress(number + 1, len(examples))
    return rows


def fit_forest(features: NDArray[np.float32], labels: NDArray[np.bool_], weights: Floats) -> dict[str, Any]:
    """Returns a forest in the JSON form of ``app.support.forest``, both labels weighing the same."""
    from sklearn.ensemble import GradientBoostingClassifier

    both = np.where(labels, weights[labels].sum(), weights[~labels].sum())
    model = GradientBoostingClassifier(
        n_estimators=_TREES, max_depth=_DEPTH, learning_rate=_RATE, subsample=_SHARE, min_samples_leaf=_LEAF,
        max_features=_COLUMNS, random_state=_SEED,
    )  # fmt: skip
    model.fit(features, labels, sample_weight=weights / both * len(labels) / 2)
    prior = np.average(labels, weights=weights / both)
    return {
        "features": list(FEATURES),
        "bias": round(float(np.log(prior / (1 - prior))), 5),
        "depth": _DEPTH,
        "trees": [_tree(estimator.tree_) for estimator in model.estimators_[:, 0]],
    }


def weights_of(examples: int, written: int) -> Floats:
    """Returns what examples count, the last ``written`` of them more, shape (examples,)."""
    weights = np.ones(examples)
    weights[examples - written :] = _WEIGHT
    return weights


def keep(forest: dict[str, Any], carried: float, partly: float) -> None:
    """Makes a forest and its thresholds the shipped ones."""
    text = json.dumps({**forest, "carried": round(carried, 3), "partly": round(partly, 3)}, separators=(",", ":"))
    FITTED.write_text(text + "\n", encoding="utf-8")
    fitted.cache_clear()


def _share_kept(example: Example) -> float:
    near = language_of(example.sentence) == language_of(example.text) and example.kind != "reworded"
    return _KEPT.get(example.kind, 1.0) * (_SAME_LANGUAGE if near else 1.0)


def _tree(tree: Any) -> list[list[float]]:  # noqa: ANN401 - scikit-learn's own
    """Returns the nodes of a tree, the two children of a node next to each other."""
    nodes: list[list[float]] = []
    waiting = deque([0])
    following = 1
    while waiting:
        node = waiting.popleft()
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        if left < 0:
            nodes.append([-1, 0, 0, round(_RATE * float(tree.value[node, 0, 0]), 4)])
            continue
        nodes.append([int(tree.feature[node]), round(float(tree.threshold[node]), 5), following, 0])
        waiting += (left, right)
        following += 2
    return nodes
