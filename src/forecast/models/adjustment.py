"""Logs of flows without their seasons, for models that have none of their own, and a series' class.

Seasonal factors are shrunk to zero by how little they explain: a series that was adjusted already
is left as it is.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from forecast.base.errors import NotEnoughHistory
from forecast.history.levels import (
    JOINED,
    MONTHLY,
    FloatArray,
    Flows,
    filled,
    has_seasons,
    seasonal_factors,
)
from forecast.history.seasons import logs_before
from forecast.history.series import History
from forecast.models.seasonal import FittedFlows, usable_flows

_YEARS, _SEASON_YEARS = 11, 8
_DEGREES = 8
_LARGEST = 50.0  # logs further from the last would overflow, and are explosive long before


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Logs of recent flows less their seasonal factors, and the factors by period of the year."""

    logs: FloatArray
    factors: FloatArray

    def ahead(self, n: int) -> FloatArray:
        """Return the factors of the next n periods; `logs` begin with a year's first period."""
        return self.factors[(len(self.logs) + np.arange(n)) % len(self.factors)]


def adjusted(flows: Flows) -> Adjusted:
    """Return the logs of the last eleven years, adjusted by factors of the last eight.

    The factors are shrunk by 1 - 1/F.
    """
    season = flows.season
    whole_years = max(0, len(flows.amounts) - 1) // season + 1
    first = max(0, whole_years - _YEARS) * season
    logs = flows.scaled(filled(flows)[first:])
    factors, ratio = seasonal_factors(
        logs[max(0, len(logs) // season - _SEASON_YEARS) * season :], season
    )
    factors = factors * max(0.0, 1 - 1 / ratio) if ratio > 0 else 0 * factors
    return Adjusted(logs - factors[np.arange(len(logs)) % season], factors)


def series_class(history: History) -> str:
    """Return the class of a series by which models are weighted without a record.

    It is `rate` where growth of months is all that is published; else `flow`, `stock` or, where
    flows are those of quarters, `quarters`, then `seasonal` or `plain`; empty for other series.
    Whether a series has seasons is what its entry declares, else a test on the whole years before
    the one that is forecast, so that it holds for all of the year.
    """
    flows = usable_flows(history, on_any_scale=True)
    if flows is None or flows.period_ends == JOINED or (flows.is_stock and flows.season == 4):
        return ""
    if flows.is_chained:
        return "rate"
    is_adjusted = history.indicator.adjusted
    if is_adjusted is None:
        logs = logs_before(flows, history.year)
        is_adjusted = len(logs) < 2 * flows.season or not has_seasons(logs, flows.season)
    of_flows = "flow" if flows.period_ends == MONTHLY else "quarters"
    kind = "stock" if flows.is_stock else of_flows
    return f"{kind}/{'plain' if is_adjusted else 'seasonal'}"


class RegularModel:
    """A model of periods of one length: where January and February are joined there are none."""

    name: str

    def can_fit(self, history: History) -> bool:
        """Return whether four regular years of months or quarters reach the last published month.

        Where January and February are one period, a year's first change spans two months.
        """
        flows = usable_flows(history, on_any_scale=True)
        return flows is not None and flows.period_ends != JOINED

    def check(self, history: History) -> None:
        """Raise NotEnoughHistory where `can_fit` is false."""
        if not self.can_fit(history):
            needs = "four years of months or quarters, each of one length,"
            raise NotEnoughHistory(f"{self.name} needs {needs} in {history.series}")


@dataclass(frozen=True)
class FittedLogs(FittedFlows):
    """A model of adjusted logs, fitted to a history; its parameters follow newer figures."""

    def flows_ahead(
        self, flows: Flows, n_ahead: int, n_paths: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return simulated flows, their seasons put back."""
        series = adjusted(flows)
        paths = self.logs_ahead(series.logs, flows.season, n_ahead, n_paths, rng)
        last = series.logs[-1]
        bounded = paths
        if flows.scale != "level":
            bounded = np.clip(paths, last - _LARGEST, last + _LARGEST)
        return flows.unscaled(bounded + series.ahead(n_ahead))

    @abstractmethod
    def logs_ahead(
        self, logs: FloatArray, season: int, n_ahead: int, n_paths: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return simulated adjusted logs of shape (n_paths, n_ahead)."""


def recency(n: int, half_life: float) -> FloatArray:
    """Return weights of n periods, the last one, that halve in so many periods."""
    return np.asarray(0.5 ** (np.arange(n)[::-1] / half_life))


def student_scale(variance: FloatArray | float, n: int, rng: np.random.Generator) -> FloatArray:
    """Return n draws of a standard deviation, so that normal shocks become Student's t with 8."""
    return np.asarray(np.sqrt(variance * _DEGREES / rng.chisquare(_DEGREES, n)))
