"""One set of paths from those of several models."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.pool import quantile_average
from strategies import growth_paths

QUANTILES = np.linspace(0, 1, 41)


@st.composite
def members(draw: st.DrawFn) -> list[np.ndarray]:
    """Paths of one to four models, all of one shape."""
    first = draw(growth_paths())
    shifts = draw(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 3)), max_size=3))
    others = [shift + factor * first[::-1] for shift, factor in shifts]
    return [first, *others]


@given(members())
def test_quantiles_of_every_month_are_the_mean_of_the_members_quantiles(models):
    """December among them: the annual outcome is pooled exactly."""
    pooled = quantile_average(models)
    expected = np.mean([np.quantile(paths, QUANTILES, axis=0) for paths in models], axis=0)
    assert np.quantile(pooled, QUANTILES, axis=0) == pytest.approx(expected, abs=1e-9)


@given(members())
def test_the_order_of_the_members_does_not_matter_to_any_month(models):
    one, other = quantile_average(models), quantile_average(models[::-1])
    assert np.sort(one, axis=0) == pytest.approx(np.sort(other, axis=0), abs=1e-9)


@given(growth_paths())
def test_a_single_member_keeps_its_paths(paths):
    pooled = quantile_average([paths])
    assert sorted(pooled.tolist()) == sorted(paths.tolist())


@given(growth_paths())
def test_two_members_that_agree_say_what_each_says(paths):
    pooled = quantile_average([paths, paths.copy()])
    assert sorted(pooled.tolist()) == sorted(paths.tolist())


@given(members())
def test_no_member_is_changed(models):
    before = [paths.copy() for paths in models]
    quantile_average(models)
    assert all(np.array_equal(a, b) for a, b in zip(models, before, strict=True))


def test_two_bands_give_one_of_their_mean_place_and_width():
    """The mean of quantiles keeps the shape: it is no mixture with two peaks."""
    rng = np.random.default_rng(2)
    low, high = (rng.normal(at, width, (20_000, 1)) for at, width in ((4.0, 1.0), (8.0, 3.0)))
    pooled = quantile_average([low, high])
    assert pooled.mean() == pytest.approx(6.0, abs=0.05)
    assert pooled.std() == pytest.approx(2.0, rel=0.02)


def test_a_path_stays_a_course_and_does_not_jump_about():
    rng = np.random.default_rng(3)
    walks = [np.cumsum(rng.standard_normal((2000, 6)), axis=1) for _ in range(3)]
    pooled = quantile_average(walks)
    own = np.corrcoef(walks[0][:, -2], walks[0][:, -1])[0, 1]
    assert np.corrcoef(pooled[:, -2], pooled[:, -1])[0, 1] > own
