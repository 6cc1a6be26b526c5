"""The outturn of a year: growth as published, and the release that settles it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from forecast.archive.archive import Snapshot
from forecast.archive.figures import Figure
from forecast.archive.targets import Target, round_half_up
from forecast.base.months import MONTHS_A_YEAR, Span, month
from forecast.history.series import History, build_history


@dataclass(frozen=True, slots=True)
class Outturn:
    """Growth of the whole year as published, in per cent, and the release that settles it.

    `attained` says whether it meets the target; None without a target.
    """

    growth_pct: float
    released_on: date | None
    status: str
    source: str
    attained: bool | None = None


def outturn_of(history: History, target: Target | None, snapshot: Snapshot) -> Outturn | None:
    """Return the year's settled growth, by the release that settles the target."""
    if history.outturn_pct is None:
        return None
    outturn = _published_outturn(history, target, snapshot) or _computed_outturn(history, snapshot)
    if target is None:
        return outturn
    return replace(outturn, attained=bool(target.is_met_as_published(outturn.growth_pct)))


def _published_outturn(
    history: History, target: Target | None, snapshot: Snapshot
) -> Outturn | None:
    """Return growth of the year as the office published it; None where only levels are out."""
    december = month(history.year, MONTHS_A_YEAR)
    span = Span(december if history.indicator.is_stock else month(history.year, 1), december)
    releases = snapshot.releases_of(history.area, history.indicator.id, span, "growth_pct")
    if not releases:
        return None
    chosen = _settling_release(releases, target, history.year)
    return Outturn(chosen.value, chosen.released_on, chosen.status, chosen.source)


def expected_outturn(history: History, snapshot: Snapshot) -> Outturn | None:
    """Return the office's last expectation of a year that was never settled; else None.

    Forecasts are scored against it apart: it settles no target, and enters no estimate.
    """
    december = month(history.year, MONTHS_A_YEAR)
    if december not in history.expected:
        return None
    figures = snapshot.figures_of(history.area, history.indicator.id)
    expected = [f for f in figures if f.status == "expected" and f.span.last == december]
    if not expected:
        return None
    last = max(expected, key=lambda f: (f.measure == "growth_pct", f.released_on))
    return Outturn(history.expected[december], last.released_on, "expected", last.source)


def _computed_outturn(history: History, snapshot: Snapshot) -> Outturn:
    """Return growth of the year where only its levels or months are published.

    The first day on which the year was complete decides: a later revision of a level does not
    change the outturn.
    """
    december = month(history.year, MONTHS_A_YEAR)
    figures = snapshot.archive.releases(history.area, history.indicator.id)
    days = sorted({f.released_on for f in figures if f.settles and f.span.last >= december})
    for day in (d for d in days if d <= snapshot.day):
        history_then = build_history(
            snapshot.archive.published.as_of(day), history.area, history.indicator.id, history.year
        )
        if history_then.outturn_pct is not None:
            source = next(f.source for f in figures if f.released_on == day)
            growth = float(round_half_up(history_then.outturn_pct, history.indicator.decimals))
            return Outturn(growth, day, "computed", source)
    raise AssertionError("the year is settled, so it was on one of these days")


def _settling_release(releases: list[Figure], target: Target | None, year: int) -> Figure:
    """Return the first release, or the latest of the two years after the target's year."""
    if target is None or target.settles == "first":
        return releases[0]
    in_time = [r for r in releases if r.released_on <= date(year + 2, 12, 31)]
    return in_time[-1] if in_time else releases[0]
