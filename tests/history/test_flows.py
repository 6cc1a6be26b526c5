"""Flows on one comparable base."""

from datetime import date

import numpy as np
import pytest

import conftest
from forecast.archive.archive import Archive
from forecast.history.levels import QUARTERLY, Flows, Levels, chained_levels, comparable_flows
from forecast.history.series import History, build_history
from strategies import row

MONTHS = np.arange(2, 13)


def levels_of(*years: list[float], first_year: int = 2014, breaks: tuple[int, ...] = ()) -> Levels:
    table = np.array(years, dtype=float)
    return Levels(first_year, "cny_100m", table, np.full(table.shape, np.nan), breaks)


def monthly(size: float, n_months: int = 12) -> list[float]:
    """Return YTD levels of equal months, without January."""
    return row(**{f"m{m}": size * m for m in range(2, n_months + 1)})


def quarterly(*flows: float) -> list[float]:
    return row(**{f"m{3 * i}": total for i, total in enumerate(np.cumsum(flows), start=1)})


def flows_of(levels: Levels, revision: dict[int, float] | None = None) -> Flows | None:
    years = len(levels.year_to_date)
    given = np.array([(revision or {}).get(levels.first_year + i, np.nan) for i in range(years)])
    return comparable_flows(levels, given)


def test_january_and_february_are_one_flow():
    found = flows_of(levels_of(monthly(10), monthly(11, n_months=4)))
    assert found is not None
    assert found.season == 11
    assert found.months_in_period.tolist() == [2, *10 * [1]]
    assert found.amounts.tolist() == [20, *10 * [10], 22, 11, 11]


def test_quarters_are_flows_where_months_are_not_published():
    found = flows_of(levels_of(quarterly(10, 20, 30, 40), quarterly(11, 21)))
    assert found is not None
    assert found.period_ends == QUARTERLY
    assert found.amounts == pytest.approx([10, 20, 30, 40, 11, 21])
    assert found.period_index(2015) == 4


def test_a_restated_base_is_taken_out():
    """From 2015 on twice as much is counted; published growth was 10 %."""
    found = flows_of(levels_of(monthly(10), monthly(22)), {2015: 1.0})
    assert found is not None
    assert found.amounts[11:] / found.amounts[:11] == pytest.approx(1.1)


def test_a_missing_month_leaves_its_own_flow_and_the_next_unknown():
    gappy = monthly(10)
    gappy[6] = np.nan
    found = flows_of(levels_of(monthly(10), gappy, monthly(10)))
    assert found is not None
    assert np.flatnonzero(np.isnan(found.amounts)).tolist() == [11 + 5, 11 + 6]


def test_flows_begin_after_the_last_break():
    levels = levels_of(monthly(9), monthly(10), monthly(5), monthly(6), breaks=(12 * 2016,))
    found = flows_of(levels)
    assert found is not None
    assert (found.first_year, len(found.amounts)) == (2016, 22)


def test_flows_begin_after_the_last_year_without_figures():
    found = flows_of(levels_of(monthly(9), row(), monthly(10), monthly(11)))
    assert found is not None
    assert found.first_year == 2016


@pytest.mark.parametrize(
    "levels",
    [
        levels_of(monthly(10)),  # no full year to tell the periods by
        levels_of(row(m12=90), row(m12=100)),
        levels_of(row(), row()),
        levels_of(monthly(10), row(m2=20, m3=15), monthly(10)),  # a negative month: a revision
    ],
)
def test_irregular_or_negative_levels_give_no_flows(levels: Levels):
    assert flows_of(levels) is None


def test_no_levels_give_no_flows():
    assert comparable_flows(None, np.array([])) is None


def annual_growth_of_flows(history: History) -> dict[int, float]:
    flows = history.flows
    assert flows is not None
    whole = len(flows.amounts) // flows.season
    sums = flows.amounts[: whole * flows.season].reshape(whole, flows.season).sum(axis=1)
    growth = 100 * (sums[1:] / sums[:-1] - 1)
    by_year = enumerate(growth.tolist(), start=flows.first_year + 1)
    return {year: g for year, g in by_year if np.isfinite(g)}


