"""What deserves a second look in the figures of a report, as a value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from forecast.archive.archive import Snapshot
from forecast.base.months import month_text
from forecast.report.data_checks import counted, findings, foremost
from forecast.report.finding import KINDS, Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingSaid:
    """A thing to look at; what `size` is depends on the kind, and `unit` is that of levels."""

    kind: str
    indicator: str
    name_en: str
    name_zh: str
    first_month: str
    last_month: str
    size: float
    unit: str
    source: str

    def name(self, lang: str) -> str:
        """Return the indicator's name in `en` or `zh`."""
        return self.name_zh if lang == "zh" else self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """How many findings of each kind there are, and the largest few of each, gravest first."""

    counts: dict[str, int]
    findings: list[FindingSaid]

    def of_indicator(self, indicator: str) -> QualityReport:
        """Return those shown that are of one indicator."""
        own = [one for one in self.findings if one.indicator == indicator]
        n = Counter(one.kind for one in own)
        return QualityReport(counts={kind: n[kind] for kind in KINDS}, findings=own)


def quality_report(snapshot: Snapshot, area: str) -> QualityReport:
    """Return what deserves a look in an area's figures that were known on the day."""
    found = findings(snapshot, area)
    said = [_said(one, snapshot) for one in foremost(found)]
    return QualityReport(counts=counted(found), findings=said)


def _said(one: Finding, snapshot: Snapshot) -> FindingSaid:
    entry = snapshot.registry.of(one.area, one.indicator)
    return FindingSaid(
        kind=one.kind,
        indicator=one.indicator,
        name_en=entry.name_en,
        name_zh=entry.name_zh,
        first_month=month_text(one.span.first),
        last_month=month_text(one.span.last),
        size=one.size,
        unit=one.unit,
        source=one.source,
    )
