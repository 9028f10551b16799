from dataclasses import replace

import numpy as np
import pytest

from app.answer.selection import CERTAIN, FEATURES, candidate_spans, compare_spans, fitted, rank_spans
from app.answer.spans import by_entry
from index.text.spans import spans_of
from ingest.types import Passage, PassageKind


@pytest.fixture(scope="module")
def read(small):
    """Returns a question, and every span of the entries found for it."""

    def read(question):
        found = small.find(question)
        of_entry = [
            (hit, by_entry(small.store.passages_of(hit.entry.entry_id), found.question.language)) for hit in found.hits
        ]
        return found.question, [(span, hit) for hit, spans in of_entry for span in spans]

    return read


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("What is GPTQ?", "GPTQ is a method that rounds"),
        ("How does GPTQ round the weights?", "GPTQ works layer by layer"),
        ("What does it cost to run GPTQ?", "GPTQ takes four hours"),
        ("How is GPTQ different from AWQ?", "GPTQ corrects rounding errors, while AWQ"),
        ("What is AWQ?", "AWQ is a method that protects"),
        ("什么是 GPTQ？", "GPTQ 是一种把权重舍入成几位的方法"),
        ("GPTQ 和 AWQ 有何不同？", "GPTQ 修正舍入误差"),
    ],
)
def test_a_span_that_answers_ranks_over_its_neighbours(read, small, question, opening):
    first, second, *_ = rank_spans(*read(question), small.table)

    assert first.span.plain.startswith(opening)
    assert first.probability > second.probability


def test_only_the_best_passages_are_looked_at_and_one_of_each_entry(small):
    found = small.find("How does GPTQ round the weights?")

    def passages(most):
        spans = candidate_spans(small.store, found.hits, "en", most)
        return {(hit.entry.entry_id, span.passage.passage_id) for span, hit in spans}

    of_one, of_all = passages(1), passages(1000)
    entries = [entry_id for entry_id, _ in of_all]
    assert sorted(entry_id for entry_id, _ in of_one) == sorted(set(entries))
    assert entries.count("gptq") == 6  # the Chinese ones are left out
    liked = {key: score for hit in found.hits for key, (_, score) in hit.passages.items()}
    assert max((key for entry_id, key in of_all if entry_id == "gptq"), key=liked.__getitem__) in dict(of_one).values()


def test_probabilities_are_shares_and_fall(read, small):
    probabilities = [candidate.probability for candidate in rank_spans(*read("What is GPTQ?"), small.table)]

    assert all(0.0 <= probability <= 1.0 for probability in probabilities)
    assert probabilities == sorted(probabilities, reverse=True)


def test_the_probability_is_the_logistic_of_the_weighted_features(read, small):
    question, spans = read("Where is GPTQ used?")
    nothing = dict.fromkeys(FEATURES, 0.0)
    model = {"weights": list((nothing | {"answer": 2.0, "named": 0.5}).values()), "bias": -1.0}

    found = {c.span.text: c.probability for c in rank_spans(question, spans, small.table, model)}

    # an answer of the named entry: -1 + 2 + 0.5 = 1.5; its other sentences: -1 + 0.5 = -0.5
    answer = next(text for text in found if text.startswith("GPTQ is a method"))
    assert found[answer] == pytest.approx(0.8176, abs=1e-4)
    assert found["GPTQ is old."] == pytest.approx(0.3775, abs=1e-4)


def test_equals_keep_the_order_they_come_in(read, small):
    question, spans = read("Where is GPTQ used?")
    flat = {"weights": [0.0] * len(FEATURES), "bias": 0.0}

    ranked = rank_spans(question, spans, small.table, flat)

    assert [(candidate.span, candidate.hit) for candidate in ranked] == spans
    assert {candidate.probability for candidate in ranked} == {0.5}
    assert {candidate.odds for candidate in ranked} == {1.0}


def test_asking_twice_gives_the_same_order_whatever_was_read_between(read, small):
    question, spans = read("What is GPTQ?")
    first = rank_spans(question, spans, small.table)

    rank_spans(*read("What does Retro fetch?"), small.table)

    assert [(c.span, c.probability) for c in rank_spans(question, spans, small.table)] == [
        (c.span, c.probability) for c in first
    ]


def test_without_spans_nothing_is_ranked(read, small):
    assert rank_spans(read("What is GPTQ?")[0], [], small.table) == []


