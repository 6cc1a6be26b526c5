"""`sarima`: the airline model, (0,1,1)(0,1,1), on 100 times the logarithm of flows."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from statsmodels.tools.sm_exceptions import ConvergenceWarning, EstimationWarning, ModelWarning
from statsmodels.tsa.statespace.sarimax import SARIMAX

from forecast.errors import NotEnoughHistory
from forecast.history import FloatArray, Flows, History
from forecast.models.seasonal import growth_paths, n_periods_ahead, usable_flows
from forecast.models.shared import Shared

_YEARS = 12  # older seasons say little of today's


class Sarima:
    """The airline model of Box and Jenkins on logarithms of flows."""

    name = "sarima"

    def can_fit(self, history: History) -> bool:
        """Return whether four regular years of flows reach the last published month."""
        return usable_flows(history) is not None

    def fit(self, history: History, shared: Shared) -> FittedSarima:
        """Return the model at its maximum likelihood; raise NotEnoughHistory."""
        flows = usable_flows(history)
        if flows is None:
            raise NotEnoughHistory(f"sarima needs four years of flows in {history.reference}")
        with warnings.catch_warnings():
            # an estimate at the edge of the invertible region is still an estimate
            for category in (ConvergenceWarning, EstimationWarning, ModelWarning):
                warnings.simplefilter("ignore", category)
            warnings.filterwarnings("ignore", "Non-invertible starting")
            found = _model(flows).fit(disp=0, maxiter=200, cov_type="none")
        return FittedSarima(history, np.asarray(found.params))


def _model(flows: Flows) -> SARIMAX:
    recent = flows.amounts[-_YEARS * flows.season :]
    return SARIMAX(100 * np.log(recent), order=(0, 1, 1), seasonal_order=(0, 1, 1, flows.season))


@dataclass(frozen=True)
class FittedSarima:
    """The airline model with its parameters: two moving averages and a variance."""

    history: History
    parameters: FloatArray

    def update(self, history: History) -> FittedSarima:
        """Return the same parameters on newer flows."""
        return FittedSarima(history, self.parameters) if usable_flows(history) is not None else self

    def simulate(self, n_paths: int, rng: np.random.Generator) -> FloatArray:
        """Return paths of YTD growth, drawn from the joint distribution of the flows ahead."""
        flows = usable_flows(self.history)
        assert flows is not None
        n = n_periods_ahead(self.history, flows)
        mean, covariance = self.distribution(flows, n)
        lower = np.linalg.cholesky(covariance + 1e-10 * np.trace(covariance) * np.eye(n))
        logs = mean + rng.standard_normal((n_paths, n)) @ lower.T
        return growth_paths(self.history, flows, np.exp(logs / 100))

    def distribution(self, flows: Flows, n: int) -> tuple[FloatArray, FloatArray]:
        """Return mean and covariance of 100 log flows over the next n periods, in closed form.

        The state at the end is carried forward: y_(n+j) = Z T^j a + the shocks between.
        """
        space = _model(flows).smooth(self.parameters, cov_type="none").filter_results
        design, transition = space.design[:, :, -1], space.transition[:, :, -1]
        shock = space.selection[:, :, -1] @ space.state_cov[:, :, -1] @ space.selection[:, :, -1].T
        state, spread = space.predicted_state[:, -1], space.predicted_state_cov[:, :, -1]
        powers = [design]
        for _ in range(n - 1):
            powers.append(powers[-1] @ transition)
        reach = np.concatenate(powers)
        covariance = reach @ spread @ reach.T
        for j in range(1, n):  # a shock after period j reaches the periods from j + 1 on
            late = reach[: n - j]
            covariance[j:, j:] += late @ shock @ late.T
        return reach @ state, covariance
