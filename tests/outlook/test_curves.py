"""The next figure of a target: when it comes, and what the target's probability is after it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from forecast.archive.archive import Archive, Snapshot
from forecast.archive.judgements import Judgement, Judgements
from forecast.archive.targets import Comparison
from forecast.base.months import Span
from forecast.history.series import build_history
from forecast.outlook import answers as answers_module
from forecast.outlook import curves
from forecast.outlook.annual import annual_outlook
from forecast.outlook.answers import Answer, answer
from forecast.outlook.curves import (
    digits_known,
    figures_of,
    grid_of,
    light_ranges,
    next_figure,
    next_figures,
)
from forecast.outlook.next_figure import NextFigure
from forecast.outlook.value import Outlook
from forecast.report.lights import light
from forecast.verification.record import no_densities

N_PATHS = 400
MAY = date(2018, 5, 20)
GDP, RETAIL = "gdp", "retail_sales"


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep an empty cache; the models' past forecasts are left out of the records."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORECAST_CACHE", str(tmp_path_factory.mktemp("curves")))
        patch.setattr(answers_module, "replay", lambda *_, **__: no_densities())
        yield


@pytest.fixture(scope="module")
def asked(archive: Archive, cache: None) -> Answer:
    return answer(archive, "district", 2018, MAY, seed=1, n_paths=N_PATHS)


@pytest.fixture(scope="module")
def coming(asked: Answer) -> dict[str, NextFigure]:
    return next_figures(asked, light)


def on(archive: Archive, day: date, indicator: str) -> NextFigure:
    made = answer(archive, "district", 2018, day, seed=1, n_paths=N_PATHS)
    return next_figure(made, indicator, light)


def with_lags(archive: Archive) -> Archive:
    """Return the archive without a schedule, so that only past releases tell when."""
    return replace(archive, schedule=replace(archive.schedule, lags=()))


# When it comes ------------------------------------------------------------------------------------


def test_gdp_of_the_first_half_is_expected_by_the_districts_own_lag(coming: dict[str, NextFigure]):
    """The quarter ends on 30 June and the schedule gives the district's GDP 45 days."""
    gdp = coming[GDP]
    assert (gdp.state, gdp.span) == ("expected", Span.year_to_date(2018, 6))
    assert (gdp.expected_on, gdp.expected_basis) == (date(2018, 8, 14), "schedule")


def test_without_a_schedule_past_releases_say_when(archive: Archive):
    gdp = on(with_lags(archive), MAY, GDP)
    assert gdp.expected_basis == "past_releases"
    assert gdp.earliest_on is not None
    assert gdp.earliest_on <= gdp.expected_on <= gdp.latest_on


def test_a_figure_whose_day_is_past_is_overdue_since_then(archive: Archive):
    day = date(2018, 5, 20)
    late = replace(archive, figures=archive.figures[~_is_first_quarter(archive)])
    gdp = on(late, day, GDP)
    assert (gdp.state, gdp.span) == ("overdue", Span.year_to_date(2018, 3))
    assert gdp.days_late == (day - date(2018, 5, 15)).days
    assert gdp.curve is not None


def _is_first_quarter(archive: Archive) -> pd.Series:
    rows = archive.figures
    is_gdp = (rows["area"] == "district") & (rows["indicator"] == GDP)
    return is_gdp & (rows["last"] >= Span.year_to_date(2018, 3).last)


def test_a_series_without_a_figure_for_more_than_a_year_has_ended(archive: Archive):
    rows = archive.figures
    is_old = (rows["area"] == "district") & (rows["indicator"] == GDP)
    is_old &= rows["last"] >= Span.year_to_date(2016, 3).last
    gdp = on(replace(archive, figures=rows[~is_old]), MAY, GDP)
    assert (gdp.state, gdp.span, gdp.expected_on, gdp.curve) == ("ended", None, None, None)


def test_a_target_without_any_figure_has_no_known_next_release(coming: dict[str, NextFigure]):
    patents = coming["patents"]
    assert (patents.state, patents.expected_on, patents.curve) == ("unknown", None, None)


# What then ----------------------------------------------------------------------------------------


def test_a_higher_figure_never_lowers_the_probability_of_at_least(coming: dict[str, NextFigure]):
    curve = coming[RETAIL].curve
    assert curve is not None
    assert len(curve.values_pct) <= 9
    assert np.all(np.diff(curve.values_pct) > 0)
    assert np.all(np.diff(curve.probabilities) >= -0.01)
    assert curve.probabilities[-1] > curve.probabilities[0] + 0.2


