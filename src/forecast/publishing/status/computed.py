"""Status tables computed from a data folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

from forecast.archive.folder import read_archive
from forecast.base.parallel import progress_bar, worker_count
from forecast.base.parameters import Parameters
from forecast.outlook.answers import Answer, answer, overlay_of, record_of, reported_areas
from forecast.outlook.news import first_forecasts
from forecast.pages.status import Status
from forecast.pages.tables.status import status_of
from forecast.report.report import report_of

_SECONDS_WITHOUT_BAR = 1.0


def computed_statuses(
    parameters: Parameters, area: str | None, *, show_progress: bool
) -> Iterator[Status]:
    """Yield the status of an area, or of every area with a target in force.

    Raise the errors of `answers.answer`. Changes are since `parameters.since`.
    """
    year, day = parameters.year, parameters.as_of
    archive = read_archive(parameters.data)
    overlay = overlay_of(parameters, archive)
    bar = partial(progress_bar, show=show_progress, after_seconds=_SECONDS_WITHOUT_BAR)
    for name in [area] if area else reported_areas(archive, year, day):
        if archive.first_release_of(name) <= day <= archive.schedule.today():
            replaying = bar("Replaying past forecasts")
            record_of(archive.as_of(day), n_workers=worker_count(), on_progress=replaying)
        seed, n_paths = parameters.seed, parameters.n_paths
        result = answer(archive, name, year, day, seed=seed, n_paths=n_paths, overlay=overlay)
        status = status_of(report_of(result), parameters.lang)
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
