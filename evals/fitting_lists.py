"""Fitting what puts entries on a list: lists written out by hand, and the dev questions of the suite that ask for one.

``data/lists.jsonl`` holds requests in both languages with all that belongs on each list; the two wordings of one list
are never on both sides of a split. The first step of ``app.answer.membership`` is fitted on entries compared for
themselves; the second also sees the company they keep, by what the first says of lists it was not fitted on. Some
lists are of what the corpus does not hold. Each is asked for twice, the second time without the subjects of the corpus,
as most corpora have none. The threshold for works is the lowest with which lists left out are precise enough; that for
notes has the best F1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.answer.entry_features import Compared, compare_entries
from app.answer.listing import DEPTH, FITS, MOST
from app.answer.membership import FEATURES, FIRST, FITTED, ROLES, chances, company, first_features, fitted
from evals.lines import read_rows
from evals.questions import Question, read_judgements
from index.search import Searcher

SHIPPED_LISTS = Path(__file__).parent / "data" / "lists.jsonl"
Floats = NDArray[np.float64]
_FOLDS = 5
_RIDGE = 1.0
_BELONGS = 2  # grade
_HELPS = 0.5  # weight of an entry that may stand on a list and need not
_PRECISION = 0.74  # of lists that were left out, on average
_THRESHOLDS = np.arange(0.05, 0.8, 0.025)


@dataclass(frozen=True, slots=True)
class ListRequest:
    """A request for a list.

    Attributes:
        text: What is asked.
        topic: Requests for the same list share it.
        grades: 2 for what belongs on the list, 1 for what may stand there, by entry id; empty where nothing does.
    """

    text: str
    topic: str
    grades: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Example:
    compared: Compared
    grades: NDArray[np.int64]
    wanted: int  # works that belong on the list, found or not; 0 for a list of what the corpus does not hold
    fold: int


def read_lists(file: Path = SHIPPED_LISTS) -> list[ListRequest]:
    """Reads requests, one JSON object a line.

    Raises:
        EvaluationError: The file cannot be read, or a line is malformed; the message names it.
    """
    return read_rows(file, _request, "a list")


def _request(row: dict[str, Any]) -> ListRequest:
    grades = {str(entry): int(grade) for entry, grade in row["works"].items()}
    if not set(grades.values()) <= {1, 2}:
        raise ValueError("grades are 1 and 2")
    return ListRequest(str(row["q"]), str(row["topic"]), grades)


def fit_membership(
    searcher: Searcher,
    questions: Sequence[Question],
    requests: Sequence[ListRequest],
    progress: Callable[[int, int], None] = lambda *_: None,
    file: Path = FITTED,
) -> dict[str, Any]:
    """Fits the model of ``app.answer.membership`` and keeps it.

    Args:
        searcher: Searches the shipped corpus.
        questions: The suite's; those of the dev split that ask for a list are learned from.
        requests: From ``read_lists``.
        progress: Called with the number of lists looked up and their total.
        file: Where the model is kept.

    Returns:
        The model, with recall and precision on lists it was not fitted on.
    """
    examples = list(_examples(searcher, [*requests, *_of_suite(questions)], progress))
    folds = range(_FOLDS)
    alone = [first_features(example.compared) for example in examples]
    first = _left_out(examples, alone)
    both = [np.concatenate([x, company(e.compared, p)], axis=1) for x, e, p in zip(alone, examples, first, strict=True)]
    final = _left_out(examples, both)
    work, recall, precision = _best_threshold(examples, final)
    overview = _best_overview_threshold(examples, final)
    model = {
        "features": {"alone": list(FIRST), "together": list(FEATURES)},
        "alone": _fit(examples, alone, folds),
        "together": _fit(examples, both, folds),
        "thresholds": {"work": work, "overview": overview},
        "lists": len(examples),
        "recall": round(recall, 4),
        "precision": round(precision, 4),
    }
    file.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
    fitted.cache_clear()
    return model


def _of_suite(questions: Sequence[Question]) -> Iterator[ListRequest]:
    judged = read_judgements()
    for question in questions:
        if question.kind == "list" and question.split == "dev" and not question.history:
            helps = {entry: grade for entry, grade in judged.get(question.id, {}).items() if grade}
            yield ListRequest(question.text, question.id, helps | {g.entry_id: g.grade for g in question.gold})


def _examples(
    searcher: Searcher, requests: Sequence[ListRequest], progress: Callable[[int, int], None]
) -> Iterator[_Example]:
    topics = {topic: number for number, topic in enumerate(dict.fromkeys(request.topic for request in requests))}
    plain = searcher.with_config(replace(searcher.config, subject_bonus=0.0))
    for number, request in enumerate(requests, start=1):
        for one in (searcher, plain):
            found = one.find(request.text, k=DEPTH, wide=lambda _: True)
            if found.hits:
                grades = np.asarray([request.grades.get(hit.entry.entry_id, 0) for hit in found.hits], dtype=np.int64)
                held = max(request.grades.values(), default=0) == _BELONGS  # the corpus has what the list is of
                wanted = sum(not entry.startswith("note:") for entry in request.grades) if held else 0
                compared = compare_entries(found.question, found.hits, searcher.store, searcher.table)
                yield _Example(compared, grades, wanted, topics[request.topic] % _FOLDS)
        progress(number, len(requests))


def _left_out(examples: Sequence[_Example], features: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    """Returns the probabilities of every example by a model that was fitted without its fold."""
    models = [_fit(examples, features, [f for f in range(_FOLDS) if f != fold]) for fold in range(_FOLDS)]
    return [chances(x, e.compared.roles, models[e.fold]) for x, e in zip(features, examples, strict=True)]


def _fit(
    examples: Sequence[_Example], features: Sequence[NDArray[np.float32]], folds: Sequence[int]
) -> dict[str, dict[str, Any]]:
    """Returns weights and bias for each role, fitted on the examples of some folds."""
    model: dict[str, dict[str, Any]] = {}
    used = [(x, e) for x, e in zip(features, examples, strict=True) if e.fold in folds]
    for role, name in enumerate(ROLES):
        rows = np.concatenate([x[e.compared.roles == role] for x, e in used]).astype(np.float64)
        grades = np.concatenate([e.grades[e.compared.roles == role] for _, e in used])
        weights, bias = _logistic(rows, (grades > 0).astype(np.float64), np.where(grades == 1, _HELPS, 1.0))
        model[name] = {"weights": [round(float(w), 4) for w in weights], "bias": round(bias, 4)}
    return model


def _logistic(rows: Floats, labels: Floats, importance: Floats) -> tuple[Floats, float]:
    """Returns weights and bias of a logistic regression with a ridge on standardised features."""
    from scipy.optimize import minimize

    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    scaled = (rows - mean) / spread

    def loss(values: Floats) -> tuple[float, Floats]:
        odds = scaled @ values[:-1] + values[-1]
        cost = float((importance * (np.logaddexp(0.0, odds) - odds * labels)).sum())
        error = importance * (1.0 / (1.0 + np.exp(-odds)) - labels)
        ridge = _RIDGE * values[:-1]
        return cost + 0.5 * float(values[:-1] @ ridge), np.append(scaled.T @ error + ridge, error.sum())

    found = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B")
    weights = found.x[:-1] / spread
    return weights, float(found.x[-1] - weights @ mean)


def _best_threshold(
    examples: Sequence[_Example], probabilities: Sequence[NDArray[np.float32]]
) -> tuple[float, float, float]:
    """Returns the lowest threshold for works with which lists are precise enough, and mean recall and precision."""
    threshold, recall, precision = 0.0, 0.0, 0.0
    for threshold in _THRESHOLDS.tolist():
        values = [_judge(e, p, threshold) for e, p in zip(examples, probabilities, strict=True) if e.wanted]
        recall, precision = (float(np.mean(column)) for column in zip(*values, strict=True))
        if precision >= _PRECISION:
            break
    return round(threshold, 3), recall, precision


def _judge(example: _Example, probabilities: NDArray[np.float32], threshold: float) -> tuple[float, float]:
    """Returns recall and precision of the works that a threshold puts on a list; the likeliest is always there."""
    order = [i for i in np.argsort(-probabilities, kind="stable").tolist() if not example.compared.roles[i]]
    fits = bool(order) and probabilities[order[0]] >= FITS
    chosen = [i for i in order if fits and probabilities[i] >= threshold][:MOST] or order[:1]
    right = sum(example.grades[i] > 0 for i in chosen)
    return right / min(MOST, example.wanted), right / max(len(chosen), 1)


def _best_overview_threshold(examples: Sequence[_Example], probabilities: Sequence[NDArray[np.float32]]) -> float:
    """Returns the threshold for notes with the best F1 over all of them."""
    notes = [e.compared.roles == 1 for e in examples]
    chance = np.concatenate([p[n] for p, n in zip(probabilities, notes, strict=True)])
    right = np.concatenate([e.grades[n] > 0 for e, n in zip(examples, notes, strict=True)])
    scores = []
    for threshold in _THRESHOLDS.tolist():
        chosen = chance >= threshold
        scores.append((2.0 * float((chosen & right).sum()) / max(float(chosen.sum() + right.sum()), 1.0), threshold))
    return round(float(max(scores)[1]), 3)
