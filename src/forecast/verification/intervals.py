"""Intervals of scores, ratios, shares and slopes: years are the independent units.

Forecasts of the same year share its shocks, so a statistic is computed again without each year in
turn, and its interval is Student's t with one degree of freedom less than there are years. For the
mean of as many forecasts in each year that is the t interval of the means of the years; for ratios
and slopes it is the cluster jackknife (Tukey 1958; MacKinnon, Nielsen and Webb 2023), which with
five to eleven years holds about what it says, where resampled years hold far less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.history.levels import FloatArray

LEVEL = 0.9
_ALIKE = 1e-12
Statistic = Callable[[NDArray[np.bool_]], float]


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the ends of its 90 % interval, by year.

    The ends are None where nothing tells how far the estimate could be off: there is only one
    year, the years do not differ, or without one of them there is no estimate.
    """

    value: float
    lower: float | None = None
    upper: float | None = None

    def mapped(self, function: Callable[[float], float]) -> Interval:
        """Return a monotone function of the estimate and of its ends, the lower end first."""
        if self.lower is None or self.upper is None:
            return Interval(function(self.value))
        ends = sorted((function(self.lower), function(self.upper)))
        return Interval(function(self.value), *ends)

    def clipped(self, least: float, most: float = np.inf) -> Interval:
        """Return the interval without what no score can be, such as shares above one."""
        if self.lower is None or self.upper is None:
            return self
        return Interval(self.value, max(self.lower, least), min(self.upper, most))


def by_year(statistic: Statistic, year: ArrayLike, *, level: float = LEVEL) -> Interval | None:
    """Return a statistic of forecasts with its interval; None where it has no finite value.

    `statistic` is given which forecasts to count.
    """
    years = np.asarray(year)
    value = statistic(np.ones(years.shape, dtype=bool)) if years.size else np.nan
    if not np.isfinite(value):
        return None
    without = np.array([statistic(years != y) for y in np.unique(years)])
    error = _standard_error(value, without)
    if error is None:
        return Interval(float(value))
    half = _student_t(len(without) - 1, level) * error
    return Interval(float(value), float(value - half), float(value + half))


def mean_by_year(score: ArrayLike, year: ArrayLike, *, level: float = LEVEL) -> Interval | None:
    """Return the mean of a value over all forecasts that have one; None where none has."""
    scores = np.asarray(score, float)
    is_known = np.isfinite(scores)
    scores, years = scores[is_known], np.asarray(year)[is_known]
    return by_year(lambda chosen: _mean(scores[chosen]), years, level=level)


def score_by_year(score: ArrayLike, year: ArrayLike) -> Interval | None:
    """Return the mean of a score that is never negative."""
    found = mean_by_year(score, year)
    return None if found is None else found.clipped(0.0)


def share_by_year(happened: ArrayLike, year: ArrayLike) -> Interval | None:
    """Return the share of forecasts of which something is true."""
    found = mean_by_year(np.asarray(happened, float), year)
    return None if found is None else found.clipped(0.0, 1.0)


def ratio_by_year(
    score: ArrayLike, reference: ArrayLike, year: ArrayLike, *, level: float = LEVEL
) -> Interval | None:
    """Return mean score over mean reference; None where the reference never errs, or for nothing.

    The interval is that of the logarithm, so its lower end is above zero.
    """
    return geometric_ratio_by_year(score, reference, np.zeros(np.shape(year)), year, level=level)


def geometric_ratio_by_year(
    score: ArrayLike,
    reference: ArrayLike,
    series: ArrayLike,
    year: ArrayLike,
    *,
    level: float = LEVEL,
) -> Interval | None:
    """Return the geometric mean over series of mean score over mean reference, with its interval.

    Each series counts once, whatever its scale. None where a reference never errs.
    """
    a, b, years = np.asarray(score, float), np.asarray(reference, float), np.asarray(year)
    _, place = np.unique(np.asarray(series), return_inverse=True)

    def mean_log(chosen: NDArray[np.bool_]) -> float:
        of, counted = place[chosen], np.unique(place[chosen])
        sums, bases = (np.bincount(of, weights=v[chosen])[counted] for v in (a, b))
        if not counted.size or (bases <= 0).any():
            return np.nan
        return -np.inf if (sums <= 0).any() else float(np.log(sums / bases).mean())

    if np.isneginf(mean_log(np.ones(years.shape, dtype=bool))):
        return Interval(0.0)
    logs = by_year(mean_log, years, level=level)
    return None if logs is None else logs.mapped(lambda log: float(np.exp(log)))


def slope_by_year(
    x: ArrayLike, y: ArrayLike, year: ArrayLike, *, level: float = LEVEL
) -> Interval | None:
    """Return the slope of the least-squares line of y on x; None where x does not vary."""
    xs, ys = np.asarray(x, float), np.asarray(y, float)

    def slope(chosen: NDArray[np.bool_]) -> float:
        if not chosen.any() or np.ptp(xs[chosen]) <= _ALIKE:
            return np.nan
        apart = xs[chosen] - xs[chosen].mean()
        return float(apart @ ys[chosen] / (apart @ apart))

    return by_year(slope, year, level=level)


def p_of_share(happened: ArrayLike, year: ArrayLike, expected: float) -> float | None:
    """Return how probable a share at least as far from the expected one is, two-sided.

    A t test of the share, by year. Where all years agree, each counts as one draw: eleven years
    that all lie within an 80 % band have 2 x 0.8^11. None for fewer than two years.
    """
    values, years = np.asarray(happened, float), np.asarray(year)
    blocks = np.unique(years)
    if blocks.size < 2:
        return None
    share = _mean(values)
    without = np.array([_mean(values[years != y]) for y in blocks])
    error = _standard_error(share, without)
    if error is None:
        every = expected if share >= expected else 1 - expected
        return float(min(1.0, 2 * every**blocks.size))
    from scipy.special import stdtr  # late: readers of results score nothing and start fast

    return float(2 * stdtr(blocks.size - 1, -abs(share - expected) / error))


def effective_years(year: ArrayLike) -> float:
    """Return how many years of equally many forecasts would tell as much: (sum n)^2 / sum n^2."""
    years = np.asarray(year)
    if not years.size:
        return 0.0
    counts: FloatArray = np.unique(years, return_counts=True)[1].astype(float)
    return float(counts.sum() ** 2 / (counts**2).sum())


def _standard_error(value: float, without: FloatArray) -> float | None:
    """Return the jackknife's standard error by the values without each year; None for none."""
    if without.size < 2 or not np.isfinite(without).all():
        return None
    n = without.size
    error = float(np.sqrt((n - 1) / n * ((without - value) ** 2).sum()))
    return error if error > _ALIKE * max(1.0, abs(value)) else None


def _student_t(freedom: int, level: float) -> float:
    from scipy.special import stdtrit  # late, for the same reason

    return float(stdtrit(freedom, (1 + level) / 2))


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if values.size else np.nan
