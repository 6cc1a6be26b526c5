"""Widgets of the exploring notebooks, over the same calls that a plain cell makes.

Each takes what it first shows as parameters, so that a notebook runs without anyone to move it.
"""

from forecast.pages.widgets.days import known, models, moved
from forecast.pages.widgets.scenario import scenario

__all__ = ["known", "models", "moved", "scenario"]
