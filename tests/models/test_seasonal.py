"""Parameters between what a series says of itself and what all share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.history.levels import FloatArray
from forecast.models.seasonal import own_offsets, shifted_share

SPREAD = 0.3  # the standard deviation of offsets a priori, in log odds or logarithms
VARIANCE = SPREAD**2


def quadratic(peak: list[float], variance: list[float]):
    """Return the logarithm of a normal likelihood."""
    at, size = np.array(peak), np.array(variance)
    return lambda offsets: float(-((offsets - at) ** 2 / (2 * size)).sum())


def test_a_series_that_knows_as_much_as_the_prior_meets_it_half_way():
    """Two normal laws of one variance: the mode of their product is the mean of their peaks."""
    found = own_offsets(quadratic([0.5], [VARIANCE]), 1)
    assert found == pytest.approx([0.25], abs=0.005)


def test_each_parameter_is_moved_as_far_as_the_series_knows_it():
    """A third, one and three times the prior's precision: a quarter, a half and three quarters."""
    variances = [3 * VARIANCE, VARIANCE, VARIANCE / 3]
    found = own_offsets(quadratic([-0.4, 0.8, 0.8], variances), 3)
    assert found == pytest.approx([-0.1, 0.4, 0.6], abs=0.02)


def test_parameters_that_go_together_are_moved_together():
    """Of the sum alone it is known that it is 0.9, as exactly as both may vary: halves of 0.45."""

    def likelihood(offsets: FloatArray) -> float:
        return float(-((offsets.sum() - 0.9) ** 2) / (2 * 2 * VARIANCE))

    assert own_offsets(likelihood, 2) == pytest.approx([0.225, 0.225], abs=0.015)


@pytest.mark.parametrize("n", [1, 3, 4])
def test_a_series_that_says_nothing_keeps_the_shared_parameters(n: int):
    assert own_offsets(lambda offsets: -123.4, n).tolist() == n * [0.0]


def test_a_series_that_knows_exactly_has_its_own():
    found = own_offsets(quadratic([0.6, -0.6], [1e-4, 1e-4]), 2)
    assert found == pytest.approx([0.6, -0.6], abs=0.002)


def test_what_cannot_be_is_kept_away_from():
    """The likelihood rises to a wall; beyond it there is none."""

    def likelihood(offsets: FloatArray) -> float:
        return float(10 * offsets[0]) if offsets[0] < 0.2 else -np.inf

    (found,) = own_offsets(likelihood, 1)
    assert 0 < found < 0.2


@pytest.mark.parametrize("impossible", [np.nan, -np.inf])
def test_a_likelihood_that_is_nowhere_known_moves_nothing(impossible: float):
    assert own_offsets(lambda offsets: impossible, 2).tolist() == [0.0, 0.0]


def test_odds_are_multiplied():
    """Three to one, at double odds, are six to one."""
    assert shifted_share(0.75, np.log(2)) == pytest.approx(6 / 7)
    assert shifted_share(0.75, -np.log(3)) == pytest.approx(1 / 2)


def shares() -> st.SearchStrategy[float]:
    return st.floats(1e-6, 1 - 1e-6)


@given(shares(), st.floats(-12, 12))
def test_a_moved_share_stays_between_zero_and_one(share: float, offset: float):
    assert 0 < shifted_share(share, offset) < 1


@given(shares())
def test_no_offset_leaves_a_share_where_it_is(share: float):
    assert shifted_share(share, 0.0) == pytest.approx(share)


@given(shares(), st.floats(-5, 5), st.floats(-5, 5))
def test_one_move_after_another_is_their_sum(share: float, one: float, other: float):
    assert shifted_share(shifted_share(share, one), other) == pytest.approx(
        shifted_share(share, one + other)
    )
