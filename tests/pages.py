"""Reports for the tests of what is drawn from them: real ones, and ones bent to a rare case."""

import tempfile
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.outlook import answers
from forecast.outlook.answers import record_of
from forecast.outlook.news import news_of, timeline_of
from forecast.report.commitments import commitment_reports
from forecast.report.report import report_of
from forecast.report.track import TrackRecord
from forecast.report.value import Fan, IndicatorReport, Report
from forecast.verification.record import Record
from strategies import entry

LANGUAGES = ("en", "zh")


@cache
def _archive() -> Archive:
    return read_archive(Path(__file__).parents[1] / "data")


@cache
def _record() -> Record:
    """Return one record for all reports, of whatever day: to replay another takes its time."""
    return record_of(_archive().as_of(date(2019, 9, 30)))


@cache
def report(area: str = "futian", year: int = 2019, day: str = "2019-09-30") -> Report:
    """Return the report of real figures, on few paths."""
    with pytest.MonkeyPatch.context() as patch:
        kept = _record()
        patch.setattr(answers, "record_of", lambda *_, **__: kept)
        made = answers.answer(_archive(), area, year, date.fromisoformat(day), seed=1, n_paths=200)
    return report_of(made)


@cache
def moving(day: str = "2019-09-30", since: str = "2019-08-31") -> Report:
    """Return a report with what moved since a day and with the year so far.

    All of it learns from the one record, so none of it is kept.
    """
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        kept = _record()
        patch.setattr(answers, "record_of", lambda *_, **__: kept)
        patch.setenv("FORECAST_CACHE", folder)
        asked = ("futian", 2019, date.fromisoformat(day))
        made = answers.answer(_archive(), *asked, seed=1, n_paths=200)
        return report_of(made, news_of(made, date.fromisoformat(since)), timeline_of(made))


def with_progress() -> Report:
    """Return a report on which simulated progress entries of every kind are known."""
    book = _archive().commitments
    told = [
        ("public_toilets", "2019-03-31", 5.0), ("public_toilets", "2019-06-30", 11.0),
        ("hospital_beds", "2019-08-31", 60.0), ("school_places", "2019-08-31", 4100.0),
        ("renewal_land", "2019-06-30", 0.0), ("concerts", "2019-08-31", 90.0),
        ("waste_recycled", "2019-03-31", 14.5), ("waste_recycled", "2019-06-30", 16.0),
        ("canteens_rated_a", "2019-06-30", 22.0),
    ]  # fmt: skip
    entries = tuple(entry(day, done, of=name) for name, day, done in told)
    archive = replace(_archive(), commitments=replace(book, entries=entries))
    snapshot = archive.as_of(date(2019, 9, 30))
    found = commitment_reports(snapshot, "futian", 2019, seed=1, n_paths=2000)
    return replace(report(), commitments=found)


def settled() -> Report:
    """Return a report of a year whose targets are all settled."""
    return report(day="2020-04-30")


def without_targets() -> Report:
    """Return a report of an area without any target."""
    return report("longgang", 2013, "2013-09-30")


def without_record() -> Report:
    """Return the report as it is where no past call is settled."""
    return replace(report(), track=None)


def thin() -> Report:
    """Return the report as it is where few past calls are settled, all with one outcome."""
    few = replace(
        record(),
        n_forecasts=12,
        first_year=2018,
        n_years=1,
        is_thin=True,
        reliability=None,
        skill=[],
    )
    return replace(report(), track=few)


def record() -> TrackRecord:
    """Return the record behind the report of real figures."""
    made = report().track
    assert made is not None
    return made


def gdp() -> IndicatorReport:
    """Return an indicator with a figure of June and a forecast of December."""
    return report().indicators[0]


def unassessed(one: IndicatorReport) -> IndicatorReport:
    """Return the indicator as it is where nothing can be said of it."""
    months = one.fan.months
    empty = Fan(months=months, known_pct=[None] * 12, quantiles_pct={}, unpublished=[])
    nothing = {
        "forecast": None,
        "attainment": None,
        "required": None,
        "attainable_pct": None,
        "effort": None,
        "similar": None,
    }
    return replace(
        one, status="cannot_be_assessed", fan=empty, members=[], last_figure=None, **nothing
    )


def only_december(one: IndicatorReport) -> IndicatorReport:
    """Return the indicator with a forecast of December and nothing else in its year."""
    last = {level: [None] * 11 + course[-1:] for level, course in one.fan.quantiles_pct.items()}
    return replace(one, fan=replace(one.fan, known_pct=[None] * 12, quantiles_pct=last))


def with_first(one: IndicatorReport, told: Report | None = None) -> Report:
    """Return a report with its first indicator replaced."""
    told = told or report()
    return replace(told, indicators=[one, *told.indicators[1:]])
