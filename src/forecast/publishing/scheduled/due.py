"""Reports due by a schedule, and the backlog of those missing or outdated, in order of days."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from forecast.archive.archive import Archive, Fingerprints
from forecast.archive.data_rows import data_rows
from forecast.archive.schedule import ReportDays, Schedule
from forecast.base.errors import DayAhead, ForecastError, OutputError
from forecast.base.months import month
from forecast.base.parameters import Parameters
from forecast.publishing.data_changes import DataChanges, list_of_rows
from forecast.publishing.ledger import Ledger, enter, read_ledger
from forecast.publishing.places import MANIFEST, RESULT, RUNS, Page, day_folder
from forecast.publishing.restoration import is_whole, mend
from forecast.publishing.runs import SOUND, Manifest, read_manifest, state_of
from forecast.publishing.scheduled.anchor import Anchor
from forecast.publishing.scheduled.process import ReportProcess, Task

MISSING, FIGURES, QUESTION, PAGES = "missing", "figures", "question", "pages"
DATA = "data"
_OF_ONE_PLACE = (
    errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY, errno.ELOOP, errno.ENXIO,
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A report that is due: of an area's year on a day, in these kinds and languages."""

    day: date
    area: str
    year: int
    kinds: tuple[str, ...]
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    limit_minutes: float | None = None

    def includes(self, page: Page) -> bool:
        """Return whether a page is one of those that are due."""
        is_format = page.lang in self.languages and page.format in self.formats
        return page.kind in self.kinds and is_format


def due_reports(archive: Archive, now: datetime, stopped: Collection[str] = ()) -> list[Due]:
    """Return the reports due at a time, by day; entries for one area, year and day are one report.

    The days of a year run from the first announcement of one of its targets, but not before
    1 January or the area's first release, to `months_after` months after the end of the year.
    Raise UnknownArea for an entry of an area without figures, except for one that is stopped.
    """
    wanted: dict[tuple[date, str, int], list[ReportDays]] = {}
    zone = ZoneInfo(archive.schedule.time_zone)
    areas = set(archive.areas)
    for entry in archive.schedule.report_days:
        if entry.area in stopped and entry.area not in areas:
            continue
        archive.first_release_of(entry.area)
        for year in _years(archive, entry):
            for day in _days(archive, entry, year, now.astimezone(zone).date()):
                if datetime.combine(day, entry.at, zone) <= now:
                    wanted.setdefault((day, entry.area, year), []).append(entry)
    return sorted(
        Due(
            day,
            area,
            year,
            _all(e.kinds for e in entries),
            _all(e.languages for e in entries),
            _all(e.formats for e in entries),
            max((e.limit_minutes for e in entries if e.limit_minutes is not None), default=None),
        )
        for (day, area, year), entries in wanted.items()
    )


def _years(archive: Archive, entry: ReportDays) -> Iterable[int]:
    if entry.years is not None:
        return entry.years
    return sorted({t.year for t in archive.targets if t.area == entry.area})


def _days(archive: Archive, entry: ReportDays, year: int, today: date) -> Iterator[date]:
    first_release = archive.first_release_of(entry.area)
    announced = [t.announced_on for t in archive.targets if (t.area, t.year) == (entry.area, year)]
    begins = archive.schedule.year_begins_on(entry.area, year)
    first = max(begins, first_release, min(announced, default=first_release))
    ends = archive.schedule.end_of(entry.area, month(year, 12) + entry.months_after)
    last = min(today, ends)
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        if entry.falls_on(day):
            yield day


def _all(lists: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for names in lists for name in names}))


def reason(
    due: Due, manifest: Manifest | None, question: Mapping[str, Any], known: str
) -> str | None:
    """Return why a report has to be made: MISSING, FIGURES or QUESTION; None where it is current.

    `question` holds the parameters as a manifest has them, `known` is the hash of what was known
    on the day. A newer version of the program is no reason to make a report again.
    """
    if manifest is None:
        return MISSING
    if manifest.inputs.known != known:
        return FIGURES
    pages = {(page.kind, page.lang, page.format) for page in manifest.pages}
    is_complete = pages >= set(product(due.kinds, due.languages, due.formats))
    return None if is_complete and manifest.inputs.parameters == question else QUESTION


