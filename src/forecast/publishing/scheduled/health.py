"""How the runs of the schedule are: when the last good one was, what is due, late or failing."""

from __future__ import annotations

import os
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from forecast.archive.archive import Archive, Fingerprints
from forecast.archive.folder import read_sound_archive
from forecast.base.errors import ForecastError, OutputError
from forecast.publishing.places import day_folder
from forecast.publishing.runs import read_manifest
from forecast.publishing.scheduled.due import (
    FIGURES,
    MISSING,
    Due,
    ReportOutcome,
    RunSettings,
    due_reports,
    message_of,
    parameters_of,
    reason,
    time_of,
)
from forecast.publishing.scheduled.outbox import read_json, write_json

STATE = ".last-run.json"
PING = "FORECAST_PING"
_SECONDS_TO_PING = 10.0


def note_run(
    reports: Path, outcomes: Sequence[ReportOutcome], errors: Sequence[str], n_undelivered: int
) -> None:
    """Write how a run ended beside the reports; do nothing where it cannot be written."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    bad = [o for o in outcomes if o.did in ("failed", "stopped")]
    failing = [*errors, *(f"{o.area} {o.year} {o.as_of}: {o.error}" for o in bad)]
    before = read_json(reports / STATE).get("good_at")
    state = {
        "ended_at": now,
        "good_at": before if failing else now,
        "failing": failing,
        "n_undelivered": n_undelivered,
    }
    if reports.is_dir():
        with suppress(OutputError):
            write_json(reports / STATE, state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """When a run ended and the last good one did, and what is due, late and failing now.

    `late` has been due for longer than the allowed time.
    """

    now: datetime
    ended_at: datetime | None
    good_at: datetime | None
    due: tuple[Due, ...]
    late: tuple[Due, ...]
    failing: tuple[str, ...]
    n_undelivered: int
    max_age: timedelta

    @property
    def is_late(self) -> bool:
        """Whether a report is late, or the last good run too long ago."""
        is_old = self.good_at is None or self.now - self.good_at > self.max_age
        return is_old or bool(self.late)

    def lines(self) -> Iterator[str]:
        """Yield what a person reads."""
        if self.good_at is None:
            yield "last good run: none"
        else:
            hours = (self.now - self.good_at).total_seconds() / 3600
            yield f"last good run: {self.good_at.isoformat()}, {hours:.1f} hours ago"
        yield f"due: {len(self.due)}, late: {len(self.late)}, failing: {len(self.failing)}"
        yield from (f"late: {due.area} {due.year} {due.day}" for due in self.late)
        yield from (f"failing: {' '.join(message.split())}" for message in self.failing)
        if self.n_undelivered:
            yield f"undelivered: {self.n_undelivered} messages"

    def metrics(self) -> Iterator[str]:
        """Yield the lines of an exposition in the format OpenMetrics 1.0."""
        yield from _gauge(
            "forecast_last_good_run_timestamp_seconds", "When the last good run ended.",
            {"": _seconds(self.good_at)}, unit="seconds",
        )  # fmt: skip
        yield from _gauge(
            "forecast_last_run_timestamp_seconds", "When the last run ended.",
            {"": _seconds(self.ended_at)}, unit="seconds",
        )  # fmt: skip
        counts = {"due": self.due, "late": self.late, "failing": self.failing}
        states = {f'{{state="{name}"}}': float(len(those)) for name, those in counts.items()}
        yield from _gauge("forecast_reports", "Reports by state.", states)
        undelivered = {"": float(self.n_undelivered)}
        yield from _gauge("forecast_undelivered_messages", "Alerts to be delivered.", undelivered)
        is_well = float(not (self.is_late or self.failing))
        yield from _gauge("forecast_healthy", "1 if nothing is late or failing.", {"": is_well})
        yield "# EOF"


def _gauge(name: str, help_text: str, values: dict[str, float], *, unit: str = "") -> Iterator[str]:
    yield f"# TYPE {name} gauge"
    if unit:
        yield f"# UNIT {name} {unit}"
    yield f"# HELP {name} {help_text}"
    yield from (f"{name}{labels} {value:.15g}" for labels, value in values.items())


def _seconds(moment: datetime | None) -> float:
    return 0.0 if moment is None else moment.timestamp()


def health_of(settings: RunSettings, *, max_age: timedelta, late_after: timedelta) -> Health:
    """Return how the runs of a folder are; data that cannot be read are failing, not an error."""
    state = read_json(settings.reports / STATE)
    failing = [text for text in _list(state.get("failing")) if isinstance(text, str)]
    due: list[Due] = []
    now, zone = datetime.now(UTC), ZoneInfo("UTC")
    try:
        archive = read_sound_archive(settings.data).archive
        now, zone = time_of(settings, archive.schedule), ZoneInfo(archive.schedule.time_zone)
        due = list(_due(settings, archive, now))
    except (ForecastError, OSError) as error:
        failing.append(message_of(error))
    n_undelivered = state.get("n_undelivered")
    return Health(
        now=now,
        ended_at=_moment(state.get("ended_at")),
        good_at=_moment(state.get("good_at")),
        due=tuple(due),
        late=tuple(d for d in due if _end_of(d, zone) + late_after < now),
        failing=tuple(dict.fromkeys(failing)),
        n_undelivered=n_undelivered if isinstance(n_undelivered, int) else 0,
        max_age=max_age,
    )


def _due(settings: RunSettings, archive: Archive, now: datetime) -> Iterator[Due]:
    """Yield the reports that are missing, or lack figures of their day."""
    known = Fingerprints(archive)
    for due in due_reports(archive, now):
        parameters = parameters_of(settings, due)
        manifest = read_manifest(day_folder(parameters, settings.reports))
        why = reason(due, manifest, parameters.question(), known.on(due.day, due.area))
        if why in (MISSING, FIGURES):
            yield due


def _end_of(due: Due, zone: ZoneInfo) -> datetime:
    return datetime.combine(due.day + timedelta(days=1), time.min, zone)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None


def ping() -> str | None:
    """Ask the address in `FORECAST_PING`, if it is set, once; return what went wrong.

    The text never holds the address. It takes ten seconds at most.
    """
    address = os.environ.get(PING, "").strip()
    if not address:
        return None
    if not address.startswith(("http://", "https://")):
        return f"{PING}: holds no address of the web (expected http:// or https://)"
    problems = [f"{PING}: no answer within {_SECONDS_TO_PING:g} s"]
    thread = threading.Thread(target=_ping, args=(address, problems), daemon=True)
    thread.start()
    thread.join(_SECONDS_TO_PING)
    return problems[-1] or None


def _ping(address: str, problems: list[str]) -> None:
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS_TO_PING):
            problems.append("")
    except Exception as error:  # whatever it says may hold the address
        problems.append(f"{PING}: not answered: {type(error).__name__}")
