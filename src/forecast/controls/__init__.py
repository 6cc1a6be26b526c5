"""Widgets of the exploring notebooks, over the same calls that a plain cell makes.

Each takes what it first shows as parameters, so that a notebook runs without anyone to move it.
"""

from forecast.controls.known import known
from forecast.controls.models import models
from forecast.controls.moved import moved
from forecast.controls.scenario import scenario

__all__ = ["known", "models", "moved", "scenario"]
