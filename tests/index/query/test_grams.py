import numpy as np
import pytest

from index.query.grams import GramModel, gram_rows
from index.query.intent import BUCKETS


def test_the_odds_are_the_mean_weight_of_the_n_grams_times_the_root_of_their_number():
    weights = np.zeros(BUCKETS)
    rows = gram_rows("papers on bread")
    weights[rows] = 2.0

    model = GramModel.of(weights, np.array([-1.0]))

    # n weights of 2, by the root of n, and the bias: 2 n / √n − 1
    assert model.odds("papers on bread") == pytest.approx(2 * len(rows) ** 0.5 - 1, rel=1e-5)


def test_kept_weights_are_off_by_half_a_step_at_most():
    weights = np.random.default_rng(0).normal(size=BUCKETS)

    model = GramModel.of(weights, np.array([0.0]))

    assert np.abs(model.grams * model.scale - weights).max() <= model.scale[0] / 2 + 1e-6


def test_case_and_space_do_not_count():
    assert gram_rows("Papers  on BREAD").tolist() == gram_rows("papers on bread").tolist()
