"""Past forecasts, replayed. Growth of the small archives is made up."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from forecast.archive.archive import Archive
from forecast.backtest.evaluation import past_errors
from forecast.backtest.replay import Plan, replay
from forecast.base.months import Span
from forecast.combination.estimates import estimation_day
from forecast.models.registry import MODELS
from forecast.outlook.annual import annual_outlook
from forecast.verification.record import COLUMNS, DENSITY_COLUMNS, POOL, RAW_POOL, Record
from strategies import Release, archive_of, indicator

DAY = date(2018, 12, 31)


def published(points: dict[tuple[int, int], float], area: str = "made_up") -> list[Release]:
    """Return YTD growth by year and month, each out twenty days after the month's last."""
    return [
        Release(
            span=Span.year_to_date(year, last),
            value=value,
            released_on=date(year + last // 12, last % 12 + 1, 20),
            area=area,
        )
        for (year, last), value in points.items()
    ]


def forecasts_of(said: Iterable[Release], model: str, *entries, day: date = DAY) -> pd.DataFrame:
    record = past_errors(archive_of(said, *entries).as_of(day))
    forecasts = record.of_model(model)
    return forecasts.sort_values(["area", "year", "months_known", "until"], ignore_index=True)


POINTS = {(2016, 12): 7.0, (2017, 3): 8.0, (2017, 6): 8.5, (2017, 12): 9.0, (2018, 3): 6.0}


def test_the_planner_says_that_the_year_will_end_where_it_stands():
    """From March to June, from June on, from March on, and from the year before."""
    forecasts = forecasts_of(published(POINTS), "pace")
    columns = ["year", "months_known", "until", "forecast_pct", "outturn_pct", "error_pp"]
    assert forecasts[columns].to_numpy().tolist() == [
        [2017, 0, 12, 7.0, 9.0, 2.0],
        [2017, 3, 6, 8.0, 8.5, 0.5],
        [2017, 3, 12, 8.0, 9.0, 1.0],
        [2017, 6, 12, 8.5, 9.0, 0.5],
    ]
    assert set(forecasts["rule"]) == {"accumulates"}


def test_a_forecast_is_settled_when_the_outturn_came_out():
    forecasts = forecasts_of(published(POINTS), "pace")
    june = forecasts[forecasts["until"] == 6]["settled_on"].item()
    december = forecasts[forecasts["until"] == 12]["settled_on"]
    assert june == pd.Timestamp(2017, 7, 20)
    assert (december == pd.Timestamp(2018, 1, 20)).all()


def test_an_open_year_has_forecasts_between_its_own_months_alone():
    points = {(2018, 3): 6.0, (2018, 6): 6.5}
    forecasts = forecasts_of(published(points), "pace")
    assert forecasts[["months_known", "until"]].to_numpy().tolist() == [[3, 6]]


def test_what_was_expected_is_neither_forecast_nor_outturn():
    expected = Release(
        span=Span.year_to_date(2018, 12), value=7.5, status="expected", released_on=DAY
    )
    forecasts = forecasts_of([*published(POINTS), expected], "pace")
    assert (forecasts["year"] == 2017).all()


def test_stocks_have_a_rule_of_their_own():
    stock = indicator(annual_rule="end_of_year")
    said = [
        Release(span=Span(12 * 2018 + m, 12 * 2018 + m), value=8.0 + m, released_on=DAY)
        for m in (2, 5)
    ]
    forecasts = forecasts_of(said, "pace", stock)
    assert forecasts[["rule", "months_known", "until"]].to_numpy().tolist() == [
        ["end_of_year", 3, 6]
    ]


def test_following_a_related_series_is_replayed_month_by_month():
    said = [*published({(2017, 6): 7.0, (2017, 12): 7.5}, "district")]
    said += published({(2017, 3): 5.0, (2017, 6): 6.0, (2017, 12): 6.1}, "nation")
    forecasts = forecasts_of(said, "borrowed", indicator(related=["nation/sales"]))
    assert forecasts[["area", "months_known", "until"]].to_numpy().tolist() == [
        ["district", 6, 6],
        ["district", 12, 12],
    ]
    assert forecasts["error_pp"].to_numpy() == pytest.approx([1.0, 1.4])


def test_an_indicator_that_is_never_forecast_has_no_calls():
    assert len(forecasts_of(published(POINTS), "pace", indicator(annual_rule=None))) == 0


def test_the_record_of_one_point_is_empty():
    record = past_errors(archive_of(published({(2018, 3): 6.0})).as_of(DAY))
    assert len(record) == len(Record.empty()) == 0
    assert dict(record.points.dtypes.astype(str)) == COLUMNS


@pytest.mark.parametrize("day", [date(2014, 6, 30), date(2018, 9, 30)])
def test_every_forecast_is_settled_by_the_day(archive: Archive, day: date):
    record = past_errors(archive.as_of(day))
    assert len(record) > 50
    assert (record.points["settled_on"] <= pd.Timestamp(day)).all()
    assert np.isfinite(record.points[["forecast_pct", "outturn_pct"]]).all(axis=None)


def test_a_record_grows_with_its_days(archive: Archive):
    days = [date(year, 7, 31) for year in range(2012, 2020)]
    sizes = [len(past_errors(archive.as_of(day))) for day in days]
    assert all(a < b for a, b in pairwise(sizes))


def test_later_releases_change_no_call(archive: Archive):
    day = date(2017, 6, 30)
    late = archive.figures["released_on"] > pd.Timestamp(day)
    other = archive.figures.assign(value=archive.figures["value"].mask(late, 33.3))
    changed = Archive(other, archive.registry)
    one, two = (past_errors(some.as_of(day)).points for some in (archive, changed))
    assert_frame_equal(one, two)


def test_forecasts_settled_by_a_day_are_chosen_by_their_outturn(archive: Archive):
    record = past_errors(archive.as_of(date(2018, 9, 30)))
    settled = record.points["settled_on"].max().date()
    before = record.settled_by(settled - timedelta(days=1))
    assert 0 < len(before) < len(record)
    assert len(record.settled_by(settled)) == len(record)


# Replay -------------------------------------------------------------------------------------------

PLAN = Plan(years=range(2014, 2019), months=(3, 6, 9), models=("pace", "drift"))
KEY = ["area", "indicator", "year", "as_of", "model"]


@pytest.fixture(scope="module")
def replayed(archive: Archive) -> pd.DataFrame:
    return replay(archive, archive.areas, PLAN)


def test_a_replay_has_every_members_forecast_and_the_pools(replayed: pd.DataFrame):
    assert dict(replayed.dtypes.astype(str)) == DENSITY_COLUMNS
    models = {"pace", "drift", "planner", "climatology", RAW_POOL, POOL}
    assert set(replayed["model"]) == models
    assert set(replayed["months_known"]) == {0, 3, 6, 9}  # 0: a related series has spoken
    assert not replayed.duplicated(KEY).any()
    sales = replayed[(replayed["area"] == "nation") & (replayed["indicator"] == "retail_sales")]
    assert len(sales[sales["model"] == POOL]) == 5 * 3 - 1  # March 2015 came after June


def test_every_forecast_was_made_before_its_outturn_was_known(replayed: pd.DataFrame):
    assert (replayed["as_of"] < replayed["settled_on"]).all()


def test_a_forecast_is_made_on_the_day_on_which_its_last_figure_came_out(replayed: pd.DataFrame):
    """March 2015 came five months late: by then June was known, and no forecast is made of it."""
    sales = replayed.query("indicator == 'retail_sales' and area == 'nation' and year == 2015")
    made = sales.groupby("months_known")["as_of"].first().dt.date.to_dict()
    assert made == {6: date(2015, 7, 15), 9: date(2015, 10, 15)}


def test_what_was_said_is_scored_against_the_first_report(replayed: pd.DataFrame):
    """Growth of 2016 was revised twice; the first report counts unless a target says otherwise."""
    sales = replayed.query("indicator == 'retail_sales' and area == 'nation' and year == 2016")
    assert sales["settled_on"].unique().tolist() == [pd.Timestamp(2017, 1, 15)]


def test_the_planner_is_off_by_how_far_december_fell_from_here(
    archive: Archive, replayed: pd.DataFrame
):
    june = replayed.query("indicator == 'gdp' and area == 'nation' and months_known == 6")
    planner = june[june["model"] == "planner"].set_index("year")
    for year in planner.index:
        span = Span.year_to_date(year, 6)
        said = archive.releases_of("nation", "gdp", span, "growth_pct")[0].value
        assert planner.loc[year, "mean_pct"] == pytest.approx(said)
        error = abs(planner.loc[year, "outturn_pct"] - said)
        assert planner.loc[year, "crps"] == pytest.approx(error)


def test_scores_are_those_of_their_probabilities(replayed: pd.DataFrame):
    judged = replayed[replayed["probability"].notna()]
    assert len(judged) > 0
    assert judged["probability"].between(0, 1).all()
    expected = (judged["probability"] - judged["hit"]) ** 2
    assert judged["brier"].to_numpy() == pytest.approx(expected.to_numpy())
    assert (judged["area"].isin(["nation", "district"]) & (judged["year"] == 2018)).all()


def test_without_a_target_there_is_no_probability(archive: Archive):
    plan = Plan(years=range(2014, 2018), months=(6,), models=("pace",))
    assert replay(archive, ["nation"], plan)["probability"].isna().all()


def test_growth_of_the_year_before_may_stand_in_for_a_target(archive: Archive):
    plan = Plan(years=range(2016, 2018), months=(6,), models=("pace",), targets="previous-year")
    found = replay(archive, ["nation"], plan).query("indicator == 'gdp' and model == 'pace'")
    before = archive.releases_of("nation", "gdp", Span.year_to_date(2015, 12), "growth_pct")
    assert found["probability"].notna().all()
    assert found.set_index("year").loc[2016, "target_pct"] in [f.value for f in before]


def test_the_number_of_workers_does_not_matter(archive: Archive):
    plan = Plan(years=range(2016, 2018), months=(6,), models=("pace", "drift"))
    one, two = (replay(archive, archive.areas, plan, n_workers=n) for n in (1, 2))
    assert_frame_equal(one.drop(columns="seconds"), two.drop(columns="seconds"))


@pytest.mark.parametrize("year", [2015, 2016, 2017, 2018])
def test_a_replayed_forecast_learns_what_a_report_of_its_day_would_have_learnt(
    archive: Archive, replayed: pd.DataFrame, year: int
):
    """Growth of past years was revised later; by the revision nothing could be learnt then."""
    half = replayed.query("area == 'nation' and indicator == 'gdp' and months_known == 6")
    row = half[(half["model"] == "drift") & (half["year"] == year)].iloc[0]
    as_of = row["as_of"].date()
    report = annual_outlook(
        archive.as_of(as_of),
        "nation",
        year,
        record=past_errors(archive.as_of(estimation_day(as_of))),
        seed=1,
        n_paths=100,
        indicators=["gdp"],
        models={"pace": MODELS["pace"]},
    )
    assert row["scale_pp"] == pytest.approx(report.indicators["gdp"].scale.scale_pp)


@pytest.mark.parametrize("day", [date(2016, 3, 31), date(2017, 6, 30), date(2018, 6, 30)])
def test_a_replayed_forecast_is_what_would_have_been_said_on_its_day(
    archive: Archive, replayed: pd.DataFrame, day: date
):
    """Replayed without what came out after a day, forecasts settled by then are the same."""
    then = archive.until(day)
    assert then is not None
    plan = Plan(years=range(2014, day.year), months=PLAN.months, models=PLAN.models)
    early = replay(then, then.areas, plan).set_index(KEY).sort_index()
    same = replayed.set_index(KEY).loc[early.index]
    assert len(early) > 20
    shown = ["months_known", "scale_pp", "mean_pct", "lower80_pct", "upper80_pct", "outturn_pct"]
    assert_frame_equal(early[shown], same[shown], check_exact=True)
