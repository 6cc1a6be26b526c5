"""Months in which a year's level falls, as no sum of what was done can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from forecast.archive.archive import Snapshot
from forecast.archive.figures import Figure
from forecast.base.months import Span
from forecast.report.finding import Finding


def negative_months(snapshot: Snapshot, area: str, indicator: str) -> Iterator[Finding]:
    """Yield the months between two year-to-date levels of which the later one is lower."""
    years: dict[tuple[int, str], list[Figure]] = defaultdict(list)
    for figure in snapshot.figures_of(area, indicator):
        if figure.settles and figure.measure == "level" and figure.span.is_year_to_date:
            years[figure.span.year, figure.unit].append(figure)
    for figures in years.values():
        figures.sort(key=lambda f: f.span.last)
        for before, after in pairwise(figures):
            if after.value < before.value:
                yield Finding(
                    kind="negative_month", area=area, indicator=indicator,
                    span=Span(before.span.last + 1, after.span.last),
                    size=after.value - before.value, unit=after.unit, source=after.source,
                )  # fmt: skip
