import numpy as np
import pytest

from app.answer.rereading import READ_AGAIN
from app.answer.selection import FEATURES
from evals.fitting import Example, fit_rereading, fit_selection, gather_readings, gather_spans
from evals.questions import read_questions
from ingest.types import PassageKind


def test_the_weights_that_made_the_labels_order_the_spans():
    random = np.random.default_rng(3)
    covered, length = FEATURES.index("covered"), FEATURES.index("length")
    examples = []
    for _ in range(300):
        features = random.random((20, len(FEATURES)))
        # "covered" speaks for a span, "length" half as much against it; nothing else matters
        right = np.zeros(20, dtype=bool)
        right[np.argmax(6 * features[:, covered] - 3 * features[:, length])] = True
        examples.append(Example(features, right))

    model = fit_selection(examples)
    weights = np.asarray(model["weights"])

    assert model["first"] > 0.8
    assert weights[covered] == pytest.approx(-2 * weights[length], rel=0.4)
    assert np.abs(np.delete(weights, [covered, length])).max() < 0.2 * weights[covered]


def test_the_probabilities_are_as_high_as_the_share_of_right_spans():
    random = np.random.default_rng(5)
    examples = [Example(random.random((10, len(FEATURES))), np.arange(10) == 0) for _ in range(50)]

    model = fit_selection(examples)
    odds = np.concatenate([e.features @ np.asarray(model["weights"]) + model["bias"] for e in examples])

    assert (1 / (1 + np.exp(-odds))).mean() == pytest.approx(0.1, abs=0.005)


def test_every_question_is_asked_with_and_without_the_answered_questions(shipped_searcher):
    questions = [q for q in read_questions() if q.answerable and q.kind == "definition" and q.split == "dev"][:3]

    examples = gather_spans(shipped_searcher, questions)

    answer = FEATURES.index("answer")
    assert [bool(e.features[:, answer].any()) for e in examples] == [True, False] * 3
    assert all(e.right.any() for e in examples[::2])
    assert shipped_searcher.store.passage_ids_of(PassageKind.ANSWER)


def test_reading_again_counts_for_as_much_as_it_tells():
    random = np.random.default_rng(7)
    examples = []
    for _ in range(300):
        features = random.normal(size=(8, 3))
        right = np.zeros(8, dtype=bool)
        right[np.argmax(features[:, 0] + 2 * features[:, 1])] = (
            True  # the reading tells twice as much, the share nothing
        )
        examples.append(Example(features, right))

    model = fit_rereading(examples)

    assert model["weights"] == pytest.approx([1.0, 2.0, 0.0], abs=0.15)


def test_spans_are_read_again_where_readers_have_graded_them(shipped_searcher):
    questions = [q for q in read_questions() if q.kind == "definition" and q.split == "dev"][:6]

    examples = gather_readings(shipped_searcher, questions)

    assert examples
    assert all(e.features.shape == (len(e.right), 3) and len(e.right) <= READ_AGAIN for e in examples)
    assert any(e.right.any() and not e.right.all() for e in examples)
