"""The track record: scores worked by hand, degenerate ones in sentences. Figures are made up."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pages
from forecast.archive.archive import Archive
from forecast.pages import tables
from forecast.report.track import (
    TrackRecord,
    kept_track_record,
    similar_forecasts,
    track_record,
)
from forecast.verification.intervals import Interval
from forecast.verification.record import DENSITY_COLUMNS, Record, announced_forecasts

LIKELY, REMOTE = 0.8, 0.05


def forecast(model: str = "pool", year: int = 2018, months: int = 6, **changes) -> dict:
    """Return a forecast of the nation's GDP; its Brier score follows from probability and hit."""
    day = pd.Timestamp(year, months + 1, 15)
    row = {name: 0 for name in DENSITY_COLUMNS} | {
        "area": "china", "indicator": "gdp", "year": year, "as_of": day, "months_known": months,
        "model": model, "outturn_status": "final", "settled_on": pd.Timestamp(year + 1, 1, 20),
        "crps": 1.0, "pit": 0.5, "probability": LIKELY, "hit": 1.0, "target_pct": 6.5,
        "log_score": 0.2, "announced_pct": np.nan, "announced_probability": np.nan,
        "announced_hit": np.nan,
    } | changes  # fmt: skip
    return row | {"brier": (row["probability"] - row["hit"]) ** 2}


def record_of(rows: list[dict], archive: Archive) -> TrackRecord:
    found = track_record(table(rows), archive.registry, 1)
    assert found is not None
    return found


def table(rows: list[dict]) -> pd.DataFrame:
    return pd.DataFrame(rows)[list(DENSITY_COLUMNS)].astype(DENSITY_COLUMNS)


# Known answers ------------------------------------------------------------------------------------


def test_an_indicator_stands_beside_the_planners_rule_on_the_forecasts_of_both(
    real_archive: Archive,
):
    """The planner said nothing in 2016: 1 + 3 to 2 + 6 is a half, its mean 4."""
    rows = [forecast(year=2016, crps=9.0), forecast(year=2017), forecast(year=2018, crps=3.0)]
    rows += [forecast("planner", 2017, crps=2.0), forecast("planner", 2018, crps=6.0)]
    (gdp,) = record_of(rows, real_archive).indicators
    assert gdp.crps.value == pytest.approx(13 / 3)
    assert gdp.planner_crps_pp == pytest.approx(4.0)
    assert gdp.crps_to_planner == Interval(pytest.approx(0.5), None, None)


def test_coverage_says_on_which_side_outturns_lay(real_archive: Archive):
    """PITs of .05, .5, .5, .95 in four years: a quarter below, a quarter above, half within.

    Years are 0 or 1 within: the standard error is sqrt(1 / 3 / 4) = .288675, and 2.353 of these
    (the 95 % point of t with 3 degrees of freedom) lead from 1 / 2 past 0 and 1, where shares end.
    """
    pits = (0.05, 0.5, 0.5, 0.95)
    rows = [forecast(year=2015 + i, pit=p, crps=1.0 + i) for i, p in enumerate(pits)]
    (gdp,) = record_of(rows, real_archive).indicators
    assert (gdp.below80, gdp.above80) == (0.25, 0.25)
    assert gdp.covers80 == Interval(0.5, 0.0, 1.0)
    assert gdp.pit_counts == [1, 0, 0, 0, 0, 2, 0, 0, 0, 1]


def test_past_forecasts_are_counted_by_the_range_of_their_probability(real_archive: Archive):
    """At 80 % three of four came true, one each in 2016 and 2017 and one of two in 2018.

    Without one year each the share is 2 / 3, 2 / 3 and 1, off 3 / 4 by 1 / 12, 1 / 12 and 1 / 4, so
    the variance is 2 / 3 x 11 / 144 and the interval ends at 3 / 4 - 2.919986 x .225668. Effective
    years are 4^2 / (1 + 1 + 4). At 5 % none came true in any year.
    """
    rows = [forecast(year=2016), forecast(year=2017), forecast(year=2018)]
    rows += [forecast(year=2018, months=8, hit=0.0)]
    rows += [forecast(year=y, months=9, probability=REMOTE, hit=0.0) for y in (2016, 2017, 2018)]
    likely, remote = record_of(rows, real_archive).ranges
    assert (likely.word, likely.least, likely.most) == ("likely", 0.66, 0.89)
    assert (likely.n_forecasts, likely.stated) == (4, LIKELY)
    lower = pytest.approx(0.75 - 2.919986 * 0.225668, rel=1e-4)
    assert likely.attained == Interval(0.75, lower, 1.0)
    assert likely.effective_years == pytest.approx(16 / 6)
    assert likely.deviation == "none"
    assert (remote.word, remote.attained) == ("very_unlikely", Interval(0.0, None, None))


