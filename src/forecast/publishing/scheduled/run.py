"""A run of the schedule: alone in the folder, it makes what is due, then sends alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from forecast.archive.archive import Archive, overdue
from forecast.archive.folder import read_archive
from forecast.base.errors import FolderBusy, ForecastError, OutputError
from forecast.publishing.places import RESULT
from forecast.publishing.scheduled.alerts import Seen, Standing, read_alerts, send_alerts
from forecast.publishing.scheduled.due import ReportOutcome, RunSettings, catch_up, time_of
from forecast.publishing.scheduled.outbox import send

LOCK = ".run-due.lock"


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What became of every due report, and which messages could not be delivered, and why."""

    reports: list[ReportOutcome]
    undelivered: list[str]


def run_due(settings: RunSettings, on_outcome: Callable[[ReportOutcome], None]) -> RunOutcome:
    """Make what is due, then send alerts; `on_outcome` gets what became of each report.

    A report that fails does not keep later ones from being made. Raise FolderBusy, OutputError
    where nothing more can be written, and ContractError and its kin for what cannot be read; an
    alert tells of a failed run too.
    """
    with alone_in(settings.reports, wait_seconds=settings.wait_seconds):
        alerts = read_alerts(settings.data)
        try:
            archive = read_archive(settings.data)
            outcomes = catch_up(settings, archive, on_outcome)
        except ForecastError as error:
            send_alerts(alerts, Seen(failed=[("", str(error))]), settings.reports, send)
            raise
        seen = _seen(settings, archive, outcomes) if alerts else Seen()
        return RunOutcome(outcomes, send_alerts(alerts, seen, settings.reports, send))


@contextmanager
def alone_in(reports: Path, *, wait_seconds: float) -> Iterator[None]:
    """Hold the lock of a folder, on however many machines; raise FolderBusy after the wait.

    The operating system frees the lock when its holder dies. Raise OutputError for a folder that
    cannot be written.
    """
    from filelock import FileLock, Timeout

    path = reports / LOCK
    lock = FileLock(path, timeout=wait_seconds, poll_interval=0.2)
    try:
        reports.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise FolderBusy(str(path), wait_seconds) from error
    except OSError as error:
        raise OutputError(f"{path} could not be written: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


def _seen(settings: RunSettings, archive: Archive, outcomes: list[ReportOutcome]) -> Seen:
    newest = {(o.area, o.year): Path(o.page) for o in outcomes if o.page is not None}
    standing = [_standing(settings.reports, page) for page in newest.values()]
    day = time_of(settings, archive.schedule).date()
    late = [
        release
        for s in standing
        for release in overdue(archive.as_of(day), s.report.area, s.open_targets)
    ]
    failed = [
        (o.area, f"{o.area} {o.year} {o.as_of}: {o.error}") for o in outcomes if o.did == "failed"
    ]
    return Seen(standing=standing, overdue=late, day=day, failed=failed)


def _standing(reports: Path, page: Path) -> Standing:
    from forecast.report.result import read_result  # late because most runs send no alerts

    report = read_result(page.parent / RESULT)
    return Standing(report=report, page=page.relative_to(reports).as_posix())
