"""`drift`: monthly growth as a local level, observed only through year-to-date growth.

The ratio of the variances of the level's moves and of a month's noise is shared by all series;
the variance of the noise is the series' own, shrunk to the pool.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from forecast.base.errors import NotEnoughHistory
from forecast.base.months import MONTHS_A_YEAR, month
from forecast.history.series import History
from forecast.models.contract import QUANTITIES
from forecast.models.cumulated import (
    CumulatedLevel,
    FittedGrowth,
    Motion,
    expected_error_pp,
    grid_of,
    monthly_noise_pp,
    n_settled_months,
)
from forecast.models.shared import Shared

_FEWEST_POINTS = 3
_LONGEST_SILENCE = 18  # months without a settled point after which the model declines


class Drift:
    """A local level of monthly growth behind the cumulator."""

    name = "drift"
    quantities = QUANTITIES

    def can_fit(self, history: History) -> bool:
        """Return whether there are three points, one of them recent."""
        last = history.last_published
        if (
            last is None
            or not history.ahead
            or history.ahead.stop - 1 - last > _LONGEST_SILENCE + MONTHS_A_YEAR
        ):
            return False
        points = np.isfinite(history.settled).sum() + len(history.growth.parts)
        return bool(points >= _FEWEST_POINTS) and last >= month(history.year, 1) - _LONGEST_SILENCE

    def fit(self, history: History, shared: Shared) -> FittedGrowth:
        """Return the model with the variance of its noise at the posterior mode.

        The prior of the variance is inverse gamma with the pool's scale and degrees of freedom.
        """
        if not self.can_fit(history):
            raise NotEnoughHistory(f"drift needs three points, one recent, in {history.series}")
        prior = monthly_noise_pp(shared, history)
        degrees = shared.scale_of(history).degrees_of_freedom
        expected_sd = expected_error_pp(shared, history)
        model = CumulatedLevel(grid_of(history, expected_sd, {}).until(n_settled_months(history)))

        def objective(log_variance: float) -> float:
            variance = float(np.exp(log_variance))
            penalty = (degrees / 2) * (prior**2 / variance + log_variance)
            motion = Motion(variance, shared.signal_to_noise)
            return penalty - float(model.moving(motion).loglike([]))

        centre = 2 * np.log(prior)
        mode = minimize_scalar(
            objective, bounds=(centre - 5, centre + 5), method="bounded", options={"xatol": 0.02}
        )
        n_points = int(np.isfinite(model.endog).sum())
        motion = Motion(float(np.exp(mode.x)), shared.signal_to_noise)
        return FittedGrowth(history, motion, degrees + n_points, expected_sd)
