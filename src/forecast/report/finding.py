"""What in the figures deserves a second look: where it is, how large, and whose figures it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from forecast.base.months import Span
from forecast.base.series import Names, Series

# by how surely a person has to act: two offices at odds first, a missing month last
KINDS = ("conflict", "negative_month", "outlier", "base_revision", "stale", "gap")
MOST_OF_A_KIND = 3
_SCALES = {
    "outlier": "{n} standard errors",
    "base_revision": "{n} %",
    "stale": "days late: {n}",
    "gap": "months missing: {n}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A thing to look at in one series.

    `size` is for `conflict` how far two values lie apart and for `negative_month` how far the
    year's level fell, both in `unit`; for `outlier` the standardised error z; for `base_revision`
    the share of the base in per cent; for `stale` days beyond the usual lag; for `gap` months
    without a figure.
    """

    kind: str
    series: Series
    span: Span
    size: float
    unit: str = ""
    source: str = ""
    name: Names = field(default_factory=lambda: Names("", ""))

    @property
    def order(self) -> tuple[int, float, int, str]:
        """By what findings are ranked: kind, size, then the newest first."""
        kind = KINDS.index(self.kind)
        return kind, -abs(self.size), -self.span.last, self.series.indicator

    def __str__(self) -> str:
        """Return `area/indicator, span: kind, size and unit (source)`."""
        unit = "pp" if self.unit == "pct" else self.unit
        size = _SCALES.get(self.kind, f"{{n}} {unit}").format(n=f"{self.size:.4g}")
        source = f" ({self.source})" if self.source else ""
        return f"{self.series} {self.span}: {self.kind.replace('_', ' ')}, {size}{source}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChecks:
    """How many findings of each kind there are, and the largest few of each, gravest first."""

    counts: dict[str, int]
    findings: list[Finding]

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> DataChecks:
        """Return the counts of all findings, kinds without any included, and the largest few."""
        ordered = sorted(findings, key=lambda finding: finding.order)
        counts, shown = Counter(finding.kind for finding in ordered), Counter[str]()
        largest = []
        for finding in ordered:
            shown[finding.kind] += 1
            if shown[finding.kind] <= MOST_OF_A_KIND:
                largest.append(finding)
        return cls(counts={kind: counts[kind] for kind in KINDS}, findings=largest)

    def of_indicator(self, indicator: str) -> DataChecks:
        """Return those shown that are of one indicator."""
        own = [finding for finding in self.findings if finding.series.indicator == indicator]
        counts = Counter(finding.kind for finding in own)
        return DataChecks(counts={kind: counts[kind] for kind in KINDS}, findings=own)
