"""Joint paths: in which order the paths of one indicator go with those of another."""

from __future__ import annotations

from forecast.coupling.dependence import Dependence, coupled, dependence, error_scores
from forecast.coupling.parts import Allowance, allowances, held

__all__ = [
    "Allowance",
    "Dependence",
    "allowances",
    "coupled",
    "dependence",
    "error_scores",
    "held",
]
