"""What models of seasonal flows share: flows turned into YTD growth, and parameters of a series.

A series' own parameters are shrunk to one set that all series share.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from forecast.base.errors import NotEnoughHistory
from forecast.base.months import MONTHS_A_YEAR, month_of_year, year_of
from forecast.history.levels import FloatArray, Flows, filled
from forecast.history.series import History

FEWEST_YEARS = 4
_LEAST_KNOWN = 0.8
_SPREAD = 0.3  # standard deviation of offsets over series
_MOST_STEPS = 30
_IMPOSSIBLE = 1e10  # a finite wall: differences of infinities would warn, and end the search


def usable_flows(history: History, *, on_any_scale: bool = False) -> Flows | None:
    """Return flows of four years or more that reach the last published month, else None.

    Those of rates and balances, which may be zero or less, are for models of any scale alone.
    """
    flows, last = history.flows, history.last_published
    if (
        not history.ahead
        or flows is None
        or not (on_any_scale or flows.scale == "log")
        or last is None
        or len(flows.amounts) < FEWEST_YEARS * flows.season
    ):
        return None
    if np.isfinite(flows.amounts).mean() < _LEAST_KNOWN or np.isnan(filled(flows)).any():
        return None
    periods_due = sum(end <= month_of_year(last) for end in flows.period_ends)
    return flows if len(flows.amounts) == flows.period_index(year_of(last)) + periods_due else None


def needed_flows(history: History, model: str, *, on_any_scale: bool = False) -> Flows:
    """Return the flows that a model needs; raise NotEnoughHistory."""
    flows = usable_flows(history, on_any_scale=on_any_scale)
    if flows is None:
        raise NotEnoughHistory(f"{model} needs four years of flows in {history.series}")
    return flows


def n_periods_ahead(history: History, flows: Flows) -> int:
    """Return the number of periods from the last known flow to December of the forecast year."""
    return flows.period_index(history.year + 1) - len(flows.amounts)


class SeasonalModel:
    """A model of seasonal flows."""

    def can_fit(self, history: History) -> bool:
        """Return whether four regular years of flows reach the last published month."""
        return usable_flows(history) is not None


@dataclass(frozen=True)
class FittedFlows(ABC):
    """A model of seasonal flows, fitted to a history."""

    name: ClassVar[str]
    history: History

    def update(self, history: History) -> Self:
        """Return the same parameters on newer flows; raise NotEnoughHistory without any."""
        needed_flows(history, self.name, on_any_scale=True)
        return replace(self, history=history)

    def simulate(self, n_paths: int, rng: np.random.Generator) -> FloatArray:
        """Return paths of YTD growth from simulated flows."""
        flows = needed_flows(self.history, self.name, on_any_scale=True)
        n_ahead = n_periods_ahead(self.history, flows)
        return growth_paths(self.history, flows, self.flows_ahead(flows, n_ahead, n_paths, rng))

    @abstractmethod
    def flows_ahead(
        self, flows: Flows, n_ahead: int, n_paths: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return simulated flows of shape (n_paths, n_ahead)."""


def growth_paths(history: History, flows: Flows, ahead: FloatArray) -> FloatArray:
    """Return YTD growth in per cent for the months ahead from simulated flows.

    `ahead` has shape (n_paths, periods ahead). Both years of a ratio come from the same path.
    Months inside a period lie on a line between its ends; before a year's first period ends,
    growth is that of the period.
    """
    if history.indicator.has_no_growth:
        return _level_paths(history, flows, ahead)
    base_year = year_of(history.ahead[0]) - 1
    start = flows.period_index(base_year)
    observed = filled(flows)[start:, None]
    observed = np.broadcast_to(observed, (len(observed), len(ahead)))
    by_year = np.concatenate([observed, ahead.T]).reshape(-1, flows.season, len(ahead))
    # np.cumsum takes ten times as long
    totals = [list(accumulate(year)) if flows.growth == "sum" else list(year) for year in by_year]
    growth = [
        [100 * (now / before - 1) for before, now in zip(base, year, strict=True)]
        for base, year in pairwise(totals)
    ]
    if flows.growth == "mean":
        growth = [
            [total / n for n, total in enumerate(accumulate(year), start=1)] for year in growth
        ]
    ends = np.array(flows.period_ends)
    paths = np.empty((len(ahead), len(history.ahead)))
    for column, when in enumerate(history.ahead):
        paths[:, column] = _at(growth[year_of(when) - base_year - 1], ends, month_of_year(when))
    return paths


def _level_paths(history: History, flows: Flows, ahead: FloatArray) -> FloatArray:
    """Return levels of the year to date for the months ahead, as a history has them."""
    first_year = year_of(history.ahead[0])
    observed = filled(flows)[flows.period_index(first_year) :, None]
    observed = np.broadcast_to(observed, (len(observed), len(ahead)))
    by_year = np.concatenate([observed, ahead.T]).reshape(-1, flows.season, len(ahead))
    months = flows.months_in_period[:, None]
    if not history.indicator.is_stock:
        weight = months if history.indicator.kind == "rate" else MONTHS_A_YEAR
        by_year = np.cumsum(by_year * weight, axis=1) / np.cumsum(months, axis=0)
    ends = np.array(flows.period_ends)
    paths = np.empty((len(ahead), len(history.ahead)))
    for column, when in enumerate(history.ahead):
        paths[:, column] = _at(list(by_year[year_of(when) - first_year]), ends, month_of_year(when))
    return paths


def _at(growth: Sequence[FloatArray], ends: NDArray[np.intp], position: int) -> FloatArray:
    upper = int(np.searchsorted(ends, position))
    if ends[upper] == position or upper == 0:
        end: FloatArray = growth[upper]
        return end
    part = (position - ends[upper - 1]) / (ends[upper] - ends[upper - 1])
    between: FloatArray = (1 - part) * growth[upper - 1] + part * growth[upper]
    return between


def own_offsets(log_likelihood: Callable[[FloatArray], float], n: int) -> FloatArray:
    """Return how far a series' n parameters lie from the shared ones, at the posterior's mode.

    Offsets are in log odds of shares and in logarithms of ratios. A priori they are normal about
    zero, with one standard deviation for all; what the series adds is its log likelihood.
    """

    def loss(scores: FloatArray) -> float:
        likelihood = log_likelihood(_SPREAD * scores)
        return float(scores @ scores / 2 - likelihood) if np.isfinite(likelihood) else _IMPOSSIBLE

    mode = minimize(loss, np.zeros(n), method="BFGS", options={"maxiter": _MOST_STEPS, "gtol": 0.1})
    return np.asarray(_SPREAD * mode.x)


def shifted_share(share: float | FloatArray, offset: float | FloatArray) -> FloatArray:
    """Return a share between 0 and 1 after its log odds have moved by an offset."""
    odds = share / (1 - np.asarray(share)) * np.exp(offset)
    return np.asarray(odds / (1 + odds))
