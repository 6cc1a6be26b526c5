"""`nowcast`: the local level of `drift`, moved by what related series have said since.

An area that publishes four spans a year is followed by monthly series that are out months before
it speaks: the same indicator of the nation, output, demand, trade. Growth of a month loads on the
mean of their growth, each in units of its own noise. The loading is the series' own, shrunk to
what all series with related ones show together; so is the size of what remains.
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
    expected_deviation,
    grid_of,
    months_size,
    n_settled_months,
)
from forecast.models.drift import Drift
from forecast.models.followed import followed
from forecast.models.shared import Shared

_SIGNAL_TO_NOISE = 0.05  # less than in `drift`: what persists is mostly common
_LOADING_SPREAD = 0.25  # of the loading over series, in units of both series' noise


class Nowcast:
    """A local level of monthly growth, and a loading on related series."""

    name = "nowcast"

    def can_fit(self, history: History) -> bool:
        """Return whether `drift` serves, and a related series has newer figures."""
        return Drift().can_fit(history) and bool(followed(history))

    def fit(self, history: History, shared: Shared) -> FittedGrowth:
        """Return the model with noise and loading at the posterior mode.

        The prior of the variance is inverse gamma with the pool's size, less what related series
        explain, and its freedom; the prior of the loading is normal about the pool's.
        """
        used = followed(history)
        if not used or not Drift().can_fit(history):
            raise NotEnoughHistory(f"nowcast has no newer related series for {history.reference}")
        related = {h.reference: months_size(shared, h) for h in used}
        size, freedom = months_size(shared, history), shared.scale_of(history).freedom
        expected_sd = expected_deviation(shared, history)
        grid = grid_of(history, expected_sd, related)
        model = CumulatedLevel(grid.until(n_settled_months(history)))
        prior = size**2 * shared.unexplained

        def motion(scores: FloatArray) -> Motion:
            loading = size * (shared.elasticity + _LOADING_SPREAD * float(scores[1]))
            variance = prior * float(np.exp(scores[0]))
            return Motion(variance, _SIGNAL_TO_NOISE, (loading / len(related),) * len(related))

        def loss(scores: FloatArray) -> float:
            penalty = (freedom / 2) * (np.exp(-scores[0]) + scores[0]) + scores[1] ** 2 / 2
            found = float(model.moving(motion(scores)).loglike([]))
            return float(penalty - found) if np.isfinite(found) else np.inf

        found = minimize(loss, np.zeros(2), method="BFGS", options={"gtol": 0.1})
        n_points = int(np.isfinite(model.endog[:, :2]).sum())
        return FittedGrowth(history, motion(found.x), freedom + n_points, expected_sd, related)
