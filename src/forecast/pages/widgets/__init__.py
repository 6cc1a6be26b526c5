"""Widgets of the exploring notebooks, over the same calls that a plain cell makes.

Each takes what it first shows as parameters, so that a notebook runs without anyone to move it.
"""

from forecast.pages.widgets.known import known
from forecast.pages.widgets.models import models
from forecast.pages.widgets.moved import moved
from forecast.pages.widgets.scenario import scenario

__all__ = ["known", "models", "moved", "scenario"]