def test_a_higher_figure_lowers_the_probability_of_at_most(archive: Archive):
    at_most = tuple(
        replace(t, comparison=Comparison.AT_MOST) if t.indicator == RETAIL else t
        for t in archive.targets
    )
    curve = on(replace(archive, targets=at_most), MAY, RETAIL).curve
    assert curve is not None
    assert np.all(np.diff(curve.probabilities) <= 0.01)
    assert curve.probabilities[-1] < curve.probabilities[0] - 0.2


def test_the_middle_of_the_curve_is_what_a_report_says_with_that_figure(
    archive: Archive, asked: Answer, coming: dict[str, NextFigure]
):
    """The figure is put among the unpublished ones, and nothing else is new on its day."""
    gdp = coming[GDP]
    assert gdp.curve is not None
    middle = len(gdp.curve.values_pct) // 2
    value, day = gdp.curve.values_pct[middle], gdp.expected_on
    own = asked.outlook.indicators[GDP].history
    rows = [
        {
            "area": "district", "indicator": GDP, "first": f.span.first, "last": f.span.last,
            "measure": f.measure, "value": f.value, "unit": f.unit, "status": f.status,
            "released_on": pd.Timestamp(f.released_on), "released_on_basis": "published",
            "publisher": "", "source": "", "is_published": False,
        }
        for f in figures_of(own, gdp.span, value, day)
    ]  # fmt: skip
    known = archive.figures[archive.figures["released_on"] <= pd.Timestamp(MAY)]
    then = replace(archive, figures=known, unpublished=pd.DataFrame(rows))
    targets = tuple(t for t in archive.targets if t.announced_on <= MAY)
    made = answer(replace(then, targets=targets), "district", 2018, day, seed=1, n_paths=N_PATHS)
    met = made.outlook.indicators[GDP].met(N_PATHS)
    assert gdp.curve.probabilities[middle] == pytest.approx(met.mean(), abs=0.03)


def test_the_mean_of_the_curve_lies_near_todays_probability(
    asked: Answer, coming: dict[str, NextFigure]
):
    for name in (GDP, RETAIL, "trade"):
        today = asked.outlook.indicators[name].met(N_PATHS).mean()
        assert coming[name].curve.mean == pytest.approx(today, abs=0.1)


def test_figures_and_targets_that_come_later_change_nothing(
    archive: Archive, coming: dict[str, NextFigure]
):
    rows = archive.figures[archive.figures["released_on"] <= pd.Timestamp(MAY)]
    early = tuple(t for t in archive.targets if t.announced_on <= MAY)
    alone = replace(archive, figures=rows.reset_index(drop=True), targets=early)
    assert on(alone, MAY, RETAIL) == coming[RETAIL]


def test_a_judgement_entered_later_is_not_known_on_the_release_day(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
):
    """Between the day and the release, people go on judging; the curve must not know of it."""
    early, late = (
        Judgement(
            area="district", indicator=RETAIL, year=2018, author="bureau", entered_on=day,
            growth_pct=7.0,
        )
        for day in (MAY, MAY + timedelta(days=3))
    )  # fmt: skip
    judged = replace(archive, judgements=Judgements((early, late)))
    seen: list[tuple[Judgement, ...]] = []

    def recording(snapshot: Snapshot, *given: Any, **options: Any) -> Outlook:
        seen.append(snapshot.archive.judgements.known_on(snapshot.day))
        return annual_outlook(snapshot, *given, **options)

    monkeypatch.setattr(curves, "annual_outlook", recording)
    on(judged, MAY, RETAIL)
    assert seen
    assert set(seen) == {(early,)}


def test_a_curve_is_computed_once_until_something_bears_on_it(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
):
    """From the 21st of May to the end nothing new bears on it, so the same curve is read again."""
    asked: list[date] = []

    def counting(snapshot: Snapshot, *given: Any, **options: Any) -> Outlook:
        asked.append(snapshot.day)
        return annual_outlook(snapshot, *given, **options)

    monkeypatch.setattr(curves, "annual_outlook", counting)
    first = on(archive, MAY + timedelta(days=1), GDP)
    n_asked = len(asked)
    assert on(archive, MAY + timedelta(days=1), GDP) == first
    assert len(asked) == n_asked
    rows = archive.figures
    newest = rows[(rows["area"] == "district") & (rows["indicator"] == GDP)]
    newest = newest[newest["released_on"] <= pd.Timestamp(MAY)].index[-1]
    revised = rows.copy()
    revised.loc[newest, "value"] += 0.1
    on(replace(archive, figures=revised), MAY + timedelta(days=1), GDP)
    assert len(asked) > n_asked


