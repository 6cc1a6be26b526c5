"""How past outturns fell in the pool decides how wide it is next. All forecasts are simulated."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm
from scipy.stats import t as student

from forecast.combination.calibration import (
    FEWEST_YEARS,
    Calibration,
    calibration_of,
    moved_paths,
    recalibrated_paths,
    series_calibration,
)

LEVELS = (np.arange(200) + 0.5) / 200
NORMAL = 6 + 2 * norm.ppf(LEVELS)


def pools(scores: np.ndarray, n_years: int, months_known: int = 6) -> pd.DataFrame:
    """Return pooled forecasts of so many years whose normal scores are given."""
    year = 2000 + np.arange(scores.size) % n_years
    return pd.DataFrame({"year": year, "months_known": months_known, "pit": norm.cdf(scores)})


def even(n: int) -> np.ndarray:
    """Return the normal scores of calibrated forecasts, without randomness."""
    return np.asarray(norm.ppf((np.arange(n) + 0.5) / n))


def sizes() -> st.SearchStrategy[Calibration]:
    return st.builds(
        Calibration, st.floats(0.4, 2.5), st.sampled_from([4.0, 8.0, 16.0, np.inf]), st.just(9)
    )


def some_values() -> st.SearchStrategy[np.ndarray]:
    """Sorted values, ties among them, as pools give them."""
    elements = st.integers(-30, 60).map(float) | st.floats(-30, 60)
    return arrays(float, st.integers(60, 200), elements=elements).map(np.sort)


# What is learnt from past forecasts ---------------------------------------------------------------


def test_calibrated_forecasts_leave_the_pool_as_it_is():
    found = calibration_of(pools(even(900), 9), 6)
    assert found.scale == pytest.approx(1, abs=0.03)
    assert np.isinf(found.degrees_of_freedom)
    assert found.recalibrated(NORMAL) == pytest.approx(NORMAL, abs=0.15)


@pytest.mark.parametrize("n_years", range(FEWEST_YEARS))
def test_two_years_or_none_teach_nothing(n_years: int):
    scores = 3 * even(40 * n_years)
    found = calibration_of(pools(scores, max(n_years, 1)), 6)
    assert found == Calibration(n_years=n_years)
    assert found.recalibrated(NORMAL) == pytest.approx(NORMAL)


@pytest.mark.parametrize("width", [2 ** (-1 / 2), 2 ** (1 / 7)])
@pytest.mark.parametrize("n_years", [3, 10, 40])
def test_the_width_that_was_missing_is_found_as_far_as_the_years_carry(width: float, n_years: int):
    """Its logarithm counts n parts in n + 1, however many forecasts a year has."""
    every_year = np.repeat(width * even(200), n_years)
    found = calibration_of(pools(every_year, n_years), 6)
    assert found.scale == pytest.approx(width ** (n_years / (n_years + 1)))
    assert found.n_years == n_years


def test_a_year_counts_half_as_much_as_one_eighteen_months_later():
    """Half the variance six and three years ago, at a sixteenth and a quarter, and 18.5/16 now.

    Together 21/16 at a weight of 21/16: no correction, though most forecasts fell near the middle.
    """
    variance = {2010: 1 / 2, 2013: 1 / 2, 2016: 18.5 / 16}
    forecasts = [pools(np.sqrt(v) * even(600), 1).assign(year=year) for year, v in variance.items()]
    found = calibration_of(pd.concat(forecasts), 6)
    assert found.scale == pytest.approx(1)


def test_more_forecasts_in_the_same_years_are_no_further_evidence():
    few, many = (calibration_of(pools(1.5 * even(n), 10), 6) for n in (200, 2000))
    assert few.scale == pytest.approx(many.scale, rel=0.06)


@pytest.mark.parametrize("degrees", [4.0, 8.0])
def test_heavy_tails_are_found_where_the_quantiles_hold_them(degrees: float):
    """Outturns half as wide as the pool: its two hundred quantiles reach beyond their tails."""
    scores = student.ppf((np.arange(2000) + 0.5) / 2000, degrees) / 2
    found = calibration_of(pools(scores, 20), 6)
    assert found.degrees_of_freedom == degrees
    assert found.scale == pytest.approx(0.5 ** (20 / 21))


def test_how_far_beyond_the_quantiles_an_outturn_fell_is_not_known():
    """A forecast is kept as two hundred of them: the outermost stands for all that lies beyond."""
    inside = pools(1.3 * even(900), 9)
    outermost = np.clip(inside["pit"], 1 / 400, 399 / 400)
    assert (outermost != inside["pit"]).any()
    assert calibration_of(inside, 6) == calibration_of(inside.assign(pit=outermost), 6)


def test_outturns_beyond_every_path_do_not_break_the_fit():
    beyond = pd.DataFrame({"year": range(2009, 2019), "months_known": 6, "pit": [0.0, 1.0] * 5})
    found = calibration_of(beyond, 6)
    assert 1 < found.scale <= 2
    assert np.isfinite(found.recalibrated(NORMAL)).all()


def test_forecasts_with_as_many_months_known_count_most():
    early, late = pools(1.8 * even(300), 10, 2), pools(0.7 * even(300), 10, 11)
    both = pd.concat([early, late])
    found = {k: calibration_of(both, k).scale for k in (2, 6, 11)}
    assert found[2] > found[6] > found[11]
    assert found[2] > 1 > found[11]


def test_the_order_of_the_forecasts_does_not_matter():
    table = pools(1.4 * even(90), 9)
    assert calibration_of(table, 6) == calibration_of(table[::-1], 6)


# The map ------------------------------------------------------------------------------------------


def test_a_series_scale_worked_by_hand():
    """Ten years of outturns two deviations off, in a pool that is calibrated over all series.

    The years weigh 1 + r + ... + r^9 = 4.366 with r = 0.5^(1/3). At the mode of the logarithm L of
    the scale, 4.366 (4 exp(-2 L) - 1) = L / 0.3^2, so L = 0.365; on the grid of steps of log(2)/14
    the best is log(2)/2.
    """
    own = pools(np.full(10, 2.0), n_years=10)
    pooled = Calibration(1.0, np.inf, 10, 4.4)
    found = series_calibration(pooled, own, 6)
    assert found.scale == pytest.approx(np.sqrt(2))
    assert (found.degrees_of_freedom, found.n_years, found.effective_years) == (np.inf, 10, 4.4)


def test_forecasts_of_one_year_are_one_observation_of_a_series():
    pooled = Calibration(1.0, np.inf, 10, 4.4)
    once, often = pools(np.full(10, 2.0), n_years=10), pools(np.full(70, 2.0), n_years=10)
    assert series_calibration(pooled, once, 6) == series_calibration(pooled, often, 6)


def test_a_series_without_forecasts_has_the_map_of_all():
    pooled = Calibration(1.2, 8.0, 10, 4.4)
    assert series_calibration(pooled, pools(np.empty(0), n_years=1), 6) == pooled
    few = Calibration(n_years=2)
    assert series_calibration(few, pools(np.full(2, 2.0), n_years=2), 6) == few


def test_effective_years_worked_by_hand():
    """Three years apart weights are 1, 1/4 and 1/16: half for every eighteen months."""
    rows = pd.concat([pools(even(20), 1).assign(year=year) for year in (2010, 2013, 2016)])
    assert calibration_of(rows, 6).effective_years == pytest.approx(
        (1 + 0.25 + 0.0625) ** 2 / (1 + 0.25**2 + 0.0625**2)
    )


def test_a_normal_pool_becomes_as_much_wider_as_the_size_says():
    found = Calibration(1.5, np.inf, 9).recalibrated(NORMAL)
    assert found == pytest.approx(6 + 3 * norm.ppf(LEVELS), abs=0.15)
    inner = slice(20, -20)
    assert found[inner] == pytest.approx(6 + 3 * norm.ppf(LEVELS[inner]), abs=1e-3)


def test_a_normal_pool_with_heavy_tails_becomes_students_t():
    found = Calibration(1.0, 4.0, 9).recalibrated(NORMAL)
    assert found[5:-5] == pytest.approx(6 + 2 * student.ppf(LEVELS[5:-5], 4), rel=0.02, abs=0.02)


def test_a_narrower_pool_takes_its_values_from_within():
    found = Calibration(0.5, np.inf, 9).recalibrated(NORMAL)
    assert found == pytest.approx(6 + norm.ppf(LEVELS), abs=0.01)


@given(some_values(), sizes())
def test_a_recalibrated_pool_is_sorted(values, calibration):
    found = calibration.recalibrated(values)
    assert found.shape == values.shape
    assert np.isfinite(found).all()
    assert (np.diff(found) >= -1e-9).all()


@given(some_values(), sizes())
def test_the_middle_stays_where_it_was(values, calibration):
    """Between the values beside the median; all else moves around it."""
    found, n = np.median(calibration.recalibrated(values)), len(values)
    reach = 2 + n // 50
    assert values[n // 2 - reach] - 1e-9 <= found <= values[(n - 1) // 2 + reach] + 1e-9


@given(some_values())
def test_no_recalibration_changes_no_value(values):
    assert Calibration().recalibrated(values) == pytest.approx(values, abs=1e-9)


@given(some_values(), sizes(), st.floats(-10, 10), st.floats(0.1, 5))
def test_the_map_does_not_depend_on_the_unit(values, calibration, shift, unit):
    changed = calibration.recalibrated(shift + unit * values)
    expected = shift + unit * calibration.recalibrated(values)
    assert changed == pytest.approx(expected, abs=1e-6, rel=1e-6)


# The months before December -----------------------------------------------------------------------


def walks() -> np.ndarray:
    rng = np.random.default_rng(21)
    return 7 + np.cumsum(rng.standard_normal((400, 3)), axis=1)


@pytest.mark.parametrize("month", [0, 1, 2])
def test_every_month_has_exactly_the_recalibrated_values(month: int):
    paths, calibration = walks(), Calibration(1.4, 8.0, 9)
    found = recalibrated_paths(paths, calibration, calibration, 0)
    expected = calibration.recalibrated(np.sort(paths[:, month]))
    assert np.sort(found[:, month]) == pytest.approx(expected, abs=1e-9)


def test_the_next_figure_has_a_map_of_its_own_that_gives_way_to_that_of_the_year():
    """Of four months ahead the second brings the next figure, so the third is half way."""
    rng = np.random.default_rng(22)
    paths = 7 + np.cumsum(rng.standard_normal((400, 4)), axis=1)
    of_year, of_next = Calibration(1.4, 8.0, 9), Calibration(0.6, np.inf, 9)
    found = np.sort(recalibrated_paths(paths, of_year, of_next, 1), axis=0)
    ranked = np.sort(paths, axis=0)
    for month in (0, 1):
        assert found[:, month] == pytest.approx(of_next.recalibrated(ranked[:, month]))
    both = of_next.recalibrated(ranked[:, 2]), of_year.recalibrated(ranked[:, 2])
    assert found[:, 2] == pytest.approx(np.mean(both, axis=0))
    assert found[:, 3] == pytest.approx(of_year.recalibrated(ranked[:, 3]))


def test_where_the_next_figure_is_of_the_year_there_is_one_map():
    paths = walks()
    one = recalibrated_paths(paths, Calibration(1.4, 8.0, 9), Calibration(0.6, np.inf, 9), 2)
    same = recalibrated_paths(paths, Calibration(1.4, 8.0, 9), Calibration(1.4, 8.0, 9), 2)
    assert one == pytest.approx(same)


@given(sizes())
def test_paths_keep_their_order_in_every_month(calibration: Calibration):
    paths = walks()
    found = recalibrated_paths(paths, calibration, calibration, 0)
    assert np.argsort(found, axis=0).tolist() == np.argsort(paths, axis=0).tolist()


def test_half_the_scale_halves_the_spread_of_the_next_month_as_of_december():
    """A figure on the way is never less sure than the year that holds it was found to be."""
    paths = walks()
    half = Calibration(0.5, np.inf, 9)
    found = recalibrated_paths(paths, half, half, 0)
    for month in (0, 1, 2):
        inner = np.quantile(found[:, month], 0.8) - np.quantile(found[:, month], 0.2)
        levels = norm.cdf(0.5 * norm.ppf([0.2, 0.8]))
        low, high = np.quantile(paths[:, month], levels)
        assert inner == pytest.approx(high - low, rel=0.03)


def test_no_recalibration_leaves_every_path():
    paths = walks()
    assert recalibrated_paths(paths, Calibration(), Calibration(), 0) == pytest.approx(paths)


def test_no_path_is_changed_in_place():
    paths = walks()
    before = paths.copy()
    recalibrated_paths(paths, Calibration(1.4, 4.0, 9), Calibration(0.6, 4.0, 9), 0)
    assert (paths == before).all()


# Paths moved to other Decembers -------------------------------------------------------------------


SHARES = np.array([0.5, 0.6, 0.8, 1.0])  # June is known; July, September and December are ahead


def test_a_month_takes_of_the_shift_what_the_year_has_done_since():
    """From half a year, six tenths are a fifth of the way and eight tenths three fifths."""
    paths = walks()
    moved = moved_paths(paths, paths[:, -1] + 1, SHARES) - paths
    assert moved[0].tolist() == pytest.approx([0.2, 0.6, 1.0])


def test_a_month_of_which_nothing_is_new_is_left_as_it_was():
    paths = walks()
    moved = moved_paths(paths, paths[:, -1] + 1, np.array([0.5, 0.5, 0.8, 1.0])) - paths
    assert (moved[:, 0] == 0).all()


def test_of_a_stock_december_alone_is_moved():
    """Nothing of its year is settled before the last month."""
    paths = walks()
    moved = moved_paths(paths, paths[:, -1] + 1, np.array([0.0, 0.0, 0.0, 1.0])) - paths
    assert (moved[:, :2] == 0).all()
    assert moved[:, 2] == pytest.approx(1.0)
