"""Status tables computed from a data folder."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from forecast.archive.folder import read_archive
from forecast.base.parallel import progress_bar, worker_count
from forecast.base.parameters import Parameters
from forecast.outlook.answers import Answer, answer, areas_with_targets, overlay_of, record_of
from forecast.outlook.news import first_forecasts
from forecast.pages.status.of_report import status_of
from forecast.pages.status.value import Status
from forecast.report.report import report_of

_SECONDS_WITHOUT_BAR = 1.0


def made(asked: Parameters, area: str | None, *, show_progress: bool) -> Iterator[Status]:
    """Yield what is said of an area, or of every area with a target in force.

    Raise what `answers.answer` raises. Changes are since `asked.since`.
    """
    archive = read_archive(asked.data)
    overlay = overlay_of(asked, archive)
    bar = partial(progress_bar, show=show_progress, after_seconds=_SECONDS_WITHOUT_BAR)
    for name in [area] if area else areas_with_targets(archive, asked.year, asked.as_of):
        if archive.first_release_of(name) <= asked.as_of <= archive.schedule.today():
            replaying = bar("Replaying past calls")
            record_of(archive.as_of(asked.as_of), n_workers=worker_count(), on_progress=replaying)
        found = answer(
            archive,
            name,
            asked.year,
            asked.as_of,
            seed=asked.seed,
            n_paths=asked.n_paths,
            overlay=overlay,
        )
        yield _with_changes(status_of(report_of(found), asked.lang), found, asked)


def _with_changes(status: Status, found: Answer, asked: Parameters) -> Status:
    """Return the table with its changes since the day asked, or the area's first release."""
    before = first_forecasts(found, asked.since, n_workers=worker_count())
    if before is None:
        return status
    since, calls = before
    said = {n: c.probability.value if c.is_assessed else None for n, c in calls.items()}
    return status.moved_from(since.isoformat(), said)