def test_the_figure_of_the_year_settles_the_target(archive: Archive):
    """The day before the year's figure: above the target it is attained, below it is missed."""
    trade = on(archive, date(2019, 3, 4), "trade")
    assert trade.settles
    assert trade.span == Span.year_to_date(2018, 12)
    assert trade.curve is not None
    assert set(trade.curve.probabilities) <= {0.0, 1.0}
    assert {values.light for values in trade.lights} <= {"attained", "missed"}
    made = answer(archive, "district", 2018, date(2019, 3, 4), seed=1, n_paths=N_PATHS)
    met = made.outlook.indicators["trade"].met(N_PATHS)
    assert trade.curve.mean == pytest.approx(met.mean())


def test_a_settled_target_has_no_next_figure(archive: Archive):
    made = answer(archive, "district", 2018, date(2019, 4, 30), seed=1, n_paths=N_PATHS)
    settled = {name for name, own in made.outlook.indicators.items() if own.outturn is not None}
    assert GDP in settled
    assert not settled & set(next_figures(made, light))


# Values and lights --------------------------------------------------------------------------------


def test_nine_values_lie_between_the_2_and_the_98_per_cent_points():
    values = grid_of(np.linspace(0.0, 10.0, 1001), 1)
    assert values.tolist() == [0.2, 1.4, 2.6, 3.8, 5.0, 6.2, 7.4, 8.6, 9.8]


@pytest.mark.parametrize(("name", "digits"), [("gdp", 1), ("cpi", 2), ("trade", 2)])
def test_a_figure_that_is_computed_is_known_to_a_digit_more_than_it_is_printed_with(
    real_archive: Archive, name: str, digits: int
):
    """Growth of the nation's GDP is published to one decimal.

    Prices since January follow from those of twelve months, and trade from amounts.
    """
    history = build_history(real_archive.as_of("2018-05-20"), "china", name, 2018)
    assert history.indicator.decimals == 1
    assert digits_known(history, 1) == digits


def test_prices_that_are_published_by_the_month_are_laid_so_and_come_to_growth_since_january(
    real_archive: Archive,
):
    """Prices of January to March 2018 grew by 1.5, 2.9 and 2.1 %, in the mean by 2.1667.

    For 2.2 % since January, April must bring 4 x 2.2 - 6.5 = 2.3 %.
    """
    known = real_archive.as_of("2018-04-20")
    history = build_history(known, "china", "cpi", 2018)
    span = Span.year_to_date(2018, 4)
    (laid,) = figures_of(history, span, 2.2, date(2018, 5, 10))
    assert (laid.span, laid.measure) == (Span(span.last, span.last), "growth_pct")
    assert laid.value == pytest.approx(2.3)
    archive = known.archive.with_unpublished(history.series, [laid])
    after = build_history(archive.as_of("2018-05-10"), "china", "cpi", 2018)
    assert after.at(span.last) == pytest.approx(2.2)
    assert after.growth.monthly[-1, 3] == pytest.approx(2.3)


def test_values_that_are_published_alike_are_one_value():
    assert grid_of(np.linspace(6.96, 7.24, 101), 1).tolist() == [7.0, 7.1, 7.2]


def test_the_value_that_turns_the_light_is_the_first_one_after_which_it_is_another():
    every = np.array([6.0, 6.1, 6.2, 6.3])
    expected = np.array([5.5, 6.0, 6.1, 6.2, 6.2, 6.3, 7.0, 7.1])
    red, yellow, green = light_ranges(every, ["red", "red", "yellow", "green"], expected)
    assert (red.lower_pct, red.upper_pct, red.probability) == (None, 6.1, 3 / 8)
    assert (yellow.lower_pct, yellow.upper_pct, yellow.probability) == (6.2, 6.2, 2 / 8)
    assert (green.lower_pct, green.upper_pct, green.probability) == (6.3, None, 3 / 8)
