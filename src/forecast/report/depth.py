"""One indicator in depth: figures, base, parts, and calls at this time of past years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from forecast.archive.figures import Figure
from forecast.base.months import MONTHS_A_YEAR, month, month_text
from forecast.history.series import History, build_history
from forecast.outlook.answers import Answer
from forecast.outlook.attainment import rest_of_year_growth
from forecast.outlook.value import IndicatorOutlook
from forecast.verification.record import POOL, settled_densities

_YEARS_OF_FIGURES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigure:
    """A figure that counts on the day; growth in per cent, a level in `unit`."""

    first_month: str
    last_month: str
    measure: str
    value: float
    unit: str
    status: str
    released_on: date
    released_on_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseEffect:
    """YTD growth of a month, that of the month a year earlier, and the mean of both.

    The two-year average is the geometric one, sqrt((1 + g)(1 + g of the year before)) - 1.
    """

    month: str
    growth_pct: float | None
    base_growth_pct: float | None
    two_year_average_pct: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """What a replayed call at this time of an earlier year said, and what came of it.

    It was asked about growth of at least the year before, where that was known.
    """

    year: int
    as_of: date
    months_known: int
    target_pct: float | None
    probability: float | None
    lower80_pct: float
    upper80_pct: float
    outturn_pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """How much of the whole's growth a part makes: its share of the base times its growth.

    `share_basis` is `base` where the share is that of last year's levels, `this_year` where it is
    this year's levels over one plus growth; without levels there is no share.
    """

    id: str
    name_en: str
    name_zh: str
    growth_pct: float
    share_pct: float | None
    share_basis: str
    contribution_pp: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributions:
    """Contributions of the parts to YTD growth of the whole in a month."""

    month: str
    growth_pct: float
    parts: list[Contribution]


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """All that a page of one indicator has beyond what every page has.

    `rest_of_year_pct` holds by past year the growth of the months that are still open this year.
    """

    figures: list[PublishedFigure]
    base_effects: list[BaseEffect]
    rest_of_year_pct: dict[str, float]
    past_calls: list[PastCall]
    contributions: Contributions | None


def depth_of(name: str, one: IndicatorOutlook, answer: Answer) -> Depth:
    """Return one indicator in depth."""
    history = one.history
    rest = rest_of_year_growth(history, history.months_known)
    return Depth(
        figures=_figures(history),
        base_effects=_base_effects(history),
        rest_of_year_pct={str(year): growth for year, growth in sorted(rest.items())},
        past_calls=_past_calls(answer.record.densities, history),
        contributions=_contributions(name, history, answer),
    )


def _figures(history: History) -> list[PublishedFigure]:
    """Return the figures of the judged year and the two before it, the newest span first."""
    recent = [f for f in history.figures if f.span.year > history.year - _YEARS_OF_FIGURES]
    ordered = sorted(recent, key=lambda f: (-f.span.last, f.span.first, f.measure, f.released_on))
    return [
        PublishedFigure(
            first_month=month_text(f.span.first),
            last_month=month_text(f.span.last),
            measure=f.measure,
            value=f.value,
            unit=f.unit,
            status=f.status,
            released_on=f.released_on,
            released_on_basis=f.released_on_basis,
        )
        for f in ordered
        if f.is_published
    ]


def _base_effects(history: History) -> list[BaseEffect]:
    """Return the months of the judged year with growth, or of the year before where it has none."""
    year = history.year if history.months_known else history.year - 1
    found = []
    for when in range(month(year, 1), month(year, MONTHS_A_YEAR) + 1):
        growth, base = history.at(when), history.at(when - MONTHS_A_YEAR)
        if np.isnan(growth):
            continue
        product = (1 + growth / 100) * (1 + base / 100)
        average = 100 * (np.sqrt(product) - 1) if product > 0 else np.nan
        found.append(
            BaseEffect(
                month=month_text(when),
                growth_pct=_or_none(growth),
                base_growth_pct=_or_none(base),
                two_year_average_pct=_or_none(average),
            )
        )
    return found


def _past_calls(densities: pd.DataFrame, history: History) -> list[PastCall]:
    """Return the pool's calls of earlier years with the most months known up to today's number."""
    calls = settled_densities(densities)
    own = (calls["area"] == history.area) & (calls["indicator"] == history.indicator.id)
    pool = calls[own & (calls["model"] == POOL) & (calls["months_known"] <= history.months_known)]
    newest = pool.sort_values(["year", "months_known", "as_of"]).groupby("year").tail(1)
    return [
        PastCall(
            year=int(row["year"]),
            as_of=row["as_of"].date(),
            months_known=int(row["months_known"]),
            target_pct=_or_none(row["target_pct"]),
            probability=_or_none(row["probability"]),
            lower80_pct=float(row["lower80_pct"]),
            upper80_pct=float(row["upper80_pct"]),
            outturn_pct=float(row["outturn_pct"]),
        )
        for row in newest.to_dict("records")
    ]


def _contributions(name: str, history: History, answer: Answer) -> Contributions | None:
    """Return what the parts of a whole make of its newest YTD growth; None without any part."""
    snapshot, last = answer.outlook.snapshot, history.last_published
    if last is None:
        return None
    registry = snapshot.registry
    parts = []
    for other in snapshot.indicators_of(history.area):
        if registry.of(history.area, other).part_of == name:
            part = build_history(snapshot, history.area, other, history.year, with_related=False)
            if np.isfinite(part.at(last)):
                parts.append(_contribution(part, history, last))
    if not parts:
        return None
    return Contributions(month=month_text(last), growth_pct=history.at(last), parts=parts)


def _contribution(part: History, whole: History, last: int) -> Contribution:
    growth = part.at(last)
    share, basis = _base_share(part, whole, last)
    return Contribution(
        id=part.indicator.id,
        name_en=part.indicator.name_en,
        name_zh=part.indicator.name_zh,
        growth_pct=growth,
        share_pct=None if share is None else 100 * share,
        share_basis=basis,
        contribution_pp=None if share is None else share * growth,
    )


def _base_share(part: History, whole: History, last: int) -> tuple[float | None, str]:
    """Return the part's share of the whole's level a year before, and on what it rests."""
    before = last - MONTHS_A_YEAR
    own, all_of_it = _level(part, before), _level(whole, before)
    if own is not None and all_of_it is not None:
        return own / all_of_it, "base"
    own, all_of_it = _level(part, last), _level(whole, last)
    if own is None or all_of_it is None:
        return None, "none"
    grown = (1 + whole.at(last) / 100) / (1 + part.at(last) / 100)
    return own / all_of_it * grown, "this_year"


def _level(history: History, last: int) -> float | None:
    """Return the published level of January to a month."""
    found: list[Figure] = [
        f
        for f in history.figures
        if f.measure == "level" and f.is_published and f.settles
        and f.span.last == last and f.span.is_year_to_date
    ]  # fmt: skip
    return found[-1].value if found else None


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
