import json

import pytest

from app.answer.support import Check, Verdict
from evals.errors import EvaluationError
from evals.support import Agreement, JudgedPair, Pair, agreement, judged_report, read_judged, read_pairs, readings

QUOTE = "LoRA freezes the weights and trains two small matrices."
ROW = {"sentence": "LoRA freezes the weights", "passage": QUOTE, "label": "supported", "type": "copy"}


@pytest.fixture
def write(tmp_path):
    file = tmp_path / "support.jsonl"

    def write(*lines):
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return file

    return write


def pair(sentence, *, supported):
    return Pair(sentence, QUOTE, supported, "kind")


def stands(sentence, passage):
    return sentence in passage


def test_agreement_worked_out_by_hand():
    pairs = [
        pair("LoRA freezes the weights", supported=True),  # passes: stands in the passage
        pair("trains two small matrices", supported=True),  # passes
        pair("Rank limits its expressive power", supported=True),  # fails: none of the words stand there
        pair("LoRA trains 7 matrices", supported=False),  # fails: another number
        pair("freezes the weights", supported=False),  # passes, though labelled otherwise
    ]

    found = agreement(pairs, stands)

    # verdicts equal the labels in 3 of 5; 3 pass, 3 are labelled supported, 2 are both
    # by chance (3 * 3 + 2 * 2) / 25 = 0.52 would be equal; kappa = (0.6 - 0.52) / (1 - 0.52) = 1/6
    assert (found.pairs, found.accuracy) == (5, 0.6)
    assert (found.precision, found.recall) == pytest.approx((2 / 3, 2 / 3))
    assert found.kappa == pytest.approx(1 / 6)


def test_full_agreement_has_kappa_one():
    found = agreement(
        [pair("LoRA freezes the weights", supported=True), pair("LoRA trains 7 matrices", supported=False)], stands
    )

    assert found == Agreement(pairs=2, accuracy=1.0, kappa=1.0, precision=1.0, recall=1.0)


def test_no_pairs_agree_on_nothing():
    assert agreement([]).pairs == 0


def test_labelled_pairs_are_read_in_order(write):
    file = write(json.dumps(ROW), json.dumps(ROW | {"label": "unsupported", "type": "number"}))

    assert read_pairs(file) == [
        Pair("LoRA freezes the weights", QUOTE, True, "copy"),
        Pair("LoRA freezes the weights", QUOTE, False, "number"),
    ]


@pytest.mark.parametrize("line", ["{oops", "[]", json.dumps(ROW | {"label": "maybe"}), '{"sentence": "LoRA"}'])
def test_a_malformed_pair_is_named_by_file_and_line(write, line):
    file = write(json.dumps(ROW), line)

    with pytest.raises(EvaluationError, match=r"support\.jsonl:2: not a labelled pair"):
        read_pairs(file)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(EvaluationError, match="cannot read"):
        read_pairs(tmp_path / "none.jsonl")


def judged(*labels, kind="number", language="en"):
    return JudgedPair("p", "LoRA trains 7 matrices", QUOTE, "arxiv:1", labels, kind, language, "test")


def test_pairs_that_two_readings_disagree_on_are_not_counted():
    pairs = [judged(True, True, kind="copy"), judged(True, False), judged(False, False), judged(False, False)]
    verdicts = iter([Verdict.PARTLY, Verdict.UNSUPPORTED, Verdict.SUPPORTED])

    report = judged_report(pairs, lambda _: Check(next(verdicts), 0.5))

    # one correct sentence, called partly supported; of two wrong ones one is found
    assert report["all"]["pairs"] == 3
    assert (report["all"]["kept"], report["all"]["called wrong"], report["all"]["found"]) == (0.0, 0.0, 0.5)
    assert report["copy"]["pairs"] == 1
    assert readings(pairs).accuracy == 0.75


def test_the_shipped_pairs_are_many_in_every_direction_and_read_twice():
    pairs = read_judged()

    assert len(pairs) >= 600
    for language in ("zh", "en", "zh-en", "en-zh"):
        assert sum(pair.language == language for pair in pairs) >= 150
    assert {pair.entry for pair in pairs if pair.split == "dev"}.isdisjoint(
        {p.entry for p in pairs if p.split == "test"}
    )
