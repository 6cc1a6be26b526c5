"""`prophet`: Meta's additive regression on flows, multiplicative seasons; too narrow alone."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.base.errors import NotEnoughHistory
from forecast.base.randomness import own_global_state
from forecast.history.levels import FloatArray, Flows
from forecast.history.series import History
from forecast.models.seasonal import FittedFlows, usable_flows
from forecast.models.shared import Shared

_YEARS, _QUARTERS = 10, 4
_TREND_UNTIL = 0.95  # of the history: by default the last fifth cannot bend the trend


class Prophet:
    """Prophet on the mean monthly flow of each period."""

    name = "prophet"

    def can_fit(self, history: History) -> bool:
        """Return whether four regular years of monthly flows reach the last published month.

        A yearly course has more parameters than quarters can identify.
        """
        flows = usable_flows(history)
        return flows is not None and flows.season > _QUARTERS

    def fit(self, history: History, shared: Shared) -> FittedProphet:
        """Return Prophet at its posterior mode; raise NotEnoughHistory."""
        flows = usable_flows(history)
        if flows is None or not self.can_fit(history):
            raise NotEnoughHistory(f"prophet needs four years of flows in {history.series}")
        with _quiet():
            from prophet import Prophet as Regression  # an import of a second, only where needed

            model = Regression(
                seasonality_mode="multiplicative",
                yearly_seasonality=flows.season // 2,
                weekly_seasonality=False,
                daily_seasonality=False,
                changepoint_range=_TREND_UNTIL,
            )
            observed = np.flatnonzero(np.isfinite(flows.amounts))[-_YEARS * flows.season :]
            monthly = flows.amounts[observed] / _months(flows, observed)
            table = pd.DataFrame({"ds": _dates(flows, observed), "y": monthly})
            model.fit(table, seed=0)
        # Each prediction would work out anew which columns make up which part, and compare it with
        # the fit: that takes most of its time.
        parts = (model.train_component_cols, model.component_modes)
        model.regressor_column_matrix = partial(_parts_of_fit, parts)  # type: ignore[method-assign]
        return FittedProphet(history, model)


@dataclass(frozen=True)
class FittedProphet(FittedFlows):
    """A fitted Prophet, whose trend and seasons stay as newer flows come in."""

    name = Prophet.name
    model: Any

    def flows_ahead(
        self, flows: Flows, n_ahead: int, n_paths: int, rng: np.random.Generator
    ) -> FloatArray:
        """Return Prophet's predictive samples, none below a hundredth of the smallest flow."""
        ahead = np.arange(n_ahead) + len(flows.amounts)
        with _quiet(), own_global_state(int(rng.integers(2**32))):
            self.model.uncertainty_samples = n_paths
            samples = self.model.predictive_samples(pd.DataFrame({"ds": _dates(flows, ahead)}))
        floor = np.nanmin(flows.amounts) / 100  # a flow cannot be negative; Prophet does not know
        return np.asarray(np.maximum(samples["yhat"].T * _months(flows, ahead), floor))


def _parts_of_fit(parts: tuple[Any, Any], *_: object) -> tuple[Any, Any]:
    """Return which columns of the regression make up which part, as in the fit."""
    return parts


def _months(flows: Flows, index: NDArray[np.intp]) -> FloatArray:
    months: FloatArray = flows.months_in_period[index % flows.season]
    return months


def _dates(flows: Flows, index: NDArray[np.intp]) -> pd.DatetimeIndex:
    """Return the first day of the last month of periods."""
    years = flows.first_year + index // flows.season
    months = np.array(flows.period_ends)[index % flows.season]
    return pd.DatetimeIndex(pd.to_datetime({"year": years, "month": months, "day": 1}))


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the messages about each fit, and Prophet's warnings about pandas."""
    loggers = [logging.getLogger(name) for name in ("prophet", "prophet.plot", "cmdstanpy")]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True  # a level would be set back when cmdstanpy sets up its handler
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The inplace keyword", DeprecationWarning)
            warnings.filterwarnings("ignore", "IProgress not found")
            yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled
