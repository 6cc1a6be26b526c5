"""A series' own parameters, shrunk to those shared by all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize

from forecast.history.levels import FloatArray

_SPREAD = 0.3
_MOST_STEPS = 30
_IMPOSSIBLE = 1e10  # a finite wall: differences of infinities would warn, and end the search


def own_offsets(log_likelihood: Callable[[FloatArray], float], n: int) -> FloatArray:
    """Return how far a series' n parameters lie from the shared ones, at the posterior's mode.

    Offsets are in log odds of shares and in logarithms of ratios. A priori they are normal about
    none, with one deviation for all; what the series says counts by its log likelihood.
    """

    def loss(scores: FloatArray) -> float:
        found = log_likelihood(_SPREAD * scores)
        return float(scores @ scores / 2 - found) if np.isfinite(found) else _IMPOSSIBLE

    found = minimize(
        loss, np.zeros(n), method="BFGS", options={"maxiter": _MOST_STEPS, "gtol": 0.1}
    )
    return np.asarray(_SPREAD * found.x)


def moved(share: float | FloatArray, offset: float | FloatArray) -> FloatArray:
    """Return a share between nought and one after its log odds have moved by an offset."""
    odds = share / (1 - np.asarray(share)) * np.exp(offset)
    return np.asarray(odds / (1 + odds))
