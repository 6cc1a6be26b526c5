"""Recalibration of paths, by where past outturns of the year fell in the pooled distribution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

import numpy as np
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student

from forecast.base.months import MONTHS_A_YEAR
from forecast.history.levels import FloatArray
from forecast.verification.scores import normal_scores

FEWEST_YEARS = 3
_PRIOR_YEARS = 1.0
_NEAR_MONTHS = 2.0  # forecasts with that many more or fewer months known count half or less
_SCALES = np.exp(np.linspace(np.log(0.5), np.log(2.0), 29))
_DEGREES_OF_FREEDOM = (4.0, 8.0, 16.0, np.inf)
_HALF_LIFE_YEARS = 1.5  # without it 2008 and 2009 would widen every year after them
_OWN_SPREAD, _OWN_HALF_LIFE_YEARS, _OWN_NEAR_MONTHS = 0.3, 3.0, 6.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """A map of probability levels: normal scores of past outturns are a scale times Student's t.

    One parameter for the width and one for the tails; scale 1 with infinite degrees of freedom
    leaves a distribution as it is. `n_years` counts the settled years behind it; because recent
    years count more, they weigh as much as `effective_years` equal ones (Kish 1965).
    """

    scale: float = 1.0
    degrees_of_freedom: float = np.inf
    n_years: int = 0
    effective_years: float = 0.0

    def recalibrated(self, values: FloatArray) -> FloatArray:
        """Return sorted, equally likely values of the recalibrated distribution.

        The value at level p becomes the raw one at the level whose normal score is the scale times
        the t quantile of p; beyond the ends it is extrapolated linearly in normal scores.
        """
        n = len(values)
        scores = _quantiles(n, np.inf)
        wanted = self.scale * _quantiles(n, self.degrees_of_freedom)
        inside = np.interp(wanted, scores, values)
        reach = max(1, n // 50)
        low, high = _slope(scores, values, 0, reach), _slope(scores, values, n - 1 - reach, n - 1)
        below = values[0] + low * (wanted - scores[0])
        above = values[-1] + high * (wanted - scores[-1])
        return np.where(wanted < scores[0], below, np.where(wanted > scores[-1], above, inside))


def _slope(scores: FloatArray, values: FloatArray, first: int, last: int) -> float:
    return float((values[last] - values[first]) / (scores[last] - scores[first]))


@lru_cache(maxsize=64)
def _quantiles(n: int, degrees_of_freedom: float) -> FloatArray:
    """Return the quantiles of Student's t, or the normal ones, at n evenly spaced levels."""
    levels = (np.arange(n) + 0.5) / n
    if np.isinf(degrees_of_freedom):
        return np.asarray(norm.ppf(levels))
    return np.asarray(student.ppf(levels, degrees_of_freedom))


def calibration_of(pools: pd.DataFrame, months_known: int) -> Calibration:
    """Return the map estimated from settled pooled forecasts, for so many months known.

    `pools` holds one row a forecast before recalibration, with `year`, `months_known` and `pit`.
    The scale and the degrees of freedom have the highest likelihood; the logarithm of the scale is
    shrunk to 0 by the weight of one year, because years, not forecasts, are the independent units.
    A year counts half as much as one eighteen months later.
    """
    n_years = int(pools["year"].nunique())
    if n_years < FEWEST_YEARS:
        return Calibration(n_years=n_years)
    weight = _weights(pools, months_known, _NEAR_MONTHS, _HALF_LIFE_YEARS)
    scores = normal_scores(pools["pit"])
    scale, degrees = max(
        product(_SCALES, _DEGREES_OF_FREEDOM), key=lambda p: _log_likelihood(scores, weight, *p)
    )
    shrunk = np.exp(np.log(scale) * n_years / (n_years + _PRIOR_YEARS))
    ages = pools["year"].max() - pools["year"].unique().astype(float)
    return Calibration(float(shrunk), float(degrees), n_years, _effective_years(ages))


def pits_of(pools: pd.DataFrame, *, of_next: bool) -> pd.DataFrame:
    """Return settled pools by where the year fell in them, or the next figure of those with one."""
    return (
        pools.dropna(subset=["next_pit"]).assign(pit=lambda p: p["next_pit"]) if of_next else pools
    )


