"""Catching up: every report that is due and does not stand, made in the order of its day."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from forecast.archive.archive import Archive
from forecast.archive.fingerprint import Known
from forecast.archive.schedule import Schedule
from forecast.base.errors import DayAhead, ForecastError, NoPdf, NotebookFailed, OutputError
from forecast.base.parameters import Parameters
from forecast.publishing.ledger import MANIFEST, RUNS, enter, refuse_edited
from forecast.publishing.scheduled.due import MISSING, Due, due_reports, why_make

_SECONDS_TO_DIE = 86_400
Did = Literal["made", "remade", "unchanged", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
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
        """Return the entry as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Where data and reports lie, and what holds for every report; without `now` the clock's."""

    data: Path
    reports: Path
    seed: int
    n_paths: int
    wait_seconds: float
    now: datetime | None = None


def catch_up(order: Order, archive: Archive, say: Callable[[Entry], None]) -> list[Entry]:
    """Return what became of every due report, each said as it is known.

    A report that fails does not keep later ones from being made; raise OutputError where nothing
    more can be written. Whoever calls is alone in the folder.
    """
    entries = []
    known = Known(archive)
    for due in due_reports(archive, time_of(order, archive.schedule)):
        try:
            entries.append(_settled(order, due, known))
        except (NoPdf, NotebookFailed, OutputError) as error:
            entries.append(_failed(due, error))
            if isinstance(error.__cause__, OSError):
                say(entries[-1])
                raise
        say(entries[-1])
    return entries


def time_of(order: Order, schedule: Schedule) -> datetime:
    """Return the time that counts; raise DayAhead for one that has not come."""
    clock = schedule.now()
    if order.now is None:
        return clock
    asked = order.now if order.now.tzinfo else order.now.replace(tzinfo=clock.tzinfo)
    if asked > clock:
        raise DayAhead(asked.astimezone(clock.tzinfo).date(), clock.date())
    return asked


def _settled(order: Order, due: Due, known: Known) -> Entry:
    """Make a report where it does not stand as asked, and return what became of it."""
    started = time.monotonic()
    place = order.reports / due.area / str(due.year) / due.day.isoformat()
    asked = _parameters(order, due)
    manifest = _manifest(place)
    why = why_make(due, manifest, asked.question(), known.on(due.day, due.area))
    if why is not None:
        _sweep(place / RUNS)
        run = _publish(asked, due, order.reports)
    else:
        run = str((manifest or {})["run"])
        refuse_edited(place)
        enter(order.reports, place / RUNS / run)
    return Entry(
        area=due.area,
        year=due.year,
        as_of=due.day.isoformat(),
        did="unchanged" if why is None else "made" if why == MISSING else "remade",
        why=why,
        run=run,
        page=str(place / _first_page(due)),
        seconds=round(time.monotonic() - started, 1),
    )


def _sweep(runs: Path) -> None:
    """Remove what runs left that died a day ago or longer; a younger one may be alive."""
    for left in runs.glob(".*"):
        if time.time() - left.stat().st_mtime > _SECONDS_TO_DIE:
            shutil.rmtree(left, ignore_errors=True)


def _failed(due: Due, error: ForecastError) -> Entry:
    return Entry(
        area=due.area, year=due.year, as_of=due.day.isoformat(), did="failed", error=str(error)
    )


def _publish(asked: Parameters, due: Due, reports: Path) -> str:
    """Make a report and return its run; imported late, for most calls find nothing to do."""
    from forecast.publishing.publish import publish

    made = publish(asked, reports, kinds=due.kinds, languages=due.languages, formats=due.formats)
    made.check()
    return made.run


def _parameters(order: Order, due: Due) -> Parameters:
    return Parameters.parse(
        area=due.area,
        year=due.year,
        as_of=due.day.isoformat(),
        since="",
        lang=due.languages[0],
        seed=order.seed,
        n_paths=order.n_paths,
        data=str(order.data),
        out="",
        overlay="",
    )


def _first_page(due: Due) -> str:
    lang = due.languages[0]
    name = due.kinds[0] if lang == "en" else f"{due.kinds[0]}.{lang}"
    return f"{name}.{due.formats[0]}"


def _manifest(place: Path) -> Mapping[str, Any] | None:
    """Return the manifest that stands in a place; None without one that can be read."""
    try:
        found = json.loads((place / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
