"""Completion of counted commitments: what is done, what is likely, what the rest needs."""

from forecast.completion.clock import Clock, clock_of
from forecast.completion.outlook import Completion, completions, counted
from forecast.completion.simulation import count_paths, share_paths
from forecast.completion.unevenness import Unevenness, count_unevenness, share_unevenness

__all__ = [
    "Clock",
    "Completion",
    "Unevenness",
    "clock_of",
    "completions",
    "count_paths",
    "count_unevenness",
    "counted",
    "share_paths",
    "share_unevenness",
]
