"""Published forecasts beside the outturns that settle them; scores worked by hand."""

from dataclasses import replace
from datetime import date

import pytest

from forecast.archive.archive import Archive
from forecast.archive.published_forecasts import PublishedForecast
from forecast.archive.targets import Comparison
from forecast.base.months import Span
from forecast.verification.record import VerifiedForecast, verified_forecasts
from strategies import Release, archive_of

OUT_ON = date(2019, 1, 20)
FORECAST = PublishedForecast(
    area="made_up",
    indicator="sales",
    year=2018,
    day=date(2018, 9, 30),
    listed_on=date(2018, 10, 1),
    sha256="0" * 64,
    comparison=Comparison.AT_LEAST,
    bound_pct=7.0,
    probability=0.75,
    quantiles_pct=(6.0, 8.0),
)


def archive(growth_pct: float = 7.0) -> Archive:
    """Return an archive in which growth of 2018 came out on one day and was revised on another."""
    year = Span.year_to_date(2018, 12)
    first = Release(span=year, value=growth_pct, released_on=OUT_ON)
    revised = replace(first, value=7.4, released_on=date(2019, 12, 28))
    return archive_of([first, revised])


def verified(forecast: PublishedForecast, growth_pct: float = 7.0) -> VerifiedForecast:
    snapshot = archive(growth_pct).as_of(date(2020, 1, 1))
    (found,), still_open = verified_forecasts([forecast], snapshot)
    assert still_open == []
    return found


def test_a_forecast_is_scored_on_the_outturn_that_settles_its_target():
    found = verified(FORECAST)
    assert (found.outturn_pct, found.outturn_status, found.settled_on) == (7.0, "final", OUT_ON)
    assert found.hit is True
    assert found.brier == pytest.approx(0.0625)  # (0.75 - 1)^2
    assert found.crps_pp == pytest.approx(0.5)  # 1 from either value, less half of their mean gap 1
    assert found.pit == 0.5  # one of two values lies below


def test_a_target_that_is_missed_is_no_hit():
    found = verified(FORECAST, 6.9)
    assert found.hit is False
    assert found.brier == pytest.approx(0.5625)  # 0.75^2


@pytest.mark.parametrize(
    ("comparison", "bound_pct", "hit"),
    [
        (Comparison.AT_LEAST, 7.1, False),
        (Comparison.ABOUT, 7.0, True),  # its bound is kept without the tolerance
        (Comparison.ABOUT, 7.1, False),
        (Comparison.WITHIN, 7.0, True),
        (Comparison.MORE_THAN, 7.0, False),
        (Comparison.MORE_THAN, 6.9, True),
        (Comparison.AT_MOST, 7.0, True),
        (Comparison.AT_MOST, 6.9, False),
    ],
)
def test_the_bound_is_read_in_the_direction_of_its_target(
    comparison: Comparison, bound_pct: float, hit: bool
):
    assert verified(replace(FORECAST, comparison=comparison, bound_pct=bound_pct)).hit is hit


def test_a_band_is_missed_on_either_side():
    band = replace(FORECAST, comparison=Comparison.BETWEEN, bound_pct=6.0, upper_pct=7.0)
    assert verified(band).hit is True
    assert verified(replace(band, upper_pct=6.9)).hit is False
    assert verified(replace(band, bound_pct=7.1, upper_pct=8.0)).hit is False


def test_the_latest_release_settles_where_the_target_says_so():
    found = verified(replace(FORECAST, settles="latest", bound_pct=7.3))
    assert (found.outturn_pct, found.settled_on, found.hit) == (7.4, date(2019, 12, 28), True)
    assert verified(replace(FORECAST, bound_pct=7.3)).hit is False


@pytest.mark.parametrize(
    ("listed_on", "is_live"),
    [(date(2019, 1, 19), True), (OUT_ON, False), (date(2019, 1, 21), False)],
)
def test_a_forecast_is_live_when_it_was_listed_before_the_outturn(listed_on: date, is_live: bool):
    assert verified(replace(FORECAST, listed_on=listed_on)).is_live is is_live


def test_without_a_target_the_distribution_alone_is_scored():
    for bare in (replace(FORECAST, comparison=None), replace(FORECAST, bound_pct=None)):
        found = verified(bare)
        assert (found.hit, found.brier) == (None, None)
        assert (found.crps_pp, found.pit) == (pytest.approx(0.5), 0.5)


def test_without_a_probability_there_is_a_hit_and_no_score_of_it():
    found = verified(replace(FORECAST, probability=None))
    assert (found.hit, found.brier) == (True, None)


def test_without_a_distribution_the_probability_alone_is_scored():
    found = verified(replace(FORECAST, quantiles_pct=()))
    assert (found.brier, found.crps_pp, found.pit) == (pytest.approx(0.0625), None, None)


def test_before_the_outturn_and_without_the_series_a_forecast_stays_open():
    other = replace(FORECAST, indicator="output")
    assert verified_forecasts([FORECAST, other], archive().as_of(date(2019, 1, 20)))[1] == [other]
    first = Release(span=Span.year_to_date(2018, 9), value=7.0, released_on=date(2018, 10, 15))
    early = archive_of([first]).as_of(date(2019, 1, 19))
    assert verified_forecasts([FORECAST, other], early) == ([], [FORECAST, other])
