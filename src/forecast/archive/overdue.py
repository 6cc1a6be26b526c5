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
class NextRelease:
    """The span of a series that comes out next: its last month, and its usual release day."""

    series: Series
    month: int
    usually_on: date

    def days_late(self, day: date) -> int:
        """Return for how many days it has been overdue on a day; negative before it is due."""
        return (day - self.usually_on).days

    def __str__(self) -> str:
        """Return `area/indicator to YYYY-MM, usually out on YYYY-MM-DD`."""
        return f"{self.series} to {month_text(self.month)}, usually out on {self.usually_on}"


def next_release(
    figures: Iterable[Figure], area: str, indicator: str, schedule: Schedule
) -> NextRelease | None:
    """Return what a series publishes next; None without figures or without a usual lag for it.

    The span is expected to end in a month of the year in which earlier spans of the series ended.
    """
    published = [f for f in figures if f.settles and f.is_published]
    if not published:
        return None
    newest = max(f.span.last for f in published)
    usual = {month_of_year(f.span.last) for f in published}
    following = range(newest + 1, newest + 1 + MONTHS_A_YEAR)
    expected = next(m for m in following if month_of_year(m) in usual)
    usually_on = schedule.usual_release_on(area, indicator, expected)
    return (
        None if usually_on is None else NextRelease(Series(area, indicator), expected, usually_on)
    )


def overdue(
    snapshot: Snapshot, area: str, indicators: Iterable[str], *, grace_days: int = 0
) -> list[NextRelease]:
    """Return the releases that are more than `grace_days` overdue on the snapshot's day."""
    last = snapshot.day - timedelta(days=grace_days)
    releases = (
        next_release(snapshot.figures_of(area, name), area, name, snapshot.schedule)
        for name in indicators
    )
    return [release for release in releases if release and release.usually_on < last]
