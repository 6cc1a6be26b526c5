"""Unpublished figures laid over the published ones for one run: an office's own flash figures.

They are read like any file of figures. A forecast uses them as if they were published; but they
settle no target, estimates do not use them, and no file of the data folder is changed.
"""

from __future__ import annotations

from calendar import month_name
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from forecast.archive.archive import Archive
from forecast.archive.contradictions import by_years_of_areas, calendar_faults
from forecast.archive.figure_files import KEY, REQUIRED, checked, conflicts, csv_rows
from forecast.archive.figures import SETTLING
from forecast.archive.folder import unknown_indicators, with_units
from forecast.archive.registry import Indicator
from forecast.base.errors import ContractError, Fault
from forecast.base.files import sha256_of
from forecast.base.frames import texts
from forecast.base.months import MONTHS_A_YEAR, Span, month_of_year, month_text

UNNAMED_SOURCE = "internal"
_NEEDED = tuple(column for column in REQUIRED if column != "released_on")
_LOGGED = (
    "area", "indicator", "first_month", "last_month", "measure", "value", "unit", "status",
    "released_on", "publisher", "source", "line",
)  # fmt: skip

_Row = Mapping[Hashable, Any]


@dataclass(frozen=True)
class Overlay:
    """The figures of an overlay file, in the columns of an archive's figures.

    `content_hash` is the SHA-256 of the file: it tells runs with different rows apart.
    """

    figures: pd.DataFrame
    content_hash: str

    def over(self, archive: Archive) -> Archive:
        """Return the archive with these figures over it."""
        return replace(archive, unpublished=self.figures)

    def rows(self) -> list[dict[str, Any]]:
        """Return every row as it is logged: texts and numbers, months as `YYYY-MM`, days in ISO."""
        named = self.figures.assign(
            first_month=self.figures["first"].map(month_text),
            last_month=self.figures["last"].map(month_text),
            released_on=self.figures["released_on"].dt.strftime("%Y-%m-%d"),
        )
        rows = named[list(_LOGGED)].to_dict("records")
        return [{str(name): value for name, value in row.items()} for row in rows]


def read_overlay(path: Path, archive: Archive, day: date) -> Overlay:
    """Return the figures of a CSV file that lie over an archive; raise ContractError.

    A row without `released_on` came out on `day`, one without a source is of `UNNAMED_SOURCE`.
    A figure that runs to December is an expectation, not an outturn, whatever its status.
    """
    if not path.is_file():
        raise ContractError([Fault(str(path), None, "no such file; a CSV file is needed")])
    faults: list[Fault] = []
    rows = csv_rows(path, path.name, faults, _NEEDED)
    given = rows.get("released_on", pd.Series("", index=rows.index))
    dated = given.where(given != "", day.isoformat())
    rows = rows.assign(released_on=dated)
    figures = checked(rows, path.name, faults, may_be_unfinished=True)
    figures = figures.assign(is_published=False, is_dated=given[figures.index] != "")
    figures["source"] = texts(figures["source"], lambda source: source or UNNAMED_SOURCE)
    figures, _ = with_units(figures, archive.registry)
    faults.extend(conflicts(figures))
    faults.extend(unknown_indicators(figures, archive.registry))
    faults.extend(calendar_faults(figures, archive.registry))
    figures = by_years_of_areas(figures, archive.registry)
    faults.extend(_against(figures, archive, day))
    if faults:
        raise ContractError(sorted(faults, key=lambda f: (f.file, f.line or 0)))
    once = figures.drop_duplicates([*KEY, "released_on", "status"], ignore_index=True)
    return Overlay(_never_settling(once), sha256_of(path))


def _never_settling(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the figures; those that run to December have the status `expected`."""
    settles = figures["status"].isin(SETTLING)
    ends_a_year = figures["last"].map(month_of_year) == MONTHS_A_YEAR
    return figures.assign(
        status=figures["status"].astype("str").mask(settles & ends_a_year, "expected")
    )


def _against(figures: pd.DataFrame, archive: Archive, day: date) -> Iterator[Fault]:
    """Yield the faults of figures that do not fit the published ones."""
    areas = ", ".join(archive.areas)
    for row in figures.to_dict("records"):
        file, line = row["file"], row["line"]
        if row["area"] not in archive.areas:
            yield Fault(file, line, f"no figures for area {row['area']!r}; allowed: {areas}")
        elif row["indicator"] in archive.registry.indicators:
            for message in _messages(row, archive, day):
                yield Fault(file, line, message)


def _messages(row: _Row, archive: Archive, day: date) -> Iterator[str]:
    area, indicator = row["area"], row["indicator"]
    span, measure, unit = Span(row["first"], row["last"]), row["measure"], row["unit"]
    entry, before = archive.registry.of(area, indicator), archive.registry.months_before(area)
    what, on = f"{area} {indicator} {span.later(before)}", row["released_on"].date()
    if entry.has_no_growth and measure == "growth_pct":
        yield f"{what} growth_pct, of a {entry.kind}, which has no growth; allowed: level"
        return
    ends_a_year = month_of_year(span.last) == MONTHS_A_YEAR and row["status"] != "lower_bound"
    if entry.annual_rule and ends_a_year and not _is_of_the_year(row, entry):
        last = month_name[(before - 1) % MONTHS_A_YEAR + 1]
        allowed = "growth_pct of the whole year" + (f", or of {last}" if entry.is_stock else "")
        if entry.has_no_growth:
            allowed = f"months before {last}"
        rule = f"which an overlay can only expect; allowed: {allowed}"
        yield f"{what} {measure} runs to {last}, {rule}"
    published = [f for f in archive.releases(area, indicator) if f.released_on <= day]
    levels = [f for f in published if f.measure == "level"]
    usual = max(levels, key=lambda f: (f.span.last, f.released_on)).unit if levels else unit
    if measure == "level" and unit != usual:
        yield f"unit {unit!r} is not that of the published levels; allowed: {usual!r}"
    settled = archive.releases_of(area, indicator, span, measure)
    same = [f for f in settled if f.unit == unit and f.released_on <= day]
    if not row["is_dated"]:
        same = same[-1:]  # the one that it would replace
    for figure in same:
        conflict = f"{what} was published as {figure.value:g} on {figure.released_on}"
        if not row["is_dated"]:
            yield f"{conflict}; allowed: a released_on of its own, a revision's after that day"
        elif figure.released_on == on and figure.value != row["value"]:
            yield f"{conflict}, and is {row['value']:g} here; allowed: one value a day"


def _is_of_the_year(row: _Row, entry: Indicator) -> bool:
    """Whether a figure is growth of a whole year: the only expectation that is accepted."""
    span = Span(row["first"], row["last"])
    is_december = entry.is_stock and span.n_months == 1
    return row["measure"] == "growth_pct" and (span.is_whole_year or is_december)
