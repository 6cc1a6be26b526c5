"""`sarima` against what statsmodels itself forecasts and simulates from the same parameters."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from statsmodels.tsa.statespace.sarimax import SARIMAX, SARIMAXResults

import conftest
from forecast.archive.archive import Archive
from forecast.base.errors import NotEnoughHistory
from forecast.base.months import month
from forecast.history.levels import Flows
from forecast.history.series import History, build_history
from forecast.models.sarima import FittedSarima, Sarima
from forecast.models.seasonal import growth_paths, n_periods_ahead, usable_flows
from forecast.models.shared import Shared
from strategies import history_of, indicator, row


def asked(archive: Archive, series: str, day: date, year: int) -> History:
    return build_history(archive.as_of(day), *series.split("/"), year)


@pytest.fixture(scope="module")
def monthly(archive: Archive) -> FittedSarima:
    history = asked(archive, "nation/retail_sales", date(2018, 8, 31), 2018)
    return Sarima().fit(history, Shared())


@pytest.fixture(scope="module")
def quarterly() -> FittedSarima:
    """Return the fit to ten simulated years of quarters, the first of the eleventh known."""
    rng = np.random.default_rng(14)
    season = np.tile([9.0, 10, 11, 14], 11)[:41]
    amounts = season * np.exp(np.cumsum(0.02 + 0.01 * rng.standard_normal(41)))
    flows = Flows(2008, (3, 6, 9, 12), amounts)
    return Sarima().fit(replace(history_of([row(m12=8.0), row(m3=8.0)]), flows=flows), Shared())


@pytest.fixture(params=["monthly", "quarterly"])
def fitted(request: pytest.FixtureRequest) -> FittedSarima:
    return request.getfixturevalue(request.param)


def flows_of(fitted: FittedSarima) -> Flows:
    flows = usable_flows(fitted.history)
    assert flows is not None
    return flows


def by_statsmodels(fitted: FittedSarima) -> SARIMAXResults:
    """Return statsmodels' own results with the same parameters."""
    flows = flows_of(fitted)
    logs = 100 * np.log(flows.amounts)
    model = SARIMAX(logs, order=(1, 0, 1), seasonal_order=(0, 1, 1, flows.season))
    return model.smooth(fitted.parameters, cov_type="none")


def test_means_and_variances_are_those_that_statsmodels_forecasts(fitted: FittedSarima):
    flows = flows_of(fitted)
    n = n_periods_ahead(fitted.history, flows)
    mean, covariance = fitted.distribution(flows, n)
    oracle = by_statsmodels(fitted).get_forecast(n)
    assert mean == pytest.approx(oracle.predicted_mean, abs=1e-8)
    assert np.diag(covariance) == pytest.approx(oracle.var_pred_mean, rel=1e-8)


def test_flows_ahead_depend_on_each_other_as_in_statsmodels_simulations(fitted: FittedSarima):
    flows, n, repetitions = flows_of(fitted), 6, 20_000
    _, covariance = fitted.distribution(flows, n)
    paths = by_statsmodels(fitted).simulate(
        n, anchor="end", repetitions=repetitions, rng=np.random.default_rng(3)
    )
    paths = paths.reshape(n, repetitions)
    deviation = np.sqrt(np.diag(covariance))
    found = np.cov(paths) / np.outer(deviation, deviation)
    assert found == pytest.approx(covariance / np.outer(deviation, deviation), abs=0.03)
    assert np.abs(covariance[0, 1:]).max() > 0.001


def test_paths_are_the_flows_growth(monthly: FittedSarima):
    """The median path of growth is that of the median flows, for both are nearly linear here."""
    flows = flows_of(monthly)
    n = n_periods_ahead(monthly.history, flows)
    mean, _ = monthly.distribution(flows, n)
    expected = growth_paths(monthly.history, flows, np.exp(mean[None] / 100))[0]
    paths = monthly.simulate(4000, np.random.default_rng(1))
    error = paths.std(axis=0) * 1.2533 / np.sqrt(4000)
    assert (np.abs(np.median(paths, axis=0) - expected) < 4 * error).all()


def test_a_restated_base_does_not_move_the_forecast(archive: Archive):
    """A tenth more is counted from 2014 on; the same figures on one scope give the same paths."""
    table = archive.figures
    late = (table["measure"] == "level") & (table["indicator"] == "retail_sales")
    late &= table["last"] >= month(conftest.REBASED_IN, 1)
    one_scope = table.assign(value=table["value"].mask(late, table["value"] / conftest.SCOPE))
    other = replace(archive, figures=one_scope, file_hashes={})
    day, year = date(2014, 9, 30), conftest.REBASED_IN
    decembers = []
    for some in (archive, other):
        history = asked(some, "nation/retail_sales", day, year)
        paths = Sarima().fit(history, Shared()).simulate(500, np.random.default_rng(1))
        decembers.append(paths[:, -1])
    assert decembers[0] == pytest.approx(decembers[1], abs=0.05)
    known = asked(archive, "nation/retail_sales", day, year).at(month(year, 8))
    assert np.median(decembers[0]) == pytest.approx(known, abs=1.0)


