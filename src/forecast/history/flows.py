"""Flows on one comparable base, to which seasonal models of levels are fitted.

January and February are one period, because the Spring Festival moves between them and most
offices publish them together. So a year has eleven periods, or four where there are only quarters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.base.months import MONTHS_A_YEAR
from forecast.history.levels import FloatArray, Levels

MONTHLY = tuple(range(2, MONTHS_A_YEAR + 1))
QUARTERLY = (3, 6, 9, 12)
_LOOK_BACK, _FRACTION = 5, 0.8


@dataclass(frozen=True, slots=True)
class Flows:
    """Consecutive flows on the newest year's base.

    `amounts` has one flow a period, NaN where it is not known, from the first period of
    `first_year` to the last known one; `period_ends` are the last months of a year's periods.
    Annual sums grow as published growth says: each year's nominal flows are divided by the
    product of the base revisions (1 + r) up to it.
    """

    first_year: int
    period_ends: tuple[int, ...]
    amounts: FloatArray

    @property
    def season(self) -> int:
        """Periods a year: 11 or 4."""
        return len(self.period_ends)

    @property
    def months_in_period(self) -> FloatArray:
        """Number of months of each period of a year."""
        return np.diff(np.array(self.period_ends), prepend=0).astype(float)

    def period_index(self, year: int) -> int:
        """Return the index in `amounts` at which a year begins."""
        return (year - self.first_year) * self.season


def comparable_flows(levels: Levels | None, revision: FloatArray) -> Flows | None:
    """Return the flows since the last break; None where neither months nor quarters are regular."""
    if levels is None or np.isnan(levels.year_to_date).all():
        return None
    known_years = np.flatnonzero(~np.isnan(levels.year_to_date).all(axis=1))
    first, last = _first_row(levels, known_years), known_years[-1]
    ends = _period_ends(levels.year_to_date[max(first, last - _LOOK_BACK) : last])
    if ends is None:
        return None
    total = levels.year_to_date[first : last + 1, np.array(ends) - 1]
    flow = np.diff(total, axis=1, prepend=0.0)
    scope = np.cumprod(1 + np.r_[0.0, np.nan_to_num(revision[first + 1 : last + 1])])
    values = (flow / scope[:, None]).ravel()
    places = np.flatnonzero(~np.isnan(values))
    if not places.size or (values[places] <= 0).any():
        return None
    return Flows(levels.first_year + int(first), ends, values[: places[-1] + 1])


def _first_row(levels: Levels, known_years: NDArray[np.intp]) -> int:
    """Return the first row after the last break in levels or missing year."""
    first = int(known_years[0])
    for row in range(first + 1, int(known_years[-1]) + 1):
        hole = np.isnan(levels.year_to_date[row]).all()
        broken = not levels.are_comparable(levels.first_year + row)
        if hole or broken:
            first = row + 1 if hole else row
    return first


def _period_ends(total: FloatArray) -> tuple[int, ...] | None:
    """Return the periods of which at least four fifths are known in the last full years."""
    if not len(total):
        return None
    for ends in (MONTHLY, QUARTERLY):
        if (~np.isnan(total[:, np.array(ends) - 1])).mean() >= _FRACTION:
            return ends
    return None
