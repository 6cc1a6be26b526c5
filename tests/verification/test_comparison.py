"""Forecasters on the forecasts that they share, and how probabilities move. Figures are made up."""

import numpy as np
import pandas as pd
import pytest

from forecast.verification.comparison import compared, revision_slope, revisions
from forecast.verification.intervals import Interval


def forecasts(model: str, scores: dict[str, float], year: int = 2018) -> pd.DataFrame:
    """Return forecasts of one model by day, with a CRPS and a Brier score of half of it."""
    days = pd.to_datetime(list(scores))
    values = np.array(list(scores.values()))
    return pd.DataFrame(
        {"area": "a", "indicator": "sales", "model": model, "as_of": days, "year": year}
    ).assign(crps=values, brier=values / 2)


def test_models_are_compared_on_the_forecasts_that_both_made():
    """The pool alone made the hard forecast of March: 1 + 2 to 2 + 4 is a half."""
    pool = forecasts("pool", {"2018-03-15": 9.0, "2018-04-15": 1.0})
    pool = pd.concat([pool, forecasts("pool", {"2019-04-15": 2.0}, 2019)])
    drift = forecasts("drift", {"2018-04-15": 2.0, "2018-05-15": 7.0})
    drift = pd.concat([drift, forecasts("drift", {"2019-04-15": 4.0}, 2019)])
    found = compared(pd.concat([pool, drift]), "pool", "drift")
    assert (found.n_forecasts, found.n_years) == (2, 2)
    assert found.crps == Interval(pytest.approx(0.5), None, None)
    assert found.brier == found.crps


def test_models_that_share_no_forecast_are_not_compared():
    every = pd.concat(
        [forecasts("pool", {"2018-03-15": 1.0}), forecasts("drift", {"2018-04-15": 2.0})]
    )
    found = compared(every, "pool", "drift")
    assert (found.n_forecasts, found.crps, found.brier) == (0, None, None)
    assert compared(every, "pool", "no such model").n_forecasts == 0


def test_a_forecast_without_a_target_counts_for_the_crps_alone():
    both = [forecasts(m, {"2018-03-15": 1.0, "2018-04-15": 1.0}) for m in ("pool", "drift")]
    both[1].loc[0, "brier"] = np.nan
    found = compared(pd.concat(both), "pool", "drift")
    assert (found.crps.value, found.brier.value) == (1.0, 1.0)


def stated(year: int, probabilities: list[float], target: float = 7.0) -> pd.DataFrame:
    days = pd.date_range(f"{year}-03-15", periods=len(probabilities), freq="30D")
    return pd.DataFrame(
        {"area": "a", "indicator": "sales", "year": year, "as_of": days, "target_pct": target}
    ).assign(probability=probabilities)


def test_a_change_stands_beside_the_one_before_it_of_the_same_target():
    """Of .2, .5, .6, .6 the pairs are .1 after .3 and 0 after .1; another year starts anew."""
    found = revisions(pd.concat([stated(2018, [0.2, 0.5, 0.6, 0.6]), stated(2019, [0.9, 0.1])]))
    pairs = found[["change_before", "change"]].to_numpy()
    assert pairs == pytest.approx(np.array([[0.3, 0.1], [0.1, 0.0]]))


def test_a_changed_target_is_another_one():
    moved = pd.concat([stated(2018, [0.2, 0.5]), stated(2018, [0.9, 0.8], target=6.0)])
    assert revisions(moved).empty
    assert revision_slope(moved) is None


def test_forecasts_that_go_half_the_way_each_time_have_a_slope_of_a_half():
    years = [
        stated(y, [0.5, p := 0.5 + 0.04 * (y - 2014), p + (p - 0.5) / 2]) for y in range(2015, 2019)
    ]
    assert revision_slope(pd.concat(years)) == Interval(pytest.approx(0.5), None, None)


def test_forecasts_that_take_in_all_that_is_known_have_no_slope():
    """A probability that steps from 1/2 by a fair coin: later steps do not follow earlier ones."""
    rng = np.random.default_rng(3)
    years = []
    for year in range(1980, 2020):
        steps = rng.choice([-0.05, 0.05], (6, 8)).cumsum(axis=1)
        years += [stated(year, list(0.5 + s), target=float(i)) for i, s in enumerate(steps)]
    found = revision_slope(pd.concat(years))
    assert found.lower < 0 < found.upper
    assert found.upper - found.lower < 0.2
