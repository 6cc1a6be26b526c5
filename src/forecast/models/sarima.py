"""`sarima`: (1,0,1)(0,1,1) on 100 times the logarithm of flows, parameters near a shared set.

Growth on a year earlier returns slowly to zero, is observed with noise, and part of a month's
noise comes back as a base effect a year later:

    (1 - phi B) (1 - B^s) y_t = (1 - theta B) (1 - Theta B^s) e_t

The airline model is the case phi = 1. Maximum likelihood for each series overfits ten years of
data, so they are shrunk to one set for all, chosen on the nation's forecasts to 2014
(docs/method.md). The variance is the series' own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from statsmodels.tsa.statespace.kalman_filter import FilterResults
from statsmodels.tsa.statespace.sarimax import SARIMAX

from forecast.history.levels import FloatArray, Flows
from forecast.history.series import History
from forecast.models.seasonal import (
    FittedFlows,
    SeasonalModel,
    needed_flows,
    own_offsets,
    shifted_share,
)
from forecast.models.shared import Shared
from forecast.models.statespace import (
    distribution_ahead,
    drawn,
    filter_pass,
    log_likelihood,
    recent_error_variance,
)

_PERSISTENCE, _SMOOTHING, _SEASONAL_SMOOTHING = 0.982, 0.62, 0.45  # of eleven periods a year
_ELEVEN = 11


class Sarima(SeasonalModel):
    """A damped seasonal ARIMA on logarithms of flows."""

    name = "sarima"

    def fit(self, history: History, shared: Shared) -> FittedSarima:
        """Return the model with the variance of its recent errors; raise NotEnoughHistory."""
        flows = needed_flows(history, self.name)
        model, season = _model(flows), flows.season

        def likelihood(offsets: FloatArray) -> float:
            return log_likelihood(_filtered(model, own_parameters(season, offsets)), season)

        own = own_parameters(season, own_offsets(likelihood, 3))
        variance = recent_error_variance(_filtered(model, own), season)
        return FittedSarima(history, np.r_[own[:-1], variance])


def shared_parameters(season: int) -> FloatArray:
    """Return AR, MA and seasonal MA for so many periods a year.

    They were chosen for eleven. For m such periods in one, persistence is its m-th power, and a
    random walk observed with noise has m squared times the ratio q = (1 - theta)^2 / theta.
    """
    m = _ELEVEN / season
    ratio = m**2 * (1 - _SMOOTHING) ** 2 / _SMOOTHING
    smoothing = (2 + ratio - np.sqrt(ratio * (ratio + 4))) / 2
    return np.array([_PERSISTENCE**m, -smoothing, -_SEASONAL_SMOOTHING])


def own_parameters(season: int, offsets: FloatArray) -> FloatArray:
    """Return a series' AR, MA, seasonal MA and unit variance, by offsets of their log odds."""
    signs = np.array([1.0, -1.0, -1.0])
    shares = shifted_share(signs * shared_parameters(season), offsets)
    parameters: FloatArray = np.r_[signs * shares, 1.0]
    return parameters


def _model(flows: Flows) -> SARIMAX:
    """Return the state space form; one observation at a time is three times as fast."""
    order, seasonal = (1, 0, 1), (0, 1, 1, flows.season)
    model = SARIMAX(100 * np.log(flows.amounts), order=order, seasonal_order=seasonal)
    model.ssm.filter_univariate = True
    return model


def _filtered(model: SARIMAX, parameters: FloatArray) -> FilterResults:
    """Return one pass of the Kalman filter."""
    model.update(parameters)
    return filter_pass(model)


@dataclass(frozen=True)
class FittedSarima(FittedFlows):
    """The model with its parameters: AR, two moving averages and a variance."""

    name = Sarima.name
    parameters: FloatArray

    def flows_ahead(
        self, flows: Flows, n_ahead: int, n_paths: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return draws from the joint distribution of the flows ahead."""
        logs = drawn(*self.distribution(flows, n_ahead), n_paths, rng)
        return np.asarray(np.exp(logs / 100))

    def distribution(self, flows: Flows, n: int) -> tuple[FloatArray, FloatArray]:
        """Return mean and covariance of 100 log flows over the next n periods."""
        return distribution_ahead(_filtered(_model(flows), self.parameters), n)
