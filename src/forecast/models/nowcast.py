"""`nowcast`: the local level of `drift`, moved by newer figures of related series.

For an area that publishes four spans a year, monthly series are out months before its own figures:
the same indicator of the nation, output, demand, trade. Growth of a month loads on the mean of
their growth, each in units of its own noise. The loading is the series' own, shrunk to that of all
series with related ones together; so is the variance that remains.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.optimize import minimize

from forecast.base.errors import NotEnoughHistory
from forecast.base.months import month
from forecast.base.series import Series
from forecast.history.growth import Basis
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.contract import QUANTITIES
from forecast.models.cumulated import (
    CumulatedLevel,
    FittedGrowth,
    Motion,
    expected_error_pp,
    grid_of,
    monthly_growth,
    monthly_noise_pp,
    n_settled_months,
)
from forecast.models.drift import Drift
from forecast.models.shared import Shared

_SIGNAL_TO_NOISE = 0.05  # less than in `drift`: what persists is mostly common
_LOADING_SPREAD = 0.25  # standard deviation over series, in units of both series' noise


class Nowcast:
    """A local level of monthly growth, and a loading on related series."""

    name = "nowcast"
    quantities = QUANTITIES

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


Reason = Literal["missing", "short", "stopped", "jumped"]

_FEWEST_MONTHS = 24
_LONGEST_SILENCE = 3  # months that a related series may lie behind the series itself
_JUMP = 10.0  # times its usual change from month to month


def usable_series(history: History) -> list[History]:
    """Return the related series that a nowcast can use; empty where none has newer figures."""
    last = history.last_published
    if last is None:
        return []
    unusable = unusable_series(history)
    usable = [h for series, h in _growing(history).items() if series not in unusable]
    return usable if any((h.last_published or 0) > last for h in usable) else []


def unusable_series(history: History) -> dict[Series, Reason]:
    """Return the related series that cannot be used, each with the reason.

    `missing`: no growth is known. `stopped`: its last month lies more than three before the series'
    own. `short`: fewer than 24 months. `jumped`: growth that is the ratio of two levels changed
    out of all proportion since the series' own last month, as where a base was restated.
    """
    last = history.last_published
    if last is None:
        return {}
    reasons = {series: _reason(h, last) for series, h in _growing(history).items()}
    return {series: reason for series, reason in reasons.items() if reason is not None}


def _growing(history: History) -> dict[Series, History]:
    """Return the related series that have growth; a diffusion index has none."""
    return {s: h for s, h in history.related.items() if h.indicator.annual_rule is not None}


def _reason(related: History, last: int) -> Reason | None:
    newest = related.last_published
    if newest is None:
        return "missing"
    if newest < last - _LONGEST_SILENCE:
        return "stopped"
    growth = monthly_growth(related)
    if np.isfinite(growth).sum() < _FEWEST_MONTHS:
        return "short"
    return "jumped" if _has_jumped(related, growth, last) else None


def _has_jumped(related: History, growth: FloatArray, last: int) -> bool:
    """Whether growth from ratios of levels leapt since a month; published growth has one base."""
    months = np.flatnonzero(np.isfinite(growth))
    steps = np.abs(np.diff(growth[months]))
    is_new = months[1:] > last - month(related.first_year, 1)
    is_ratio = related.growth.basis.ravel()[months[1:]] == Basis.LEVEL_RATIO
    usual = float(np.median(steps[~is_new])) if (~is_new).any() else np.inf
    return bool((steps[is_new & is_ratio] > _JUMP * max(usual, 1.0)).any())
