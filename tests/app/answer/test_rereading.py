from dataclasses import replace

import numpy as np
import pytest

from app.answer.rereading import READ_AGAIN, reread
from app.answer.selection import CERTAIN, candidate_spans, rank_spans


class Prefers:
    """Scores by nothing but how many tokens a text has, or, for one that prefers short texts, has not."""

    def __init__(self, sign):
        self.sign = sign
        self.read = 0

    def scores(self, question, candidates):
        self.read = len(candidates)
        return np.asarray([self.sign * len(text) for _, text in candidates], dtype=np.float32)


@pytest.fixture(scope="module")
def ranked(small):
    found = small.find("GPTQ, how does it deal with all those layers?")
    spans = candidate_spans(small.store, found.hits, "en")
    return found.question, rank_spans(found.question, spans, small.table)


READING_ALONE = {"weights": [0.0, 1.0, 0.0]}


def test_what_is_read_again_comes_in_the_order_of_the_reading(ranked, small):
    question, before = ranked
    reranker = Prefers(-0.1)

    after = reread(question, before, small.table, reranker, READING_ALONE)
    lengths = [len(small.table.tokenize([one.span.plain])[0]) for one in before[:READ_AGAIN]]

    read = [one for one in after if one.span in [other.span for other in before[:READ_AGAIN]]]
    assert reranker.read == READ_AGAIN < len(before)
    assert [len(small.table.tokenize([one.span.plain])[0]) for one in read] == sorted(lengths)
    assert sorted(one.span.text for one in after) == sorted(one.span.text for one in before)
    assert [one.probability for one in after] == sorted((one.probability for one in after), reverse=True)


def test_what_was_known_before_alone_changes_nothing(ranked, small):
    question, before = ranked

    after = reread(question, before, small.table, Prefers(1.0), {"weights": [1.0, 0.0, 0.0]})

    assert [one.span for one in after] == [one.span for one in before]
    assert [one.probability for one in after] == pytest.approx([one.probability for one in before], abs=1e-6)


def test_asked_in_the_words_of_an_answered_question_nothing_is_read(ranked, small):
    question, before = ranked
    sure = [replace(before[0], probability=CERTAIN), *before[1:]]
    reranker = Prefers(-1.0)

    assert reread(question, sure, small.table, reranker, READING_ALONE) == sure
    assert reread(question, before[:1], small.table, reranker, READING_ALONE) == before[:1]
    assert reread(question, [], small.table, reranker, READING_ALONE) == []
    assert reranker.read == 0


def test_each_candidate_tells_its_likest_wording(ranked):
    _, before = ranked

    assert all(one.wording in one.span.bare_wordings or (not one.wording and not one.span.asked) for one in before)
    assert any(one.wording for one in before)
