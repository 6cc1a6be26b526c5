"""Intervals by year: known answers, another program's numbers, and what they hold in simulation."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from forecast.verification.intervals import (
    Interval,
    by_year,
    effective_years,
    geometric_ratio_by_year,
    mean_by_year,
    p_of_share,
    ratio_by_year,
    slope_by_year,
)

YEARS = (2016, 2017, 2018)
T_90_OF_3_YEARS = 2.919986  # of tables: the 95 % point with 2 degrees of freedom


# Means --------------------------------------------------------------------------------------------


def test_an_interval_of_a_mean_worked_by_hand():
    """Means of the years 1, 2 and 6: mean 3, variance 7, standard error sqrt(7 / 3) = 1.527525."""
    found = mean_by_year([0, 2, 1, 3, 5, 7], np.repeat(YEARS, 2))
    half = T_90_OF_3_YEARS * 1.527525
    assert (found.lower, found.value, found.upper) == pytest.approx((3 - half, 3, 3 + half))


@given(st.lists(st.floats(0, 9), min_size=2, max_size=12, unique=True), st.integers(1, 5))
def test_with_as_many_forecasts_a_year_it_is_the_t_interval_of_the_years(scores, n_each):
    if np.ptp(scores) < 1e-3:
        return
    year = np.arange(len(scores))
    found = mean_by_year(np.repeat(scores, n_each), np.repeat(year, n_each))
    expected = stats.t.interval(0.9, len(scores) - 1, np.mean(scores), stats.sem(scores))
    assert (found.lower, found.upper) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_a_score_that_is_missing_does_not_count():
    found = mean_by_year([1.0, np.nan, 2.0, 6.0, np.nan], [2016, 2016, 2017, 2018, 2019])
    assert found == mean_by_year([1.0, 2.0, 6.0], YEARS)


def test_what_has_no_interval_says_so_and_what_has_no_value_is_nothing():
    assert mean_by_year([], []) is None
    assert mean_by_year([np.nan, np.nan], [2016, 2017]) is None
    assert mean_by_year([1.0, 3.0], [2018, 2018]) == Interval(2.0, None, None)
    assert mean_by_year([0.3, 0.3, 0.3], YEARS) == Interval(pytest.approx(0.3), None, None)


# Ratios -------------------------------------------------------------------------------------------


def test_the_ratio_is_that_of_the_means_of_all_forecasts():
    """Years of many forecasts count more: (1 + 2 + 3) / (4 + 4 + 2) is 0.6."""
    found = ratio_by_year([1.0, 2.0, 3.0], [4.0, 4.0, 2.0], [2017, 2017, 2018])
    assert found.value == pytest.approx(0.6)


def test_an_interval_of_a_ratio_worked_by_hand():
    """Sums 1, 2, 3 to 2, 2, 2: 1 in all; without one year each 5 / 4, 1 and 3 / 4.

    The logarithms .22314, 0 and -.28768 give a variance of 2 / 3 x .13255 = .08837, so the ends are
    exp of 2.919986 x .29727 = .86803 up and down.
    """
    found = ratio_by_year([1.0, 2.0, 3.0], [2.0, 2.0, 2.0], YEARS)
    expected = (np.exp(-0.86803), 1.0, np.exp(0.86803))
    assert (found.lower, found.value, found.upper) == pytest.approx(expected, rel=1e-4)


def test_more_forecasts_in_the_same_years_leave_the_interval_as_it_was():
    """Forecasts of a year are no further evidence: years are left out, not forecasts."""
    rng = np.random.default_rng(16)
    score, reference, year = rng.random(8), 1 + rng.random(8), np.arange(2010, 2018)
    once = ratio_by_year(score, reference, year)
    often = ratio_by_year(*(np.repeat(a, 50) for a in (score, reference, year)))
    assert (once.lower, once.upper) == pytest.approx((often.lower, often.upper))


def test_the_other_way_round_a_ratio_and_its_interval_are_turned_over():
    rng = np.random.default_rng(15)
    a, b, year = 1 + rng.random(30), 1 + rng.random(30), np.repeat(np.arange(10), 3)
    one, other = ratio_by_year(a, b, year), ratio_by_year(b, a, year)
    assert (one.lower, one.upper) == pytest.approx((1 / other.upper, 1 / other.lower))


def test_a_wider_level_gives_a_wider_interval():
    rng = np.random.default_rng(17)
    columns = rng.random(30), 1 + rng.random(30), np.arange(30)
    narrow, wide = (ratio_by_year(*columns, level=level) for level in (0.5, 0.95))
    assert wide.lower < narrow.lower < narrow.upper < wide.upper


def test_a_reference_that_never_errs_has_no_ratio():
    assert ratio_by_year([1, 2, 3], [0, 0, 0], YEARS) is None
    assert ratio_by_year([], [], []) is None


def test_a_reference_that_errs_in_one_year_only_has_a_ratio_without_an_interval():
    assert ratio_by_year([1, 1, 1], [0, 6, 0], YEARS) == Interval(pytest.approx(0.5), None, None)


def test_a_score_that_is_always_zero_or_always_half_has_no_interval():
    """Years that do not differ tell nothing about how far they might."""
    assert ratio_by_year([0, 0, 0], [1, 2, 3], YEARS) == Interval(0.0, None, None)
    assert ratio_by_year([1, 2, 3], [2, 4, 6], YEARS) == Interval(pytest.approx(0.5), None, None)
    assert ratio_by_year([1, 2], [2, 3], [2018, 2018]) == Interval(pytest.approx(0.6), None, None)


@pytest.mark.parametrize(("n_years", "least"), [(5, 0.82), (11, 0.84)])
def test_a_90_percent_interval_holds_about_that(n_years, least):
    """Shocks of the year that both share, and skewed scores; resampled years hold 75 and 82 %."""
    rng, true, n_sets = np.random.default_rng(20), 0.8, 800
    shock = rng.gamma(2, 0.5, (n_sets, n_years))
    score, reference = (shock * rng.gamma(6, 1 / 6, shock.shape) * unit for unit in (true, 1.0))
    year = np.arange(n_years)
    found = [ratio_by_year(a, b, year) for a, b in zip(score, reference, strict=True)]
    assert least < np.mean([i.lower <= true <= i.upper for i in found]) < 0.93


def test_a_geometric_mean_counts_each_series_once():
    """Ratios of 1 / 2 and 2: 1, though the second series' scores are a hundred times as large."""
    found = geometric_ratio_by_year([1, 200], [2, 100], ["a", "b"], [2017, 2018])
    assert found.value == pytest.approx(1.0)
    assert geometric_ratio_by_year([1, 1], [2, 0], ["a", "b"], [2017, 2018]) is None


