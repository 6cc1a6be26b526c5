"""Figures that the usual release lags say should be out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from forecast.archive.archive import Snapshot
from forecast.archive.figures import Figure
from forecast.archive.schedule import Schedule
from forecast.base.months import MONTHS_A_YEAR, month_of_year, month_text
from forecast.base.series import Series


@dataclass(frozen=True, slots=True)
class Awaited:
    """The next span of a series to come out: its last month, and its usual release day."""

    series: Series
    month: int
    usually_on: date

    def days_late(self, day: date) -> int:
        """Return for how many days it has been overdue on a day; negative before it is due."""
        return (day - self.usually_on).days

    def __str__(self) -> str:
        """Return `area/indicator to YYYY-MM, usually out on YYYY-MM-DD`."""
        return f"{self.series} to {month_text(self.month)}, usually out on {self.usually_on}"


def awaited(
    figures: Iterable[Figure], area: str, indicator: str, schedule: Schedule
) -> Awaited | None:
    """Return what a series publishes next; None without figures or a lag that holds for it.

    A span is expected to end in a month of the year with which spans of the series have ended.
    """
    published = [f for f in figures if f.settles and f.is_published]
    if not published:
        return None
    newest = max(f.span.last for f in published)
    usual = {month_of_year(f.span.last) for f in published}
    following = range(newest + 1, newest + 1 + MONTHS_A_YEAR)
    expected = next(m for m in following if month_of_year(m) in usual)
    usually_on = schedule.usual_release_on(area, indicator, expected)
    return None if usually_on is None else Awaited(Series(area, indicator), expected, usually_on)


def overdue(
    snapshot: Snapshot, area: str, indicators: Iterable[str], *, grace_days: int = 0
) -> list[Awaited]:
    """Return what should have been out before the day, longer ago than the days of grace."""
    last = snapshot.day - timedelta(days=grace_days)
    found = (
        awaited(snapshot.figures_of(area, name), area, name, snapshot.schedule)
        for name in indicators
    )
    return [one for one in found if one is not None and one.usually_on < last]