def test_both_years_of_a_ratio_come_from_one_path():
    """Base-year months that lie ahead are simulated too: known, they are the base of each path."""
    flows = Flows(2015, (3, 6, 9, 12), np.full(9, 10.0))  # to March 2017
    history = history_of([row(m12=0.0), row(m12=0.0), row(m3=0.0), row()])
    ahead = np.array([[10.0, 10, 10, 11, 11, 11, 11], [20.0, 20, 20, 11, 11, 11, 11]])
    paths = growth_paths(history, flows, ahead)
    assert paths.shape == (2, len(history.ahead))
    assert paths[:, -1] == pytest.approx([100 * (44 / 40 - 1), 100 * (44 / 70 - 1)])
    december_before = paths[:, history.ahead.index(month(2017, 12))]
    assert december_before == pytest.approx([0.0, 100 * (70 / 40 - 1)])


def test_months_within_a_quarter_lie_on_a_line_between_its_ends():
    flows = Flows(2017, (3, 6, 9, 12), np.array([10.0, 10, 10, 10, 12]))
    history = history_of([row(m12=0.0), row(m3=20.0)])
    (path,) = growth_paths(history, flows, np.array([[10.0, 10.0, 10.0]]))
    assert path[[2, 5, 8]] == pytest.approx([10.0, 100 * (32 / 30 - 1), 5.0])
    assert path[[0, 1]] == pytest.approx([20 - 10 / 3, 20 - 20 / 3])


def test_a_single_gap_is_filled_from_the_same_period_of_other_years():
    amounts = np.array([10.0, 20, 30, 40, 10, np.nan, 30, 40, 10, 80, 30, 40])
    flows = Flows(2015, (3, 6, 9, 12), amounts)
    history = history_of([row(m12=0.0), row()])
    paths = growth_paths(history, flows, np.array([[10.0, 80, 30, 40]]))
    assert paths.shape == (1, 12)
    assert paths[0, -1] == pytest.approx(0.0)
    earlier = history_of([row(m12=0.0), row()], year=2016)
    before = growth_paths(earlier, Flows(2015, (3, 6, 9, 12), amounts), np.empty((1, 0)))
    assert before[0, -1] == pytest.approx(20.0)  # 40 between 20 and 80: 120 on a base of 100


@pytest.mark.parametrize(
    ("n_years", "can"), [(3, False), (4, True)], ids=["three years", "four years"]
)
def test_four_years_of_flows_are_needed(n_years: int, can: bool):
    amounts = np.tile([10.0, 11, 12, 13], n_years)
    history = replace(
        history_of([*(n_years - 1) * [row(m12=1.0)], row(m12=1.0), row()]),
        flows=Flows(2018 - n_years, (3, 6, 9, 12), amounts),
    )
    assert Sarima().can_fit(history) is can


@pytest.mark.parametrize(("n_missing", "can"), [(4, True), (6, False)])
def test_one_flow_in_five_may_be_missing(n_missing: int, can: bool):
    amounts = np.tile([10.0, 11, 12, 13], 6)
    amounts[2 : 2 + 3 * n_missing : 3] = np.nan
    flows = Flows(2012, (3, 6, 9, 12), amounts)
    history = replace(history_of([*6 * [row(m12=1.0)], row()]), flows=flows)
    assert Sarima().can_fit(history) is can


def test_flows_that_end_before_the_last_published_month_do_not_serve():
    flows = Flows(2014, (3, 6, 9, 12), np.tile([10.0, 11, 12, 13], 4))
    history = replace(history_of([row(m12=1.0), row(m3=1.0)]), flows=flows)
    assert Sarima().can_fit(history) is False
    with pytest.raises(NotEnoughHistory, match="sarima needs four years of flows in made_up/sales"):
        Sarima().fit(history, Shared())


def test_a_period_that_was_never_published_cannot_be_filled_in():
    """Revenue once had no December level: a year's sum is unknown then, and with it its growth."""
    amounts = np.tile([*10 * [10.0], np.nan], 5)
    flows = Flows(2013, tuple(range(2, 13)), amounts[:-1])
    history = replace(history_of([*5 * [row(m11=1.0)], row()], entry=indicator()), flows=flows)
    if Sarima().can_fit(history):
        paths = Sarima().fit(history, Shared()).simulate(5, np.random.default_rng(1))
        assert np.isfinite(paths).all()