def test_one_series_has_the_interval_of_its_ratio():
    rng = np.random.default_rng(19)
    a, b, year = rng.random(8), 1 + rng.random(8), np.arange(8)
    assert geometric_ratio_by_year(a, b, ["s"] * 8, year) == ratio_by_year(a, b, year)


# Slopes and shares --------------------------------------------------------------------------------


def test_a_slope_and_its_interval_are_those_of_another_program():
    """The slope by statsmodels; the interval by its fits without each year, written out here."""
    rng = np.random.default_rng(18)
    year = np.repeat(np.arange(6), 7)
    x = rng.standard_normal(42)
    y = 0.4 * x + rng.standard_normal(6)[year] + rng.standard_normal(42)

    def slope(chosen):
        return sm.OLS(y[chosen], sm.add_constant(x[chosen])).fit().params[1]

    value, without = slope(year >= 0), np.array([slope(year != y) for y in range(6)])
    half = stats.t.ppf(0.95, 5) * np.sqrt(5 / 6 * ((without - value) ** 2).sum())
    found = slope_by_year(x, y, year)
    assert (found.lower, found.value, found.upper) == pytest.approx(
        (value - half, value, value + half)
    )


def test_a_line_through_points_that_lie_above_each_other_has_no_slope():
    assert slope_by_year([0.5, 0.5, 0.5], [0.0, 0.1, 0.2], YEARS) is None
    assert slope_by_year([], [], []) is None
    assert slope_by_year([0.0, 1.0], [0.0, 2.0], [2018, 2018]) == Interval(2.0, None, None)


def test_a_share_is_tested_by_the_means_of_the_years():
    """Shares 0.5, 0.5 and 1 against 0.8: mean 2 / 3, standard error 1 / 6, so t is -0.8.

    With two degrees of freedom P(|T| > t) is 1 - t / sqrt(2 + t^2): 1 - 0.8 / sqrt(2.64).
    """
    happened, year = [1, 0, 1, 0, 1, 1], np.repeat(YEARS, 2)
    assert p_of_share(happened, year, 0.8) == pytest.approx(1 - 0.8 / np.sqrt(2.64))


def test_years_that_agree_count_as_one_draw_each():
    every_year = np.arange(2009, 2020)
    assert p_of_share(np.ones(11), every_year, 0.8) == pytest.approx(2 * 0.8**11)
    assert p_of_share(np.zeros(3), YEARS, 0.8) == pytest.approx(2 * 0.2**3)
    assert p_of_share([1, 1], [2017, 2018], 0.8) == 1.0
    assert p_of_share([1, 0], [2018, 2018], 0.8) is None
    assert p_of_share([], [], 0.8) is None


def test_years_of_unequal_weight_count_as_fewer():
    """Nine forecasts of one year and one of another are worth 100 / 82 equal years."""
    assert effective_years([2016] * 3 + [2017] * 3) == pytest.approx(2.0)
    assert effective_years([2016] * 9 + [2017]) == pytest.approx(100 / 82)
    assert effective_years([]) == 0.0


def test_a_statistic_that_needs_a_year_has_no_interval_without_it():
    found = by_year(lambda chosen: 1.0 if chosen[0] else np.nan, YEARS)
    assert found == Interval(1.0, None, None)
    assert by_year(lambda chosen: np.nan, YEARS) is None
