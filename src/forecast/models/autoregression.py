"""`ar`: a ridge autoregression over a year of lags on the differences of adjusted logs.

Coefficients are shrunk to zero, the more the longer the lag, so that few figures suffice; the mean
is that of recent differences, with its own uncertainty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.adjustment import FittedLogs, RegularModel, recency, student_scale
from forecast.models.contract import QUANTITIES
from forecast.models.shared import Shared

_RIDGE = 1.0  # of the first lag, in squared standard deviations; j times as much of the j-th
_HALF_LIFE_YEARS = 7
_OUTLIER = 4.0  # robust standard deviations, to which differences are clipped in estimation
_LARGEST_ROOT = 0.97


class Autoregression(RegularModel):
    """A ridge autoregression on differences of adjusted logs."""

    name = "ar"
    quantities = QUANTITIES

    def fit(self, history: History, shared: Shared) -> FittedAutoregression:
        """Return the model on a history; raise NotEnoughHistory."""
        self.check(history)
        return FittedAutoregression(history)


@dataclass(frozen=True)
class FittedAutoregression(FittedLogs):
    """The model on its history: estimation is a matrix equation, solved where it is needed."""

    name = Autoregression.name

    def logs_ahead(
        self, logs: FloatArray, season: int, n_ahead: int, n_paths: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return paths of logs with Student's shocks about a mean that is uncertain too."""
        steps = np.diff(logs)
        weight = recency(len(steps), _HALF_LIFE_YEARS * season)
        mean = float(np.average(steps, weights=weight))
        centred, weight = steps - mean, weight[season:]
        coefficients = _coefficients(centred, season, weight)
        errors = centred[season:] - _lagged(centred, season) @ coefficients
        variance = float(np.average(errors**2, weights=weight))
        left = max(0.2, 1 - coefficients.sum())
        shift = np.sqrt(variance / weight.sum()) / left * rng.standard_normal(n_paths)
        spread = student_scale(variance, n_paths, rng)
        recent = [np.asarray(c - shift) for c in centred[-season:]]
        level, paths = np.full(n_paths, logs[-1]), np.empty((n_paths, n_ahead))
        for period in range(n_ahead):
            step = coefficients @ np.array(recent[: -season - 1 : -1])
            recent.append(step + spread * rng.standard_normal(n_paths))
            level = level + recent[-1] + mean + shift
            paths[:, period] = level
        return paths


def _lagged(values: FloatArray, n_lags: int) -> FloatArray:
    """Return the lags 1 to n of each value after the first n."""
    return np.column_stack([values[n_lags - j : len(values) - j] for j in range(1, n_lags + 1)])


def _coefficients(centred: FloatArray, n_lags: int, weight: FloatArray) -> FloatArray:
    """Return the ridge estimate, scaled down where its largest root would come near one."""
    usual = float(np.median(np.abs(centred))) / 0.6745
    clipped = np.clip(centred, -_OUTLIER * usual, _OUTLIER * usual)
    lags, now = _lagged(clipped, n_lags), clipped[n_lags:]
    penalty = _RIDGE * float(np.average(now**2, weights=weight)) * np.arange(1, n_lags + 1)
    if not penalty.all():
        return np.zeros(n_lags)
    moments = lags.T @ (weight[:, None] * lags) + np.diag(penalty)
    found = np.linalg.solve(moments, lags.T @ (weight * now))
    root = float(np.abs(np.roots(np.r_[1.0, -found])).max())
    shrunk = min(1.0, _LARGEST_ROOT / root) if root > 0 else 1.0
    return np.asarray(found * shrunk ** np.arange(1, n_lags + 1))
