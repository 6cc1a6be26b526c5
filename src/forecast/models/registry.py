"""The contract that every model keeps, and the registry of the models that keep it."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.autoregression import Autoregression
from forecast.models.borrowed import Borrowed
from forecast.models.drift import Drift
from forecast.models.ets import Ets
from forecast.models.nowcast import Nowcast
from forecast.models.pace import Pace
from forecast.models.prophet import Prophet
from forecast.models.sarima import Sarima
from forecast.models.shared import Scale, Shared
from forecast.models.structural import Structural
from forecast.models.trend import Trend

_WIDEST = 40.0  # scales between the 5 % and the 95 % of December; 8 is usual at most


class Fitted(Protocol):
    """A model fitted to one history."""

    def update(self, history: History) -> Fitted:
        """Return the same parameters on a history with new figures."""
        ...

    def simulate(self, n_paths: int, rng: np.random.Generator) -> FloatArray:
        """Return paths of shape (n_paths, months ahead): YTD growth in %, December last."""
        ...


class Model(Protocol):
    """A way to continue a history to December."""

    name: str

    def can_fit(self, history: History) -> bool:
        """Return whether the history is long and regular enough; False instead of a crash."""
        ...

    def fit(self, history: History, shared: Shared) -> Fitted:
        """Return the model fitted to a history, with parameters shared over indicators."""
        ...


_ALL: tuple[Model, ...] = (
    *(Pace(), Drift(), Sarima(), Structural(), Ets()),
    *(Autoregression(), Trend(), Prophet(), Nowcast(), Borrowed()),
)
MODELS: dict[str, Model] = {model.name: model for model in _ALL}


def is_explosive(paths: FloatArray, scale: Scale) -> bool:
    """Return whether paths are not finite, or spread far beyond how the series ever moved.

    Multiplicative models do so on some short or erratic series. What is_explosive is left out.
    """
    if not np.isfinite(paths).all():
        return True
    low, high = np.quantile(paths[:, -1], [0.05, 0.95])
    return bool(high - low > _WIDEST * scale.scale_pp)
