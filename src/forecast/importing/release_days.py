"""The day on which a figure became public: declared, of a calendar, or usual for its publisher."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from forecast.archive.csv_files import csv_table
from forecast.archive.schedule import Schedule
from forecast.base.errors import ContractError, Fault, UnreadableCell
from forecast.base.months import Span, parse_month
from forecast.base.notation import NOT_A_DATE, NOT_A_MONTH, parse_day
from forecast.importing.import_map import USUAL, ImportMap

_REQUIRED = ("last_month", "released_on")
_KEYS = ("area", "indicator")
Calendar = Mapping[tuple[str, str, int], date]


@dataclass(frozen=True, slots=True)
class ReleaseDays:
    """How the days of release of an import are found."""

    declared: date | str | None
    schedule: Schedule
    publisher: str = ""
    calendar: Calendar = field(default_factory=dict)

    def day_of(self, area: str, indicator: str, span: Span) -> tuple[date | None, str]:
        """Return the day of release of a span and its basis; None where nothing gives one.

        Raise UnreadableCell where the calendar or the usual lags leave it open.
        """
        if self.calendar:
            keys = [(a, i, span.last) for a in (area, "") for i in (indicator, "")]
            day = next((self.calendar[key] for key in keys if key in self.calendar), None)
            if day is None:
                rule = "allowed: a row of its area, indicator and last_month"
                raise UnreadableCell(str(span), f"has no day in the calendar; {rule}")
            return day, "published"
        if self.declared == USUAL:
            return self._usual_day(area, indicator, span), "estimated"
        return (self.declared if isinstance(self.declared, date) else None), "published"

    def _usual_day(self, area: str, indicator: str, span: Span) -> date:
        last = span.last - self.schedule.months_before.get(
            area, 0
        )  # spans here are of the calendar
        day = self.schedule.usual_release_on(area, indicator, last, publisher=self.publisher)
        own = [lag for lag in self.schedule.lags if self.publisher in ("", lag.publisher)]
        if not own and not any(lag.area == area for lag in self.schedule.lags):
            day = None  # lags that hold anywhere are not those of a publisher who has none
        if day is None:
            publishers = sorted({lag.publisher for lag in self.schedule.lags if lag.publisher})
            known = f", or publisher in the map: {', '.join(publishers)}" if publishers else ""
            whose = f' or publisher = "{self.publisher}"' if self.publisher else ""
            rule = f'allowed: a [[lag]] of schedule.toml with area = "{area}"{whose}{known}'
            raise UnreadableCell(str(span), f"has no usual day of release; {rule}")
        return day


def read_calendar(import_map: ImportMap, folder: Path) -> Calendar:
    """Return the days in the map's calendar, a CSV file beside the map.

    Its columns are last_month and released_on, and where days differ area and indicator. Raise
    ContractError with every fault of the file.
    """
    if import_map.calendar is None:
        return {}
    path = folder / import_map.calendar
    if not path.is_file():
        raise ContractError([Fault(path.name, None, "no such file; the map names it as calendar")])
    faults: list[Fault] = []
    rows = csv_table(path, path.name, faults, _REQUIRED, (*_REQUIRED, *_KEYS))
    days: dict[tuple[str, str, int], date] = {}
    for row in rows.to_dict("records"):
        month, day = parse_month(row["last_month"]), parse_day(row["released_on"])
        line = int(row["line"])
        if month is None:
            faults.append(Fault(path.name, line, f"last_month {row['last_month']!r} {NOT_A_MONTH}"))
        elif day is None:
            why = f"released_on {row['released_on']!r} {NOT_A_DATE}"
            faults.append(Fault(path.name, line, why))
        else:
            days[row.get("area", ""), row.get("indicator", ""), month] = day
    if faults:
        raise ContractError(faults)
    return days
