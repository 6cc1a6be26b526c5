"""Months that a series usually has and now lacks, and publishers that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from forecast.archive.archive import Snapshot
from forecast.archive.figure_files import KEY
from forecast.base.months import MONTHS_A_YEAR, Span, month_of_year, year_of
from forecast.report.finding import Finding

USUAL_SHARE = 2 / 3  # of the years in which a series has figures
YEARS_LOOKED_AT = 10
_MOST_DIGITS = 6


def gaps(snapshot: Snapshot, area: str, indicator: str) -> Iterator[Finding]:
    """Yield runs of months between the first and the newest figure that the series usually has.

    A month is usual where spans end with it in two of three years that have any figure. Only the
    last ten years are looked at.
    """
    ends = {f.span.last for f in snapshot.figures_of(area, indicator) if f.settles}
    ends = {m for m in ends if year_of(m) > snapshot.day.year - YEARS_LOOKED_AT}
    if not ends:
        return
    n_years = len({year_of(m) for m in ends})
    seen = np.bincount([month_of_year(m) for m in ends], minlength=MONTHS_A_YEAR + 1)
    usual = [p for p in range(1, MONTHS_A_YEAR + 1) if _is_usual(seen[p], n_years)]
    expected = [m for m in range(min(ends), max(ends)) if month_of_year(m) in usual]
    run: list[int] = []
    for when in [*expected, max(ends)]:
        if when not in ends:
            run.append(when)
        elif run:
            yield Finding(
                kind="gap", area=area, indicator=indicator, span=Span(run[0], run[-1]),
                size=float(len(run)),
            )  # fmt: skip
            run = []


def _is_usual(n_seen: int, n_years: int) -> bool:
    return n_years >= 3 and n_seen >= USUAL_SHARE * n_years


def conflicts(snapshot: Snapshot, area: str) -> Iterator[Finding]:
    """Yield spans of which two publishers' newest final values differ by more than rounding."""
    figures = snapshot.archive.figures
    is_known = (figures["released_on"] <= pd.Timestamp(snapshot.day)) & (figures["area"] == area)
    final = figures[is_known & (figures["status"] == "final") & (figures["publisher"] != "")]
    newest = final.sort_values("released_on", kind="stable").drop_duplicates(
        [*KEY, "publisher"], keep="last"
    )
    for _, rows in newest[newest.duplicated(KEY, keep=False)].groupby(list(KEY), observed=True):
        said = rows.sort_values("value").to_dict("records")
        lowest, highest = said[0], said[-1]
        size = float(highest["value"] - lowest["value"])
        if size > _rounding(lowest["value"]) + _rounding(highest["value"]):
            values = [f"{one['publisher']} {one['value']:.10g}" for one in (highest, lowest)]
            yield Finding(
                kind="conflict",
                area=area,
                indicator=str(lowest["indicator"]),
                span=Span(int(lowest["first"]), int(lowest["last"])),
                size=size,
                unit=str(lowest["unit"]),
                source=", ".join(values),
            )


def _rounding(value: float) -> float:
    """Return by how much a value may be rounded: half a unit of the last digit that it shows."""
    digits = len(f"{value:.{_MOST_DIGITS}f}".rstrip("0").partition(".")[2])
    return 0.5 * 10.0**-digits * (1 + 1e-9)
