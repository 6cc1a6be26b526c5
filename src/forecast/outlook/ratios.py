"""Ratios of two indicators, computed on the joint paths of both from values of the whole year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from forecast.archive.archive import Snapshot
from forecast.archive.registry import Indicator
from forecast.archive.targets import Target, round_half_up
from forecast.base.texts import Caveat
from forecast.history.levels import FloatArray
from forecast.history.series import History, build_history
from forecast.outlook.attainment import RatioNeed, required_growth_pct, verdict_of
from forecast.outlook.value import IndicatorOutlook, Ratio
from forecast.verification.outturn import Outturn, judged_target, level_of_year


def parts_of_ratios(snapshot: Snapshot, area: str, names: Iterable[str]) -> list[str]:
    """Return the numerators and denominators of the ratios among some indicators of an area."""
    return [part for name in names for part in snapshot.registry.of(area, name).ratio_of]


def ratio_outlook(
    snapshot: Snapshot,
    key: tuple[str, str, int],
    target: Target | None,
    parts: Mapping[str, IndicatorOutlook],
    n_paths: int,
) -> IndicatorOutlook:
    """Return the outlook of a ratio by area, indicator and year, from those of its parts.

    Its outcome on a path is growth of the ratio in per cent, of a `rate` the ratio itself, in per
    cent where its unit is. It is rounded once, when it is judged. It cannot be assessed where a
    part cannot, where last year's level of a part is not known, or where the denominator of any
    path is zero or less.
    """
    area, name, year = key
    history = build_history(snapshot, area, name, year)
    entry = history.indicator
    above, below = (parts[part] for part in entry.ratio_of)
    bare = IndicatorOutlook(history, target, "cannot_be_assessed", above.scale)
    values = [
        _annual_values(part, n_paths, is_level=entry.has_no_growth) for part in (above, below)
    ]
    unknown = [n for n, found in zip(entry.ratio_of, values, strict=True) if found is None]
    upper, lower = values
    if upper is None or lower is None:
        return replace(bare, caveats=(Caveat("ratio_part", {"indicators": ", ".join(unknown)}),))
    if (lower <= 0).any():
        share = f"{100 * float((lower <= 0).mean()):.1f}"
        values_of = {"indicators": entry.ratio_of[1], "share": share}
        return replace(bare, caveats=(Caveat("ratio_denominator", values_of),))
    outcome = _outcome(upper / lower, entry)
    known = Ratio(
        months_known=min(above.months_known, below.months_known),
        past_years=_past_years(above, below, entry),
    )
    if above.outturn is not None and below.outturn is not None:
        settled = _outturn(float(outcome[0]), entry.decimals, (above.outturn, below.outturn))
        judged = judged_target(target, history)
        if judged is not None:
            attained = bool(judged.is_met(settled.growth_pct, entry.decimals))
            settled = replace(settled, attained=attained)
        return replace(bare, status="settled", outturn=settled, ratio=known)
    paths = np.full((n_paths, len(history.ahead)), np.nan)  # of a part of the year it is not known
    paths[:, -1] = outcome
    caveats = (Caveat("ratio_of_parts", {"indicators": ", ".join(entry.ratio_of)}),)
    known = replace(known, need=ratio_need(target, entry, (above, below), float(np.median(lower))))
    return replace(bare, status="forecast", paths=paths, caveats=caveats, ratio=known)


def ratio_need(
    target: Target | None,
    entry: Indicator,
    parts: tuple[IndicatorOutlook, IndicatorOutlook],
    denominator: float,
) -> RatioNeed | None:
    """Return what the numerator needs in the rest of the year for a ratio's target.

    The denominator of the year is taken as known. None without a target, for a band, which has two
    ends, and once the numerator is settled.
    """
    above, below = parts
    if target is None or target.has_two_ends or above.outturn is not None:
        return None
    whole = denominator * _as_ratio(target.threshold_pct(entry.decimals), entry)
    history, known = above.history, above.months_known
    own, last = history.indicator, history.last_published
    so_far = history.at(last) if known and last is not None else 0.0
    growth: float | None = None
    if own.has_no_growth:
        level: float | None = whole - (history.to_date(so_far, last) if known and last else 0.0)
    else:
        base = _base_of(history) if entry.has_no_growth else 1.0
        share = history.settled_share(history.year, known)
        annual = 100 * (whole / (base or np.nan) - 1)
        growth = required_growth_pct(annual, share, so_far)
        level = _amount_left(history, annual)
    is_open = own.has_no_growth or growth is None
    return RatioNeed(
        numerator=own.names,
        denominator=below.history.indicator.names,
        months_known=known,
        growth_pct=growth,
        level=level,
        unit=own.unit if history.levels is None else history.levels.unit,
        decimals=own.decimals,
        verdict=None if is_open or growth is None else verdict_of(target, growth, None, history),
    )


def _as_ratio(outcome: float, entry: Indicator) -> float:
    """Return an outcome as a number of times: a share of one, or one plus growth."""
    if not entry.has_no_growth:
        return 1 + outcome / 100
    return outcome / 100 if entry.unit == "pct" else outcome


def _base_of(history: History) -> float | None:
    """Return last year's level on today's scope; None where it is not known."""
    base = level_of_year(history, history.year - 1)
    if base is None:
        return None
    return base * (1 + float(np.nan_to_num(history.growth.base_revision[-1])))


def _amount_left(history: History, annual_pct: float) -> float | None:
    """Return the amount of the rest of a year that grows so much; None where it is not known."""
    base, entry, known = _base_of(history), history.indicator, history.months_known
    if base is None or history.levels is None or entry.price_basis == "real":
        return None
    if not entry.accumulates or entry.kind != "amount":
        return None
    done = float(history.levels.of_year(history.year)[known - 1]) if known else 0.0
    left = base * (1 + annual_pct / 100) - done
    return left if np.isfinite(left) else None


def _past_years(
    above: IndicatorOutlook, below: IndicatorOutlook, entry: Indicator
) -> dict[int, float]:
    """Return the ratio of past years of which both parts are known, as an outcome of the ratio."""
    found = {}
    for year in sorted(above.history.annual.keys() & below.history.annual.keys()):
        values = [_past_value(p.history, year, entry) for p in (above, below)]
        upper, lower = values
        if year >= above.history.year or upper is None or lower is None or lower <= 0:
            continue
        found[year] = _outcome(np.array(upper / lower), entry).item()
    return found


def _past_value(history: History, year: int, entry: Indicator) -> float | None:
    annual = history.annual[year]
    if history.indicator.has_no_growth:
        return annual
    return level_of_year(history, year) if entry.has_no_growth else 1 + annual / 100


def _outcome(ratio: FloatArray, entry: Indicator) -> FloatArray:
    """Return ratios as outcomes: growth of the ratio in per cent, of a rate the ratio itself."""
    if not entry.has_no_growth:
        return 100 * (ratio - 1)
    return 100 * ratio if entry.unit == "pct" else ratio


def _annual_values(part: IndicatorOutlook, n_paths: int, *, is_level: bool) -> FloatArray | None:
    """Return a part's value of the year on each path; None where it is not known.

    Of growth it is last year's level as one, else that level in its unit.
    """
    outturn, history = part.outturn, part.history
    outcome = part.december if outturn is None else np.full(n_paths, outturn.growth_pct)
    if outcome is None or history.indicator.has_no_growth:
        return outcome
    if not is_level:
        return np.asarray(1 + outcome / 100)
    if outturn is not None and (level := level_of_year(history, history.year)) is not None:
        return np.full(n_paths, level)
    base = _base_of(history)
    return None if base is None else np.asarray(base * (1 + outcome / 100))


def _outturn(ratio: float, decimals: int, parts: tuple[Outturn, Outturn]) -> Outturn:
    """Return the ratio of two outturns, known since the later of both was out."""
    days: list[date] = [part.released_on for part in parts if part.released_on is not None]
    source = "; ".join(dict.fromkeys(part.source for part in parts if part.source))
    return Outturn(
        float(round_half_up(ratio, decimals)), max(days, default=None), "computed", source
    )
