import numpy as np
import pytest

from index.retrieval.dense import DenseIndex


@pytest.fixture(scope="module")
def vectors():
    drawn = np.random.default_rng(7).normal(size=(40, 8)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def test_the_nearest_rows_are_those_of_a_full_sort(vectors):
    dense = DenseIndex.build(vectors)

    for query in vectors[:5]:
        assert dense.top(query, 7).tolist() == np.argsort(-(vectors @ query))[:7].tolist()


def test_more_neighbours_than_rows_are_all_rows(vectors):
    rows = DenseIndex.build(vectors[:3]).top(vectors[0], 10)

    assert sorted(rows.tolist()) == [0, 1, 2]
    assert rows[0] == 0


def test_scores_are_inner_products_of_the_rows_asked_for_in_their_order():
    dense = DenseIndex.build(np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32))

    # (0.8, 0.6) with (0.6, 0.8) is 0.96, with (1, 0) is 0.8
    found = dense.scores(np.array([0.8, 0.6], dtype=np.float32), np.array([2, 0]))

    np.testing.assert_allclose(found, [0.96, 0.8], rtol=1e-6)


def test_no_rows_have_no_scores(vectors):
    assert DenseIndex.build(vectors).scores(vectors[0], np.zeros(0, dtype=np.int64)).shape == (0,)


def test_a_saved_index_finds_and_scores_the_same(vectors, tmp_path):
    dense = DenseIndex.build(vectors)
    dense.save(tmp_path / "vectors.faiss")

    loaded = DenseIndex.load(tmp_path / "vectors.faiss")

    assert loaded.size == 40
    assert loaded.top(vectors[3], 5).tolist() == dense.top(vectors[3], 5).tolist()
    rows = np.array([9, 3, 9])
    np.testing.assert_array_equal(loaded.scores(vectors[3], rows), dense.scores(vectors[3], rows))
