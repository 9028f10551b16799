import numpy as np
import pytest

from index.catalogue.layout import SIDE, lay_out

GROUPS, EACH = 4, 30


def groups(seed=0):
    """Unit vectors of four groups, each around a direction of its own: entry n belongs to group n // EACH."""
    chance = np.random.default_rng(seed)
    centres = np.repeat(np.eye(GROUPS, 16), EACH, axis=0)
    vectors = centres + 0.1 * chance.normal(size=centres.shape)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_entries_lie_nearer_to_their_own_group_than_to_others():
    places = lay_out(groups(), np.arange(GROUPS * EACH), GROUPS * EACH).astype(float)

    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest = apart.argmin(axis=1) // EACH

    assert (nearest == np.repeat(np.arange(GROUPS), EACH)).mean() > 0.95  # by chance it would be 0.24


def test_the_same_vectors_give_the_same_map_and_passages_may_come_in_any_order():
    vectors, owner = np.repeat(groups(), 2, axis=0), np.repeat(np.arange(GROUPS * EACH), 2)

    first = lay_out(vectors, owner, GROUPS * EACH)

    assert (lay_out(vectors, owner, GROUPS * EACH) == first).all()
    assert (lay_out(groups(), np.arange(GROUPS * EACH), GROUPS * EACH) == first).all()  # the mean of two equal ones
    assert first.min() == 0
    assert first.max() == SIDE


@pytest.mark.parametrize("entries", [0, 1, 2, 5, 11, 12])
def test_a_small_library_has_a_map_too(entries):
    places = lay_out(groups()[:entries], np.arange(entries), entries)

    assert places.shape == (entries, 2)
    assert ((places >= 0) & (places <= SIDE)).all()


def test_an_entry_without_passages_is_on_the_map():
    places = lay_out(groups()[:20], np.arange(20), 21)

    assert ((places[20] >= 0) & (places[20] <= SIDE)).all()


def test_a_large_library_is_laid_out_by_its_components_alone():
    vectors = np.zeros((4_001, 3), dtype=np.float32)
    angles = np.linspace(0, np.pi / 2, 4_001)
    vectors[:, 0], vectors[:, 1] = np.cos(angles), np.sin(angles)

    places = lay_out(vectors, np.arange(4_001), 4_001)

    assert abs(places[0, 0] - places[-1, 0]) > SIDE / 2 or abs(places[0, 1] - places[-1, 1]) > SIDE / 2
