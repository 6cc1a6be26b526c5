"""Which paths are no forecast: not finite, or far wider than the series ever moved."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.models.contract import explodes
from forecast.models.shared import Scale

SIZE_PP = 2.0
SCALE = Scale(SIZE_PP, 12.0, "own", 8)
WIDEST = 40 * SIZE_PP  # between the 5 % and the 95 % of December


def paths_between(low: float, high: float, n_months: int = 3) -> np.ndarray:
    """Return evenly spread paths of one rate each."""
    return np.repeat(np.linspace(low, high, 1001)[:, None], n_months, axis=1)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("column", [0, -1])
def test_one_number_that_is_none_is_enough(value: float, column: int):
    paths = paths_between(5, 9)
    paths[17, column] = value
    assert explodes(paths, SCALE)


def test_the_middle_nine_tenths_may_be_forty_times_as_wide_as_the_series_moves():
    """Of an even spread nine tenths of its width."""
    assert not explodes(paths_between(0, 0.99 * WIDEST / 0.9), SCALE)
    assert explodes(paths_between(0, 1.01 * WIDEST / 0.9), SCALE)


@pytest.mark.parametrize("sizes", [0.5, 1.0, 2.0, 5.0])
def test_usual_and_wide_forecasts_are_kept(sizes: float):
    """Normal, with a deviation of up to five sizes: a silent year has about two."""
    rng = np.random.default_rng(1)
    december = 7 + sizes * SIZE_PP * rng.standard_normal((1000, 1))
    assert not explodes(december, SCALE)


def test_a_few_wild_paths_are_the_tail_of_a_forecast():
    paths = paths_between(5, 9)
    paths[:20] = 1e6
    assert not explodes(paths, SCALE)


def test_december_alone_is_judged():
    paths = paths_between(5, 9)
    paths[:, 0] *= 1000
    assert not explodes(paths, SCALE)


@given(st.floats(-50, 50), st.floats(0.5, 200), st.floats(0.1, 10))
def test_neither_place_nor_unit_matters(place: float, width: float, unit: float):
    scale = Scale(unit * SIZE_PP, 12.0, "own", 8)
    if abs(0.9 * width - WIDEST) > 1e-6:
        moved = paths_between(place, place + unit * width)
        assert explodes(moved, scale) == explodes(paths_between(0, width), SCALE)