def features_of(small, read, question, text):
    """The features, by name, of one sentence that stands in the card of GPTQ."""
    parsed, spans = read(question)
    hit = next(hit for _, hit in spans if hit.entry.entry_id == "gptq")
    (span,) = spans_of(Passage("x", "gptq", PassageKind.CARD, "en", text, "corpus/papers/gptq.md", 1, 1, 9))
    compared = compare_spans(parsed, [(span, hit)], small.table)
    return dict(zip(FEATURES, compared.features[0].tolist(), strict=True))


@pytest.mark.parametrize("question", ["What is GPTQ?", "How does GPTQ round the weights?", "GPTQ"])
def test_saying_the_name_more_often_earns_nothing(small, read, question):
    once = features_of(small, read, question, "GPTQ rounds weights.")
    often = features_of(small, read, question, "GPTQ GPTQ GPTQ GPTQ GPTQ rounds weights.")

    assert often.pop("length") > once.pop("length")
    assert often.pop("speaks") != once.pop("speaks")  # it is read in order
    assert often == pytest.approx(once, abs=1e-6)


def test_words_of_the_question_are_counted_without_the_names_of_the_entry(small, read):
    # asked for: round, weights; the name itself is not among them
    covered = {
        text: features_of(small, read, "How does GPTQ round the weights?", text)["covered"]
        for text in ("GPTQ rounds weights.", "GPTQ keeps the weights.", "GPTQ is a method.")
    }

    assert list(covered.values()) == [1.0, 0.5, 0.0]


def test_features_that_compare_with_a_question_are_nought_without_one(small, read):
    prose = features_of(small, read, "What is GPTQ?", "GPTQ rounds weights.")

    assert [prose[name] for name in ("question", "question_back", "question_cosine", "aspect", "versus")] == [0.0] * 5
    assert (prose["answer"], prose["figures"], prose["steps"]) == (0.0, 0.0, 0.0)


def test_a_wording_of_the_answered_question_is_compared_as_well_as_the_question(small, read):
    question, spans = read("gptq in short")
    rows = compare_spans(question, spans, small.table).features

    said = {span.asked.aspect: row for (span, hit), row in zip(spans, rows, strict=True)
            if span.asked and hit.entry.entry_id == "gptq"}  # fmt: skip
    assert said["what"][FEATURES.index("question_cosine")] == pytest.approx(1.0, abs=1e-5)
    assert said["cost"][FEATURES.index("question_cosine")] < 0.9


def test_what_all_spans_share_does_not_tell_them_apart(small, read):
    question, spans = read("How does GPTQ round the weights?")
    rows = compare_spans(question, spans, small.table).features
    rare = dict(zip([span.plain for span, _ in spans], rows[:, FEATURES.index("rare")].tolist(), strict=True))
    answer = next(text for text in rare if text.startswith("GPTQ works layer by layer"))

    assert rare["GPTQ is old."] < 0.5 * rare[answer]


def test_an_answer_that_compares_two_named_works_is_told_from_one_that_compares_with_others(small, read):
    versus = FEATURES.index("versus")

    def values(asked):
        question, spans = read(asked)
        rows = compare_spans(question, spans, small.table).features
        return {row[versus] for (span, _), row in zip(spans, rows, strict=True) if span.asked and span.asked.other}

    assert 1.0 in values("How is GPTQ different from AWQ?")
    assert values("What is GPTQ?") == {-1.0}


def test_spans_are_compared_with_each_other_by_unit_vectors(small, read):
    compared = compare_spans(*read("What does it cost to run GPTQ?"), small.table)

    assert np.linalg.norm(compared.vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_the_shipped_model_has_a_weight_for_every_feature():
    model = fitted()

    assert tuple(model["features"]) == FEATURES
    assert len(model["weights"]) == len(FEATURES)


def test_of_questions_with_the_same_words_the_one_asked_to_the_letter_comes_first(read, small):
    def reworded(span, wording):
        return replace(span, asked=replace(span.asked, wordings=(wording,)))

    question, spans = read("gptq encoder-decoder vs decoder-only")
    (answer, hit), (other, _) = [(span, hit) for span, hit in spans if span.asked][:2]
    pair = [
        (reworded(other, "GPTQ decoder-only vs encoder-decoder"), hit),
        (reworded(answer, f"{question.text}?"), hit),
    ]

    first, second = rank_spans(question, pair, small.table)

    assert first.span.text == answer.text
    assert first.probability > second.probability >= CERTAIN
