import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.retrieval.lexical import LexicalIndex
from index.retrieval.postings import Postings

PASSAGES = [["b", "a", "b"], [], ["c"], ["a", "c", "c", "c", "低", "低秩"]]
passages = st.lists(st.lists(st.sampled_from("abcdef"), max_size=6), max_size=6)


def as_counts(postings):
    return [
        {
            postings.vocabulary[term]: int(number)
            for term, number in zip(postings.terms[start:end], postings.counts[start:end], strict=True)
        }
        for start, end in zip(postings.starts, postings.starts[1:], strict=False)
    ]


def test_terms_are_counted_by_passage_over_a_sorted_vocabulary():
    postings = Postings.count(PASSAGES)

    assert list(postings.vocabulary) == ["a", "b", "c", "低", "低秩"]
    assert as_counts(postings) == [{"a": 1, "b": 2}, {}, {"c": 1}, {"a": 1, "c": 3, "低": 1, "低秩": 1}]
    assert postings.lengths().tolist() == [3, 0, 1, 6]


@given(passages, passages, st.data())
def test_rows_taken_over_and_fresh_ones_are_as_if_all_were_counted(old, new, data):
    rows = data.draw(st.lists(st.integers(-1, len(old) - 1), min_size=len(new), max_size=12))
    rows = [row if row >= 0 or rows[: n + 1].count(-1) <= len(new) else 0 for n, row in enumerate(rows)]
    if not old:
        rows = [-1] * len(new)
    fresh = new[: rows.count(-1)]
    waiting = iter(fresh)
    expected = Postings.count([old[row] if row >= 0 else next(waiting) for row in rows])

    found = Postings.count(old).with_rows(np.asarray(rows, dtype=np.int64), Postings.count(fresh))

    assert list(found.vocabulary) == list(expected.vocabulary)
    for name in ("starts", "terms", "counts"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()


@given(st.lists(passages, min_size=1, max_size=4))
def test_lots_behind_each_other_are_as_if_all_were_counted(lots):
    expected = Postings.count([terms for lot in lots for terms in lot])

    found = Postings.joined([Postings.count(lot) for lot in lots])

    assert list(found.vocabulary) == list(expected.vocabulary)
    for name in ("starts", "terms", "counts"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()


@given(passages.filter(any))
def test_the_scores_are_those_of_bm25s(found):
    reference = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    reference.index([terms or [""] for terms in found], show_progress=False)
    own = LexicalIndex.build([terms or [""] for terms in found])

    for term in sorted({term for terms in found for term in terms}):
        assert own.scores([term]) == pytest.approx(reference.get_scores([term]), rel=1e-5)


def test_an_index_gives_its_postings_back(tmp_path):
    LexicalIndex.build(PASSAGES).save(tmp_path / "lexical")

    found = LexicalIndex.load(tmp_path / "lexical", len(PASSAGES)).postings()

    assert as_counts(found) == as_counts(Postings.count(PASSAGES))
