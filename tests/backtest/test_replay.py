"""What a replayed forecast knew, what it was judged by, and that it never saw what came later."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from forecast.archive.archive import Archive
from forecast.backtest.replay import Plan, Targets, replay
from forecast.base.months import Span, month, month_of_year
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models import registry
from forecast.models.shared import Shared
from forecast.verification.record import DENSITY_COLUMNS, POOL, RAW_POOL, settled_densities
from strategies import Release, archive_of, indicator, target

MODELS = ("pace", "drift")
PLAN = Plan(years=range(2011, 2019), months=(3, 6, 9, 11), models=MODELS, targets="previous-year")
POOLS = [POOL, RAW_POOL]


def said(
    points: dict[tuple[int, int], float], on: date | None = None, **more: object
) -> list[Release]:
    """Return YTD growth by year and month, each out on the 20th of the next month, or on a day."""
    return [
        Release(
            span=Span.year_to_date(year, last),
            value=value,
            released_on=on or date(year + last // 12, last % 12 + 1, 20),
            **more,
        )
        for (year, last), value in points.items()
    ]


def some_years(years: Iterable[int], months: Iterable[int] = (3, 6, 9, 12)) -> list[Release]:
    """Return made-up growth of past years that wanders about eight per cent."""
    rng = np.random.default_rng(31)
    ends = list(months)
    return said({(y, m): round(8 + rng.standard_normal(), 1) for y in years for m in ends})


def exact(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows in the order of forecasts, without the seconds that they took."""
    key = ["area", "indicator", "as_of", "model"]
    return table.drop(columns="seconds").sort_values(key, ignore_index=True)


def only(archive: Archive, area: str, *indicators: str) -> Archive:
    """Return the archive of a few series alone."""
    figures = archive.figures
    chosen = (figures["area"] == area) & figures["indicator"].isin(indicators)
    table = figures[chosen].reset_index(drop=True)
    return Archive(table, archive.registry, archive.targets, archive.schedule)


@pytest.fixture(scope="module")
def replayed(archive: Archive) -> pd.DataFrame:
    return replay(archive, archive.areas, PLAN)


# Forecasts ----------------------------------------------------------------------------------------


def test_there_is_one_row_a_forecast_and_model(replayed: pd.DataFrame):
    assert dict(replayed.dtypes.astype(str)) == DENSITY_COLUMNS
    forecast = ["area", "indicator", "as_of"]
    assert not replayed.duplicated([*forecast, "model"]).any()
    pools = replayed[replayed["model"].isin(POOLS)]
    assert (pools.groupby(forecast)["model"].nunique() == 2).all()
    assert len(pools) == 2 * len(replayed[forecast].drop_duplicates())
    scores = ["crps", "pit", "mean_pct", "lower80_pct", "upper80_pct", "scale_pp"]
    assert replayed[scores].notna().all(axis=None)


def test_pools_say_where_the_next_figure_fell_unless_it_was_that_of_the_year(
    replayed: pd.DataFrame,
):
    pools = replayed[replayed["model"].isin(POOLS)]
    has_next = pools["next_pit"].notna()
    assert pools.loc[has_next, "next_pit"].between(0, 1).all()
    assert has_next.any()
    assert not has_next[pools["months_known"] == 11].any()
    assert replayed.loc[~replayed["model"].isin(POOLS), "next_pit"].isna().all()


def test_a_forecast_is_made_on_the_day_of_the_months_first_figure(
    archive: Archive, replayed: pd.DataFrame
):
    """Its own where it has one of that month, else a related series' first one."""
    figures = archive.figures
    settled = figures[figures["status"].isin(["final", "preliminary"])]
    first = settled.groupby(["area", "indicator", "last"])["released_on"].min()
    forecasts = replayed[["area", "indicator", "year", "months_known", "as_of"]].drop_duplicates()
    assert len(forecasts) > 50
    for forecast in forecasts.itertuples():
        related = archive.registry.of(forecast.area, forecast.indicator).related
        own, *lent = (
            {first.get((*r.split("/"), month(forecast.year, m))): m for m in PLAN.months}
            for r in (f"{forecast.area}/{forecast.indicator}", *related)
        )
        day = forecast.as_of
        assert day in own or any(day in days for days in lent)
        if forecast.months_known:  # growth of it was known, and of no later month
            known = settled.query("area == @forecast.area and indicator == @forecast.indicator")
            newest = known.loc[known["released_on"] <= day, "last"].max()
            assert month_of_year(newest) == forecast.months_known


