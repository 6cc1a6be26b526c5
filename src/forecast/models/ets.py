"""`ets`: exponential smoothing of flows, multiplicative errors and seasons, a damped trend.

The form ETS(M,Ad,M) of Hyndman, Koehler, Ord and Snyder (2008). Smoothing and damping are a
series' own, shrunk to one set for all that was chosen on the nation's forecasts to 2014.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from statsmodels.tsa.exponential_smoothing.ets import ETSModel, ETSResults

from forecast.history.levels import FloatArray, Flows, filled
from forecast.history.series import History
from forecast.models.seasonal import (
    FittedFlows,
    SeasonalModel,
    needed_flows,
    own_offsets,
    shifted_share,
)
from forecast.models.shared import Shared

_SHARED = (0.15, 0.05, 0.5, 0.95)  # chosen on the nation's forecasts to 2014, docs/method.md
_LEAST_DAMPING = 0.8
_YEARS = 10  # older habits mislead: shares and seasons have changed since
_LEAST_PART = 1e-3  # of the smallest flow: multiplicative paths may touch zero


class Ets(SeasonalModel):
    """Exponential smoothing of the last ten years' flows."""

    name = "ets"

    def fit(self, history: History, shared: Shared) -> FittedEts:
        """Return the model at the mode of its posterior; raise NotEnoughHistory."""
        flows = needed_flows(history, self.name)
        model = _model(history, flows)

        def likelihood(offsets: FloatArray) -> float:
            return float(model.loglike(own_parameters(offsets)))

        return FittedEts(history, own_parameters(own_offsets(likelihood, len(_SHARED))))


def own_parameters(offsets: FloatArray) -> FloatArray:
    """Return the smoothing of level, trend and season, and the damping, by offsets of log odds.

    Trend and season are parts of what their constraints leave: of alpha, and of 1 - alpha.
    """
    alpha, trend, season, damping = shifted_share(np.array(_SHARED), offsets)
    damping = _LEAST_DAMPING + (1 - _LEAST_DAMPING) * damping
    return np.array([alpha, alpha * trend, (1 - alpha) * season, damping])


def _model(history: History, flows: Flows) -> ETSModel:
    start = max(0, flows.period_index(history.year - _YEARS))
    return ETSModel(
        filled(flows)[start:],
        error="mul",
        trend="add",
        damped_trend=True,
        seasonal="mul",
        seasonal_periods=flows.season,
        initialization_method="heuristic",
    )


class _Smoothed(ETSResults):  # type: ignore[misc]  # statsmodels has no types
    """States at given parameters, without the parameters' covariance, which takes longer."""

    cov_params_approx = None


@dataclass(frozen=True)
class FittedEts(FittedFlows):
    """The model with its smoothing parameters."""

    name = Ets.name
    parameters: FloatArray

    def flows_ahead(
        self, flows: Flows, n_ahead: int, n_paths: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return simulated flows, none below a thousandth of the smallest so far."""
        model = _model(self.history, flows)
        smoothed = _Smoothed(model, self.parameters, model.smooth(self.parameters, return_raw=True))
        paths = smoothed.simulate(n_ahead, anchor="end", repetitions=n_paths, rng=rng)
        ahead = np.asarray(paths).reshape(n_ahead, n_paths).T
        floored: FloatArray = np.maximum(ahead, _LEAST_PART * np.nanmin(flows.amounts))
        return floored
