"""Levels of one unit: cumulated from the published spans, month shares, comparable flows.

A year has twelve periods, or four where there are only quarters. It has eleven where January and
February are one: they are published together, or the Spring Festival moves between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecast.archive.figures import Figure
from forecast.base.months import MONTHS_A_YEAR, month_of_year

FloatArray = NDArray[np.float64]
OWN, OWN_OTHER_YEAR, RELATED, EQUAL = "own", "own_other_year", "related", "equal"
GrowthOf = Literal["sum", "last", "mean"]
_QUARTERS = np.array([2, 5, 8, 11])


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels of January to each month, of shape (year, 12); NaN where they are not known.

    `monthly` holds the levels of single months, for stocks and indices.
    """

    first_year: int
    unit: str
    year_to_date: FloatArray
    monthly: FloatArray
    break_months: tuple[int, ...] = ()

    def of_year(self, year: int) -> FloatArray:
        """Return the twelve year-to-date levels of a year, NaN where unknown."""
        row = year - self.first_year
        if 0 <= row < len(self.year_to_date):
            levels: FloatArray = self.year_to_date[row]
            return levels
        return np.full(MONTHS_A_YEAR, np.nan)

    def are_comparable(self, year: int) -> bool:
        """Whether no break lies between the levels of a year and of the year before."""
        span_of_both = range(MONTHS_A_YEAR * (year - 1) + 1, MONTHS_A_YEAR * (year + 1))
        return not any(b in span_of_both for b in self.break_months)


def cumulated(
    figures: Iterable[Figure], first_year: int, n_years: int, break_months: Sequence[int]
) -> Levels | None:
    """Return the settled levels in the unit of the newest one; None where there are none."""
    levels = [f for f in figures if f.measure == "level" and f.settles and f.span.is_within_a_year]
    if not levels:
        return None
    unit = max(levels, key=lambda f: (f.span.last, f.released_on)).unit
    total = np.full((n_years, MONTHS_A_YEAR), np.nan)
    monthly = total.copy()
    parts: list[dict[int, tuple[int, float]]] = [{} for _ in range(n_years)]
    for figure in levels:
        row, last = figure.span.year - first_year, month_of_year(figure.span.last) - 1
        if figure.unit != unit or not 0 <= row < n_years:
            continue
        if figure.span.n_months == 1:
            monthly[row, last] = figure.value
        if figure.span.is_year_to_date:
            total[row, last] = figure.value
        else:
            parts[row][last] = (figure.span.n_months, figure.value)
    for row, parts_of_year in enumerate(parts):
        for last in sorted(parts_of_year):
            n_months, value = parts_of_year[last]
            if np.isnan(total[row, last]):
                total[row, last] = total[row, last - n_months] + value
    return Levels(first_year, unit, total, monthly, tuple(break_months))


def shares_of_year(level: FloatArray) -> FloatArray | None:
    """Return the twelve month shares of a year, or None where its quarters are not all known.

    Months between known year-to-date levels get equal shares of the difference.
    """
    if np.isnan(level[_QUARTERS]).any():
        return None
    total = np.concatenate([[0.0], level])
    months = np.flatnonzero(~np.isnan(total))
    running = np.interp(np.arange(MONTHS_A_YEAR + 1), months, total[months])
    if running[-1] == 0:
        return None
    shares: FloatArray = np.diff(running) / running[-1]
    return shares if (shares > 0).all() else None


def profiles(levels: Levels | None) -> dict[int, FloatArray]:
    """Return the month shares of every year whose own levels give them."""
    if levels is None:
        return {}
    rows = (
        (levels.first_year + i, shares_of_year(row)) for i, row in enumerate(levels.year_to_date)
    )
    return {year: shares for year, shares in rows if shares is not None}


