"""The type of a finding: where it is, how large, and on whose figures it rests."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.base.months import Span

# by how surely a person has to act: two offices at odds first, a missing month last
KINDS = ("conflict", "negative_month", "outlier", "base_revision", "stale", "gap")
_SIZES = {
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
    area: str
    indicator: str
    span: Span
    size: float
    unit: str = ""
    source: str = ""

    @property
    def order(self) -> tuple[int, float, int]:
        """By what findings are ranked: kind, size, then the newest first."""
        return KINDS.index(self.kind), -abs(self.size), -self.span.last

    def __str__(self) -> str:
        """Return `area/indicator, span: kind, size and unit (source)`."""
        unit = "pp" if self.unit == "pct" else self.unit
        said = _SIZES.get(self.kind, f"{{n}} {unit}").format(n=f"{self.size:.4g}")
        named = self.kind.replace("_", " ")
        source = f" ({self.source})" if self.source else ""
        return f"{self.area}/{self.indicator} {self.span}: {named}, {said}{source}"
