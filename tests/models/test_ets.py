"""`ets` against its equations, statsmodels' results, and on flows that it simulated itself."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.tsa.exponential_smoothing.ets import ETSModel, ETSResults

from forecast.archive.archive import Archive
from forecast.base.errors import NotEnoughHistory
from forecast.history.levels import FloatArray, Flows, filled
from forecast.history.series import History, build_history
from forecast.models.ets import Ets, FittedEts, own_parameters
from forecast.models.seasonal import growth_paths, n_periods_ahead, usable_flows
from forecast.models.shared import Shared
from strategies import history_of, row

ENDS = tuple(range(2, 13))
SEASON = np.r_[1.8, np.ones(9), 1.3] * 11 / 12.1


def simulated(seed: int, n_years: int, alpha: float, gamma: float) -> Flows:
    """Return flows by the equations, to April of 2018: a month of two per cent noise."""
    rng = np.random.default_rng(seed)
    level, trend, season, flows = 100.0, 0.8, list(SEASON), []
    for period in range(n_years * 11 + 3):
        error = 0.02 * rng.standard_normal()
        expected = level + 0.99 * trend
        flows.append(expected * season[period] * (1 + error))
        level, trend = expected * (1 + alpha * error), 0.99 * trend + 0.0075 * expected * error
        season.append(season[period] * (1 + gamma * error))
    return Flows(2018 - n_years, ENDS, np.array(flows))


def history_with(flows: Flows) -> History:
    return replace(history_of([row(m12=8.0), row(m4=8.0)]), flows=flows)


def fit_of(flows: Flows) -> FittedEts:
    return Ets().fit(history_with(flows), Shared())


@pytest.fixture(scope="module")
def monthly(archive: Archive) -> FittedEts:
    history = build_history(archive.as_of(date(2018, 8, 31)), "nation", "retail_sales", 2018)
    return Ets().fit(history, Shared())


@pytest.fixture(scope="module")
def quarterly() -> FittedEts:
    """Return the fit to eight simulated years of quarters, the first of the ninth known."""
    rng = np.random.default_rng(14)
    season = np.tile([9.0, 10, 11, 14], 9)[:33]
    amounts = season * np.exp(np.cumsum(0.02 + 0.01 * rng.standard_normal(33)))
    flows = Flows(2010, (3, 6, 9, 12), amounts)
    return Ets().fit(replace(history_of([row(m12=8.0), row(m3=8.0)]), flows=flows), Shared())


@pytest.fixture(params=["monthly", "quarterly"])
def fitted(request: pytest.FixtureRequest) -> FittedEts:
    return request.getfixturevalue(request.param)


def flows_of(fitted: FittedEts) -> Flows:
    flows = usable_flows(fitted.history)
    assert flows is not None
    return flows


def by_statsmodels(fitted: FittedEts) -> ETSResults:
    """Return statsmodels' own results, which has the same parameters by their names."""
    flows = flows_of(fitted)
    model = ETSModel(
        filled(flows),
        error="mul",
        trend="add",
        damped_trend=True,
        seasonal="mul",
        seasonal_periods=flows.season,
        initialization_method="heuristic",
    )
    found = model.smooth(fitted.parameters)
    names = ("smoothing_level", "smoothing_trend", "smoothing_seasonal", "damping_trend")
    assert [getattr(found, name) for name in names] == fitted.parameters.tolist()
    return found


def flows_ahead(fitted: FittedEts, n_paths: int) -> FloatArray:
    """Return the flows of the periods ahead: growth since January, taken apart again."""
    flows = flows_of(fitted)
    base = np.cumsum(flows.amounts[flows.period_index(2017) :][: flows.season])
    known = flows.amounts[flows.period_index(2018) :]
    months = [m % 12 + 1 for m in fitted.history.ahead]
    columns = [months.index(end) for end in flows.period_ends[len(known) :]]
    growth = fitted.simulate(n_paths, np.random.default_rng(1))[:, columns]
    total = (1 + growth / 100) * base[len(known) :]
    start = np.full((n_paths, 1), known.sum())
    return np.diff(np.hstack([start, total]), axis=1)


def by_hand(fitted: FittedEts, n_paths: int) -> FloatArray:
    """Return flows ahead by the equations, from the state in which statsmodels starts."""
    flows, oracle = flows_of(fitted), by_statsmodels(fitted)
    alpha, beta, gamma, phi = fitted.parameters
    level, trend = oracle.initial_level, oracle.initial_trend
    season, errors = list(oracle.initial_seasonal), []

    def stepped(level, trend, season, error):
        expected = level + phi * trend
        return (
            expected * (1 + alpha * error),
            phi * trend + beta * expected * error,
            season * (1 + gamma * error),
        )

    for flow in filled(flows):
        errors.append(flow / ((level + phi * trend) * season[-flows.season]) - 1)
        level, trend, newest = stepped(level, trend, season[-flows.season], errors[-1])
        season.append(newest)
    deviation = np.sqrt(np.mean(np.square(errors)))
    rng, ahead = np.random.default_rng(2), []
    level, trend = np.full(n_paths, level), np.full(n_paths, trend)
    for _ in range(n_periods_ahead(fitted.history, flows)):
        error = deviation * rng.standard_normal(n_paths)
        ahead.append((level + phi * trend) * season[-flows.season] * (1 + error))
        level, trend, newest = stepped(level, trend, season[-flows.season], error)
        season.append(newest)
    return np.array(ahead).T


