import json
from dataclasses import replace

import numpy as np
import pytest

from app.answer.answerability import SIGNS, AnswerabilityConfig, Evidence, answer_probability
from evals.calibration import Example, fit_answerability, read_calibration, reliability
from evals.errors import EvaluationError
from evals.questions import read_questions

EVIDENCE = Evidence(**dict.fromkeys(SIGNS, 0.5))


def examples(size=400, seed=4):
    """Questions that are answerable in proportion to coverage; Chinese ones less often, the other signs are noise."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(size):
        coverage, noise = random.random(), random.random()
        language = "zh" if number % 2 else "en"
        log_odds = 8 * coverage - (5 if language == "zh" else 3)
        truth = bool(random.random() < 1 / (1 + np.exp(-log_odds)))
        seen = replace(EVIDENCE, coverage=coverage, best=noise, familiar=noise)
        made.append(Example(seen, language, truth))
    return made


@pytest.fixture(scope="module")
def fitted():
    return fit_answerability(examples(), declined=0.1, unsure=0.2)


def test_the_weights_that_made_the_answers_are_found_again(fitted):
    assert set(fitted.weights) == set(SIGNS)
    assert fitted.weights["coverage"] == pytest.approx(8, abs=1.5)
    assert max(weight for sign, weight in fitted.weights.items() if sign != "coverage") < 1.5


def test_the_biases_are_shifted_until_both_languages_decline_the_same_share():
    # The quantile of a language needs more examples than a weight.
    many = fit_answerability(examples(4_000), declined=0.1, unsure=0.2)
    asked = [example for example in examples(4_000, seed=5) if example.answerable]

    for language in ("zh", "en"):
        own = [answer_probability(e.evidence, language, many) for e in asked if e.language == language]
        assert np.mean(np.asarray(own) < many.threshold) == pytest.approx(0.1, abs=0.03)
    # The biases that made the answers differ by 2, and decline more in Chinese. Of the answerable examples a tenth
    # has a coverage below 2.68 / 8 in English and 3.99 / 8 in Chinese, so the shifted ones differ by 1.31.
    assert many.bias["en"] - many.bias["zh"] == pytest.approx(1.31, abs=0.3)


def test_no_weight_speaks_against_an_answer():
    against = [Example(replace(EVIDENCE, best=1.0 - e.answerable), "en", e.answerable) for e in examples()]

    assert min(fit_answerability(against, declined=0.1, unsure=0.2).weights.values()) == 0.0


def test_the_threshold_declines_the_share_asked_for(fitted):
    estimates = [answer_probability(e.evidence, e.language, fitted) for e in examples(seed=5) if e.answerable]

    assert np.mean(np.asarray(estimates) < fitted.threshold) == pytest.approx(0.1, abs=0.05)


def test_the_higher_threshold_holds_back_the_larger_share(fitted):
    estimates = [answer_probability(e.evidence, e.language, fitted) for e in examples(seed=5) if e.answerable]

    assert np.mean(np.asarray(estimates) < fitted.sure) == pytest.approx(0.2, abs=0.06)


def test_examples_that_nobody_asked_move_the_weights_and_not_the_thresholds():
    easy = [
        Example(replace(EVIDENCE, coverage=1.0, familiar=1.0), e.language, True, asked=False, weight=0.01)
        for e in examples(seed=6)
    ]
    fitted = fit_answerability([*examples(), *easy], declined=0.1, unsure=0.2)
    estimates = [answer_probability(e.evidence, e.language, fitted) for e in examples(seed=5) if e.answerable]

    assert np.mean(np.asarray(estimates) < fitted.threshold) == pytest.approx(0.1, abs=0.05)


def test_what_is_usually_asked_is_learned_from_wordings_that_people_used():
    kinds = np.eye(len(AnswerabilityConfig().usual))[:2]  # two ways of asking, the first of them in vain
    asked = [replace(e, aspect=kinds[int(e.answerable)]) for e in examples()]
    usual = fit_answerability(asked, declined=0.1, unsure=0.2).usual

    assert usual[1] > 0 > usual[0]
    assert not any(usual[2:])


def test_the_same_examples_give_the_same_model(fitted):
    assert fit_answerability(examples(), declined=0.1, unsure=0.2) == fitted


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
