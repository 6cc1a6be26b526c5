"""All findings of an area, ranked, and the few of them that are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from forecast.archive.archive import Snapshot
from forecast.archive.overdue import overdue
from forecast.base.months import Span
from forecast.report.finding import KINDS, Finding
from forecast.report.growth_checks import base_revisions, outliers
from forecast.report.level_checks import negative_months
from forecast.report.release_checks import conflicts, gaps

MOST_OF_A_KIND = 3


def findings(snapshot: Snapshot, area: str) -> list[Finding]:
    """Return what deserves a look in an area's published figures, the gravest first."""
    published = snapshot.published
    found = [*conflicts(published, area), *_stale(published, area)]
    for indicator in published.indicators_of(area):
        found.extend(gaps(published, area, indicator))
        entry = published.registry.of(area, indicator)
        if entry.annual_rule is None:
            continue
        found.extend(outliers(published, area, indicator))
        if not entry.is_stock and entry.annual_rule != "mean_of_months":
            found.extend(negative_months(published, area, indicator))
        if entry.price_basis == "nominal":
            found.extend(base_revisions(published, area, indicator))
    return sorted(found, key=lambda one: (one.order, one.indicator))


def foremost(found: Iterable[Finding]) -> list[Finding]:
    """Return the largest few of each kind, in the order of all."""
    shown: Counter[str] = Counter()
    kept = []
    for one in found:
        shown[one.kind] += 1
        if shown[one.kind] <= MOST_OF_A_KIND:
            kept.append(one)
    return kept


def counted(found: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings of each kind there are, kinds without any included."""
    n = Counter(one.kind for one in found)
    return {kind: n[kind] for kind in KINDS}


def _stale(snapshot: Snapshot, area: str) -> Iterator[Finding]:
    for one in overdue(snapshot, area, snapshot.indicators_of(area)):
        days = float(one.days_late(snapshot.day))
        months = Span(one.month, one.month)
        yield Finding(
            kind="stale", area=area, indicator=one.series.indicator, span=months, size=days
        )