def test_results_are_the_same_to_the_last_bit_with_two_workers():
    entries = [indicator(id=name) for name in ("one", "two")]
    releases = [
        replace(r, indicator=name) for name in ("one", "two") for r in some_years(range(2012, 2018))
    ]
    archive = archive_of(releases, *entries)
    plan = Plan(years=range(2014, 2018), months=(3, 6), models=MODELS, targets="previous-year")
    one, two = (replay(archive, archive.areas, plan, n_workers=n) for n in (1, 2))
    assert (one["model"] == POOL).sum() == 2 * 4 * 2  # series, years, months
    assert_frame_equal(one.drop(columns="seconds"), two.drop(columns="seconds"), check_exact=True)


def test_the_seed_decides_the_draws():
    archive = archive_of(some_years(range(2014, 2018)))
    plans = [Plan(years=range(2017, 2018), months=(6,), models=MODELS, seed=s) for s in (1, 1, 2)]
    one, same, other = (exact(replay(archive, archive.areas, plan)) for plan in plans)
    assert_frame_equal(one, same, check_exact=True)
    drawn = one["model"] == "drift"
    assert (one.loc[drawn, "crps"] != other.loc[drawn, "crps"]).all()


@dataclass(frozen=True)
class Wild:
    """A model, and its fit: an even spread of growth, of a given width from a given month on."""

    width_pp: float
    since: int = 1
    n_ahead: int = 12
    name: str = "wild"

    def can_fit(self, history: History) -> bool:
        return True

    def fit(self, history: History, shared: Shared) -> "Wild":
        return replace(self, n_ahead=len(history.ahead))

    def update(self, history: History) -> "Wild":
        return replace(self, n_ahead=len(history.ahead))

    def simulate(self, n_paths: int, rng: np.random.Generator) -> FloatArray:
        known = 12 - self.n_ahead
        width = self.width_pp if known >= self.since else 1.0
        return np.repeat(np.linspace(8 - width, 8 + width, n_paths)[:, None], self.n_ahead, axis=1)


@pytest.mark.parametrize("width_pp", [1e4, np.nan])
def test_a_member_that_explodes_is_left_out(monkeypatch: pytest.MonkeyPatch, width_pp: float):
    """The pool is that of the others, and its own line is gone."""
    monkeypatch.setitem(registry.MODELS, "wild", Wild(width_pp))
    archive = archive_of(some_years(range(2012, 2018)))
    plan = Plan(years=range(2014, 2018), months=(3, 6), models=MODELS)
    with_it = replace(plan, models=(*MODELS, "wild"))
    one, other = (exact(replay(archive, ["made_up"], p)) for p in (plan, with_it))
    assert_frame_equal(one, other, check_exact=True)


