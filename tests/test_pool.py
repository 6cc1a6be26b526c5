"""One set of paths from those of several models."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.pool import quantile_average, weights
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


@given(members(), st.lists(st.floats(0.1, 1), min_size=4, max_size=4))
def test_weighted_quantiles_are_pooled_by_their_weights(models, sizes):
    given_weights = np.array(sizes[: len(models)]) / sum(sizes[: len(models)])
    pooled = quantile_average(models, given_weights)
    columns = [np.sort(paths, axis=0) for paths in models]
    expected = np.average(columns, axis=0, weights=given_weights)
    assert np.sort(pooled, axis=0) == pytest.approx(expected, abs=1e-9)


def test_all_weight_on_one_member_leaves_that_member():
    rng = np.random.default_rng(4)
    one, other = rng.standard_normal((2, 50, 3))
    assert sorted(quantile_average([one, other], [0, 1]).tolist()) == sorted(other.tolist())


# Weights, learnt from made-up scores --------------------------------------------------------------


def scores(years: range, months_known: int = 6, **crps: float) -> pd.DataFrame:
    """Return one call a year by each model, of a series whose scale is two points."""
    rows = [
        {"model": name, "year": year, "months_known": months_known, "crps": c, "size_pp": 2.0}
        for name, c in crps.items()
        for year in years
    ]
    return pd.DataFrame(rows)


def test_the_model_with_half_the_error_weighs_most_but_never_all():
    """1 against 2 to the power of -8 is 256 to 1; a quarter is shared equally."""
    found = weights(scores(range(2010, 2018), good=1.0, poor=2.0), ["poor", "good"], 6)
    assert found == pytest.approx([0.75 / 257 + 0.125, 0.75 * 256 / 257 + 0.125])


def test_errors_are_measured_in_units_of_each_series_scale():
    calm = scores(range(2010, 2018), good=0.1, poor=0.2).assign(size_pp=0.2)
    both = pd.concat([calm, scores(range(2010, 2018), good=1.0, poor=2.0)])
    found = weights(both, ["poor", "good"], 6)
    assert found == pytest.approx(weights(calm, ["poor", "good"], 6))


def test_only_calls_with_about_as_many_months_known_tell():
    june = scores(range(2010, 2018), 6, one=1.0, other=2.0)
    november = scores(range(2010, 2018), 11, one=9.0, other=0.1)
    found = weights(pd.concat([june, november]), ["one", "other"], 5)
    assert found == pytest.approx(weights(june, ["one", "other"], 6))


@pytest.mark.parametrize(
    "past", [scores(range(2016, 2018), good=1.0, poor=2.0), scores(range(0), x=1.0)]
)
def test_two_years_or_none_say_nothing_of_who_is_better(past: pd.DataFrame):
    table = past.reindex(columns=["model", "year", "months_known", "crps", "size_pp"])
    assert weights(table, ["poor", "good"], 6).tolist() == [0.5, 0.5]


def test_a_new_model_weighs_as_much_as_the_mean_of_the_others():
    past = scores(range(2010, 2018), one=1.0, other=1.0)
    found = weights(past, ["one", "new", "other"], 6)
    assert found == pytest.approx([1 / 3, 1 / 3, 1 / 3])


@given(st.lists(st.floats(0.01, 20), min_size=2, max_size=5))
def test_weights_add_up_and_leave_no_model_out(crps):
    named = {f"m{i}": c for i, c in enumerate(crps)}
    found = weights(scores(range(2010, 2018), **named), list(named), 6)
    assert found.sum() == pytest.approx(1)
    assert found.min() >= 0.25 / len(crps) - 1e-12
    assert np.argmax(found) == np.argmin(crps)
