"""How unevenly work is done: learnt from the entries' own increments, shrunk to the pool."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.history.levels import FloatArray

ASSUMED_OF_COUNTS = 1 / 12  # as uneven as twelve lumps of random size a year
ASSUMED_OF_SHARES = 25.0  # squared percentage points a year
PRIOR_WEIGHT = 4.0  # so many increments is the pool worth, and the assumption to the pool
_LEAST_CLUSTERED, _MOST_CLUSTERED = 0.001, 0.9


@dataclass(frozen=True, slots=True)
class Unevenness:
    """Variance of progress in a year, and how many increments it was learnt from.

    Of counts as a share of the squared mean; of shares in squared percentage points.
    """

    value: float
    weight: float

    def drawn(self, n_paths: int, rng: np.random.Generator) -> FloatArray:
        """Return one value a path: what may lie behind so few increments."""
        weight = self.weight
        return np.asarray(self.value * weight / rng.chisquare(weight, n_paths), dtype=float)


def count_unevenness(
    used: Sequence[float], done: Sequence[float], *, step: float
) -> Unevenness | None:
    """Return the unevenness of a count; None where fewer than two increments tell.

    `used` is the clock at each entry and `done` what was done by then. Given the total, shares of
    a gamma process are Dirichlet: sum (s - w)^2 / sum w (1 - w) has the mean 1 / (U / k + 1), once
    what counting in whole steps adds to it, step^2 / 6 an increment, is taken off.
    """
    usual, found = np.diff(used, prepend=0.0), np.diff(done, prepend=0.0)
    if len(found) < 2 or done[-1] <= 0 or used[-1] <= 0:
        return None
    w, s = usual / used[-1], found / done[-1]
    counting = len(found) * (step / done[-1]) ** 2 / 6
    clustered = (float(((s - w) ** 2).sum()) - counting) / float((w * (1 - w)).sum())
    clustered = min(max(clustered, _LEAST_CLUSTERED), _MOST_CLUSTERED)
    return Unevenness(used[-1] * clustered / (1 - clustered), len(found) - 1)


def share_unevenness(years: Sequence[float], share_pct: Sequence[float]) -> Unevenness | None:
    """Return the variance of a share around its own line; None with fewer than three entries."""
    if len(years) < 3:
        return None
    apart, moved = np.diff(years), np.diff(share_pct)
    line = moved.sum() / apart.sum()
    squares = float(((moved - line * apart) ** 2 / apart).sum())
    return Unevenness(squares / (len(moved) - 1), len(moved) - 1)


def shrunk(
    own: Unevenness | None, others: Iterable[Unevenness | None], assumed: float
) -> Unevenness:
    """Return one's own unevenness shrunk to that of the others, and theirs to what is assumed."""
    told = [other for other in others if other is not None]
    pooled = _mean([Unevenness(assumed, PRIOR_WEIGHT), *told]).value
    prior = Unevenness(pooled, PRIOR_WEIGHT)
    return prior if own is None else _mean([prior, own])


def _mean(parts: Sequence[Unevenness]) -> Unevenness:
    weight = sum(part.weight for part in parts)
    return Unevenness(sum(part.weight * part.value for part in parts) / weight, weight)
