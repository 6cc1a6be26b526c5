"""`nowcast`: the local level of `drift`, moved by newer figures of related series.

For an area that publishes four spans a year, monthly series are out months before its own figures:
the same indicator of the nation, output, demand, trade. Growth of a month loads on the mean of
their growth, each in units of its own noise. The loading is the series' own, shrunk to that of all
series with related ones together; so is the variance that remains.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from forecast.base.errors import NotEnoughHistory
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.cumulated import (
    CumulatedLevel,
    FittedGrowth,
    Motion,
    expected_error_pp,
    grid_of,
    monthly_noise_pp,
    n_settled_months,
)
from forecast.models.drift import Drift
from forecast.models.related import usable_series
from forecast.models.shared import Shared

_SIGNAL_TO_NOISE = 0.05  # less than in `drift`: what persists is mostly common
_LOADING_SPREAD = 0.25  # standard deviation over series, in units of both series' noise


class Nowcast:
    """A local level of monthly growth, and a loading on related series."""

    name = "nowcast"

    def can_fit(self, history: History) -> bool:
        """Return whether `drift` serves, and a related series has newer figures."""
        return Drift().can_fit(history) and bool(usable_series(history))

    def fit(self, history: History, shared: Shared) -> FittedGrowth:
        """Return the model with noise and loading at the posterior mode.

        The prior of the variance is inverse gamma with the pool's scale, less what related series
        explain, and its degrees of freedom; that of the loading is normal about the pool's.
        """
        used = usable_series(history)
        if not used or not Drift().can_fit(history):
            raise NotEnoughHistory(f"nowcast has no newer related series for {history.series}")
        related = {h.series: monthly_noise_pp(shared, h) for h in used}
        noise = monthly_noise_pp(shared, history)
        degrees = shared.scale_of(history).degrees_of_freedom
        expected_sd = expected_error_pp(shared, history)
        grid = grid_of(history, expected_sd, related)
        model = CumulatedLevel(grid.until(n_settled_months(history)))
        prior = noise**2 * shared.unexplained

        def motion(scores: FloatArray) -> Motion:
            loading = noise * (shared.elasticity + _LOADING_SPREAD * float(scores[1]))
            variance = prior * float(np.exp(scores[0]))
            return Motion(variance, _SIGNAL_TO_NOISE, (loading / len(related),) * len(related))

        def loss(scores: FloatArray) -> float:
            penalty = (degrees / 2) * (np.exp(-scores[0]) + scores[0]) + scores[1] ** 2 / 2
            likelihood = float(model.moving(motion(scores)).loglike([]))
            return float(penalty - likelihood) if np.isfinite(likelihood) else np.inf

        mode = minimize(loss, np.zeros(2), method="BFGS", options={"gtol": 0.1})
        n_points = int(np.isfinite(model.endog[:, :2]).sum())
        return FittedGrowth(history, motion(mode.x), degrees + n_points, expected_sd, related)
