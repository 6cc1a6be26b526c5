"""Models of growth through the year: one file a model, one contract, one registry."""

from __future__ import annotations

from forecast.models.borrowed import Borrowed
from forecast.models.contract import Fitted, Model, explodes
from forecast.models.drift import Drift
from forecast.models.ets import Ets
from forecast.models.nowcast import Nowcast
from forecast.models.pace import Pace
from forecast.models.prophet import Prophet
from forecast.models.sarima import Sarima
from forecast.models.shared import Scale, Shared, rule_of
from forecast.models.structural import Structural

MODELS: dict[str, Model] = {
    model.name: model
    for model in (Pace(), Drift(), Sarima(), Structural(), Ets(), Prophet(), Nowcast(), Borrowed())
}

__all__ = ["MODELS", "Fitted", "Model", "Scale", "Shared", "explodes", "rule_of"]
