"""Everything that was published, as one long series: each target on each day of a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import pandas as pd

from forecast.base.errors import Fault, ParameterError
from forecast.publishing.integrity import faults_of
from forecast.publishing.ledger import Entry, read_ledger
from forecast.publishing.scored_reports import listed_report
from forecast.report.result import rounded
from forecast.report.value import IndicatorReport, Report

ALL_TARGETS = "all_targets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a report of a day said of one indicator; growth in per cent, probabilities 0 to 1.

    The row of `all_targets` has the probability that all are attained together. `probability` is 1
    or 0 once the target is settled.
    """

    area: str
    area_en: str
    area_zh: str
    year: int
    indicator: str
    indicator_en: str = ""
    indicator_zh: str = ""
    as_of: date
    published_at: str
    run: str
    status: str = ""
    months_known: int | None = None
    target: str | None = None
    comparison: str | None = None
    bound_pct: float | None = None
    probability: float | None = None
    standard_error: float | None = None
    light: str | None = None
    required_growth_pct: float | None = None
    median_pct: float | None = None
    lower80_pct: float | None = None
    upper80_pct: float | None = None
    outturn_pct: float | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The rows of all published reports in the order of area, year, day; and faults of results."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a line; days are dates, what is not known is missing."""
        names = [field.name for field in fields(Row)]
        table = pd.DataFrame([[getattr(r, n) for n in names] for r in self.rows], columns=names)
        numbers = [f.name for f in fields(Row) if str(f.type).startswith("float")]
        kinds = {"year": "int64", "months_known": "Int64"} | dict.fromkeys(numbers, "float64")
        return table.astype(kinds)


def published_history(reports: Path, area: str | None = None) -> History:
    """Return what the reports in a folder said, those that are not public left out.

    Of several reports for one day and question the one listed first counts. A result that was
    altered or cannot be read is a fault. Raise ParameterError where there is none, or none of the
    area.
    """
    faults = list(faults_of(reports))
    unsound = {fault.file for fault in faults}
    first: dict[tuple[str, int, str], list[Row]] = {}
    areas = set()
    for entry in read_ledger(reports).numbered.values():
        areas.add(entry.area)
        question = (entry.area, entry.year, entry.day)
        if question in first or entry.path in unsound or area not in (None, entry.area):
            continue
        report = listed_report(reports, entry, faults)
        if report is not None and report.is_public:
            first[question] = list(_rows(report, entry))
    if not first and not faults:
        listed = (
            f"areas with reports: {', '.join(sorted(areas))}" if areas else "it lists no report"
        )
        wanted = "reports" if area is None else f"reports of {area!r}"
        raise ParameterError([f"{reports}: no {wanted} to export; {listed}"])
    return History(tuple(row for key in sorted(first) for row in first[key]), tuple(faults))


def _rows(report: Report, entry: Entry) -> Iterator[Row]:
    for indicator in report.indicators:
        yield _row(report, indicator, entry)
    if report.joint is not None:
        yield Row(
            area=report.area,
            area_en=report.area_name.en,
            area_zh=report.area_name.zh,
            year=report.year,
            indicator=ALL_TARGETS,
            as_of=report.as_of,
            published_at=entry.time,
            run=entry.run,
            probability=rounded(report.joint.all_targets.value),
            standard_error=rounded(report.joint.all_targets.standard_error),
        )


def _row(report: Report, one: IndicatorReport, entry: Entry) -> Row:
    target, attained, band = one.target, one.attainment, one.forecast
    return Row(
        area=report.area,
        area_en=report.area_name.en,
        area_zh=report.area_name.zh,
        year=report.year,
        indicator=one.id,
        indicator_en=one.name.en,
        indicator_zh=one.name.zh,
        as_of=report.as_of,
        published_at=entry.time,
        run=entry.run,
        status=one.status,
        months_known=one.months_known,
        target=None if target is None else target.wording,
        comparison=None if target is None else str(target.comparison),
        bound_pct=None if target is None else rounded(target.bound_pct),
        probability=one.probability,
        standard_error=None if attained is None else rounded(attained.probability.standard_error),
        light=None if target is None else one.light,
        required_growth_pct=None if one.required is None else one.required.growth_pct,
        median_pct=None if band is None else band.median_pct,
        lower80_pct=None if band is None else band.lower80_pct,
        upper80_pct=None if band is None else band.upper80_pct,
        outturn_pct=None if one.outturn is None else one.outturn.growth_pct,
    )