Did = Literal["made", "remade", "restored", "unchanged", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOutcome:
    """What became of one due report; `why` it had to be made: missing, figures or question.

    A run that failed as a whole has an outcome without an area.
    """

    area: str | None = None
    year: int | None = None
    as_of: str | None = None
    did: Did
    why: str | None = None
    run: str | None = None
    page: str | None = None
    seconds: float = 0.0
    error: str | None = None

    def line(self) -> str:
        """Return the outcome as one line of JSON, with the time of now."""
        values = asdict(self) | {"time": datetime.now(UTC).isoformat(timespec="seconds")}
        return json.dumps(values, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """Where data and reports lie, and what holds for every report; `now` defaults to the clock.

    A report that takes longer than `limit_minutes`, or than its entry of the schedule says, is
    ended; with 0 none is, and reports are made in this process.
    `accepted_ledger` is the reason for which a ledger that lost lines is accepted as it is,
    `accepted_changes` that for which rows of data that changed are.
    """

    data: Path
    reports: Path
    seed: int
    n_paths: int
    wait_seconds: float
    limit_minutes: float = 0.0
    now: datetime | None = None
    anchors: tuple[Anchor, ...] = ()
    accepted_ledger: str | None = None
    accepted_changes: str | None = None


def catch_up(
    settings: RunSettings,
    archive: Archive,
    on_outcome: Callable[[ReportOutcome], None],
    data: DataChanges | None = None,
) -> list[ReportOutcome]:
    """Return what became of every due report; `on_outcome` gets each as soon as it is known.

    A report that fails does not keep later ones from being made; raise OutputError where no other
    could be written either, as on a full disk. Reports of areas on which changed data bear are not
    made. The caller holds the lock of the folder.
    """
    outcomes: list[ReportOutcome] = []
    known, ledger = Fingerprints(archive), read_ledger(settings.reports)
    data = data or DataChanges()
    with ReportProcess() as process:
        for due in due_reports(archive, time_of(settings, archive.schedule), data.areas):
            try:
                outcomes.append(_outcome(settings, due, known, ledger, data, process))
            except Exception as error:  # whatever it is, the others are made
                outcomes.append(_failure(due, error))
                if _is_of_the_folder(error, settings.reports):
                    on_outcome(outcomes[-1])
                    raise
            on_outcome(outcomes[-1])
    for area in sorted(data.areas - {o.area for o in outcomes if o.did == "stopped"}):
        if area in {entry.area for entry in archive.schedule.report_days}:
            outcomes.append(_stopped(data.message(area, archive), area=area))
            on_outcome(outcomes[-1])
    return outcomes


def _is_of_the_folder(error: Exception, reports: Path) -> bool:
    """Return whether an error keeps every report from being written, not only that of one place."""
    cause = error.__cause__ if isinstance(error, OutputError) else None
    if not isinstance(cause, OSError) or cause.errno in _OF_ONE_PLACE:
        return False
    is_refused = cause.errno in (errno.EACCES, errno.EPERM)
    return not (is_refused and os.access(reports, os.W_OK | os.X_OK))


def time_of(settings: RunSettings, schedule: Schedule) -> datetime:
    """Return the time that counts as now; raise DayAhead for a time in the future."""
    clock = schedule.now()
    if settings.now is None:
        return clock
    now = settings.now if settings.now.tzinfo else settings.now.replace(tzinfo=clock.tzinfo)
    if now > clock:
        raise DayAhead(now.astimezone(clock.tzinfo).date(), clock.date())
    return now


def _outcome(
    settings: RunSettings,
    due: Due,
    known: Fingerprints,
    ledger: Ledger,
    data: DataChanges,
    process: ReportProcess,
) -> ReportOutcome:
    """Make a report that is missing or outdated, and return what became of it."""
    started = time.monotonic()
    parameters = parameters_of(settings, due)
    place = day_folder(parameters, settings.reports)
    manifest, mended, fault = _mended(settings.reports, place, ledger, known.archive)
    why = reason(due, manifest, parameters.question(), known.on(due.day, due.area))
    if why == FIGURES and data.is_of_commitments and due.area not in data.areas:
        why = None  # commitments of other areas, which nobody accepted, make the difference
    if why is not None and due.area in data.areas:
        return _stopped(data.message(due.area, known.archive), due)
    if why is None and fault is not None:
        raise fault
    if why is not None:
        _publish(settings, parameters, due, process)
        manifest = read_manifest(place)
    if manifest is None:
        raise OutputError(f"{place} lost its manifest; run again")
    if why is None:
        home = place / RUNS / manifest.run
        if (home / RESULT).relative_to(settings.reports).as_posix() not in ledger.newest:
            enter(settings.reports, home)
    return ReportOutcome(
        area=due.area,
        year=due.year,
        as_of=due.day.isoformat(),
        did=_did(why, mended),
        why=PAGES if why is None and mended else why,
        run=manifest.run,
        page=str(place / min(filter(due.includes, manifest.pages)).name),
        seconds=round(time.monotonic() - started, 1),
    )


def _stopped(message: str, due: Due | None = None, area: str | None = None) -> ReportOutcome:
    """Return the outcome of a report, or of an area, that waits until somebody accepts a change."""
    return ReportOutcome(
        area=area if due is None else due.area,
        year=None if due is None else due.year,
        as_of=None if due is None else due.day.isoformat(),
        did="stopped",
        why=DATA,
        error=message,
    )


def _did(why: str | None, mended: list[str]) -> Did:
    if why is None:
        return "restored" if mended else "unchanged"
    return "made" if why == MISSING else "remade"


def _mended(
    reports: Path, place: Path, ledger: Ledger, archive: Archive
) -> tuple[Manifest | None, list[str], OutputError | None]:
    """Return the manifest of a place, what was put back there, and why it could not be."""
    manifest = read_manifest(place)
    if not place.is_dir() or (
        is_whole(place, manifest) and _is_listed(reports, place, manifest, ledger)
    ):
        return manifest, [], None
    try:
        mended = mend(
            reports,
            place,
            ledger,
            lambda digest: list_of_rows(reports, ledger, digest, data_rows(archive)),
        )
    except OutputError as error:
        return manifest, [], error
    return read_manifest(place), mended, None


def _is_listed(reports: Path, place: Path, manifest: Manifest | None, ledger: Ledger) -> bool:
    """Return whether the linked manifest is the one that the ledger has, if it has one."""
    run = "" if manifest is None else manifest.run
    entry = ledger.newest.get((place / RUNS / run / RESULT).relative_to(reports).as_posix())
    listed = "" if entry is None else entry.manifest
    return not listed or state_of(place / MANIFEST, listed) == SOUND


def _failure(due: Due, error: Exception) -> ReportOutcome:
    message = message_of(error)
    return ReportOutcome(
        area=due.area, year=due.year, as_of=due.day.isoformat(), did="failed", error=message
    )


def message_of(error: BaseException) -> str:
    """Return what an error says; of one that was not raised on purpose its class too."""
    if isinstance(error, ForecastError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _publish(
    settings: RunSettings, parameters: Parameters, due: Due, process: ReportProcess
) -> None:
    """Make a report within its limit, or that of all where it has none of its own."""
    task = Task(
        parameters=parameters,
        reports=settings.reports,
        kinds=due.kinds,
        languages=due.languages,
        formats=due.formats,
    )
    process.make(task, settings.limit_minutes and (due.limit_minutes or settings.limit_minutes))


def parameters_of(settings: RunSettings, due: Due) -> Parameters:
    """Return the parameters of a due report."""
    return Parameters.parse(
        area=due.area,
        year=due.year,
        as_of=due.day.isoformat(),
        lang=due.languages[0],
        seed=settings.seed,
        n_paths=settings.n_paths,
        data=str(settings.data),
    )
