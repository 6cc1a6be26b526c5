"""The registry of models: those of the project, and those that other packages add."""

from __future__ import annotations

from forecast.base.package import plugins
from forecast.models.autoregression import Autoregression
from forecast.models.borrowed import Borrowed
from forecast.models.contract import Model
from forecast.models.drift import Drift
from forecast.models.ets import Ets
from forecast.models.nowcast import Nowcast
from forecast.models.pace import Pace
from forecast.models.plugins import plugged_in
from forecast.models.prophet import Prophet
from forecast.models.sarima import Sarima
from forecast.models.structural import Structural
from forecast.models.trend import Trend

_ALL: tuple[Model, ...] = (
    *(Pace(), Drift(), Sarima(), Structural(), Ets()),
    *(Autoregression(), Trend(), Prophet(), Nowcast(), Borrowed()),
)
BUILT_IN: dict[str, Model] = {model.name: model for model in _ALL}
_RESERVED = ("pool", "pool_raw", "planner", "climatology")  # rows of the record that no model is
_ADDED, LEFT_OUT = plugged_in(plugins(), {*BUILT_IN, *_RESERVED})
MODELS: dict[str, Model] = BUILT_IN | _ADDED