def test_flows_of_the_rebased_year_grow_as_published(archive: Archive):
    history = build_history(archive.as_of(date(2019, 4, 1)), "nation", "retail_sales", 2018)
    found = annual_growth_of_flows(history)
    assert conftest.REBASED_IN in found
    assert found == pytest.approx({y: history.annual[y] for y in found}, abs=1e-9)


@pytest.mark.parametrize("name", ["retail_sales", "budget_revenue", "trade", "exports"])
def test_real_flows_grow_as_published(real_archive: Archive, name: str):
    history = build_history(real_archive.as_of(date(2020, 4, 30)), "china", name, 2019)
    found = annual_growth_of_flows(history)
    assert max(found) == 2019
    assert found == pytest.approx({y: history.annual[y] for y in found}, abs=1e-9)


def test_investment_has_no_flows_across_its_break(archive: Archive, real_archive: Archive):
    snapshot = archive.as_of(date(2019, 4, 1))
    made = build_history(snapshot, "nation", "fixed_asset_investment", 2018).flows
    assert made is not None
    assert made.first_year == conftest.CLEANED_IN
    snapshot = real_archive.as_of(date(2020, 4, 30))
    assert build_history(snapshot, "china", "fixed_asset_investment", 2019).flows is None


def test_growth_of_a_sum_at_constant_prices_has_no_flows(real_archive: Archive):
    snapshot = real_archive.as_of(date(2020, 4, 30))
    assert build_history(snapshot, "china", "gdp", 2019).flows is None


@pytest.mark.parametrize(("name", "growth_of"), [("m2", "last"), ("cpi", "mean")])
def test_levels_are_chained_from_growth_of_months(real_archive: Archive, name: str, growth_of: str):
    history = build_history(real_archive.as_of(date(2020, 4, 30)), "china", name, 2019)
    flows = history.flows
    assert flows is not None
    assert (flows.growth, flows.season, flows.is_chained) == (growth_of, 12, True)
    by_year = flows.amounts.reshape(-1, 12)
    growth = 100 * (by_year[1:] / by_year[:-1] - 1)
    annual = growth[:, -1] if name == "m2" else growth.mean(axis=1)
    years = range(flows.first_year + 1, 2020)
    expected = [history.annual[year] for year in years]
    assert annual == pytest.approx(expected, abs=0.06)  # CPI of a year is published to one decimal


def test_a_chain_worked_by_hand():
    """Two years of growth and the levels that follow, from a year of ones that is not shown."""
    growth = np.full((4, 12), np.nan)
    growth[1], growth[2], growth[3, :2] = 10.0, 20.0, -50.0
    flows = chained_levels(growth, 2000, "last")
    assert flows is not None
    assert (flows.first_year, flows.growth) == (2001, "last")
    assert flows.amounts == pytest.approx([*[1.1] * 12, *[1.32] * 12, *[0.66] * 2])


def test_a_missing_month_is_bridged_and_a_longer_gap_begins_the_chain_anew():
    growth = np.full((4, 12), 2.0)
    growth[1, 3] = np.nan
    flows = chained_levels(growth, 2000, "mean")
    assert flows is not None
    assert np.flatnonzero(np.isnan(flows.amounts)).tolist() == [15]
    assert flows.amounts[27] == pytest.approx(1.02**3)
    growth[1, 4] = np.nan
    flows = chained_levels(growth, 2000, "mean")
    assert flows is not None
    assert (flows.first_year, len(flows.amounts)) == (2002, 24)


def test_growth_of_less_than_everything_has_no_chain():
    assert chained_levels(np.full((2, 12), np.nan), 2000, "mean") is None
    assert chained_levels(np.full((2, 12), -100.0), 2000, "mean") is None
