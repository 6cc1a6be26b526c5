"""`pace`: where the year stands, and how far December has fallen from there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from forecast.base.errors import NotEnoughHistory
from forecast.base.months import month
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.pace import Anchor, Pace, anchor_of
from forecast.models.shared import Shared
from strategies import history_of, indicator, row, shares

# December has moved by one unit of the scale after six months, and by two after none.
BELL = norm.ppf(np.linspace(0.005, 0.995, 100))
ERRORS = {known: BELL / np.sqrt(np.mean(BELL**2)) for known in (0, 6, 11)}
PROFILE = np.full((13, 13), np.nan)
PROFILE[6, 12], PROFILE[0, 12], PROFILE[11, 12] = 1.0, 2.0, 0.3
SHARED = Shared(
    profile={"accumulates": PROFILE, "end_of_year": PROFILE},
    errors={"accumulates": ERRORS, "end_of_year": ERRORS},
    scales={"made_up/sales": (1.5, 1000)},
    typical_scale_pp=1.5,
)
HALF = row(m3=7.0, m6=7.2)


def paths_of(history: History, n_paths: int = 4000, seed: int = 1) -> FloatArray:
    return Pace().fit(history, SHARED).simulate(n_paths, np.random.default_rng(seed))


def test_the_anchor_is_the_newest_point():
    assert anchor_of(history_of([HALF])) == Anchor(month(2018, 6), 7.2, False)


def test_a_newer_expected_point_is_the_anchor_and_an_older_one_is_not():
    newer = history_of([HALF], expected={month(2018, 9): 7.4})
    older = history_of([HALF], expected={month(2018, 4): 7.4})
    assert anchor_of(newer) == Anchor(month(2018, 9), 7.4, True)
    assert anchor_of(older) == Anchor(month(2018, 6), 7.2, False)


def test_without_a_point_there_is_no_anchor():
    assert anchor_of(history_of([row()])) is None


@pytest.mark.parametrize(("year", "can"), [(2015, True), (2014, False)])
def test_an_anchor_older_than_three_years_says_nothing_of_this_one(year: int, can: bool):
    history = history_of([row(m12=7.0) if y == year else row() for y in range(2014, 2019)])
    assert Pace().can_fit(history) is can
    if not can:
        with pytest.raises(NotEnoughHistory, match="no point to start from in made_up/sales"):
            Pace().fit(history, SHARED)


def test_december_lies_as_far_from_now_as_it_has_in_the_past():
    december = paths_of(history_of([HALF]))[:, -1]
    assert np.median(december) == pytest.approx(7.2, abs=0.15)
    assert december.std() == pytest.approx(1.5, rel=0.05)


def test_both_signs_are_as_likely_though_past_errors_all_fell():
    falls = Shared(errors={"accumulates": {6: np.array([-0.5, -1.0, -1.5])}}, scales=SHARED.scales)
    history = history_of([HALF])
    december = Pace().fit(history, falls).simulate(4000, np.random.default_rng(2))[:, -1]
    assert np.mean(december > 7.2) == pytest.approx(0.5, abs=0.03)


def test_the_scale_is_the_series_own_and_the_rest_of_the_pool():
    history = history_of([HALF])
    small = Shared(SHARED.profile, SHARED.errors, {"made_up/sales": (0.15, 1000)}, 0.15)
    wide = paths_of(history)[:, -1] - 7.2
    narrow = Pace().fit(history, small).simulate(4000, np.random.default_rng(1))[:, -1] - 7.2
    assert narrow == pytest.approx(wide / 10, abs=1e-9)


@given(shares(), st.integers(7, 12))
def test_months_ahead_lie_where_one_rate_for_the_rest_of_the_year_puts_them(weights, position):
    """S_m = (W_6 S_6 + (W_m - W_6) r) / W_m, with the r that brings December about."""
    paths = paths_of(history_of([HALF], shares=weights), n_paths=10)
    done = np.cumsum(weights)
    rest = (paths[:, -1] - done[5] * 7.2) / (1 - done[5])
    expected = (done[5] * 7.2 + (done[position - 1] - done[5]) * rest) / done[position - 1]
    assert paths[:, position - 7] == pytest.approx(expected)


def test_a_stock_goes_straight_to_its_december():
    stock = indicator(annual_rule="end_of_year")
    paths = paths_of(history_of([row(m6=8.0)], entry=stock), n_paths=10)
    steps = np.diff(np.c_[np.full(10, 8.0), paths], axis=1)
    assert steps == pytest.approx(np.repeat(steps[:, :1], 6, axis=1))


def test_a_year_of_which_nothing_is_known_grows_as_the_last_one_did_give_or_take():
    paths = paths_of(history_of([row(m12=6.0), row()]))
    assert paths.shape == (4000, 12)
    assert (paths == paths[:, :1]).all()  # one rate for the whole year
    assert np.median(paths) == pytest.approx(6.0, abs=0.2)
    assert paths[:, -1].std() == pytest.approx(2 * 1.5, rel=0.05)


def test_each_further_year_is_wider():
    paths = paths_of(history_of([HALF, row(), row()]))
    ends = [paths[:, i].std() for i in (5, 17, 29)]
    expected = 1.5 * np.sqrt([1.0, 1.0 + 4.0, 1.0 + 8.0])
    assert ends == pytest.approx(expected.tolist(), rel=0.05)


def test_an_expected_december_is_uncertain_itself():
    """It may be off by as much as December has been from November."""
    history = history_of([HALF], expected={month(2018, 12): 7.5})
    december = paths_of(history)[:, -1]
    assert np.median(december) == pytest.approx(7.5, abs=0.05)
    assert december.std() == pytest.approx(0.3 * 1.5, rel=0.05)


def test_few_years_make_heavy_tails():
    history = history_of([HALF])
    few = Shared(SHARED.profile, SHARED.errors, {"made_up/sales": (1.5, 1)}, 1.5)
    rng = np.random.default_rng(3)
    tails = []
    for shared in (SHARED, few):
        far = np.abs(Pace().fit(history, shared).simulate(20_000, rng)[:, -1] - 7.2)
        tails.append(np.mean(far > 4 * 1.5))
    assert tails[0] < 0.001 < 0.005 < tails[1]
