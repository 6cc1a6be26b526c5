"""Status tables computed from a data folder, and their changes since earlier reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from forecast.archive.folder import read_archive
from forecast.base.notation import parse_day
from forecast.base.parallel import progress_bar, worker_count
from forecast.base.parameters import Parameters
from forecast.outlook.answers import (
    Answer,
    answer,
    assuming,
    overlay_of,
    record_of,
    reported_areas,
)
from forecast.outlook.curves import next_figures
from forecast.outlook.news import first_forecasts
from forecast.pages.status import Status
from forecast.pages.tables.status import status_of
from forecast.publishing.places import RESULT
from forecast.report.lights import light
from forecast.report.report import report_of
from forecast.report.result import read_result
from forecast.report.value import Report

_SECONDS_WITHOUT_BAR = 1.0


def computed_statuses(
    parameters: Parameters, area: str | None, *, show_progress: bool
) -> Iterator[Status]:
    """Yield the status of an area, or of every area with a target in force.

    Raise the errors of `answers.answer`. Changes are since `parameters.since`.
    """
    year, day = parameters.year, parameters.as_of
    archive = read_archive(parameters.data)
    if area:
        archive = assuming(replace(parameters, area=area), archive)
    overlay = overlay_of(parameters, archive)
    bar = partial(progress_bar, show=show_progress, after_seconds=_SECONDS_WITHOUT_BAR)
    for name in [area] if area else reported_areas(archive, year, day):
        if archive.first_release_of(name) <= day <= archive.schedule.today():
            replaying = bar("Replaying past forecasts")
            record_of(archive.as_of(day), n_workers=worker_count(), on_progress=replaying)
        seed, n_paths = parameters.seed, parameters.n_paths
        result = answer(archive, name, year, day, seed=seed, n_paths=n_paths, overlay=overlay)
        coming = next_figures(result, light)
        status = status_of(report_of(result, coming=coming), parameters.lang)
        yield _with_changes(status, result, parameters.since)


def _with_changes(status: Status, answer: Answer, since: date) -> Status:
    """Return the status with its changes since a day, or since the area's first release."""
    before = first_forecasts(answer, since, n_workers=worker_count())
    if before is None:
        return status
    first_day, forecasts = before
    probabilities = {
        name: forecast.probability.value if forecast.is_assessed else None
        for name, forecast in forecasts.items()
    }
    return status.moved_from(first_day.isoformat(), probabilities)


def moved_since_reports(
    statuses: Sequence[Status], reports: Path, parameters: Parameters
) -> list[Status]:
    """Return statuses with changes since the newest report of each area before the day.

    An area without such a report keeps its changes.
    """
    year, day = parameters.year, parameters.as_of
    return [_moved(status, last_report(reports, status.area, year, day)) for status in statuses]


def last_report(reports: Path, area: str, year: int, day: date) -> Report | None:
    """Return the newest report of an area's year before a day; None without one.

    Raise ContractError where its `result.json` cannot be read.
    """
    results = (reports / area / str(year)).glob(f"*/{RESULT}")
    days = {on: path for path in results if (on := parse_day(path.parent.name)) is not None}
    earlier = [on for on in days if on < day]
    return read_result(days[max(earlier)]) if earlier else None


def _moved(status: Status, report: Report | None) -> Status:
    if report is None:
        return status
    first = {indicator.id: indicator.probability for indicator in report.indicators}
    return status.moved_from(report.as_of.isoformat(), first)
