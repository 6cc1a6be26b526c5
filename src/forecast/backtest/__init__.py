"""Past days replayed with the outlook's own parts, and what the calls of then came to."""

from __future__ import annotations

from forecast.backtest.errors import past_errors
from forecast.backtest.replay import Plan, Progress, Targets, replay

__all__ = ["Plan", "Progress", "Targets", "past_errors", "replay"]