def base_year_shares(
    years: Sequence[int], own: dict[int, FloatArray], related: Sequence[dict[int, FloatArray]]
) -> tuple[FloatArray, tuple[str, ...]]:
    """Return, for growth in each year, the month shares of the year before, and their basis.

    The base year's own; else the nearest year's own; else a related series'; else equal ones.
    """
    pairs = [_shares(year - 1, own, related) for year in years]
    return np.array([shares for shares, _ in pairs]), tuple(basis for _, basis in pairs)


def _shares(
    base_year: int, own: dict[int, FloatArray], related: Sequence[dict[int, FloatArray]]
) -> tuple[FloatArray, str]:
    if base_year in own:
        return own[base_year], OWN
    for candidates, basis in [(own, OWN_OTHER_YEAR), *((r, RELATED) for r in related)]:
        if candidates:
            nearest = min(candidates, key=lambda year: (abs(year - base_year), year))
            return candidates[nearest], basis
    return np.full(MONTHS_A_YEAR, 1 / MONTHS_A_YEAR), EQUAL


MONTHLY = tuple(range(1, MONTHS_A_YEAR + 1))
JOINED = MONTHLY[1:]  # January and February are one period
QUARTERLY = (3, 6, 9, 12)
_LOOK_BACK, _FRACTION = 5, 0.8
_FEWEST_PAIRS, _LEVEL = 3, 0.1
IDENTIFIABLE = 7.0  # Lothian and Morry (1978)


@dataclass(frozen=True, slots=True)
class Flows:
    """Consecutive flows on the newest year's base; of a stock, its levels.

    `amounts` has one flow a period, NaN where it is not known, from the first period of
    `first_year` to the last known one; `period_ends` are the last months of a year's periods.
    Annual sums grow as published growth says: each year's nominal flows are divided by the
    product of the base revisions (1 + r) up to it. A stock has its level at the end of each period,
    and Decembers grow as published growth says.

    `growth` names how growth of January to a month follows from the amounts: it is that of their
    `sum`, that of the `last` one, or the `mean` of the growth of each. `is_chained` tells that the
    amounts follow from published growth, so that their seasons say nothing.
    """

    first_year: int
    period_ends: tuple[int, ...]
    amounts: FloatArray
    growth: GrowthOf = "sum"
    is_chained: bool = False
    scale: Literal["log", "logit", "level"] = "log"

    @property
    def is_stock(self) -> bool:
        """Whether growth of January to a month is that of the last amount."""
        return self.growth == "last"

    def scaled(self, amounts: FloatArray) -> FloatArray:
        """Return amounts on the scale on which models add: logs, log odds of a rate, or levels."""
        if self.scale == "logit":
            return np.asarray(np.log(amounts / (100 - amounts)))
        return np.asarray(np.log(amounts) if self.scale == "log" else amounts)

    def unscaled(self, values: FloatArray) -> FloatArray:
        """Return the amounts that values on that scale stand for."""
        if self.scale == "level":
            return values
        amounts = np.exp(values)
        return np.asarray(100 * amounts / (1 + amounts) if self.scale == "logit" else amounts)

    @property
    def season(self) -> int:
        """Periods a year: 12, 11 or 4."""
        return len(self.period_ends)

    @property
    def months_in_period(self) -> FloatArray:
        """Number of months of each period of a year."""
        return np.diff(np.array(self.period_ends), prepend=0).astype(float)

    def period_index(self, year: int) -> int:
        """Return the index in `amounts` at which a year begins."""
        return (year - self.first_year) * self.season


