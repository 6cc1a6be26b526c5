"""One indicator in depth: figures, base, parts, and forecasts at this time of past years."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.archive.figures import Figure
from forecast.archive.registry import Registry
from forecast.base.months import MONTHS_A_YEAR, Span, month, month_text
from forecast.base.series import Names, SeriesLabel
from forecast.history.series import History, build_history
from forecast.outlook.attainment import rest_of_year_growth

if TYPE_CHECKING:
    from forecast.outlook.answers import Answer
    from forecast.outlook.value import IndicatorOutlook

_YEARS_OF_FIGURES = 3
_LEAST_SHARE_PCT = 0.5  # of the base; what is less is rounding, and has no growth of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseEffect:
    """YTD growth of a month, that of the month a year earlier, and the mean of both.

    The two-year average is the geometric one, sqrt((1 + g)(1 + g of the year before)) - 1; that of
    levels is the plain one.
    """

    month: str
    growth_pct: float | None
    base_growth_pct: float | None
    two_year_average_pct: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastForecast:
    """A forecast of a year's growth made on a past day, and the outturn.

    The target of a replayed forecast is the growth of the year before, if that was known. What was
    not assessed or not recorded is None.
    """

    year: int
    as_of: date
    months_known: int | None = None
    target_pct: float | None = None
    probability: float | None = None
    median_pct: float | None = None
    lower80_pct: float | None = None
    upper80_pct: float | None = None
    outturn_pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """How much a part adds to the whole's growth: its share of the base times its growth.

    `share_basis` is `base` where the share is that of last year's levels, `this_year` where it is
    this year's levels over one plus growth; without levels there is no share.
    """

    id: str
    name: Names
    growth_pct: float
    share_pct: float | None
    share_basis: str
    contribution_pp: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributions:
    """Contributions of the parts to YTD growth of the whole in a month.

    The rest is what no part on record accounts for, so that all add up to the whole's growth: its
    contribution, its share of the base and its growth; None where no part's contribution is known,
    and where parts overlap, so that no share is left.
    """

    month: str
    growth_pct: float
    parts: list[Contribution]
    rest_pp: float | None
    rest_share_pct: float | None
    rest_growth_pct: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A related series that bears on the forecast: its newest figure, and the one before it.

    Both are growth in per cent, of a rate its level: since January where that is known, else of
    single months. What came before ends in `before_month`; None where nothing did. Months are those
    of the year of the indicator's area.
    """

    label: SeriesLabel
    decimals: int
    span: Span
    growth_pct: float
    before_month: str | None
    before_pct: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """What the page of one indicator shows beyond the other pages.

    `figures` are those of the judged year and the two before it that count on the day, the newest
    span first; `rest_of_year_pct` holds by past year the growth of the months still open this year.
    """

    figures: list[Figure]
    base_effects: list[BaseEffect]
    rest_of_year_pct: dict[int, float]
    past_forecasts: list[PastForecast]
    contributions: Contributions | None
    drivers: list[Driver] = field(default_factory=list)


def depth_of(outlook: IndicatorOutlook, answer: Answer) -> Depth:
    """Return one indicator in depth."""
    history = outlook.history
    rest = rest_of_year_growth(history, history.months_known)
    return Depth(
        figures=_figures(history),
        base_effects=_base_effects(history),
        rest_of_year_pct=dict(sorted(rest.items())),
        past_forecasts=_past_forecasts(answer.record.pools, history),
        contributions=_contributions(history, answer),
        drivers=_drivers(history, answer.outlook.snapshot.registry),
    )


def _figures(history: History) -> list[Figure]:
    """Return the published figures of the judged year and the two before it."""
    recent = [f for f in history.figures if f.span.year > history.year - _YEARS_OF_FIGURES]
    ordered = sorted(recent, key=lambda f: (-f.span.last, f.span.first, f.measure, f.released_on))
    return [figure for figure in ordered if figure.is_published]


def _base_effects(history: History) -> list[BaseEffect]:
    """Return the months of the judged year with growth, or of the year before where it has none."""
    year = history.year if history.months_known else history.year - 1
    effects = []
    for when in range(month(year, 1), month(year, MONTHS_A_YEAR) + 1):
        growth, base = (history.to_date(history.at(m), m) for m in (when, when - MONTHS_A_YEAR))
        if np.isnan(growth):
            continue
        average = _average(growth, base, is_level=history.indicator.has_no_growth)
        effects.append(
            BaseEffect(
                month=month_text(when),
                growth_pct=none_if_nan(growth),
                base_growth_pct=none_if_nan(base),
                two_year_average_pct=none_if_nan(average),
            )
        )
    return effects


def _average(growth: float, before: float, *, is_level: bool) -> float:
    """Return the mean of two years: the geometric one of growth, the plain one of levels."""
    if is_level:
        return (growth + before) / 2
    product = (1 + growth / 100) * (1 + before / 100)
    return float(100 * (np.sqrt(product) - 1)) if product > 0 else np.nan


