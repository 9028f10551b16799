from dataclasses import replace

import numpy as np
import pytest

from app.answer.selection import FEATURES, candidate_spans
from evals.fitting import _fit, _rewordings, _unheard


def _hit_of(searcher, entry_id):
    return [hit for hit in searcher.search(entry_id.removeprefix("note:"), k=20) if hit.entry.entry_id == entry_id]


@pytest.fixture(scope="module")
def asked(shipped_searcher):
    return _rewordings(shipped_searcher, 10**9)


def test_every_wording_of_every_answered_question_is_asked(asked, shipped_searcher):
    for entry_id in ("arxiv:2106.09685", "note:lora"):
        spans = candidate_spans(shipped_searcher.store, _hit_of(shipped_searcher, entry_id), "en")
        written = [w for span, _ in spans if span.asked for w in (span.asked.question, *span.asked.wordings)]

        assert written
        assert set(written) <= {wording for wording, _, of, _ in asked if of == entry_id}


def test_the_order_is_shuffled_but_always_the_same(asked, shipped_searcher):
    assert _rewordings(shipped_searcher, 50) == asked[:50]
    assert len({entry_id for _, _, entry_id, _ in asked[:50]}) > 25


def test_a_wording_is_taken_out_of_a_span_and_of_nothing_else(asked, shipped_searcher):
    hits = _hit_of(shipped_searcher, "arxiv:2106.09685")
    spans = [s for s, _ in candidate_spans(shipped_searcher.store, hits, "en") if s.asked]
    span = next(span for span in spans if len(span.asked.wordings) > 1)
    first, *others = span.asked.wordings

    assert _unheard(span, first).asked == replace(span.asked, wordings=tuple(others))
    assert _unheard(span, span.asked.question).asked == replace(span.asked, question="")
    assert _unheard(span, "nobody asks this") == span


def test_the_weights_that_made_the_labels_are_found_again_and_likeness_never_counts_against():
    random = np.random.default_rng(3)
    features = random.random((2_000, len(FEATURES)))
    # "covered" speaks for a span, "length" against it; "text", a likeness, would as well and may not
    covered, length, text = (FEATURES.index(name) for name in ("covered", "length", "text"))
    odds = 6 * features[:, covered] - 4 * features[:, length] - 3 * features[:, text]
    labels = (random.random(2_000) < 1 / (1 + np.exp(-odds))).astype(float)

    weights, _ = _fit([(features, labels, 0)])

    assert weights[covered] == pytest.approx(6, abs=1.0)
    assert weights[length] == pytest.approx(-4, abs=0.8)
    assert weights[text] == pytest.approx(0.0, abs=1e-6)