def series_calibration(pooled: Calibration, own: pd.DataFrame, months_known: int) -> Calibration:
    """Return the map of one series: its own past forecasts move the scale from the pooled one.

    `own` holds the rows of `calibration_of` that are the series'. The scale is at the mode of its
    posterior: a priori its logarithm is normal about the pooled one with a standard deviation of
    0.3, and forecasts of one year together are one observation. A year counts half as much as one
    three years later. Too wide for one series and too narrow for another is right only on average.
    """
    if own.empty or pooled.n_years < FEWEST_YEARS:
        return pooled
    weight = _weights(own, months_known, _OWN_NEAR_MONTHS, _OWN_HALF_LIFE_YEARS)
    _, year = np.unique(own["year"].to_numpy(), return_inverse=True)
    largest = np.zeros(year.max() + 1)
    np.maximum.at(largest, year, weight)
    weight = weight * (largest / np.bincount(year, weight))[year]
    scores, degrees = normal_scores(own["pit"]), pooled.degrees_of_freedom
    away = np.log(_SCALES / pooled.scale) / _OWN_SPREAD
    posterior = [
        _log_likelihood(scores, weight, scale, degrees) - distance**2 / 2
        for scale, distance in zip(_SCALES, away, strict=True)
    ]
    return replace(pooled, scale=float(_SCALES[int(np.argmax(posterior))]))


def _weights(
    pools: pd.DataFrame, months_known: int, near_months: float, half_life_years: float
) -> FloatArray:
    """Return weights that halve with so many months more or fewer known, and so many years."""
    apart = np.abs(pools["months_known"].to_numpy(dtype=float) - months_known)
    age = pools["year"].max() - pools["year"].to_numpy(dtype=float)
    return np.asarray(0.5 ** (apart / near_months + age / half_life_years))


def _effective_years(ages: FloatArray) -> float:
    weight = 0.5 ** (ages / _HALF_LIFE_YEARS)
    return float(weight.sum() ** 2 / (weight**2).sum())


def _log_likelihood(scores: FloatArray, weight: FloatArray, scale: float, degrees: float) -> float:
    unit = scores / scale
    density = norm.logpdf(unit) if np.isinf(degrees) else student.logpdf(unit, degrees)
    return float((weight * (density - np.log(scale))).sum())


def recalibrated_paths(
    paths: FloatArray, of_year: Calibration, of_next: Calibration, place: int
) -> FloatArray:
    """Return paths with every month recalibrated, in the order of the paths.

    Up to the month of the next figure, at `place`, it is by past next figures, in December by past
    years, and in between by the mean of both maps, weighted by how near the month is to each.
    """
    order = np.argsort(paths, axis=0, kind="stable")
    ranked = np.take_along_axis(paths, order, axis=0)
    last = paths.shape[1] - 1
    for month in range(last + 1):
        part = 1.0 if place >= last else max(0.0, (month - place) / (last - place))
        values = ranked[:, month]
        of_month = part * of_year.recalibrated(values)
        if part < 1:
            of_month = of_month + (1 - part) * of_next.recalibrated(values)
        ranked[:, month] = of_month
    outcomes = np.empty_like(paths)
    np.put_along_axis(outcomes, order, ranked, axis=0)
    return outcomes


def moved_paths(paths: FloatArray, outcomes: FloatArray, settled_shares: FloatArray) -> FloatArray:
    """Return paths that end in given outcomes, with months before shifted in proportion.

    The shift of December fades to zero at the last published month k: month m takes the part
    (W_m - W_k) / (1 - W_k) of it, W being the share of the year that is over with a month.
    `settled_shares` holds W of the last published month, then of the months ahead.
    """
    shift = outcomes - paths[:, -1]
    done, ahead = settled_shares[0], settled_shares[1:]
    fade = np.clip((ahead - done) / max(1 - done, 1 / (10 * MONTHS_A_YEAR)), 0.0, 1.0)
    return np.asarray(paths + shift[:, None] * fade)
