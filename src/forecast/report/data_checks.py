"""What in an area's published figures deserves a second look, from what was known on a day.

Growth that the series' own model did not expect, growth that levels contradict, levels that fall
within a year, months that are missing or late, and publishers that contradict each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd

from forecast.archive.archive import Snapshot, overdue
from forecast.archive.figure_files import KEY
from forecast.archive.figures import Figure
from forecast.base.months import MONTHS_A_YEAR, Span, month, month_of_year, year_of
from forecast.base.series import Series
from forecast.history.levels import FloatArray
from forecast.history.series import History, bare_history
from forecast.models.cumulated import CumulatedLevel, Grid, Motion, grid_of, n_settled_months
from forecast.models.drift import Drift
from forecast.models.shared import Shared
from forecast.report.value import DataChecks, Finding

FEWEST_POINTS = 12  # with fewer points the standard error of the model is not reliable
STANDARD_ERRORS = 4.0
BASE_REVISION_PCT = 1.0  # less may come from rounding and small corrections
USUAL_SHARE = 2 / 3  # of the years in which a series has figures
YEARS_LOOKED_AT = 10
_MOST_DIGITS = 6


def data_checks(snapshot: Snapshot, area: str) -> DataChecks:
    """Return how many findings an area's published figures give, and the largest few."""
    return DataChecks.of(findings(snapshot, area))


def findings(snapshot: Snapshot, area: str) -> list[Finding]:
    """Return all findings in an area's published figures, the gravest first."""
    published = snapshot.published
    every = [*conflicts(published, area), *_stale(published, area)]
    for indicator in published.indicators_of(area):
        every.extend(_of_series(published, Series(area, indicator)))
    registry = snapshot.registry
    named = [replace(f, name=registry.of(*f.series).names) for f in every]
    return sorted(named, key=lambda finding: finding.order)


def _of_series(snapshot: Snapshot, series: Series) -> Iterator[Finding]:
    """Yield the findings of one series, by the checks that suit how its year adds up."""
    yield from gaps(snapshot, series)
    entry = snapshot.registry.of(*series)
    if entry.annual_rule is None:
        return
    yield from outliers(snapshot, series)
    if entry.accumulates and entry.kind == "amount":
        yield from negative_months(snapshot, series)
    if entry.price_basis == "nominal":
        yield from base_revisions(snapshot, series)


def _stale(snapshot: Snapshot, area: str) -> Iterator[Finding]:
    for late in overdue(snapshot, area, snapshot.indicators_of(area)):
        days, months = float(late.days_late(snapshot.day)), Span(late.month, late.month)
        yield Finding(kind="stale", series=late.series, span=months, size=days)


def outliers(snapshot: Snapshot, series: Series) -> Iterator[Finding]:
    """Yield YTD growth that lies more than four standard errors from what `drift` expected.

    The expectation rests on the figures of earlier months alone; how much the series moves is
    estimated from all that was known on the day. The return to normal after an outlier is
    not itself reported as an outlier.
    """
    history = bare_history(snapshot, *series, _year(snapshot, series))
    start = month(history.first_year, 1)
    sources = _sources(snapshot, series)
    for place, z in far_from_expected(history).items():
        span = Span.year_to_date(year_of(start + place), month_of_year(start + place))
        yield Finding(
            kind="outlier",
            series=series,
            span=span,
            size=z,
            source=sources.get(span.last, ""),
        )


def _year(snapshot: Snapshot, series: Series) -> int:
    return snapshot.schedule.year_on(series.area, snapshot.day)


def far_from_expected(history: History) -> dict[int, float]:
    """Return by month of the history the standardised errors beyond four.

    Each is tested again without those before it, so that the effect of one does not count too.
    """
    model = Drift()
    if not model.can_fit(history) or np.isfinite(history.settled).sum() <= FEWEST_POINTS:
        return {}
    fitted = model.fit(history, Shared())
    grid = grid_of(history, fitted.expected_sd, {}).until(n_settled_months(history))
    outliers: dict[int, float] = {}
    for place in np.flatnonzero(np.abs(_errors(grid, fitted.motion, [])) > STANDARD_ERRORS):
        z = float(_errors(grid, fitted.motion, list(outliers))[place])
        if abs(z) > STANDARD_ERRORS:
            outliers[int(place)] = z
    return outliers


