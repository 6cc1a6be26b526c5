"""Changes of a status since earlier reports, read from their `result.json`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from forecast.base.notation import parse_day
from forecast.base.parameters import Parameters
from forecast.pages.status import Status
from forecast.publishing.places import RESULT
from forecast.report.result import read_result
from forecast.report.value import Report


def moved_since_reports(
    statuses: Sequence[Status], reports: Path, parameters: Parameters
) -> list[Status]:
    """Return statuses with changes since the newest report of each area before the day.

    An area without such a report keeps its changes.
    """
    year, day = parameters.year, parameters.as_of
    return [_moved(status, last_report(reports, status.area, year, day)) for status in statuses]


def last_report(reports: Path, area: str, year: int, day: date) -> Report | None:
    """Return the newest report of an area's year before a day; None without one.

    Raise ContractError where its `result.json` cannot be read.
    """
    results = (reports / area / str(year)).glob(f"*/{RESULT}")
    days = {on: path for path in results if (on := parse_day(path.parent.name)) is not None}
    earlier = [on for on in days if on < day]
    return read_result(days[max(earlier)]) if earlier else None


def _moved(status: Status, report: Report | None) -> Status:
    if report is None:
        return status
    first = {indicator.id: indicator.probability for indicator in report.indicators}
    return status.moved_from(report.as_of.isoformat(), first)
