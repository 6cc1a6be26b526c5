"""Forecasters of other libraries as members: statsforecast, sktime, skforecast and their like.

None of these is imported here: an adapter gets a function that makes a forecaster, and calls the
methods that its library gives it. It sees logarithms of flows, numbered from 0.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecast.base.randomness import coupled_quantiles, own_global_state
from forecast.history.levels import FloatArray, Flows, filled
from forecast.history.series import History
from forecast.models.seasonal import FittedFlows, needed_flows, usable_flows
from forecast.models.shared import Shared

_LEVELS = (np.arange(40) + 0.5) / 40


@dataclass(frozen=True)
class Adapter(ABC):
    """A model that hands the logarithms of flows to a forecaster that `make(season)` returns."""

    name: str
    make: Callable[[int], Any]

    def can_fit(self, history: History) -> bool:
        """Return whether four regular years of positive flows reach the last published month."""
        flows = usable_flows(history)
        return flows is not None and bool((filled(flows) > 0).all())

    def fit(self, history: History, shared: Shared) -> AdaptedFit:
        """Return the fitted forecaster; raise NotEnoughHistory."""
        flows = needed_flows(history, self.name)
        with own_global_state(0):
            fitted = self.fitted(np.log(filled(flows)), flows.season)
        return AdaptedFit(history, self, fitted)

    @abstractmethod
    def fitted(self, logs: FloatArray, season: int) -> Any:
        """Return a new forecaster, fitted to the logarithms of flows."""

    @abstractmethod
    def logs_ahead(
        self, fitted: Any, n_ahead: int, n_paths: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return simulated logarithms of flows, of shape (n_paths, n_ahead)."""


@dataclass(frozen=True)
class AdaptedFit(FittedFlows):
    """A forecaster of another library, fitted to a history."""

    name = "adapter"
    adapter: Adapter
    fitted: Any

    def update(self, history: History) -> AdaptedFit:
        """Return the forecaster fitted again, for these libraries know no other way."""
        return self.adapter.fit(history, Shared())

    def flows_ahead(
        self, flows: Flows, n_ahead: int, n_paths: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return simulated flows of shape (n_paths, n_ahead)."""
        with own_global_state(int(rng.integers(2**32))):
            logs = self.adapter.logs_ahead(self.fitted, n_ahead, n_paths, rng)
        return np.asarray(np.exp(logs))


class Simulating(Adapter):
    """A forecaster with `fit(y)` and `simulate(h, n_paths, seed)`, as statsforecast's models."""

    def fitted(self, logs: FloatArray, season: int) -> Any:
        """Return the fitted forecaster."""
        return self.make(season).fit(logs)

    def logs_ahead(
        self, fitted: Any, n_ahead: int, n_paths: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return its simulated paths."""
        seed = int(rng.integers(2**31))
        return np.asarray(fitted.simulate(h=n_ahead, n_paths=n_paths, seed=seed))


@dataclass(frozen=True)
class GivingQuantiles(Adapter):
    """A forecaster with `fit(y, fh)` and `predict_quantiles(fh, alpha)`, as sktime's are.

    Such quantiles do not say how periods go together; `correlation` is the rank correlation
    between any two of them, 0 to 1.
    """

    correlation: float

    def fitted(self, logs: FloatArray, season: int) -> Any:
        """Return the fitted forecaster."""
        return self.make(season).fit(pd.Series(logs), fh=np.arange(1, 2 * season + 1))

    def logs_ahead(
        self, fitted: Any, n_ahead: int, n_paths: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return paths with its quantiles."""
        steps = np.arange(1, n_ahead + 1)
        quantiles = fitted.predict_quantiles(fh=steps, alpha=_LEVELS.tolist())
        table = np.sort(quantiles.to_numpy(dtype=float).T, axis=0)
        return coupled_quantiles(_LEVELS, table, self.correlation, n_paths, rng)


class Bootstrapping(Adapter):
    """A forecaster with `predict_bootstrapping(steps, n_boot)`, as skforecast's are."""

    def fitted(self, logs: FloatArray, season: int) -> Any:
        """Return the fitted forecaster with its residuals."""
        forecaster = self.make(season)
        forecaster.fit(y=pd.Series(logs), store_in_sample_residuals=True)
        return forecaster

    def logs_ahead(
        self, fitted: Any, n_ahead: int, n_paths: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return its bootstrapped paths."""
        seed = int(rng.integers(2**31))
        paths = fitted.predict_bootstrapping(steps=n_ahead, n_boot=n_paths, random_state=seed)
        return np.asarray(paths.to_numpy(dtype=float).T)
