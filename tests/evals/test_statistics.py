from itertools import product

import numpy as np
import pytest

from evals.statistics import bootstrap_interval, paired_p_value


def exact_p_value(first, second):
    """Every assignment of signs, one by one."""
    differences = [a - b for a, b in zip(first, second, strict=True)]
    observed = abs(sum(differences))
    sums = [
        abs(sum(s * d for s, d in zip(signs, differences, strict=True)))
        for signs in product((1, -1), repeat=len(first))
    ]
    return sum(total >= observed - 1e-12 for total in sums) / len(sums)


def test_an_interval_is_about_two_standard_errors_on_each_side():
    values = np.random.default_rng(5).normal(0.5, 0.1, size=400)
    error = values.std() / 400**0.5

    low, high = bootstrap_interval(values.tolist())

    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.3 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.3 * error)


def test_a_lower_level_gives_a_narrower_interval():
    values = [0.0, 0.2, 0.4, 0.9, 1.0, 0.3]
    wide, narrow = bootstrap_interval(values), bootstrap_interval(values, level=0.5)

    assert wide[0] < narrow[0] <= narrow[1] < wide[1]


@pytest.mark.parametrize(("values", "interval"), [([], (0.0, 0.0)), ([0.7], (0.7, 0.7)), ([0.3] * 9, (0.3, 0.3))])
def test_values_that_do_not_vary_have_no_width(values, interval):
    assert bootstrap_interval(values) == pytest.approx(interval)


def test_the_same_values_give_the_same_interval():
    assert bootstrap_interval([0.1, 0.5, 0.9]) == bootstrap_interval([0.1, 0.5, 0.9])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([1.0, 0.9, 0.8, 1.0, 0.7, 0.9, 1.0, 0.6], [0.5, 0.8, 0.7, 0.9, 0.7, 0.4, 0.9, 0.5]),
        ([1.0, 0.0, 0.5, 0.2, 0.9, 0.1], [0.9, 0.2, 0.5, 0.1, 0.8, 0.4]),
    ],
)
def test_p_is_that_of_trying_every_assignment_of_signs(first, second):
    assert paired_p_value(first, second) == pytest.approx(exact_p_value(first, second), abs=0.015)


def test_p_does_not_depend_on_the_order_of_the_two_systems():
    first, second = [1.0, 0.9, 0.8, 0.2], [0.5, 0.8, 0.9, 0.1]

    assert paired_p_value(first, second) == paired_p_value(second, first)


def test_systems_that_never_differ_are_alike():
    assert paired_p_value([0.5, 0.7], [0.5, 0.7]) == 1.0


def test_values_that_are_no_pairs_are_refused():
    with pytest.raises(ValueError, match="need pairs, not 1 and 2 values"):
        paired_p_value([0.5], [0.5, 0.7])