def _past_forecasts(pools: pd.DataFrame, history: History) -> list[PastForecast]:
    """Return the pool's forecasts of earlier years with the most months known up to today's."""
    own = (pools["area"] == history.area) & (pools["indicator"] == history.indicator.id)
    pool = pools[own & (pools["months_known"] <= history.months_known)]
    newest = (
        pool.sort_values(["year", "months_known", "as_of"]).groupby("year", observed=True).tail(1)
    )
    return [
        PastForecast(
            year=int(row["year"]),
            as_of=row["as_of"].date(),
            months_known=int(row["months_known"]),
            target_pct=none_if_nan(row["target_pct"]),
            probability=none_if_nan(row["probability"]),
            lower80_pct=float(row["lower80_pct"]),
            upper80_pct=float(row["upper80_pct"]),
            outturn_pct=float(row["outturn_pct"]),
        )
        for row in newest.to_dict("records")
    ]


def _drivers(history: History, registry: Registry) -> list[Driver]:
    """Return the related series with a figure of the judged year."""
    drivers = []
    for series, related in history.related.items():
        growth = _growth_of_year(related, history.year)
        if not growth:
            continue
        span, newest = growth[-1]
        before = growth[-2] if len(growth) > 1 else None
        drivers.append(
            Driver(
                label=registry.label(series),
                decimals=related.indicator.decimals,
                span=span,
                growth_pct=newest,
                before_month=None if before is None else month_text(before[0].last),
                before_pct=None if before is None else before[1],
            )
        )
    return drivers


def _growth_of_year(history: History, year: int) -> list[tuple[Span, float]]:
    """Return growth since January by month as far as it is known, else growth of single months."""
    spans = [Span.year_to_date(year, number) for number in range(1, MONTHS_A_YEAR + 1)]
    last = history.last_published
    known = [span for span in spans if last is not None and span.last <= last]
    growth = [(span, float(history.at(span.last))) for span in known]
    found = [(span, rate) for span, rate in growth if np.isfinite(rate)]
    singles = {
        f.span: f.value
        for f in history.figures
        if f.measure == "growth_pct" and f.is_published and f.span.n_months == 1
        if f.span.year == year
    }
    return found or sorted(singles.items(), key=lambda single: single[0].last)


def _contributions(history: History, answer: Answer) -> Contributions | None:
    """Return what each part contributes to a whole's newest YTD growth; None without parts."""
    snapshot, last = answer.outlook.snapshot, history.last_published
    if last is None:
        return None
    registry = snapshot.registry
    parts = []
    for other in snapshot.indicators_of(history.area):
        if registry.of(history.area, other).part_of == history.indicator.id:
            part = build_history(snapshot, history.area, other, history.year, with_related=False)
            if np.isfinite(part.at(last)):
                parts.append(_contribution(part, history, last))
    return contributions_of(parts, month_text(last), history.at(last)) if parts else None


def contributions_of(parts: list[Contribution], month: str, growth_pct: float) -> Contributions:
    """Return the contributions of parts with that of the rest, so that they add up."""
    known = [(p.contribution_pp, p.share_pct) for p in parts]
    counted = [(pp, share) for pp, share in known if pp is not None and share is not None]
    rest = growth_pct - sum(pp for pp, _ in counted) if counted else None
    share = 100 - sum(share for _, share in counted) if counted else None
    is_left = rest is not None and share is not None and share > _LEAST_SHARE_PCT
    return Contributions(
        month=month,
        growth_pct=growth_pct,
        parts=parts,
        rest_pp=rest,
        rest_share_pct=share if is_left else None,
        rest_growth_pct=100 * rest / share if is_left and rest is not None and share else None,
    )


def _contribution(part: History, whole: History, last: int) -> Contribution:
    growth = part.at(last)
    share, basis = _base_share(part, whole, last)
    return Contribution(
        id=part.indicator.id,
        name=part.indicator.names,
        growth_pct=growth,
        share_pct=None if share is None else 100 * share,
        share_basis=basis,
        contribution_pp=None if share is None else share * growth,
    )


def _base_share(part: History, whole: History, last: int) -> tuple[float | None, str]:
    """Return the part's share of the whole's level a year before, and on what it rests."""
    before = last - MONTHS_A_YEAR
    of_part, of_whole = _level(part, before), _level(whole, before)
    if of_part is not None and of_whole is not None:
        return of_part / of_whole, "base"
    of_part, of_whole = _level(part, last), _level(whole, last)
    if of_part is None or of_whole is None:
        return None, "none"
    grown = (1 + whole.at(last) / 100) / (1 + part.at(last) / 100)
    return of_part / of_whole * grown, "this_year"


def _level(history: History, last: int) -> float | None:
    """Return the published level of January to a month."""
    figures: list[Figure] = [
        f
        for f in history.figures
        if f.measure == "level" and f.is_published and f.settles
        and f.span.last == last and f.span.is_year_to_date
    ]  # fmt: skip
    return figures[-1].value if figures else None


def none_if_nan(value: float) -> float | None:
    """Return a number, None for NaN."""
    return None if np.isnan(value) else float(value)