def test_a_range_deviates_where_its_interval_leaves_out_what_was_stated(real_archive: Archive):
    """Given 80 %, one of ten came true in each year but one, where two did."""
    rows = [
        forecast(year=year, months=months, hit=float(months <= 1 + (year == 2018)))
        for year in range(2012, 2019)
        for months in range(1, 11)
    ]
    (likely,) = record_of(rows, real_archive).ranges
    assert likely.attained.upper < 0.2
    assert likely.deviation == "less"


def test_a_model_stands_beside_the_pool_on_the_forecasts_of_both(real_archive: Archive):
    rows = [forecast(year=2016, crps=9.0), forecast(year=2017), forecast(year=2018)]
    rows += [forecast("drift", 2017, crps=3.0), forecast("drift", 2018, crps=1.0)]
    pool, drift = record_of(rows, real_archive).models
    assert (pool.n_shared, pool.crps_to_pool) == (None, None)
    assert (drift.n_shared, drift.crps_to_pool.value) == (2, pytest.approx(2.0))
    beside = Record(Record.empty().points, table(rows)).by_model().loc["drift"]
    assert (beside["forecasts"], beside["crps"], beside["pool_crps"]) == (2, 2.0, 1.0)
    assert beside["crps_ratio"] == pytest.approx(2.0)


def test_announced_targets_are_scored_apart(real_archive: Archive):
    """Of last year's growth all came true; of the announced 7 %, given 30 %, one of three did."""
    announced = {"announced_pct": 7.0, "announced_probability": 0.3}
    rows = [forecast(year=2015)] + [
        forecast(year=y, **announced, announced_hit=float(y == 2018)) for y in (2016, 2017, 2018)
    ]
    own = record_of(rows, real_archive).announced
    assert (own.n_forecasts, own.first_year, own.last_year) == (3, 2016, 2018)
    (gdp,) = own.indicators
    assert gdp.brier.value == pytest.approx((0.09 + 0.09 + 0.49) / 3)
    assert (gdp.stated, gdp.attained) == (pytest.approx(0.3), pytest.approx(1 / 3))
    assert (gdp.miscalibration, gdp.discrimination) == (pytest.approx(1 / 900), pytest.approx(0))


def test_where_the_announced_targets_are_those_asked_about_they_stand_once(real_archive: Archive):
    same = {"announced_pct": 6.5, "announced_probability": LIKELY, "announced_hit": 1.0}
    rows = [forecast(year=y, **same) for y in (2016, 2017, 2018)]
    assert not announced_forecasts(table(rows)).empty
    assert record_of(rows, real_archive).announced is None


def test_a_track_record_in_the_cache_is_the_same_and_of_these_forecasts_alone(
    real_archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path))
    rows = [forecast(year=y, months=k, hit=float(k > 4)) for y in range(2009, 2019) for k in (3, 6)]
    rows += [forecast("planner", year=y, months=3, hit=0.0) for y in range(2009, 2019)]
    tables = [table(rows), table(rows[1:])]
    scored = [track_record(t, real_archive.registry, 1) for t in tables]
    for _ in range(2):
        assert [kept_track_record(t, real_archive.registry, 1) for t in tables] == scored
    assert scored[0] != scored[1]
    assert len(list(tmp_path.glob("track-*"))) == 2


def test_the_slope_of_revisions_is_that_of_the_pool_alone(real_archive: Archive):
    """.5, .6, .65 and .5, .7, .8: each change is half the one before; another model's are not."""
    rows = []
    for year, steps in ((2016, (0.5, 0.6, 0.65)), (2017, (0.5, 0.7, 0.8)), (2018, (0.5, 0.5, 0.5))):
        pairs = zip((2, 3, 5), steps, strict=True)
        rows += [forecast(year=year, months=k, probability=p) for k, p in pairs]
        rows += [forecast("drift", year, k, probability=k / 10) for k in (2, 3, 5)]
    found = record_of(rows, real_archive).revision_slope
    assert found.value == pytest.approx(0.5)


def similar(rows: list[dict], archive: Archive, **asked):
    """Return what came of forecasts like one of 75 % for a sum of months with 6 months known."""
    question = {"months_known": 6, "rule": "accumulates"} | asked
    return similar_forecasts(
        Record(Record.empty().points, table(rows)).pools, archive.registry, 0.75, **question
    )


