"""`structural` against statsmodels' model of level, slope and seasons, and on made-up flows."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from statsmodels.tsa.statespace.structural import UnobservedComponents, UnobservedComponentsResults

from forecast.archive.archive import Archive
from forecast.base.errors import NotEnoughHistory
from forecast.history.levels import FloatArray, Flows
from forecast.history.series import History, build_history
from forecast.models.seasonal import n_periods_ahead, usable_flows
from forecast.models.shared import Shared
from forecast.models.structural import FittedStructural, Structural
from strategies import history_of, row

ENDS = tuple(range(2, 13))
QUARTERS = (3, 6, 9, 12)
DAMPING = {11: 0.99, 4: 0.99 ** (11 / 4)}
RATIOS = {11: [1.0, 0.0005, 3.0], 4: [11 / 4, 0.0005 * (11 / 4) ** 3, 3.0]}


def simulated(
    seed: int, n_years: int, ends: tuple[int, ...] = ENDS, level: float = 1.0, season: float = 3.0
) -> Flows:
    """Return flows from the model's equations, with 1 % of noise, to April or March of 2018."""
    rng, m = np.random.default_rng(seed), len(ends)
    n_known = n_years * m + sum(end <= 4 for end in ends)
    mu, slope, logs = 460.0, 0.6, []
    seasons = list(20 * np.sin(np.arange(m - 1)))
    for _ in range(n_known):
        seasons.append(-sum(seasons[-(m - 1) :]) + np.sqrt(season) * rng.standard_normal())
        logs.append(mu + seasons[-1] + rng.standard_normal())
        mu += slope + np.sqrt(level) * rng.standard_normal()
        slope = DAMPING[m] * slope + 0.02 * rng.standard_normal()
    return Flows(2018 - n_years, ends, np.exp(np.array(logs) / 100))


def history_with(flows: Flows) -> History:
    known = row(m3=8.0) if flows.season == 4 else row(m4=8.0)
    return replace(history_of([row(m12=8.0), known]), flows=flows)


@pytest.fixture(scope="module")
def monthly(archive: Archive) -> FittedStructural:
    history = build_history(archive.as_of(date(2018, 8, 31)), "nation", "retail_sales", 2018)
    return Structural().fit(history, Shared())


@pytest.fixture(scope="module")
def quarterly() -> FittedStructural:
    return Structural().fit(history_with(simulated(1, 10, QUARTERS)), Shared())


@pytest.fixture(params=["monthly", "quarterly"])
def fitted(request: pytest.FixtureRequest) -> FittedStructural:
    return request.getfixturevalue(request.param)


def flows_of(fitted: FittedStructural) -> Flows:
    flows = usable_flows(fitted.history)
    assert flows is not None
    return flows


def by_statsmodels(fitted: FittedStructural) -> UnobservedComponentsResults:
    """Return statsmodels' results with the same variances; it has no damping but this."""
    flows = flows_of(fitted)
    model = UnobservedComponents(
        100 * np.log(flows.amounts), "local linear trend", seasonal=flows.season
    )
    model.ssm["transition", 1, 1] = DAMPING[flows.season]
    ratios = np.exp(fitted.offsets) * RATIOS[flows.season]
    return model.smooth(fitted.variance * np.r_[1.0, ratios], cov_type="none")


def log_flows(fitted: FittedStructural, paths: FloatArray) -> FloatArray:
    """Return 100 log flows of the periods ahead: growth since January, taken apart again."""
    flows, ahead = flows_of(fitted), fitted.history.ahead
    base = np.cumsum(flows.amounts[flows.period_index(2017) :][: flows.season])
    known = flows.amounts[flows.period_index(2018) :]
    ends = [end - 1 for end in flows.period_ends[len(known) :]]
    columns = [m % 12 for m in ahead]
    growth = paths[:, [columns.index(end) for end in ends]]
    total = (1 + growth / 100) * base[len(known) :]
    start = np.full((len(paths), 1), known.sum())
    return 100 * np.log(np.diff(np.hstack([start, total]), axis=1))


def test_flows_ahead_have_the_moments_that_statsmodels_forecasts(fitted: FittedStructural):
    n, n_paths = n_periods_ahead(fitted.history, flows_of(fitted)), 20_000
    logs = log_flows(fitted, fitted.simulate(n_paths, np.random.default_rng(1)))
    oracle = by_statsmodels(fitted).get_forecast(n)
    deviation = np.sqrt(oracle.var_pred_mean)
    error = 4 * deviation / np.sqrt(n_paths)
    assert (np.abs(logs.mean(axis=0) - oracle.predicted_mean) < error).all()
    assert logs.std(axis=0) == pytest.approx(deviation, rel=0.03)


def test_flows_ahead_depend_on_each_other_as_in_statsmodels_simulations(fitted: FittedStructural):
    n, n_paths = n_periods_ahead(fitted.history, flows_of(fitted)), 40_000
    logs = log_flows(fitted, fitted.simulate(n_paths, np.random.default_rng(1)))
    paths = by_statsmodels(fitted).simulate(
        n, anchor="end", repetitions=n_paths, rng=np.random.default_rng(2)
    )
    expected = np.corrcoef(paths.reshape(n, n_paths))
    assert np.corrcoef(logs.T) == pytest.approx(expected, abs=0.03)
    assert expected[0, 1] > 0.06


def test_the_variance_is_that_of_recent_years():
    """The noise was three times as large until eight years ago: of that nothing is left."""
    calm = simulated(3, 16)
    amounts = calm.amounts.copy()
    early = np.arange(7 * 11)
    amounts[early] *= np.exp(0.03 * np.random.default_rng(4).standard_normal(early.size))
    one, other = (
        Structural().fit(history_with(flows), Shared())
        for flows in (calm, replace(calm, amounts=amounts))
    )
    assert one.variance == pytest.approx(1.0, rel=0.3)
    assert other.variance == pytest.approx(one.variance, rel=0.1)


def offsets_of(n_years: int, **truth: float) -> FloatArray:
    """Return the mean offsets of level, slope and season over some simulated series."""
    fits = [
        Structural().fit(history_with(simulated(seed, n_years, **truth)), Shared())
        for seed in range(6)
    ]
    return np.mean([fit.offsets for fit in fits], axis=0)


def test_parameters_that_are_as_shared_stay_near():
    assert np.abs(offsets_of(10)).max() < 0.15


def test_a_lively_level_or_season_is_found_and_further_with_more_years():
    """Ten times the shared ratio, or a tenth: of the 2.3 of its logarithm the prior leaves some."""
    for place, truth in ((0, {"level": 10.0}), (2, {"season": 0.3})):
        sign = 1 if place == 0 else -1
        short, long = (sign * offsets_of(n, **truth)[place] for n in (5, 12))
        assert 0 < short < long < np.log(10)


def test_flows_that_do_not_serve_are_refused():
    history = history_with(replace(simulated(1, 10), amounts=simulated(1, 3).amounts))
    assert not Structural().can_fit(history)
    with pytest.raises(NotEnoughHistory, match="structural needs four years of flows"):
        Structural().fit(history, Shared())
