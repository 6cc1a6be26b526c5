"""The outturn of a year: growth as published, and the release that settles it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecast.archive.archive import Snapshot
from forecast.archive.figures import Figure
from forecast.archive.targets import Target, resolved, round_half_up
from forecast.base.months import MONTHS_A_YEAR, Span, month
from forecast.base.texts import digits
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
    outturn = _published_outturn(history, target, snapshot) or _computed_outturn(
        history, target, snapshot
    )
    judged = judged_target(target, history)
    if judged is None:
        return outturn
    is_of_level = target is not None and target.measure == "level" and outturn.released_on
    then = _history_on(outturn.released_on, history, snapshot) if is_of_level else history
    return replace(outturn, attained=is_attained(judged, outturn, then))


def _history_on(day: date | None, history: History, snapshot: Snapshot) -> History:
    """Return what was known of a year on an earlier day from published figures."""
    known = snapshot.archive.published.as_of(day or snapshot.day)
    return build_history(known, history.area, history.indicator.id, history.year)


def is_attained(target: Target, outturn: Outturn, history: History) -> bool:
    """Return whether a year's outturn meets a target; a level is judged as it was published."""
    decimals = history.indicator.decimals
    if target.measure == "level" and not history.indicator.has_no_growth:
        level = level_of_year(history, history.year)
        if level is not None:
            rounded = round_half_up(level, target.digits(decimals))
            return bool(target.is_met_as_published(rounded))
    if target.measure == "growth":
        return bool(target.is_met_as_published(outturn.growth_pct))
    return bool(target.is_met(outturn.growth_pct, decimals))


def judged_target(target: Target | None, history: History) -> Target | None:
    """Return the target as paths are judged by it; None where last year's level is not known.

    Growth, and a level of a rate or a balance, are what paths hold. A level of an amount is last
    year's times one plus growth, a difference is a level less last year's.
    """
    if target is None or target.measure == "growth":
        return target
    entry = history.indicator
    if entry.has_no_growth:
        if target.measure == "level":
            return target
        before = history.annual.get(history.year - 1)
        return (
            None
            if before is None
            else resolved(target, before, is_growth=False, decimals=entry.decimals)
        )
    base = level_of_year(history, history.year - 1)
    if base is None or base <= 0 or entry.is_mean_of_rates or entry.price_basis == "real":
        return None
    revision = np.nan_to_num(history.growth.base_revision[-1])
    level = max(n for n in (target.level, target.lower_level, 0.0) if n is not None)
    base *= 1 + float(revision)
    return resolved(target, base, is_growth=True, decimals=digits(level))


def level_of_year(history: History, year: int) -> float | None:
    """Return the level of a year that growth of the year is about; None where it is not known.

    It is the sum of an amount's months, the mean of an index's, and December's of a stock.
    """
    levels, entry = history.levels, history.indicator
    if levels is None or (year == history.year and not levels.are_comparable(year)):
        return None
    row = year - levels.first_year
    if not 0 <= row < len(levels.monthly):
        return None
    table = levels.monthly if entry.is_stock else levels.year_to_date
    level = float(table[row, -1])
    if entry.accumulates and entry.kind in ("index", "stock"):
        level /= MONTHS_A_YEAR
    return level if np.isfinite(level) else None


def _published_outturn(
    history: History, target: Target | None, snapshot: Snapshot
) -> Outturn | None:
    """Return growth of the year as the office published it; None where only levels are out."""
    december = month(history.year, MONTHS_A_YEAR)
    span = Span(december if history.indicator.is_stock else month(history.year, 1), december)
    releases = snapshot.releases_of(history.area, history.indicator.id, span, "growth_pct")
    if not releases:
        return None
    chosen = _settling_release(releases, target, _last_day(history, snapshot))
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


def _computed_outturn(history: History, target: Target | None, snapshot: Snapshot) -> Outturn:
    """Return growth of the year where only its levels or months are published.

    The first day on which the year was complete decides: a later revision of a level does not
    change the outturn, unless the target is settled by the latest release.
    """
    figures = snapshot.archive.releases(history.area, history.indicator.id)
    for day in _deciding_days(figures, history, target, snapshot):
        outcome = _history_on(day, history, snapshot).outturn_pct
        if outcome is not None:
            source = next(f.source for f in figures if f.released_on == day)
            growth = float(round_half_up(outcome, history.indicator.decimals))
            return Outturn(growth, day, "computed", source)
    raise AssertionError("the year is settled, so it was on one of these days")


def _deciding_days(
    figures: list[Figure], history: History, target: Target | None, snapshot: Snapshot
) -> list[date]:
    """Return the days that may settle a year, the one that counts first where it was complete."""
    out = [f for f in figures if f.settles and f.released_on <= snapshot.day]
    december, years = month(history.year, MONTHS_A_YEAR), (history.year - 1, history.year)
    first = min(f.released_on for f in out if f.span.last >= december)
    own = {f.released_on for f in out if f.span.last >= december or f.span.year in years}
    complete = sorted(day for day in own if day >= first)
    if target is None or target.settles == "first":
        return complete
    last = _last_day(history, snapshot)
    return [*(day for day in reversed(complete) if day <= last), *complete]


def _last_day(history: History, snapshot: Snapshot) -> date:
    """Return the day up to which a release is the latest one: two years after the year's end."""
    december = month(history.year, MONTHS_A_YEAR)
    return snapshot.schedule.end_of(history.area, december + 2 * MONTHS_A_YEAR)


def _settling_release(releases: list[Figure], target: Target | None, last_day: date) -> Figure:
    """Return the first release, or the latest of the two years after the target's year."""
    if target is None or target.settles == "first":
        return releases[0]
    in_time = [r for r in releases if r.released_on <= last_day]
    return in_time[-1] if in_time else releases[0]
