"""One run: alone in the folder, what is due is made, then whoever asked for it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.archive.overdue import overdue
from forecast.base.errors import ForecastError
from forecast.publishing.scheduled.alert_rules import read_alerts
from forecast.publishing.scheduled.alert_text import SETTLED, Seen, Standing, standing_of
from forecast.publishing.scheduled.alerts import tell
from forecast.publishing.scheduled.catch_up import Entry, Order, catch_up, time_of
from forecast.publishing.scheduled.delivery import send
from forecast.publishing.scheduled.lock import alone_in
from forecast.publishing.scheduled.outbox import read_json


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of every due report, and which messages could not be delivered, and why."""

    entries: list[Entry]
    undelivered: list[str]


def run_due(order: Order, say: Callable[[Entry], None]) -> Outcome:
    """Make what is due, each report said as it is known; then tell what moved.

    A report that fails does not keep later ones from being made. Raise FolderBusy, OutputError
    where nothing more can be written, and ContractError and its kin for what cannot be read; that
    a run failed is told too.
    """
    with alone_in(order.reports, wait_seconds=order.wait_seconds):
        alerts = read_alerts(order.data)
        try:
            archive = read_archive(order.data)
            entries = catch_up(order, archive, say)
        except ForecastError as error:
            tell(alerts, Seen(failed=[("", str(error))]), order.reports, send)
            raise
        return Outcome(entries, tell(alerts, _seen(order, archive, entries), order.reports, send))


def _seen(order: Order, archive: Archive, entries: list[Entry]) -> Seen:
    newest = {(e.area, e.year): e for e in entries if e.page is not None}
    standing = [_standing(order.reports, Path(str(e.page))) for e in newest.values()]
    day = time_of(order, archive.schedule).date()
    late = [one for s in standing for one in overdue(archive.as_of(day), s.area, _open(s))]
    failed = [
        (e.area, f"{e.area} {e.year} {e.as_of}: {e.error}") for e in entries if e.did == "failed"
    ]
    return Seen(standing=standing, overdue=late, day=day, failed=failed)


def _standing(reports: Path, page: Path) -> Standing:
    result = read_json(page.parent / "result.json")
    return standing_of(result, page.relative_to(reports).as_posix())


def _open(standing: Standing) -> list[str]:
    """Return the indicators whose year is not settled: no figure of theirs is awaited else."""
    return [name for name, call in standing.calls.items() if call.light not in SETTLED]
