import numpy as np
import pytest

from index.retrieval.quantised import Quantisation, QuantisedIndex


def unit_vectors(size, dimension):
    drawn = np.random.default_rng(5).normal(size=(size, dimension)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.mark.parametrize("size", [0, 1, 15, 16, 40])
@pytest.mark.parametrize("dimension", [7, 8])
def test_few_vectors_are_all_compared(size, dimension, tmp_path):
    vectors = unit_vectors(size, dimension)
    QuantisedIndex.build(vectors).save(tmp_path / "vectors.faiss")
    index = QuantisedIndex.load(tmp_path / "vectors.faiss")

    for query in unit_vectors(5, dimension):
        assert index.top(query, 9).tolist() == np.argsort(-(vectors @ query))[:9].tolist()


def test_more_candidates_find_more_of_the_nearest():
    vectors, queries = unit_vectors(4_000, 32), unit_vectors(4_040, 32)[-40:]
    few, many = (QuantisedIndex.build(vectors, Quantisation(refine=refine, compared=0)) for refine in (1, 8))

    def found(index):
        best = [set(np.argsort(-(vectors @ query))[:20].tolist()) for query in queries]
        return np.mean(
            [
                len(set(index.top(query, 20).tolist()) & nearest) / 20
                for query, nearest in zip(queries, best, strict=True)
            ]
        )

    assert found(few) < 0.8
    assert found(many) > 0.95


def test_what_is_found_is_in_the_order_of_the_cosines_themselves():
    vectors = unit_vectors(2_000, 32)
    index = QuantisedIndex.build(vectors, Quantisation(compared=0))

    found = index.top(vectors[3], 10)

    assert found[0] == 3
    assert np.all(np.diff(vectors[found] @ vectors[3]) <= 1e-6)


def test_the_same_vectors_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        QuantisedIndex.build(unit_vectors(3_000, 16)).save(tmp_path / f"{name}.faiss")

    assert (tmp_path / "one.pq").read_bytes() == (tmp_path / "two.pq").read_bytes()
