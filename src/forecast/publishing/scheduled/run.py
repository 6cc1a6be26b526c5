"""A run of the schedule: alone in the folder it makes what is due; then it sends alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from forecast.archive.archive import Archive, overdue
from forecast.archive.folder import read_archive, read_sound_archive
from forecast.base.errors import (
    ContractError,
    Fault,
    FileLocked,
    FolderBusy,
    LedgerLost,
    OutputError,
)
from forecast.base.files import locked
from forecast.publishing.data_changes import data_changes, standing_folder
from forecast.publishing.integrity import broken_lines, lost_heads
from forecast.publishing.ledger import BEFORE_THE_FIRST, accept, read_ledger
from forecast.publishing.places import RESULT
from forecast.publishing.scheduled.alerts import (
    Alert,
    Seen,
    Standing,
    deliver,
    forget_busy,
    note,
    note_busy,
    readable_alerts,
)
from forecast.publishing.scheduled.anchor import lacking
from forecast.publishing.scheduled.due import (
    ReportOutcome,
    RunSettings,
    catch_up,
    message_of,
    time_of,
)
from forecast.publishing.scheduled.health import note_run, ping
from forecast.publishing.scheduled.outbox import Message, send

LOCK = ".run-due.lock"


@dataclass(slots=True)
class RunOutcome:
    """What became of every due report, faults of data and alerts, and what was not delivered.

    `error` is what ended the run before its end, if anything did.
    """

    reports: list[ReportOutcome] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)
    error: Exception | None = None

    @property
    def is_good(self) -> bool:
        """Whether every due report stands."""
        has_failed = any(report.did in ("failed", "stopped") for report in self.reports)
        return not (has_failed or self.faults or self.error)


def run_due(settings: RunSettings, on_outcome: Callable[[ReportOutcome], None]) -> RunOutcome:
    """Make what is due, then send alerts; `on_outcome` gets what became of each report.

    Whatever ends the run is in its outcome, and alerts tell of it: no exception is raised.
    """
    outcome = RunOutcome()
    alerts, alert_faults = readable_alerts(settings.data)
    messages: list[Message] = []
    try:
        with alone_in(settings.reports, wait_seconds=settings.wait_seconds):
            forget_busy(settings.reports)
            seen = _worked(settings, outcome, on_outcome, alerts)
            seen = replace(seen, failed=[*seen.failed, *(("", str(f)) for f in alert_faults)])
            messages = note(alerts, seen, settings.reports)
    except FolderBusy as error:
        outcome.error = error
        messages = note_busy(alerts, message_of(error), settings.reports)
        outcome.undelivered += deliver(alerts, messages, settings.reports, send)
        return outcome
    except Exception as error:  # such as a folder that cannot be written: said without being noted
        outcome.error = outcome.error or error
        failed = [("", message_of(error)), *(("", str(fault)) for fault in alert_faults)]
        messages = note(alerts, Seen(failed=failed), settings.reports)
    outcome.faults += alert_faults
    outcome.undelivered += deliver(alerts, messages, settings.reports, send)
    errors = [] if outcome.error is None else [message_of(outcome.error)]
    errors += map(str, outcome.faults)
    note_run(settings.reports, outcome.reports, errors, len(outcome.undelivered))
    if outcome.is_good and (problem := ping()) is not None:
        outcome.undelivered.append(problem)
    return outcome


def failed(error: Exception, data: Path, reports: Path) -> RunOutcome:
    """Return the outcome of a run that could not begin, once alerts have told of it."""
    alerts, faults = readable_alerts(data)
    messages = note(alerts, Seen(failed=[("", message_of(error))]), reports)
    return RunOutcome(
        error=error, faults=faults, undelivered=deliver(alerts, messages, reports, send)
    )


def _worked(
    settings: RunSettings,
    outcome: RunOutcome,
    on_outcome: Callable[[ReportOutcome], None],
    alerts: list[Alert],
) -> Seen:
    """Make what is due, and return what alerts are about; an error is kept in the outcome."""
    before = BEFORE_THE_FIRST
    try:
        before = read_ledger(settings.reports).head
        settle_ledger(settings)
        archive = _made(settings, outcome, on_outcome)
        seen = _seen(settings, archive, outcome.reports) if alerts else Seen()
    except Exception as error:
        outcome.error = error
        seen = Seen(failed=[*_failed(outcome.reports), ("", message_of(error))])
    outcome.undelivered += keep_head(settings, before)
    return replace(seen, head=read_ledger(settings.reports).head)


def _made(
    settings: RunSettings, outcome: RunOutcome, on_outcome: Callable[[ReportOutcome], None]
) -> Archive:
    """Make what is due from the data as they stand, and return their archive."""
    sound = read_sound_archive(settings.data)
    ledger = read_ledger(settings.reports)
    data = data_changes(settings.reports, ledger, sound.archive, sound.faults, sound.areas)
    if data.changes and settings.accepted_changes is not None:
        accept(settings.reports, "changes", data.items, settings.accepted_changes)
        ledger = read_ledger(settings.reports)
        data = data_changes(settings.reports, ledger, sound.archive, sound.faults, sound.areas)
    if data.faults and not data.areas:  # nobody can say on which reports these files bear
        read_archive(settings.data)
    outcome.faults += data.faults
    with standing_folder(settings.data, sound.archive, data) as folder:
        archive = sound.archive if folder == settings.data else read_archive(folder)

        def keep(report: ReportOutcome) -> None:
            outcome.reports.append(report)
            on_outcome(report)

        catch_up(replace(settings, data=folder), archive, keep, data)
        return archive


def settle_ledger(settings: RunSettings) -> None:
    """Raise LedgerLost where the ledger lacks a head that manifests or anchors have, or is broken.

    With a reason to accept it, this becomes a line of the ledger, and lost lines are written anew.
    """
    reports = settings.reports
    ledger = read_ledger(reports)
    lost = broken_lines(ledger) | lost_heads(reports, ledger)
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
    standing = [s for page in newest_pages(outcomes) if (s := _standing(settings.reports, page))]
    day = time_of(settings, archive.schedule).date()
    late = [
        release
        for s in standing
        for release in overdue(archive.as_of(day), s.report.area, s.open_targets)
    ]
    return Seen(standing=standing, overdue=late, day=day, failed=_failed(outcomes))


def newest_pages(outcomes: Iterable[ReportOutcome]) -> list[Path]:
    """Return the page of the newest report of each area's year; none where that one failed.

    Nothing has moved there: an older report in its place would take back what was told.
    """
    newest = {(o.area, o.year): o.page for o in outcomes if o.area is not None}
    return [Path(page) for page in newest.values() if page is not None]


def _failed(outcomes: list[ReportOutcome]) -> list[tuple[str, str]]:
    """Return what failed and what was stopped, with the area; what stops an area counts once."""
    failed = [
        (o.area or "", f"{o.area} {o.year} {o.as_of}: {o.error}")
        for o in outcomes
        if o.did == "failed"
    ]
    stopped = {o.area: f"{o.area}: {o.error}" for o in outcomes if o.did == "stopped"}
    return [*failed, *((area or "", message) for area, message in stopped.items())]


def _standing(reports: Path, page: Path) -> Standing | None:
    """Return the report of a page; None where its result cannot be read, which `verify` names."""
    from forecast.report.result import read_result  # late because most runs send no alerts

    try:
        report = read_result(page.parent / RESULT)
    except (ContractError, OSError):
        return None
    return Standing(report=report, page=page.relative_to(reports).as_posix())
