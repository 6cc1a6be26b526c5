"""Which reports are due by a schedule, and why one has to be made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from forecast.archive.archive import Archive
from forecast.archive.schedule import ReportDays, end_of_month
from forecast.base.months import month
from forecast.publishing.manifest import Manifest
from forecast.publishing.page_names import Page

MISSING, FIGURES, QUESTION = "missing", "figures", "question"


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A report that is due: of an area's year on a day, in these kinds and languages."""

    day: date
    area: str
    year: int
    kinds: tuple[str, ...]
    languages: tuple[str, ...]
    formats: tuple[str, ...]

    def includes(self, page: Page) -> bool:
        """Return whether a page is one of those that are due."""
        is_format = page.lang in self.languages and page.format in self.formats
        return page.kind in self.kinds and is_format


def due_reports(archive: Archive, now: datetime) -> list[Due]:
    """Return the reports due at a time, by day; entries for one area, year and day are one report.

    The days of a year run from the first announcement of one of its targets, but not before
    1 January or the area's first release, to `months_after` months after the end of the year.
    Raise UnknownArea for an entry of an area without figures.
    """
    wanted: dict[tuple[date, str, int], list[ReportDays]] = {}
    zone = ZoneInfo(archive.schedule.time_zone)
    for entry in archive.schedule.report_days:
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
    first = max(date(year, 1, 1), first_release, min(announced, default=first_release))
    last = min(today, end_of_month(month(year, 12) + entry.months_after))
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
