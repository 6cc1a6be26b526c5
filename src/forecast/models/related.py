"""Which related series a model can use, and why the others are left out."""

from __future__ import annotations

from typing import Literal

import numpy as np

from forecast.base.months import month
from forecast.base.series import Series
from forecast.history.growth import Basis
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.cumulated import monthly_growth

Reason = Literal["missing", "short", "stopped", "jumped"]

_FEWEST_MONTHS = 24
_LONGEST_SILENCE = 3  # months that a related series may lie behind the series itself
_JUMP = 10.0  # times its usual change from month to month


def usable_series(history: History) -> list[History]:
    """Return the related series that a nowcast can use; empty where none has newer figures."""
    last = history.last_published
    if last is None:
        return []
    unusable = unusable_series(history)
    usable = [h for series, h in _growing(history).items() if series not in unusable]
    return usable if any((h.last_published or 0) > last for h in usable) else []


def unusable_series(history: History) -> dict[Series, Reason]:
    """Return the related series that cannot be used, each with the reason.

    `missing`: no growth is known. `stopped`: its last month lies more than three before the series'
    own. `short`: fewer than 24 months. `jumped`: growth that is the ratio of two levels changed
    out of all proportion since the series' own last month, as where a base was restated.
    """
    last = history.last_published
    if last is None:
        return {}
    reasons = {series: _reason(h, last) for series, h in _growing(history).items()}
    return {series: reason for series, reason in reasons.items() if reason is not None}


def _growing(history: History) -> dict[Series, History]:
    """Return the related series that have growth; a diffusion index has none."""
    return {s: h for s, h in history.related.items() if h.indicator.annual_rule is not None}


def _reason(related: History, last: int) -> Reason | None:
    newest = related.last_published
    if newest is None:
        return "missing"
    if newest < last - _LONGEST_SILENCE:
        return "stopped"
    growth = monthly_growth(related)
    if np.isfinite(growth).sum() < _FEWEST_MONTHS:
        return "short"
    return "jumped" if _has_jumped(related, growth, last) else None


def _has_jumped(related: History, growth: FloatArray, last: int) -> bool:
    """Whether growth from ratios of levels leapt since a month; published growth has one base."""
    months = np.flatnonzero(np.isfinite(growth))
    steps = np.abs(np.diff(growth[months]))
    is_new = months[1:] > last - month(related.first_year, 1)
    is_ratio = related.growth.basis.ravel()[months[1:]] == Basis.LEVEL_RATIO
    usual = float(np.median(steps[~is_new])) if (~is_new).any() else np.inf
    return bool((steps[is_new & is_ratio] > _JUMP * max(usual, 1.0)).any())