def test_a_member_is_left_out_of_the_forecasts_in_which_it_explodes_alone(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(registry.MODELS, "wild", Wild(1e4, since=6))
    archive = archive_of(some_years(range(2012, 2018)))
    plan = Plan(years=range(2014, 2018), months=(3, 6, 9), models=(*MODELS, "wild"))
    found = replay(archive, ["made_up"], plan)
    assert found.loc[found["model"] == "wild", "months_known"].unique().tolist() == [3]
    assert found.loc[found["model"] == POOL, "months_known"].unique().tolist() == [3, 6, 9]


def test_a_forecast_of_which_no_member_is_left_is_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(registry.MODELS, "wild", Wild(1e4, since=6))
    archive = archive_of(some_years(range(2012, 2018)))
    plan = Plan(years=range(2014, 2018), months=(3, 6, 9), models=("wild",))
    found = replay(archive, ["made_up"], plan)
    assert found["months_known"].unique().tolist() == [3]


# No future ----------------------------------------------------------------------------------------


def spoilt(archive: Archive, day: date) -> Archive:
    """Return the archive with every figure released after a day turned into another."""
    late = archive.figures["released_on"] > pd.Timestamp(day)
    assert late.any()
    values = archive.figures["value"]
    other = archive.figures.assign(value=values.where(~late, -3.7 * values.abs() % 97.3 + 1))
    return Archive(other, archive.registry, archive.targets, archive.schedule)


def assert_past_is_the_same(one: pd.DataFrame, two: pd.DataFrame, day: date, n_pools: int) -> None:
    """Compare forecasts settled by a day to the last bit, those of the pools among them."""
    past = [exact(t[t["settled_on"] <= pd.Timestamp(day)]) for t in (one, two)]
    assert (past[0]["model"] == POOL).sum() >= n_pools
    assert_frame_equal(*past, check_exact=True)


@pytest.mark.parametrize("day", [date(2016, 6, 30), date(2018, 1, 31)])
def test_a_spoilt_future_changes_nothing_that_was_settled_before(
    archive: Archive, replayed: pd.DataFrame, day: date
):
    """By then the pool has learnt weights and width from past years: they see no future."""
    other = replay(spoilt(archive, day), archive.areas, PLAN)
    assert_past_is_the_same(replayed, other, day, n_pools=40)
    assert not exact(other).equals(exact(replayed))


@pytest.mark.parametrize("day", [date(2016, 6, 30), date(2018, 1, 31)])
def test_a_spoilt_future_changes_nothing_that_was_said_before(
    archive: Archive, replayed: pd.DataFrame, day: date
):
    """Open forecasts of the day are the same too; only what came of them is not."""
    other = replay(spoilt(archive, day), archive.areas, PLAN)
    columns = ["mean_pct", "lower80_pct", "upper80_pct", "scale_pp", "target_pct"]
    key = ["area", "indicator", "as_of", "model"]
    said_by = [
        t[t["as_of"] <= pd.Timestamp(day)].set_index(key)[columns] for t in (replayed, other)
    ]
    one, two = (t.sort_index() for t in said_by)
    both = one.index.intersection(two.index)
    assert len(both) > 0.9 * len(one)
    assert_frame_equal(one.loc[both], two.loc[both], check_exact=True)


def test_the_nations_past_is_the_same_whatever_comes(real_archive: Archive):
    day = date(2014, 6, 30)
    few = only(real_archive, "china", "gdp", "m2", "budget_revenue")
    plan = Plan(years=range(2009, 2017), months=(3, 9), models=MODELS, targets="previous-year")
    one, two = (replay(a, ["china"], plan) for a in (few, spoilt(few, day)))
    assert_past_is_the_same(one, two, day, n_pools=20)


def of_levels(revised: float | None = None) -> Archive:
    """Return levels of eight years; that of 2014 is revised in June 2018 where a value is given."""
    rng = np.random.default_rng(32)
    more: dict[str, object] = {"measure": "level", "unit": "cny_100m"}
    points = {
        (year, last): round(last * 100 * 1.08 ** (year - 2010) * (1 + rng.normal(0, 0.01)), 1)
        for year in range(2010, 2018)
        for last in (3, 6, 9, 12)
    }
    releases = said(points, **more)
    if revised is not None:
        releases += said({(2014, 12): revised}, on=date(2018, 6, 1), **more)
    return archive_of(releases, indicator(annual_rule="sum_of_months"))


LEVEL_PLAN = Plan(years=range(2012, 2018), months=(6, 9), models=MODELS, targets="previous-year")


@pytest.mark.parametrize("columns", [["mean_pct", "scale_pp", "target_pct"], ["outturn_pct"]])
def test_a_level_revised_later_changes_no_forecast_that_was_settled_before(columns: list[str]):
    """Neither what was said nor what came of it: growth counts as it first came out."""
    one, two = (exact(replay(of_levels(v), ["made_up"], LEVEL_PLAN)) for v in (None, 2500.0))
    past = one["settled_on"] < pd.Timestamp(2018, 6, 1)
    assert past.all()
    assert_frame_equal(one[["year", "model", *columns]], two[["year", "model", *columns]])


# Outturns -----------------------------------------------------------------------------------------


def test_of_a_year_whose_outturn_is_out_there_is_no_forecast():
    """September came after December: on that day there was nothing left to forecast."""
    points = said({(2016, 12): 8.0, (2017, 3): 8.1, (2017, 6): 8.2, (2017, 12): 8.3})
    late = said({(2017, 9): 8.2}, on=date(2018, 3, 1))
    plan = Plan(years=range(2017, 2018), months=(3, 6, 9), models=("pace",))
    found = replay(archive_of(points + late), ["made_up"], plan)
    assert sorted(found["months_known"].unique()) == [3, 6]
    assert (found["as_of"] < found["settled_on"]).all()


def test_an_outturn_of_the_same_day_leaves_no_forecast():
    points = said({(2016, 12): 8.0, (2017, 6): 8.2, (2017, 9): 8.2})
    both = said({(2017, 11): 8.3, (2017, 12): 8.3}, on=date(2018, 1, 20))
    plan = Plan(years=range(2017, 2018), months=(9, 11), models=("pace",))
    found = replay(archive_of(points + both), ["made_up"], plan)
    assert found["months_known"].unique().tolist() == [9]


def test_a_year_without_outturn_is_not_scored():
    releases = [*some_years(range(2014, 2017)), *said({(2017, 3): 8.0, (2017, 6): 8.1})]
    plan = Plan(years=range(2016, 2018), months=(3, 6), models=("pace",))
    found = replay(archive_of(releases), ["made_up"], plan)
    assert found["year"].unique().tolist() == [2016]


def test_a_year_that_the_office_only_expected_is_scored_apart():
    releases = [*some_years(range(2014, 2017)), *said({(2017, 3): 8.0, (2017, 6): 8.1})]
    expected = said({(2017, 12): 8.2}, on=date(2018, 1, 20), status="expected")
    plan = Plan(years=range(2016, 2018), months=(3, 6), models=("pace",))
    found = replay(archive_of(releases + expected), ["made_up"], plan)
    apart = found[found["outturn_status"] == "expected"]
    assert apart["year"].unique().tolist() == [2017]
    assert apart["outturn_pct"].unique().tolist() == [8.2]
    assert sorted(apart["months_known"].unique()) == [3, 6]
    assert settled_densities(found)["year"].unique().tolist() == [2016]


def test_forecasts_without_a_target_are_counted_and_have_no_probability():
    """The target of 2018 was announced in February: March and June of 2018 are judged by it."""
    archive = archive_of(some_years(range(2014, 2019)), targets=[target(rate_pct=8.0)])
    plan = Plan(years=range(2016, 2019), months=(3, 6), models=("pace",))
    pool = replay(archive, ["made_up"], plan).query("model == 'pool'")
    assert len(pool) == 6
    assert pool["probability"].isna().sum() == 4
    columns = ["target_pct", "probability", "hit", "brier", "log_score"]
    assert (pool[columns].notna().all(axis=1) == (pool["year"] == 2018)).all()
    assert pool[columns].isna().all(axis=1).sum() == 4
    assert pool[["crps", "pit"]].notna().all(axis=None)


def test_a_target_counts_from_the_day_of_its_announcement():
    changed = [
        target(rate_pct=8.0),
        target(rate_pct=6.5, announced_on=date(2018, 8, 1)),
    ]
    archive = archive_of(some_years(range(2014, 2019)), targets=changed)
    plan = Plan(years=range(2018, 2019), months=(6, 9), models=("pace",))
    pool = replay(archive, ["made_up"], plan).query("model == 'pool'")
    assert pool.set_index("months_known")["target_pct"].to_dict() == {6: 8.0, 9: 6.5}


def test_before_the_first_figure_the_forecast_is_of_the_day_after_the_announcement():
    """December is out on 20 January; last year's growth needs no announcement."""
    archive = archive_of(
        some_years(range(2014, 2019)),
        targets=[target(rate_pct=8.0, announced_on=date(2018, 2, 20))],
    )

    def days(targets: Targets) -> dict[int, date]:
        years = range(2017, 2019)
        plan = Plan(years=years, months=(0,), models=("pace",), targets=targets)
        pool = replay(archive, ["made_up"], plan).query("model == 'pool'")
        assert set(pool["months_known"]) == {0}
        return {y: day.date() for y, day in zip(pool["year"], pool["as_of"], strict=True)}

    assert days("official") == {2017: date(2017, 1, 20), 2018: date(2018, 2, 21)}
    assert days("previous-year") == {2017: date(2017, 1, 20), 2018: date(2018, 1, 20)}


def test_last_years_growth_is_the_target_as_it_was_known_on_the_day():
    """8.0 was revised to 8.4 on 1 August: June is held against 8.0, September against 8.4."""
    points = said({(2015, 12): 7.5, (2016, 6): 7.9, (2016, 12): 8.0})
    points += said({(2017, 6): 8.1, (2017, 9): 8.1, (2017, 12): 8.2})
    revised = said({(2016, 12): 8.4}, on=date(2017, 8, 1))
    plan = Plan(years=range(2017, 2018), months=(6, 9), models=("pace",), targets="previous-year")
    pool = replay(archive_of(points + revised), ["made_up"], plan).query("model == 'pool'")
    found = pool.set_index("months_known")
    assert found["target_pct"].to_dict() == {6: 8.0, 9: 8.4}
    assert found["hit"].to_dict() == {6: 1.0, 9: 0.0}


def test_other_targets_may_stand_in_for_those_of_the_folder():
    archive = archive_of(some_years(range(2014, 2019)), targets=[target(rate_pct=8.0)])
    extra = (target(rate_pct=3.0),)
    plan = Plan(years=range(2018, 2019), months=(6,), models=("pace",), extra=extra)
    found = replay(archive, ["made_up"], plan)
    assert (found["target_pct"] == 3.0).all()


@pytest.mark.parametrize(("settles", "outturn", "hit"), [("first", 7.4, 0.0), ("latest", 7.5, 1.0)])
def test_the_nations_gdp_of_2014_is_settled_by_its_first_report(
    real_archive: Archive, settles: str, outturn: float, hit: float
):
    """7.4 in January 2015; a year later it had become 7.5, which counts only where it is asked."""
    named = {"area": "china", "indicator": "gdp", "year": 2014, "announced_on": date(2014, 3, 5)}
    wanted = (target(rate_pct=7.5, settles=settles, **named),)
    plan = Plan(years=range(2014, 2015), months=(9,), models=("pace",), extra=wanted)
    row = replay(only(real_archive, "china", "gdp"), ["china"], plan).query("model == 'pool'")
    assert row["outturn_pct"].tolist() == [outturn]
    assert row["hit"].tolist() == [hit]
    first = settles == "first"
    assert row["settled_on"].tolist() == [pd.Timestamp("2015-01-18" if first else "2015-12-31")]
    assert row["outturn_status"].tolist() == ["preliminary" if first else "final"]


def test_a_stock_is_judged_by_its_growth_in_december(real_archive: Archive):
    """The planner says of M2 what it has grown in the month; nothing accumulates."""
    m2 = only(real_archive, "china", "m2")
    plan = Plan(years=range(2012, 2018), months=(3, 9), models=MODELS)
    found = replay(m2, ["china"], plan)
    growth = m2.figures.query("measure == 'growth_pct'").set_index("last")["value"]
    planner = found[found["model"] == "planner"]
    assert len(planner) == 12
    for forecast in planner.itertuples():
        now = growth[month(forecast.year, forecast.months_known)]
        assert forecast.mean_pct == pytest.approx(now)
        assert forecast.outturn_pct == pytest.approx(growth[month(forecast.year, 12)], abs=0.05)
        assert forecast.crps == pytest.approx(abs(forecast.outturn_pct - now))
    by_month = found[found["model"] == POOL].groupby("months_known")["crps"].mean()
    assert by_month[9] < by_month[3]


def test_a_stock_is_settled_by_the_first_report_of_december():
    months = [(year, last) for year in range(2014, 2018) for last in (3, 6, 9, 12)]
    releases = [
        Release(
            span=Span(month(year, last), month(year, last)),
            value=8.0 + last / 10,
            released_on=date(year + last // 12, last % 12 + 1, 20),
        )
        for year, last in months
    ]
    december = Span(month(2017, 12), month(2017, 12))
    releases.append(Release(span=december, value=9.9, released_on=date(2018, 6, 1)))
    archive = archive_of(releases, indicator(annual_rule="end_of_year"))
    plan = Plan(years=range(2017, 2018), months=(6, 9), models=("pace",))
    pool = replay(archive, ["made_up"], plan).query("model == 'pool'")
    assert pool["outturn_pct"].unique().tolist() == [9.2]
    assert pool["settled_on"].unique().tolist() == [pd.Timestamp(2018, 1, 20)]
    assert pool["outturn_status"].unique().tolist() == ["final"]