def test_forecasts_like_one_have_its_word_its_months_and_its_kind_of_series(real_archive: Archive):
    """Of those of GDP with 4 to 6 months known two in three came true; others do not count."""
    rows = [
        forecast(year=y, months=k, hit=float(k > 4)) for y in range(2012, 2019) for k in (4, 5, 6)
    ]
    rows += [forecast(year=y, months=9, hit=0.0) for y in range(2012, 2019)]
    rows += [forecast(year=y, indicator="m2", hit=0.0) for y in range(2012, 2019)]
    rows += [forecast(year=y, probability=REMOTE, hit=0.0) for y in range(2012, 2019)]
    found = similar(rows, real_archive)
    assert (found.n_forecasts, found.effective_years) == (21, 7)
    assert (found.first_month, found.last_month, found.rule) == (4, 6, "accumulates")
    assert found.attained == Interval(pytest.approx(2 / 3), None, None)
    assert found.stated == pytest.approx(LIKELY)


def test_where_they_are_few_the_kind_of_series_and_then_the_months_are_any(real_archive: Archive):
    """Seven of the same months are too few, fourteen of any kind are enough; so are 21 of any."""
    own = [forecast(year=y) for y in range(2012, 2019)]
    stocks = [forecast(year=y, indicator="m2", hit=0.0) for y in range(2012, 2019)]
    late = [forecast(year=y, months=9, hit=0.0) for y in range(2012, 2019)]
    found = similar(own + stocks, real_archive)
    assert (found.n_forecasts, found.last_month, found.rule) == (14, 6, None)
    assert found.attained.value == 0.5
    found = similar(own + late, real_archive)
    assert (found.n_forecasts, found.first_month, found.last_month, found.rule) == (
        14, None, None, None,
    )  # fmt: skip


def test_of_too_few_or_of_too_few_years_nothing_is_said(real_archive: Archive):
    assert similar([forecast(year=y) for y in range(2012, 2019)], real_archive) is None
    assert similar([forecast(year=2018, months=k) for k in range(1, 12)], real_archive) is None
    assert similar([forecast(probability=REMOTE)], real_archive) is None


# Degenerate records -------------------------------------------------------------------------------


def degenerate() -> dict[str, list[dict]]:
    """Return records that no statistic can say much of, by what is wrong with them."""
    years = range(2008, 2019)
    untargeted = {"probability": np.nan, "hit": np.nan, "target_pct": np.nan, "log_score": np.nan}
    perfect = {"crps": 0.0, "probability": 1.0, "log_score": 0.0}
    both = ("pool", "planner")
    return {
        "one forecast": [forecast()],
        "one year": [forecast(m, 2018, k) for m in both for k in range(1, 11)],
        "two years": [forecast(m, y, k) for m in both for y in (2017, 2018) for k in (3, 6, 9)],
        "all equal": [forecast(m, y, k) for m in both for y in years for k in range(1, 11)],
        "a rival that never errs": [forecast(year=y) for y in years]
        + [forecast("planner", y, **perfect) for y in years],
        "nothing ever errs": [
            forecast(m, y, k, **perfect) for m in both for y in years for k in range(2, 10)
        ],
        "a rival that errs in one year": [forecast(year=y, crps=1 + y % 3) for y in years]
        + [forecast("planner", y, crps=float(y == 2010)) for y in years],
        "no target": [forecast(m, y, 6, **untargeted) for m in both for y in years],
        "only expected": [forecast(year=y, outturn_status="expected") for y in years]
        + [forecast(year=2018, months=9)],
    }


@pytest.mark.parametrize("what", degenerate())
@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_a_degenerate_record_is_told_in_sentences_and_no_number_is_missing(
    what: str, lang: str, real_archive: Archive
):
    rows = degenerate()[what]
    same = {"announced_pct": 7.0, "announced_probability": 0.5, "announced_hit": 0.0}
    for chosen in (rows, [row | same for row in rows]):
        told = replace(pages.report(), track=record_of(chosen, real_archive))
        for section in (
            tables.track, tables.track_headline, tables.track_scores, tables.track_indicators,
            tables.track_caveats,
        ):  # fmt: skip
            words = re.sub(r"<[^>]+>", " ", section(told, lang).markup)
            assert not re.search(r"\b(nan|inf|None)\b", words)


def test_what_is_missing_is_said_with_its_reason(real_archive: Archive):
    def said(what: str) -> str:
        found = record_of(degenerate()[what], real_archive)
        return " ".join(tables.backtest_sentences(found))

    assert "the same outcome" in said("all equal")
    assert "its years do not differ" in said("all equal")
    assert "it rests on one year" in said("one year")
    never = "No gain is stated against Planner's rule alone"
    assert never in said("a rival that never errs")
    assert never in said("one year")
    assert "Too few changes of probabilities" in said("one forecast")
    assert tables.backtest_sentences(None) == [
        "No past call is settled yet, so nothing tells how far these probabilities can be trusted."
    ]


def test_no_forecast_at_all_is_no_record(real_archive: Archive):
    assert track_record(Record.empty().densities, real_archive.registry, 1) is None
    assert tables.backtest_grids(None) == []
    assert Record.empty().by_model().empty
