"""The backlog: every report that is due and is missing or outdated, made in the order of days."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from forecast.archive.archive import Archive
from forecast.archive.fingerprint import Fingerprints
from forecast.archive.schedule import Schedule
from forecast.base.errors import DayAhead, ForecastError, NoPdf, NotebookFailed, OutputError
from forecast.base.parameters import Parameters
from forecast.publishing.ledger import enter, refuse_edited
from forecast.publishing.manifest import read_manifest
from forecast.publishing.places import RUNS, day_folder
from forecast.publishing.scheduled.due import MISSING, Due, due_reports, reason

_SECONDS_TO_DIE = 86_400
Did = Literal["made", "remade", "unchanged", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOutcome:
    """What became of one due report; `why` it had to be made: missing, figures or question."""

    area: str
    year: int
    as_of: str
    did: Did
    why: str | None = None
    run: str | None = None
    page: str | None = None
    seconds: float = 0.0
    error: str | None = None

    def line(self) -> str:
        """Return the outcome as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """Where data and reports lie, and what holds for every report; `now` defaults to the clock."""

    data: Path
    reports: Path
    seed: int
    n_paths: int
    wait_seconds: float
    now: datetime | None = None


def catch_up(
    settings: RunSettings, archive: Archive, on_outcome: Callable[[ReportOutcome], None]
) -> list[ReportOutcome]:
    """Return what became of every due report; `on_outcome` gets each as soon as it is known.

    A report that fails does not keep later ones from being made; raise OutputError where nothing
    more can be written. The caller holds the lock of the folder.
    """
    outcomes = []
    known = Fingerprints(archive)
    for due in due_reports(archive, time_of(settings, archive.schedule)):
        try:
            outcomes.append(_outcome(settings, due, known))
        except (NoPdf, NotebookFailed, OutputError) as error:
            outcomes.append(_failure(due, error))
            if isinstance(error.__cause__, OSError):
                on_outcome(outcomes[-1])
                raise
        on_outcome(outcomes[-1])
    return outcomes


def time_of(settings: RunSettings, schedule: Schedule) -> datetime:
    """Return the time that counts as now; raise DayAhead for a time in the future."""
    clock = schedule.now()
    if settings.now is None:
        return clock
    now = settings.now if settings.now.tzinfo else settings.now.replace(tzinfo=clock.tzinfo)
    if now > clock:
        raise DayAhead(now.astimezone(clock.tzinfo).date(), clock.date())
    return now


def _outcome(settings: RunSettings, due: Due, known: Fingerprints) -> ReportOutcome:
    """Make a report that is missing or outdated, and return what became of it."""
    started = time.monotonic()
    parameters = _parameters(settings, due)
    place = day_folder(parameters, settings.reports)
    manifest = read_manifest(place)
    why = reason(due, manifest, parameters.question(), known.on(due.day, due.area))
    if why is not None:
        _sweep(place / RUNS)
        _publish(parameters, due, settings.reports)
        manifest = read_manifest(place)
    if manifest is None:
        raise OutputError(f"{place} lost its manifest; run again")
    if why is None:
        refuse_edited(place)
        enter(settings.reports, place / RUNS / manifest.run)
    return ReportOutcome(
        area=due.area,
        year=due.year,
        as_of=due.day.isoformat(),
        did="unchanged" if why is None else "made" if why == MISSING else "remade",
        why=why,
        run=manifest.run,
        page=str(place / min(filter(due.includes, manifest.pages)).name),
        seconds=round(time.monotonic() - started, 1),
    )


def _sweep(runs: Path) -> None:
    """Remove what runs left that died a day ago or earlier; a younger one may be alive."""
    for left in runs.glob(".*"):
        if time.time() - left.stat().st_mtime > _SECONDS_TO_DIE:
            shutil.rmtree(left, ignore_errors=True)


def _failure(due: Due, error: ForecastError) -> ReportOutcome:
    return ReportOutcome(
        area=due.area, year=due.year, as_of=due.day.isoformat(), did="failed", error=str(error)
    )


def _publish(parameters: Parameters, due: Due, reports: Path) -> None:
    """Make a report; imported late because most runs find nothing to do."""
    from forecast.publishing.publication import publish

    publish(
        parameters, reports, kinds=due.kinds, languages=due.languages, formats=due.formats
    ).check()


def _parameters(settings: RunSettings, due: Due) -> Parameters:
    return Parameters.parse(
        area=due.area,
        year=due.year,
        as_of=due.day.isoformat(),
        lang=due.languages[0],
        seed=settings.seed,
        n_paths=settings.n_paths,
        data=str(settings.data),
    )
