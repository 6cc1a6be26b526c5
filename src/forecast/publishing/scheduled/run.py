"""A run of the schedule: alone in the folder, it makes what is due, then sends alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from forecast.archive.archive import Archive, overdue
from forecast.archive.folder import read_archive
from forecast.base.errors import FileLocked, FolderBusy, ForecastError, LedgerLost, OutputError
from forecast.base.files import locked
from forecast.publishing.integrity import lost_heads
from forecast.publishing.ledger import accept, read_ledger
from forecast.publishing.places import RESULT
from forecast.publishing.scheduled.alerts import Seen, Standing, read_alerts, send_alerts
from forecast.publishing.scheduled.anchor import lacking
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
        before = read_ledger(settings.reports).head
        try:
            settle_ledger(settings)
            archive = read_archive(settings.data)
            outcomes = catch_up(settings, archive, on_outcome)
        except ForecastError as error:
            send_alerts(alerts, Seen(failed=[("", str(error))]), settings.reports, send)
            raise
        seen = _seen(settings, archive, outcomes) if alerts else Seen()
        undelivered = send_alerts(alerts, seen, settings.reports, send)
        return RunOutcome(outcomes, [*undelivered, *keep_head(settings, before)])


def settle_ledger(settings: RunSettings) -> None:
    """Raise LedgerLost where the ledger lacks a head that manifests or anchors have.

    With a reason to accept it, this becomes a line of the ledger, and lost lines are written anew.
    """
    reports = settings.reports
    ledger = read_ledger(reports)
    lost = lost_heads(reports, ledger)
    for anchor in settings.anchors:
        lost |= dict.fromkeys(lacking(ledger, anchor.heads()), f"{anchor.kind} {anchor.place}")
    if not lost:
        return
    if settings.accepted_ledger is None:
        raise LedgerLost(lost)
    accept(reports, "ledger", lost, settings.accepted_ledger, is_listing=True)


def keep_head(settings: RunSettings, before: str) -> list[str]:
    """Keep the head of the ledger in every anchor; return what went wrong, a line each.

    A mail is sent only where the head is another than `before`.
    """
    ledger = read_ledger(settings.reports)
    problems = []
    for anchor in settings.anchors:
        try:
            is_needed = anchor.kind != "mail" or ledger.head != before
            problem = anchor.keep(ledger, send) if is_needed else None
        except OutputError as error:
            problem = str(error)
        if problem is not None:
            problems.append(f"the hash of the ledger was not kept: {problem}")
    return problems


@contextmanager
def alone_in(reports: Path, *, wait_seconds: float) -> Iterator[None]:
    """Hold the lock of a folder, on however many machines; raise FolderBusy after the wait.

    The operating system frees the lock when its holder dies. Raise OutputError for a folder that
    cannot be written.
    """
    try:
        with locked(reports / LOCK, seconds=wait_seconds):
            yield
    except FileLocked as error:
        if error.lock != str(reports / LOCK):
            raise
        raise FolderBusy(error.lock, wait_seconds) from error


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
        (o.area or "", f"{o.area} {o.year} {o.as_of}: {o.error}")
        for o in outcomes
        if o.did == "failed"
    ]
    return Seen(standing=standing, overdue=late, day=day, failed=failed)


def _standing(reports: Path, page: Path) -> Standing:
    from forecast.report.result import read_result  # late because most runs send no alerts

    report = read_result(page.parent / RESULT)
    return Standing(report=report, page=page.relative_to(reports).as_posix())