def comparable_flows(
    levels: Levels | None,
    revision: FloatArray,
    *,
    is_stock: bool = False,
    is_adjusted: bool | None = None,
) -> Flows | None:
    """Return the flows since the last break; None where neither months nor quarters are regular."""
    if levels is None:
        return None
    table = levels.monthly if is_stock else levels.year_to_date
    if np.isnan(table).all():
        return None
    known_years = np.flatnonzero(~np.isnan(table).all(axis=1))
    first, last = _first_row(levels, table, known_years), known_years[-1]
    ends = _period_ends(table[max(first, last - _LOOK_BACK) : last])
    if ends == MONTHLY and not (is_stock or is_adjusted) and _holiday_moves(table[first:last]):
        ends = JOINED
    if ends is None:
        return None
    amounts = table[first : last + 1, np.array(ends) - 1]
    if not is_stock:
        amounts = np.diff(amounts, axis=1, prepend=0.0)
    scope = np.cumprod(1 + np.r_[0.0, np.nan_to_num(revision[first + 1 : last + 1])])
    values = (amounts / scope[:, None]).ravel()
    places = np.flatnonzero(~np.isnan(values))
    if not places.size or (values[places] <= 0).any():
        return None
    growth: GrowthOf = "last" if is_stock else "sum"
    return Flows(levels.first_year + int(first), ends, values[: places[-1] + 1], growth)


