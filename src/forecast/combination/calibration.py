"""Recalibration of the annual outcome: how past outturns fell in the pooled distribution."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student

from forecast.base.months import MONTHS_A_YEAR
from forecast.history.levels import FloatArray
from forecast.verification.scores import normal_scores

FEWEST_YEARS = 3
_PRIOR_YEARS = 1.0
_NEAR_MONTHS = 2.0  # calls with as many months more or less known count by half or less
_SIZES = np.exp(np.linspace(np.log(0.5), np.log(2.0), 29))
_FREEDOMS = (4.0, 8.0, 16.0, np.inf)
_HALF_LIFE_YEARS = 1.5  # or 2008 and 2009 would widen every year after them


@dataclass(frozen=True, slots=True)
class Calibration:
    """A map of probability levels: normal scores of past outturns are size times Student's t.

    One parameter for the width and one for the tails; size 1 with infinite freedom leaves a
    distribution as it is. `n_years` counts the settled years behind it.
    """

    size: float = 1.0
    freedom: float = np.inf
    n_years: int = 0

    def recalibrated(self, values: FloatArray) -> FloatArray:
        """Return sorted, equally likely values of the recalibrated distribution.

        The value at level p becomes the raw one at the level whose normal score is size times
        the t quantile of p; beyond the ends it is carried on in a line of normal scores.
        """
        n = len(values)
        scores = _quantiles(n, np.inf)
        wanted = self.size * _quantiles(n, self.freedom)
        inside = np.interp(wanted, scores, values)
        reach = max(1, n // 50)
        low, high = _slope(scores, values, 0, reach), _slope(scores, values, n - 1 - reach, n - 1)
        below = values[0] + low * (wanted - scores[0])
        above = values[-1] + high * (wanted - scores[-1])
        return np.where(wanted < scores[0], below, np.where(wanted > scores[-1], above, inside))


def _slope(scores: FloatArray, values: FloatArray, first: int, last: int) -> float:
    return float((values[last] - values[first]) / (scores[last] - scores[first]))


@lru_cache(maxsize=64)
def _quantiles(n: int, freedom: float) -> FloatArray:
    """Return the quantiles of Student's t, or the normal ones, at n levels at even distances."""
    levels = (np.arange(n) + 0.5) / n
    return np.asarray(norm.ppf(levels) if np.isinf(freedom) else student.ppf(levels, freedom))


def calibration_of(pools: pd.DataFrame, months_known: int) -> Calibration:
    """Return the map that settled pooled calls teach for so many months known.

    `pools` holds one row a raw pooled call with `year`, `months_known` and `pit`. The size and
    the freedom are those of highest likelihood; the logarithm of the size is shrunk to none by
    the weight of one year, for years and not calls are independent. A year counts half as much as
    one eighteen months later.
    """
    n_years = int(pools["year"].nunique())
    if n_years < FEWEST_YEARS:
        return Calibration(n_years=n_years)
    apart = np.abs(pools["months_known"].to_numpy(dtype=float) - months_known)
    age = pools["year"].max() - pools["year"].to_numpy(dtype=float)
    weight = 0.5 ** (apart / _NEAR_MONTHS + age / _HALF_LIFE_YEARS)
    scores = normal_scores(pools["pit"])
    size, freedom = max(
        ((s, f) for s in _SIZES for f in _FREEDOMS), key=lambda c: _likelihood(scores, weight, *c)
    )
    shrunk = np.exp(np.log(size) * n_years / (n_years + _PRIOR_YEARS))
    return Calibration(float(shrunk), float(freedom), n_years)


def _likelihood(scores: FloatArray, weight: FloatArray, size: float, freedom: float) -> float:
    density = (
        norm.logpdf(scores / size) if np.isinf(freedom) else student.logpdf(scores / size, freedom)
    )
    return float((weight * (density - np.log(size))).sum())


def shifted(paths: FloatArray, calibration: Calibration, settled_shares: FloatArray) -> FloatArray:
    """Return paths whose December is recalibrated, and months before in proportion.

    A shift of December fades to nothing at the last published month: a month of which the share
    W_m of the year is done, of W_k at that month, takes (W_m - W_k) / (1 - W_k) of it.
    `settled_shares` holds W of the months ahead, the share at the last published month first.
    """
    december = paths[:, -1]
    order = np.argsort(december, kind="stable")
    shift = np.empty_like(december)
    shift[order] = calibration.recalibrated(december[order]) - december[order]
    done, ahead = settled_shares[0], settled_shares[1:]
    fade = np.clip((ahead - done) / max(1 - done, 1 / (10 * MONTHS_A_YEAR)), 0.0, 1.0)
    return np.asarray(paths + shift[:, None] * fade)
