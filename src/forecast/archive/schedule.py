"""Usual release lags and report days, as `schedule.toml` gives them."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Strict

from forecast.archive.toml import Year, area_faults, parsed, read_entries
from forecast.base.errors import ContractError, Fault
from forecast.base.files import is_named
from forecast.base.months import MONTHS_A_YEAR, month_of_year, year_of
from forecast.base.parameters import FORMATS, KINDS, own_notebooks
from forecast.base.texts import LANGUAGES

FILE = "schedule.toml"
DEFAULT_TIME_ZONE = "Asia/Shanghai"
MOST_DAYS = 3660  # ten years
MOST_MINUTES = 10080  # a week
SpanKind = Literal["month", "quarter", "year"]
_CONFIG = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """Days between the end of a span and its usual release; the most specific entry counts."""

    __pydantic_config__ = _CONFIG

    span: SpanKind
    days: Annotated[int, Strict()]
    area: str | None = None
    indicator: str | None = None
    publisher: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDays:
    """On which days which reports of an area are due.

    Without `years` they are due for every year with announced targets. `at` is the time of day, in
    the schedule's zone, from which that day's report is due. `limit_minutes` is how long making it
    may take, where it differs from that of other reports.
    """

    __pydantic_config__ = _CONFIG

    area: str
    days_of_month: list[Annotated[int, Strict()] | Literal["last"]]
    years: list[Year] | None = None
    months_after: Annotated[int, Strict()] = 0
    at: time = time(0)
    kinds: list[str] = field(default_factory=lambda: ["attainment"])
    languages: list[str] = field(default_factory=lambda: ["en"])
    formats: list[str] = field(default_factory=lambda: ["html"])
    limit_minutes: float | None = None

    def falls_on(self, day: date) -> bool:
        """Return whether a report is due on a day; 31 does not stand for the last day of June."""
        is_last = (day + timedelta(days=1)).day == 1
        return day.day in self.days_of_month or (is_last and "last" in self.days_of_month)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When figures usually come out, and when reports are due.

    `months_before` holds by area how many months of a calendar year lie before its own year; months
    of such an area are those of its year.
    """

    lags: tuple[Lag, ...] = ()
    report_days: tuple[ReportDays, ...] = ()
    time_zone: str = DEFAULT_TIME_ZONE
    months_before: Mapping[str, int] = field(default_factory=dict)

    def end_of(self, area: str, month: int) -> date:
        """Return the last day of a month of an area's year."""
        return end_of_month(month + self.months_before.get(area, 0))

    def year_begins_on(self, area: str, year: int) -> date:
        """Return the first day of an area's year."""
        return self.end_of(area, MONTHS_A_YEAR * year - 1) + timedelta(days=1)

    def year_on(self, area: str, day: date) -> int:
        """Return the year of an area in which a day lies."""
        return day.year - (day.month <= self.months_before.get(area, 0))

    def now(self) -> datetime:
        """Return the time it is in the schedule's time zone."""
        return datetime.now(ZoneInfo(self.time_zone))

    def today(self) -> date:
        """Return the day it is in the schedule's time zone."""
        return self.now().date()

    def usual_release_on(
        self, area: str, indicator: str, last_month: int, *, publisher: str = ""
    ) -> date | None:
        """Return the usual release day of a span that ends with a month; None where unknown.

        Lags of a publisher hold for its figures alone, and before those of areas.
        """
        fitting = [
            lag
            for lag in self.lags
            if lag.span == span_kind(last_month)
            and lag.area in (None, area)
            and lag.indicator in (None, indicator)
            and lag.publisher in (None, publisher)
        ]
        if not fitting:
            return None
        best = max(
            fitting,
            key=lambda lag: (
                lag.publisher is not None,
                lag.area is not None,
                lag.indicator is not None,
            ),
        )
        return self.end_of(area, last_month) + timedelta(days=best.days)


def span_kind(last_month: int) -> SpanKind:
    """Return the kind of span by its last month: a year ends in December, a quarter in March..."""
    position = month_of_year(last_month)
    return "year" if position == 12 else "quarter" if position % 3 == 0 else "month"


def end_of_month(month: int) -> date:
    """Return the last day of a month."""
    year, position = year_of(month), month_of_year(month)
    return date(year, position, calendar.monthrange(year, position)[1])


def read_schedule(folder: Path, areas: Collection[str] | None = None) -> Schedule:
    """Return `folder/schedule.toml`; an empty schedule where the file is missing.

    Where areas are given, each entry must be of one of them.
    """
    if not is_named(folder / FILE):
        return Schedule()
    entries, lines = read_entries(folder / FILE, {"lag", "report"}, settings={"time_zone"})
    faults: list[Fault] = []
    own = own_notebooks(folder)
    lags = parsed(Lag, entries["lag"], lines["lag"], FILE, faults)
    days = parsed(ReportDays, entries["report"], lines["report"], FILE, faults)
    zone = entries[""][0].get("time_zone", DEFAULT_TIME_ZONE)
    if not _is_time_zone(zone):
        rule = f"is not a time zone (expected a name such as {DEFAULT_TIME_ZONE})"
        faults.append(Fault(FILE, None, f"time_zone {zone!r} {rule}"))
    if not faults:
        for lag, line in zip(lags, lines["lag"], strict=True):
            if not 0 <= lag.days <= MOST_DAYS:
                faults.append(Fault(FILE, line, f"days {lag.days}; allowed: 0 to {MOST_DAYS}"))
        for entry, line in zip(days, lines["report"], strict=True):
            faults.extend(Fault(FILE, line, text) for text in _problems(entry, own))
        faults.extend(area_faults(lags, lines["lag"], FILE, areas))
        faults.extend(area_faults(days, lines["report"], FILE, areas))
    if faults:
        raise ContractError(faults)
    return Schedule(tuple(lags), tuple(days), zone)


def _problems(entry: ReportDays, own: Collection[str]) -> Iterator[str]:
    wrong = [d for d in entry.days_of_month if d != "last" and not 1 <= d <= 31]
    if wrong or not entry.days_of_month:
        yield f'days_of_month {wrong or []}; allowed: 1 to 31, or "last"'
    if not 0 <= entry.months_after <= MONTHS_A_YEAR:
        yield f"months_after {entry.months_after}; allowed: 0 to {MONTHS_A_YEAR}"
    if entry.at.tzinfo is not None:
        yield f"at {entry.at}; allowed: a time without a zone, in that of time_zone"
    if entry.limit_minutes is not None and not 0 < entry.limit_minutes <= MOST_MINUTES:
        yield f"limit_minutes {entry.limit_minutes:g}; allowed: above 0, up to {MOST_MINUTES}"
    kinds = (*KINDS, *own)
    for name, allowed in (("kinds", kinds), ("languages", LANGUAGES), ("formats", FORMATS)):
        given = getattr(entry, name)
        if not given or not set(given) <= set(allowed):
            yield f"{name} {given}; allowed: one or more of {', '.join(allowed)}"


def _is_time_zone(name: object) -> bool:
    try:
        return isinstance(name, str) and ZoneInfo(name) is not None
    except (KeyError, ValueError, OSError):
        return False