def test_flows_ahead_are_distributed_as_the_equations_say(fitted: FittedEts):
    n_paths = 20_000
    found, expected = flows_ahead(fitted, n_paths), by_hand(fitted, n_paths)
    error = 4 * np.sqrt(2 / n_paths) * expected.std(axis=0)
    assert (np.abs(found.mean(axis=0) - expected.mean(axis=0)) < error).all()
    assert found.std(axis=0) == pytest.approx(expected.std(axis=0), rel=0.03)
    assert np.corrcoef(found.T) == pytest.approx(np.corrcoef(expected.T), abs=0.04)


def test_paths_lie_about_the_growth_that_statsmodels_forecasts(fitted: FittedEts):
    flows = flows_of(fitted)
    ahead = by_statsmodels(fitted).forecast(n_periods_ahead(fitted.history, flows))
    expected = growth_paths(fitted.history, flows, np.asarray(ahead)[None])[0]
    paths = fitted.simulate(4000, np.random.default_rng(1))
    error = paths.std(axis=0) / np.sqrt(4000)
    assert (np.abs(paths.mean(axis=0) - expected) < 4 * error).all()


def test_the_parameters_are_likelier_than_the_shared_ones(fitted: FittedEts):
    shared = replace(fitted, parameters=own_parameters(np.zeros(4)))
    assert by_statsmodels(fitted).llf > by_statsmodels(shared).llf


def test_what_is_shared_is_a_slow_level_and_a_trend_hardly_damped():
    """Of a level smoothed by 0.15 the trend takes a twentieth, the season half of what is left."""
    expected = [0.15, 0.15 * 0.05, 0.85 * 0.5, 0.8 + 0.2 * 0.95]
    assert own_parameters(np.zeros(4)) == pytest.approx(expected)


@given(st.lists(st.floats(-8, 8), min_size=4, max_size=4))
def test_parameters_stay_within_their_constraints(offsets):
    alpha, beta, gamma, phi = own_parameters(np.array(offsets))
    assert 0 < beta < alpha < 1
    assert 0 < gamma < 1 - alpha
    assert 0.8 < phi < 1


def test_a_series_is_pulled_towards_its_own_parameters_and_further_with_more_years():
    """A level smoothed by 0.6 and seasons by 0.1, where 0.15 and 0.425 are shared."""
    short, long = (
        np.mean([fit_of(simulated(seed, n, 0.6, 0.1)).parameters for seed in range(6)], axis=0)
        for n in (4, 10)
    )
    assert 0.15 < short[0] < long[0] - 0.05
    assert long[0] < 0.6
    assert 0.1 < long[2] < short[2] - 0.05
    assert short[2] < 0.425


def test_a_series_that_is_as_shared_keeps_about_the_shared_parameters():
    found = [fit_of(simulated(seed, 10, 0.15, 0.425)).parameters for seed in range(6)]
    assert np.mean(found, axis=0) == pytest.approx([0.15, 0.0075, 0.425, 0.99], rel=0.2)


def test_what_lies_more_than_ten_years_back_is_forgotten():
    flows = simulated(5, 14, 0.2, 0.3)
    amounts = flows.amounts.copy()
    amounts[: 4 * 11] *= np.tile(SEASON[::-1], 4)
    one, other = (fit_of(replace(flows, amounts=a)) for a in (flows.amounts, amounts))
    assert one.parameters.tolist() == other.parameters.tolist()
    rng = [np.random.default_rng(1) for _ in range(2)]
    assert np.array_equal(one.simulate(50, rng[0]), other.simulate(50, rng[1]))


def test_newer_flows_leave_the_parameters():
    flows = simulated(6, 9, 0.3, 0.2)
    before = replace(flows, amounts=flows.amounts[:-1])
    to_march = replace(history_of([row(m12=8.0), row(m3=8.0)]), flows=before)
    fitted = Ets().fit(to_march, Shared())
    assert fitted.update(history_with(flows)).parameters is fitted.parameters


def test_no_flow_is_negative_however_wild_the_series():
    """Growth since January cannot fall below what the months so far are of the year before."""
    rng = np.random.default_rng(7)
    flows = Flows(2012, ENDS, np.exp(rng.standard_normal(6 * 11 + 3)))
    fitted = fit_of(flows)
    paths = fitted.simulate(2000, rng)
    assert np.isfinite(paths).all()
    assert flows_ahead(fitted, 2000).min() > 0


def test_flows_that_do_not_serve_are_refused():
    history = history_with(replace(simulated(1, 10, 0.2, 0.2), amounts=np.ones(36)))
    assert not Ets().can_fit(history)
    with pytest.raises(NotEnoughHistory, match="ets needs four years of flows in made_up/sales"):
        Ets().fit(history, Shared())