def chained_levels(growth: FloatArray, first_year: int, growth_of: GrowthOf) -> Flows | None:
    """Return levels whose growth on a year earlier is that of each month, in per cent.

    `growth` has shape (year, 12). The levels of the year before the first are not known; they are
    set to one. What they were is a pattern that returns every year, as seasons do, so a model with
    seasons takes it in. The chain begins after the last gap of more than a month; a single missing
    month is bridged. None where there is no growth, or a level would not be positive.
    """
    rates = growth.ravel()
    known = np.flatnonzero(np.isfinite(rates))
    if not known.size or (rates[known] <= -100).any():
        return None
    gaps = np.flatnonzero(np.diff(known) > 2)
    start = known[gaps[-1] + 1] if gaps.size else known[0]
    first = -(-int(start) // MONTHS_A_YEAR)
    months = np.arange(first * MONTHS_A_YEAR, int(known[-1]) + 1)
    if not months.size:
        return None
    bridged = np.interp(months, known, rates[known])
    padded = np.full(-(-len(months) // MONTHS_A_YEAR) * MONTHS_A_YEAR, 0.0)
    padded[: len(months)] = np.log1p(bridged / 100)
    logs = np.cumsum(padded.reshape(-1, MONTHS_A_YEAR), axis=0).ravel()[: len(months)]
    levels = np.where(np.isfinite(rates[months]), np.exp(logs), np.nan)
    return Flows(first_year + first, MONTHLY, levels, growth_of, is_chained=True)


def filled(flows: Flows) -> FloatArray:
    """Return the flows with single gaps set to the neighbouring years' flow of that period."""
    values = flows.amounts.copy()
    for index in np.flatnonzero(np.isnan(values)):
        same = values[index % flows.season :: flows.season]
        near = np.flatnonzero(np.isfinite(same))
        if near.size:
            scaled = np.interp([index // flows.season], near, flows.scaled(same[near]))
            values[index] = flows.unscaled(scaled)[0]
    return values


def level_flows(levels: Levels | None, *, is_rate: bool, is_stock: bool) -> Flows | None:
    """Return the levels of a rate, or the flows of a balance; None where they are not regular.

    Rates between 0 and 100 are on log odds, so that no path leaves these bounds.
    """
    if levels is None:
        return None
    table = levels.monthly if is_rate or is_stock else levels.year_to_date
    known_years = np.flatnonzero(~np.isnan(table).all(axis=1))
    if not known_years.size:
        return None
    first, last = _first_row(levels, table, known_years), known_years[-1]
    ends = _period_ends(table[max(first, last - _LOOK_BACK) : last])
    if ends is None or ends == JOINED:
        return None
    amounts = table[first : last + 1, np.array(ends) - 1]
    if not (is_rate or is_stock):
        amounts = np.diff(amounts, axis=1, prepend=0.0)
    values = amounts.ravel()
    places = np.flatnonzero(~np.isnan(values))
    if not places.size:
        return None
    values = values[: places[-1] + 1]
    known = values[np.isfinite(values)]
    is_share = is_rate and bool(((known > 0) & (known < 100)).all())
    return Flows(
        levels.first_year + int(first), ends, values, "last" if is_rate or is_stock else "sum",
        scale="logit" if is_share else "level",
    )  # fmt: skip


def _holiday_moves(total: FloatArray) -> bool:
    """Whether flows move between January and February, as the Spring Festival moves.

    Then growth of the two on a year earlier is further apart than that of other neighbours. It is a
    test of the ratio of mean squares against chi-square at 10 %. A series without seasons was
    adjusted for holidays too. `total` holds whole years.
    """
    flows = np.diff(total, axis=1, prepend=0.0)
    logs = np.log(np.where(flows > 0, flows, np.nan))
    whole = logs[np.isfinite(logs).all(axis=1)].ravel()
    if len(whole) >= 2 * MONTHS_A_YEAR and not has_seasons(whole, MONTHS_A_YEAR):
        return False
    apart = np.diff(np.diff(logs, axis=0), axis=1) ** 2
    n = int(np.isfinite(apart[:, 0]).sum())
    if n < _FEWEST_PAIRS:
        return False
    from scipy.special import chdtri  # late: readers of results need no scipy

    usual = np.median([np.mean(c[np.isfinite(c)]) for c in apart[:, 1:].T if np.isfinite(c).any()])
    return bool(np.nansum(apart[:, 0]) > chdtri(n, _LEVEL) * usual)


def _first_row(levels: Levels, table: FloatArray, known_years: NDArray[np.intp]) -> int:
    """Return the first row after the last break in levels or missing year."""
    first = int(known_years[0])
    for row in range(first + 1, int(known_years[-1]) + 1):
        hole = np.isnan(table[row]).all()
        broken = not levels.are_comparable(levels.first_year + row)
        if hole or broken:
            first = row + 1 if hole else row
    return first


def _period_ends(total: FloatArray) -> tuple[int, ...] | None:
    """Return the periods of which at least four fifths are known in the last full years."""
    if not len(total):
        return None
    for ends in (MONTHLY, JOINED, QUARTERLY):
        known = ~np.isnan(total[:, np.array(ends) - 1])
        if known.mean() >= _FRACTION and known[:, 0].mean() >= _FRACTION:
            return ends
    return None


def seasonal_factors(logs: FloatArray, season: int) -> tuple[FloatArray, float]:
    """Return the mean distance of each period from a centred moving average of a year, and F.

    F is the ratio of the variance between periods to that within them.
    """
    apart = distances(logs, season)
    return stable_factors(apart, np.arange(season // 2, season // 2 + len(apart)) % season, season)


def distances(logs: FloatArray, season: int) -> FloatArray:
    """Return distances from a centred moving average of a year, half a year less at both ends."""
    half, kernel = season // 2, np.ones(season)
    if season % 2 == 0:
        kernel = np.r_[0.5, np.ones(season - 1), 0.5]
    if len(logs) < len(kernel):
        return np.empty(0)
    return np.asarray(logs[half : len(logs) - half] - np.convolve(logs, kernel / season, "valid"))


def stable_factors(
    apart: FloatArray, period: NDArray[np.intp], season: int
) -> tuple[FloatArray, float]:
    """Return the mean distance of each period of the year, and F, as `seasonal_factors` does."""
    factors = np.array([apart[period == p].mean() for p in range(season)])
    factors -= factors.mean()
    between = (np.bincount(period, minlength=season) * factors**2).sum() / (season - 1)
    within = ((apart - factors[period]) ** 2).sum() / max(1, len(apart) - season)
    return factors, float(between / within) if within > 0 else np.inf


def has_seasons(logs: FloatArray, season: int) -> bool:
    """Return whether logs have stable seasons: an F of seven or more in the test of X-11.

    The test is that of Shiskin, Young and Musgrave (1967), on distances from a moving average.
    `logs` begin with a year's first period, and last two years or more.
    """
    return seasonal_factors(logs, season)[1] >= IDENTIFIABLE
