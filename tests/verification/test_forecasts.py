"""Published forecasts against the outturn of their year. All figures are made up."""

from dataclasses import replace
from datetime import date

import pytest

from forecast.archive.archive import Snapshot
from forecast.archive.published_forecasts import PublishedForecast
from forecast.archive.targets import Comparison
from forecast.base.months import Span
from forecast.verification.forecasts import VerifiedForecast, verified_forecasts
from strategies import Release, archive_of

OUT_ON = date(2019, 1, 20)
PUBLISHED = PublishedForecast(
    area="made_up",
    indicator="sales",
    year=2018,
    day=date(2018, 9, 30),
    listed_on=date(2018, 10, 1),
    sha256="",
    comparison=Comparison.AT_LEAST,
    bound_pct=7.0,
    probability=0.75,
    quantiles_pct=(6.0, 8.0),
)


def snapshot(day: date = OUT_ON) -> Snapshot:
    """Return what is known on a day of an archive in which 2018 grew by 7.2 %."""
    points = {Span.year_to_date(2018, 6): (7.5, date(2018, 7, 20))}
    points |= {Span.year_to_date(2018, 12): (7.2, OUT_ON)}
    releases = [Release(span=s, value=v, released_on=on) for s, (v, on) in points.items()]
    return archive_of(releases).as_of(day)


def verified(forecast: PublishedForecast) -> VerifiedForecast:
    (found,), still_open = verified_forecasts([forecast], snapshot())
    assert still_open == []
    return found


def test_a_forecast_is_scored_by_its_target_and_its_distribution():
    """7.2 attains 7.0. |X - y| is 1.2 and 0.8, |X - X'| on average 1: the CRPS is 1 - 1/2."""
    found = verified(PUBLISHED)
    assert (found.outturn_pct, found.outturn_status, found.settled_on) == (7.2, "final", OUT_ON)
    assert found.hit is True
    assert found.brier == pytest.approx(0.0625)
    assert found.crps_pp == pytest.approx(0.5)
    assert found.pit == pytest.approx(0.5)


def test_a_missed_target_is_no_hit():
    found = verified(replace(PUBLISHED, bound_pct=7.3))
    assert found.hit is False
    assert found.brier == pytest.approx(0.5625)


@pytest.mark.parametrize(
    ("listed_on", "is_live"),
    [(date(2019, 1, 19), True), (OUT_ON, False), (date(2020, 1, 1), False)],
)
def test_a_forecast_is_live_if_it_was_listed_before_the_outturn(listed_on: date, is_live: bool):
    assert verified(replace(PUBLISHED, listed_on=listed_on)).is_live is is_live


def test_without_target_or_distribution_there_is_no_such_score():
    without = replace(PUBLISHED, comparison=None, bound_pct=None, probability=None)
    found = verified(replace(without, quantiles_pct=()))
    assert (found.hit, found.brier, found.crps_pp, found.pit) == (None, None, None, None)


def test_before_the_outturn_and_of_unknown_series_a_forecast_stays_open():
    assert verified_forecasts([PUBLISHED], snapshot(date(2019, 1, 19))) == ([], [PUBLISHED])
    other = replace(PUBLISHED, indicator="output")
    assert verified_forecasts([other], snapshot()) == ([], [other])
