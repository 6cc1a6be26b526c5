"""Paths of what is done by each month's end: of counts that never fall, and of shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.history.levels import FloatArray
from forecast.outlook.unevenness import Unevenness

PLANNED_LUMPS = 2.0  # the pace is shrunk to the plan's, as if so many lumps had been seen of it
_BELOW_MEAN = 1 / 3  # the median of a gamma variate lies so far below its shape
_LEAST_LUMPS, _TINY = 0.5, 1e-300


def count_paths(
    done: float,
    amount: float,
    used: float,
    ahead: ArrayLike,
    unevenness: Unevenness,
    *,
    step: float,
    n_paths: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return paths of a count, shape (paths, month ends ahead), none of which ever falls.

    `used` is the clock at the last entry and `ahead` at each month's end, `step` the smallest
    amount that is counted. Work is a gamma process of a lumps a year: with U of the clock gone,
    R left and D done, the rest is (D + (n - 1/3) P / a) G(a R) / G(a U + n) where P is planned.
    """
    lumps = np.maximum(1 / unevenness.drawn(n_paths, rng), _LEAST_LUMPS)[:, None]
    begun = done + step * rng.random((n_paths, 1))  # what is under way is not counted yet
    seen = rng.gamma(lumps * used + PLANNED_LUMPS)
    planned = amount * (PLANNED_LUMPS - _BELOW_MEAN) / lumps
    spells = np.diff(np.asarray(ahead, dtype=float), prepend=used)
    coming = rng.gamma(lumps * spells).cumsum(axis=1)
    work = begun + (begun + planned) * coming / np.maximum(seen, _TINY)
    return np.asarray(np.maximum(np.floor(work / step + 1e-9) * step, done), dtype=float)


def share_paths(
    years: ArrayLike,
    share_pct: ArrayLike,
    ahead: ArrayLike,
    unevenness: Unevenness,
    *,
    n_paths: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return paths of a share in per cent, shape (paths, month ends ahead), between 0 and 100.

    A random walk along the line through the first and the last entry, whose slope is uncertain.
    """
    when, seen = np.asarray(years, dtype=float), np.asarray(share_pct, dtype=float)
    size = np.sqrt(unevenness.drawn(n_paths, rng))[:, None]
    length = when[-1] - when[0]
    slope = (seen[-1] - seen[0]) / length + size * rng.standard_normal((n_paths, 1)) / length**0.5
    spells = np.diff(np.asarray(ahead, dtype=float), prepend=when[-1])
    walk = (size * np.sqrt(spells) * rng.standard_normal((n_paths, len(spells)))).cumsum(axis=1)
    return np.asarray(np.clip(seen[-1] + slope * spells.cumsum() + walk, 0.0, 100.0), dtype=float)
