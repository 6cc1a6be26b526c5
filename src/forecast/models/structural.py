"""`structural`: level, damped slope and seasons of log flows, their variances in shared ratios.

    y_t = level + season + e_t, level += slope + h_t, slope = phi slope + z_t

The basic structural model of Harvey (1989). The ratios of the variances to that of e are shrunk to
one set for all series, chosen on the nation's forecasts to 2014 (docs/method.md); the variance is
the series' own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from statsmodels.tsa.statespace.kalman_filter import FilterResults
from statsmodels.tsa.statespace.mlemodel import MLEModel

from forecast.history.levels import FloatArray, Flows
from forecast.history.series import History
from forecast.models.seasonal import FittedFlows, SeasonalModel, needed_flows, own_offsets
from forecast.models.shared import Shared
from forecast.models.statespace import (
    distribution_ahead,
    drawn,
    filter_pass,
    log_likelihood,
    recent_error_variance,
)

_DAMPING = 0.99  # of the slope, a period of eleven a year
_LEVEL, _SLOPE, _SEASON = 1.0, 0.0005, 3.0  # variances in units of the irregular's
_ELEVEN = 11
_DIFFUSE = 1e4


class Structural(SeasonalModel):
    """A basic structural model of log flows with a damped slope."""

    name = "structural"

    def fit(self, history: History, shared: Shared) -> FittedStructural:
        """Return the model with the variance of its recent errors; raise NotEnoughHistory."""
        flows = needed_flows(history, self.name)
        season = flows.season

        def likelihood(offsets: FloatArray) -> float:
            return log_likelihood(_filtered(flows, offsets), season)

        offsets = own_offsets(likelihood, 3)
        variance = recent_error_variance(_filtered(flows, offsets), season)
        return FittedStructural(history, offsets, variance)


@dataclass(frozen=True)
class FittedStructural(FittedFlows):
    """The model with the variance of its irregular, and its offsets from the shared ratios."""

    name = Structural.name
    offsets: FloatArray
    variance: float

    def flows_ahead(
        self, flows: Flows, n_ahead: int, n_paths: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return draws from the joint distribution of the flows ahead."""
        mean, covariance = distribution_ahead(_filtered(flows, self.offsets), n_ahead)
        logs = drawn(mean, self.variance * covariance, n_paths, rng)
        return np.asarray(np.exp(logs / 100))


def _filtered(flows: Flows, offsets: FloatArray) -> FilterResults:
    """Return one pass of the Kalman filter with a unit irregular.

    `offsets` are those of the logarithms of the ratios of level, slope and season.
    """
    own_level, own_slope, own_season = np.exp(offsets) * [_LEVEL, _SLOPE, _SEASON]
    logs, season = 100 * np.log(flows.amounts), flows.season
    n_states, wider = 1 + season, _ELEVEN / season
    model = MLEModel(logs, k_states=n_states, k_posdef=3)
    damping = _DAMPING**wider
    transition, selection = np.zeros((n_states, n_states)), np.zeros((n_states, 3))
    transition[0, :2], transition[1, 1] = 1.0, damping
    transition[2, 2:] = -1.0
    transition[range(3, n_states), range(2, n_states - 1)] = 1.0
    selection[range(3), range(3)] = 1.0
    model["design"] = np.r_[1.0, 0.0, 1.0, np.zeros(n_states - 3)][None]
    model["transition"], model["selection"] = transition, selection
    slope = own_slope * wider**3  # a slope over wider periods moves more, and over more of them
    model["state_cov"] = np.diag([own_level * wider, slope, own_season])
    model["obs_cov"] = np.eye(1)
    spread = _DIFFUSE * np.eye(n_states)
    spread[1, 1] = 100 * slope / (1 - damping**2)
    start = np.r_[logs[np.isfinite(logs)][0], np.zeros(n_states - 1)]
    model.ssm.initialize_known(start, spread)
    model.ssm.filter_univariate = True
    return filter_pass(model)
