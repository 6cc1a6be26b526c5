"""What a model may see: YTD growth with gaps, base-year shares, flows, and related histories."""

from __future__ import annotations

from forecast.history.flows import Flows
from forecast.history.growth import RESTATED_FROM, Basis, Growth, Part
from forecast.history.levels import FloatArray, Levels
from forecast.history.series import History, bare_history, build_history, sources_of

__all__ = [
    "RESTATED_FROM",
    "Basis",
    "FloatArray",
    "Flows",
    "Growth",
    "History",
    "Levels",
    "Part",
    "bare_history",
    "build_history",
    "sources_of",
]
