"""The shares of a base year's months. Levels are made up."""

import numpy as np
import pytest
from hypothesis import given

from forecast.history.levels import EQUAL, Levels, base_year_shares, profiles, shares_of_year
from strategies import row, shares

QUARTERS = row(m3=100, m6=220, m9=350, m12=500)
EARLY, LATE = np.full(12, 1 / 12), np.arange(1, 13) / 78


def test_months_of_a_quarter_share_equally():
    found = shares_of_year(np.array(QUARTERS))
    thirds = np.repeat([100, 120, 130, 150], 3) / 3
    assert found == pytest.approx(thirds / 500)


def test_january_and_february_share_equally_where_they_come_together():
    year = np.r_[np.nan, np.cumsum(np.full(12, 10.0))[1:]]
    assert shares_of_year(year) == pytest.approx(np.full(12, 1 / 12))


@given(shares())
def test_twelve_known_months_have_the_shares_that_they_have(sizes):
    assert shares_of_year(1e6 * np.cumsum(sizes)) == pytest.approx(sizes)


@pytest.mark.parametrize(
    "levels",
    [
        row(m3=100, m6=220, m9=350),
        row(m12=500),
        row(m3=100, m6=220, m9=210, m12=500),  # a revision booked late makes a month negative
        row(),
    ],
)
def test_a_year_without_its_quarters_or_with_a_negative_one_has_no_shares(levels: list[float]):
    assert shares_of_year(np.array(levels)) is None


def test_profiles_are_those_of_the_years_that_have_them():
    table = np.array([row(m6=3.0), QUARTERS])
    levels = Levels(2016, "cny_100m", table, table)
    assert list(profiles(levels)) == [2017]
    assert profiles(None) == {}


def test_growth_of_a_year_rests_on_the_shares_of_the_year_before():
    found, basis = base_year_shares([2017, 2018], {2016: EARLY, 2017: LATE}, [])
    assert basis == ("own", "own")
    assert np.array_equal(found, [EARLY, LATE])


def test_the_nearest_own_year_stands_in_and_of_two_the_earlier():
    own = {2014: EARLY, 2018: LATE}
    found, basis = base_year_shares([2016, 2017, 2018], own, [{2017: EARLY}])
    assert basis == 3 * ("own_other_year",)
    assert np.array_equal(found, [EARLY, EARLY, LATE])


def test_related_series_lend_their_shares_in_order():
    found, basis = base_year_shares([2018], {}, [{}, {2010: LATE}, {2017: EARLY}])
    assert basis == ("related",)
    assert np.array_equal(found, [LATE])


def test_without_any_the_shares_are_equal_and_said_to_be():
    found, basis = base_year_shares([2018], {}, [{}])
    assert basis == (EQUAL,)
    assert found == pytest.approx(np.full((1, 12), 1 / 12))