def _errors(grid: Grid, motion: Motion, without: Sequence[int]) -> FloatArray:
    """Return YTD growth less what was expected a step before, in standard errors, or NaN."""
    observed = grid.observed.copy()
    observed[list(without), 0] = np.nan
    seen = CumulatedLevel(replace(grid, observed=observed)).moving(motion).ssm.filter()
    z = seen.forecasts_error[0] / np.sqrt(seen.forecasts_error_cov[0, 0])
    is_known = np.isfinite(observed[:, 0])
    return np.where(is_known & (np.cumsum(is_known) > FEWEST_POINTS), z, np.nan)


def base_revisions(snapshot: Snapshot, series: Series) -> Iterator[Finding]:
    """Yield the years whose levels and published growth imply another base than was published."""
    history = bare_history(snapshot, *series, _year(snapshot, series))
    sources = _sources(snapshot, series)
    for row, share in enumerate(history.growth.base_revision):
        if abs(100 * share) > BASE_REVISION_PCT:
            base = history.first_year + row - 1
            months = [m for m in sources if year_of(m) == base + 1]
            yield Finding(
                kind="base_revision", series=series,
                span=Span.year_to_date(base, MONTHS_A_YEAR), size=float(100 * share), unit="pct",
                source=sources[max(months)] if months else "",
            )  # fmt: skip


def _sources(snapshot: Snapshot, series: Series) -> dict[int, str]:
    """Return by last month the source of the growth that counts on the day, or of the level."""
    figures = [f for f in snapshot.figures_of(*series) if f.settles]
    figures.sort(key=lambda f: (f.measure == "growth_pct", f.span.is_year_to_date))
    return {f.span.last: f.source for f in figures}


def negative_months(snapshot: Snapshot, series: Series) -> Iterator[Finding]:
    """Yield the months between two year-to-date levels of which the later is lower."""
    years: dict[tuple[int, str], list[Figure]] = defaultdict(list)
    for figure in snapshot.figures_of(*series):
        if figure.settles and figure.measure == "level" and figure.span.is_year_to_date:
            years[figure.span.year, figure.unit].append(figure)
    for figures in years.values():
        figures.sort(key=lambda f: f.span.last)
        for before, after in pairwise(figures):
            if after.value < before.value:
                yield Finding(
                    kind="negative_month", series=series,
                    span=Span(before.span.last + 1, after.span.last),
                    size=after.value - before.value, unit=after.unit, source=after.source,
                )  # fmt: skip


def gaps(snapshot: Snapshot, series: Series) -> Iterator[Finding]:
    """Yield runs of months between the first and the newest figure that the series usually has.

    A month is usual where spans end with it in two of three years that have any figure, among the
    last ten years.
    """
    ends = {f.span.last for f in snapshot.figures_of(*series) if f.settles}
    ends = {m for m in ends if year_of(m) > _year(snapshot, series) - YEARS_LOOKED_AT}
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
                kind="gap", series=series, span=Span(run[0], run[-1]),
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
        values = rows.sort_values("value").to_dict("records")
        lowest, highest = values[0], values[-1]
        size = float(highest["value"] - lowest["value"])
        if size > _rounding(lowest["value"]) + _rounding(highest["value"]):
            sources = [f"{end['publisher']} {end['value']:.10g}" for end in (highest, lowest)]
            yield Finding(
                kind="conflict",
                series=Series(area, str(lowest["indicator"])),
                span=Span(int(lowest["first"]), int(lowest["last"])),
                size=size,
                unit=str(lowest["unit"]),
                source=", ".join(sources),
            )


def _rounding(value: float) -> float:
    """Return by how much a value may be rounded: half a unit of the last digit that it shows."""
    digits = len(f"{value:.{_MOST_DIGITS}f}".rstrip("0").partition(".")[2])
    return 0.5 * 10.0**-digits * (1 + 1e-9)
