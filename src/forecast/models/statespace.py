"""What linear Gaussian models of log flows share: the joint distribution of the flows ahead."""

from __future__ import annotations

import numpy as np
from statsmodels.tsa.statespace.kalman_filter import (
    MEMORY_CONSERVE,
    MEMORY_NO_FORECAST_COV,
    FilterResults,
)
from statsmodels.tsa.statespace.mlemodel import MLEModel

from forecast.history.levels import FloatArray

_START_YEARS, _RECENT_YEARS = 2, 8  # the filter settles in two years; older noise was larger
_KEPT = MEMORY_CONSERVE ^ MEMORY_NO_FORECAST_COV  # storing every state takes as long as filtering


def filter_pass(model: MLEModel) -> FilterResults:
    """Return one pass of the Kalman filter: every one-step error, and the state at the end."""
    return model.ssm.filter(conserve_memory=_KEPT)


def recent_error_variance(filtered: FilterResults, season: int) -> float:
    """Return the mean square of recent one-step errors, each in units of its standard deviation."""
    errors, spread = _recent_errors(filtered, season)
    return float(np.mean(errors**2 / spread))


def log_likelihood(filtered: FilterResults, season: int) -> float:
    """Return the log likelihood of recent one-step errors, the variance concentrated out.

    It is known up to a constant.
    """
    errors, spread = _recent_errors(filtered, season)
    return float(-len(errors) / 2 * np.log(np.mean(errors**2 / spread)) - np.log(spread).sum() / 2)


def _recent_errors(filtered: FilterResults, season: int) -> tuple[FloatArray, FloatArray]:
    """Return recent one-step errors, and their variances up to a common factor."""
    errors, spread = filtered.forecasts_error[0], filtered.forecasts_error_cov[0, 0]
    usual = np.flatnonzero(~filtered.missing[0].astype(bool))
    recent = usual[usual >= _START_YEARS * season][-_RECENT_YEARS * season :]
    return errors[recent], spread[recent]


def distribution_ahead(filtered: FilterResults, n: int) -> tuple[FloatArray, FloatArray]:
    """Return mean and covariance of the next n observations, in closed form.

    The state at the end is carried forward: y_(n+j) = Z T^j a + the shocks between + noise.
    """
    design, transition = filtered.design[:, :, -1], filtered.transition[:, :, -1]
    selection = filtered.selection[:, :, -1]
    shock = selection @ filtered.state_cov[:, :, -1] @ selection.T
    state, spread = filtered.predicted_state[:, -1], filtered.predicted_state_cov[:, :, -1]
    powers = [design]
    for _ in range(n - 1):
        powers.append(powers[-1] @ transition)
    reach = np.concatenate(powers)
    covariance = reach @ spread @ reach.T + filtered.obs_cov[0, 0, -1] * np.eye(n)
    for j in range(1, n):  # a shock after period j reaches the periods from j + 1 on
        late = reach[: n - j]
        covariance[j:, j:] += late @ shock @ late.T
    return reach @ state, covariance


def drawn(
    mean: FloatArray, covariance: FloatArray, n_paths: int, rng: np.random.Generator
) -> FloatArray:
    """Return draws of shape (n_paths, n) from a normal distribution."""
    n = len(mean)
    lower = np.linalg.cholesky(covariance + 1e-10 * np.trace(covariance) * np.eye(n))
    paths: FloatArray = mean + rng.standard_normal((n_paths, n)) @ lower.T
    return paths
