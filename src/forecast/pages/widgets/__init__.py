"""Widgets of the exploring notebooks, which ask the library what a plain cell asks.

Each takes what it first shows as parameters, so that a notebook runs without anyone to move it.
"""

from forecast.pages.widgets.days import known, models, moved
from forecast.pages.widgets.scenario import scenario

__all__ = ["known", "models", "moved", "scenario"]
