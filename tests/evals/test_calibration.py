import json

import numpy as np
import pytest

from app.answer.answerability import SIGNS, Evidence, answer_probability
from evals.calibration import Example, fit_refusal, read_calibration, reliability
from evals.errors import EvaluationError
from evals.questions import read_questions


def examples(size=400, seed=4):
    """Questions that are answerable in proportion to coverage; Chinese ones less often, the other signs are noise."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(size):
        coverage, noise = random.random(), random.random()
        language = "zh" if number % 2 else "en"
        log_odds = 8 * coverage - (5 if language == "zh" else 3)
        truth = bool(random.random() < 1 / (1 + np.exp(-log_odds)))
        made.append(Example(Evidence(coverage, noise, noise, noise > 0.5, True, noise), language, truth))
    return made


@pytest.fixture(scope="module")
def fitted():
    return fit_refusal(examples(), declined=0.1)


def test_the_weights_that_made_the_answers_are_found_again(fitted):
    assert set(fitted.weights) == set(SIGNS)
    assert fitted.weights["coverage"] == pytest.approx(8, abs=1.5)
    assert max(weight for sign, weight in fitted.weights.items() if sign != "coverage") < 1.5
    assert fitted.bias["en"] - fitted.bias["zh"] == pytest.approx(2, abs=0.8)


def test_no_weight_speaks_against_an_answer():
    against = [
        Example(Evidence(0.5, 0.5, 1.0 - e.answerable, False, True, 0.5), "en", e.answerable) for e in examples()
    ]

    assert min(fit_refusal(against, declined=0.1).weights.values()) == 0.0


def test_the_threshold_declines_the_share_asked_for(fitted):
    estimates = [answer_probability(e.evidence, e.language, fitted) for e in examples(seed=5) if e.answerable]

    assert np.mean(np.asarray(estimates) < fitted.threshold) == pytest.approx(0.1, abs=0.05)


def test_the_same_examples_give_the_same_model(fitted):
    assert fit_refusal(examples(), declined=0.1) == fitted


def test_reliability_sorts_estimates_into_bins_of_equal_width():
    estimates = [(0.0, False), (0.1, True), (0.5, True), (0.95, True), (1.0, False)]

    assert reliability(estimates, bins=2) == [
        (pytest.approx(0.05), 0.5, 2), (pytest.approx(2.45 / 3), pytest.approx(2 / 3), 3)
    ]  # fmt: skip


def test_the_shipped_questions_are_of_every_label_and_in_no_other_set():
    shipped = read_calibration()

    for language in ("zh", "en"):
        of_language = [answerable for _, asked_in, answerable in shipped if asked_in == language]
        assert min(of_language.count(True), of_language.count(False)) >= 50
    texts = {text for text, *_ in shipped}
    assert len(texts) == len(shipped)
    assert not texts & {question.text for question in read_questions()}


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"q": "?", "language": "en", "label": "perhaps"}',
        '{"q": "?", "language": "fr", "label": "near-miss"}',
    ],
)
def test_a_malformed_line_is_named(tmp_path, line):
    file = tmp_path / "calibration.jsonl"
    good = json.dumps({"q": "?", "language": "en", "label": "near-miss"})
    file.write_text(f"{good}\n{line}\n", encoding="utf-8")

    with pytest.raises(EvaluationError, match=r"calibration.jsonl:2: not a calibration question"):
        read_calibration(file)
