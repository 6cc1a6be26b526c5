"""Year-to-date growth of every month, by the order of precedence of its sources.

As published; else composed from published parts; else the ratio of levels on the base that the
year's last published growth implies; else as expected by the office; else missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from forecast.archive.figures import Figure
from forecast.archive.registry import Indicator
from forecast.base.months import MONTHS_A_YEAR, Span, month, month_of_year
from forecast.history.levels import FloatArray, Levels


class Basis(IntEnum):
    """Where a point of growth comes from; the order is that of precedence."""

    MISSING = 0
    EXPECTED = 1
    LEVEL_RATIO = 2
    COMPOSED = 3
    PUBLISHED = 4


@dataclass(frozen=True, slots=True)
class Part:
    """Growth in per cent of a span that does not start in January."""

    span: Span
    growth_pct: float


RESTATED_FROM = 0.002  # of the base: published growth and the ratio of levels differ by more


@dataclass(frozen=True, slots=True)
class Growth:
    """YTD growth in per cent and its basis, of shape (year, 12), with base revisions and parts.

    `base_revision` is, per year, r in C / ((1 + g) C of the year before) - 1 of the year's last
    month that has levels and published growth; NaN where none has. `monthly` is growth of single
    months on a year earlier, known for stocks and for means of months.
    """

    year_to_date: FloatArray
    basis: NDArray[np.int8]
    base_revision: FloatArray
    parts: tuple[Part, ...]
    monthly: FloatArray | None = None


def year_to_date_growth(
    figures: Sequence[Figure],
    levels: Levels | None,
    indicator: Indicator,
    shares: FloatArray,
    first_year: int,
) -> Growth:
    """Return growth by the indicator's annual rule; `shares` are the base-year month shares.

    Of a rate or a balance, which has no growth, it is the level of the year to date.
    """
    if indicator.has_no_growth:
        return _levels_to_date(figures, levels, indicator, first_year, len(shares))
    published, parts = _published(figures, indicator, first_year, len(shares))
    values, basis = published[True].copy(), np.zeros(published[True].shape, dtype=np.int8)
    basis[~np.isnan(values)] = Basis.PUBLISHED
    monthly = None
    if indicator.is_mean_of_rates:
        monthly = _growth_of_months(parts, values, levels)
        running = np.cumsum(monthly, axis=1) / np.arange(1, MONTHS_A_YEAR + 1)
        _fill(values, basis, running, Basis.COMPOSED)
    elif indicator.is_stock:
        if levels is not None:
            _fill(values, basis, _year_on_year(levels.monthly, levels), Basis.LEVEL_RATIO)
        monthly = values.copy()
    else:
        _compose(values, basis, parts, levels, shares)
    revision = _base_revision(values, basis, levels, len(shares), is_stock=indicator.is_stock)
    if levels is not None and indicator.accumulates:
        ratio = _year_on_year(levels.year_to_date, levels)
        needs_published = indicator.price_basis == "real"
        scope = revision if needs_published else np.nan_to_num(revision)
        _fill(
            values, basis, 100 * ((1 + ratio / 100) / (1 + scope[:, None]) - 1), Basis.LEVEL_RATIO
        )
    _fill(values, basis, published[False], Basis.EXPECTED)
    left = tuple(
        Part(Span(month(first_year + row, last + 2 - n), month(first_year + row, last + 1)), g)
        for (row, last), (n, g) in sorted(parts.items())
        if basis[row, last] <= Basis.EXPECTED
    )
    return Growth(values, basis, revision, left, monthly)


def _levels_to_date(
    figures: Sequence[Figure], levels: Levels | None, indicator: Indicator, first: int, n: int
) -> Growth:
    """Return levels of the year to date: of a rate the mean of the months so far.

    A balance is the sum of the months so far on the scale of a whole year: times twelve, by their
    number. By `end_of_year` it is the level of the month.
    """
    values, basis = np.full((n, MONTHS_A_YEAR), np.nan), np.zeros((n, MONTHS_A_YEAR), dtype=np.int8)
    is_mean, parts = indicator.annual_rule == "mean_of_months", [{0: 0.0} for _ in range(n)]
    published: list[set[int]] = [set() for _ in range(n)]  # by one figure since the first month
    own = [f for f in figures if levels is not None and f.unit == levels.unit]
    for figure in sorted(own, key=lambda f: (f.span.first, f.span.n_months)):
        row, last = figure.span.year - first, month_of_year(figure.span.last)
        if figure.measure != "level" or not figure.settles or not 0 <= row < n:
            continue
        if indicator.is_stock:
            if figure.span.n_months == 1 or figure.span.is_whole_year:
                values[row, last - 1], basis[row, last - 1] = figure.value, Basis.PUBLISHED
        elif figure.span.is_within_a_year:
            before = last - figure.span.n_months
            months = figure.span.n_months if is_mean else MONTHS_A_YEAR
            if before in parts[row] and (figure.span.is_year_to_date or last not in parts[row]):
                parts[row][last] = parts[row][before] + months * figure.value
                if figure.span.is_year_to_date:
                    published[row].add(last)
    for row, sums in enumerate(parts):
        for last, total in sums.items():
            if last:
                values[row, last - 1] = total / last
                is_one = last in published[row]
                basis[row, last - 1] = Basis.PUBLISHED if is_one else Basis.COMPOSED
    return Growth(values, basis, np.full(n, np.nan), ())


def settled_by(alone: Growth, growth: Growth) -> Growth:
    """Return growth in which only published figures settle a December.

    `alone` is the growth from published figures. Any other December is expected, not an outturn.
    """
    values, basis = growth.year_to_date.copy(), growth.basis.copy()
    is_settled = alone.basis[:, -1] > Basis.EXPECTED
    values[is_settled, -1] = alone.year_to_date[is_settled, -1]
    others = np.minimum(basis[:, -1], np.int8(Basis.EXPECTED))
    basis[:, -1] = np.where(is_settled, alone.basis[:, -1], others)
    return replace(growth, year_to_date=values, basis=basis)


_Parts = dict[tuple[int, int], tuple[int, float]]


def _published(
    figures: Sequence[Figure], indicator: Indicator, first_year: int, n_years: int
) -> tuple[dict[bool, FloatArray], _Parts]:
    """Return published YTD growth, settled (True) and expected (False), and growth of parts."""
    values = {settled: np.full((n_years, MONTHS_A_YEAR), np.nan) for settled in (True, False)}
    parts: _Parts = {}
    for figure in figures:
        row, last = figure.span.year - first_year, month_of_year(figure.span.last) - 1
        if (
            figure.measure != "growth_pct"
            or not 0 <= row < n_years
            or figure.status == "lower_bound"
        ):
            continue
        running = figure.span.is_year_to_date
        if indicator.is_stock:
            running = figure.span.n_months == 1 or figure.span.is_whole_year
        if running:
            values[figure.settles][row, last] = figure.value
        elif figure.settles and figure.span.is_within_a_year:
            parts[row, last] = (figure.span.n_months, figure.value)
    return values, parts


def _fill(values: FloatArray, basis: NDArray[np.int8], source: FloatArray, kind: Basis) -> None:
    """Fill missing growth from a source of lower precedence."""
    empty = np.isnan(values) & ~np.isnan(source)
    values[empty] = source[empty]
    basis[empty] = kind


def _compose(
    values: FloatArray,
    basis: NDArray[np.int8],
    parts: _Parts,
    levels: Levels | None,
    shares: FloatArray,
) -> None:
    """Fill growth composed from published parts: sum C / sum [C / (1 + g / 100)] - 1."""
    for (row, last), (n_months, growth) in sorted(parts.items()):
        before = last - n_months
        if not np.isnan(values[row, last]) or np.isnan(values[row, before]):
            continue
        total = levels.year_to_date[row] if levels is not None else np.full(MONTHS_A_YEAR, np.nan)
        base = total[before] / (1 + values[row, before] / 100)
        part = total[last] - total[before]
        base_part = part / (1 + growth / 100)
        if np.isnan(part):
            base, base_part = (
                shares[row, : before + 1].sum(),
                shares[row, before + 1 : last + 1].sum(),
            )
        grown = base * (1 + values[row, before] / 100) + base_part * (1 + growth / 100)
        values[row, last] = 100 * (grown / (base + base_part) - 1)
        basis[row, last] = Basis.COMPOSED


def _growth_of_months(parts: _Parts, values: FloatArray, levels: Levels | None) -> FloatArray:
    """Return growth of each month on a year earlier: as published, else the ratio of levels."""
    monthly = np.full(values.shape, np.nan)
    monthly[:, 0] = values[:, 0]
    for (row, last), (n_months, growth) in parts.items():
        if n_months == 1:
            monthly[row, last] = growth
    if levels is not None:
        ratio = _year_on_year(levels.monthly, levels)
        monthly = np.where(np.isnan(monthly), ratio, monthly)
    return monthly


def _year_on_year(level: FloatArray, levels: Levels) -> FloatArray:
    """Return growth of levels on a year earlier in per cent, NaN across a break.

    Levels of zero or less have no growth, neither from them nor to them.
    """
    growth, positive = np.full(level.shape, np.nan), np.where(level > 0, level, np.nan)
    growth[1:] = 100 * (positive[1:] / positive[:-1] - 1)
    for row in range(1, len(level)):
        if not levels.are_comparable(levels.first_year + row):
            growth[row] = np.nan
    return growth


def _base_revision(
    values: FloatArray,
    basis: NDArray[np.int8],
    levels: Levels | None,
    n_years: int,
    *,
    is_stock: bool,
) -> FloatArray:
    revision = np.full(n_years, np.nan)
    if levels is None:
        return revision
    ratio = _year_on_year(levels.monthly if is_stock else levels.year_to_date, levels)
    both = (basis >= Basis.COMPOSED) & ~np.isnan(ratio)
    for row in range(n_years):
        months = np.flatnonzero(both[row])
        if months.size:
            last = months[-1]
            revision[row] = (1 + ratio[row, last] / 100) / (1 + values[row, last] / 100) - 1
    return revision
