"""`trend`: a damped trend of adjusted logs, averaged over a grid of its parameters.

    y_t = l + phi b + e_t,  l += phi b + alpha e_t,  b = phi b + alpha beta e_t

The form ETS(A,Ad,N) of Hyndman, Koehler, Ord and Snyder (2008). Each set of parameters counts by
its likelihood, so that none has to be chosen on a few years.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.adjustment import FittedLogs, RegularModel, recency, student_scale
from forecast.models.contract import QUANTITIES
from forecast.models.shared import Shared

_LEVEL = (0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1.0, 1.15)
_SLOPE = (0.02, 0.05, 0.1, 0.2, 0.4)
_DAMPING = (0.8, 0.9, 0.95, 0.98)
_GRID = np.array(
    [
        *((a, 0.0, _DAMPING[0]) for a in _LEVEL),
        *product(_LEVEL, _SLOPE, _DAMPING),
    ]
).T
_HALF_LIFE_YEARS = 3


class Trend(RegularModel):
    """A damped trend averaged over its parameters."""

    name = "trend"
    quantities = QUANTITIES

    def fit(self, history: History, shared: Shared) -> FittedTrend:
        """Return the model on a history; raise NotEnoughHistory."""
        self.check(history)
        return FittedTrend(history)


@dataclass(frozen=True)
class FittedTrend(FittedLogs):
    """The model on its history: its grid is smoothed again with newer figures."""

    name = Trend.name

    def logs_ahead(
        self, logs: FloatArray, season: int, n_ahead: int, n_paths: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return paths of logs, each with the parameters of one point of the grid."""
        level, slope, errors = _smoothed(logs, 2 * season)
        late = errors[min(2 * season, len(logs) // 3) :]
        weight = recency(len(late), _HALF_LIFE_YEARS * season)
        variance = np.maximum(weight @ late**2 / weight.sum(), np.finfo(float).tiny)
        logs_of_likelihood = -len(late) / 2 * np.log(variance)
        likelihood = np.exp(logs_of_likelihood - logs_of_likelihood.max())
        chosen = rng.choice(likelihood.size, size=n_paths, p=likelihood / likelihood.sum())
        alpha, beta, damping = _GRID[:, chosen]
        spread = student_scale(variance[chosen], n_paths, rng)
        now, change, paths = level[chosen], slope[chosen], np.empty((n_paths, n_ahead))
        for period in range(n_ahead):
            shock = spread * rng.standard_normal(n_paths)
            expected = now + damping * change
            paths[:, period] = expected + shock
            now, change = expected + alpha * shock, damping * change + alpha * beta * shock
        return paths


def _smoothed(logs: FloatArray, n_start: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return level and slope at the end, and all errors, for each set of parameters."""
    alpha, beta, damping = _GRID
    level = np.full(alpha.shape, logs[0])
    slope = np.full(alpha.shape, np.median(np.diff(logs[: n_start + 1])))
    errors = np.empty((len(logs), alpha.size))
    for period, value in enumerate(logs):
        expected = level + damping * slope
        errors[period] = error = value - expected
        level, slope = expected + alpha * error, damping * slope + alpha * beta * error
    return level, slope, errors
