"""The section on figures that deserve a second look."""

from __future__ import annotations

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages.html import Html, fragment
from forecast.report.value import DataChecks, Finding, Report

_DECIMALS = {"outlier": 1, "base_revision": 1, "stale": 0, "gap": 0}


def quality(report: Report, lang: str) -> Html:
    """Return what deserves a look in the area's figures; a sentence where nothing does."""
    found = report.data_checks
    rows = [(one, _months(one, lang), _size(one, lang)) for one in found.findings]
    return fragment("quality", lang, report=report, rows=rows, rest=_rest(found, lang))


def _rest(found: DataChecks, lang: str) -> str:
    """Return how many findings of which kinds are not shown; nothing where all are."""
    shown = [one.kind for one in found.findings]
    left = {kind: n - shown.count(kind) for kind, n in found.counts.items()}
    named = [
        text("quality.more", lang, kind=text(f"quality_kind.{kind}", lang), n=n)
        for kind, n in left.items()
        if n
    ]
    listed = text("quality.between", lang).join(named)
    return text("quality.rest", lang, listed=listed) if named else ""


def _months(one: Finding, lang: str) -> str:
    ends = one.span.texts
    if one.span.is_within_a_year:
        return texts.span(*ends, lang)
    first, last = (texts.span(m, m, lang) for m in ends)
    return text("quality.months", lang, first=first, last=last)


def _size(one: Finding, lang: str) -> str:
    """Return how large a finding is, in words."""
    if one.kind in _DECIMALS:
        number = texts.number(one.size, _DECIMALS[one.kind])
        return text(f"quality_size.{one.kind}", lang, n=number)
    return (
        texts.points(one.size, 1, lang)
        if one.unit == "pct"
        else texts.level(one.size, one.unit, lang)
    )
