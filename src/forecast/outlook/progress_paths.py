"""Progress of a commitment through its year: the usual course, how dispersed it is, and paths.

The seasonal profile says how far the work of a usual year has come by a day, the dispersion how
unevenly work is done; from both follow paths of what is done by each month's end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import ArrayLike

from forecast.archive.commitments import Commitment, Commitments
from forecast.archive.progress import ProgressEntry
from forecast.base.months import MONTHS_A_YEAR
from forecast.history.levels import FloatArray

_SETTLED_FROM = (12, 1)  # a year whose last entry is earlier than this says nothing of its end


@dataclass(frozen=True, slots=True)
class SeasonalProfile:
    """Share of a usual year's work done by the end of each day of a year.

    `n_years` past years of the same commitment shaped it; without any it is a straight line.
    """

    year: int
    shares: FloatArray
    n_years: int

    def at(self, day: date) -> float:
        """Return the share at the end of a day; 1 from 31 December on, 0 before January."""
        index = (day - date(self.year, 1, 1)).days
        return 0.0 if index < 0 else float(self.shares[min(index, len(self.shares) - 1)])

    def month_ends_after(self, day: date) -> list[date]:
        """Return the last days of the year's months after a day, 31 December last."""
        first_days = [date(self.year, m, 1) for m in range(2, MONTHS_A_YEAR + 1)]
        ends = [d - timedelta(days=1) for d in [*first_days, date(self.year + 1, 1, 1)]]
        return [end for end in ends if end > day]


def seasonal_profile(book: Commitments, one: Commitment, day: date) -> SeasonalProfile:
    """Return the profile of a commitment as what was known on a day draws it.

    The curve is the mean of the same commitment's past years and one straight line.
    """
    n_days = (date(one.year + 1, 1, 1) - date(one.year, 1, 1)).days
    straight = np.arange(1, n_days + 1) / n_days
    past = [] if one.is_share else _past_years(book, one, day)
    curves = [_curve(entries, straight) for entries in past]
    return SeasonalProfile(one.year, np.mean([straight, *curves], axis=0), len(curves))


def _past_years(book: Commitments, one: Commitment, day: date) -> list[list[ProgressEntry]]:
    """Return the progress of earlier years of a commitment that was reported to the end."""
    earlier = [c for c in book.all_in_force(day) if c.id == one.id and c.year < one.year]
    found = [book.progress(c, day) for c in earlier]
    return [
        entries
        for entries in found
        if entries
        and entries[-1].done > 0
        and (entries[-1].day.month, entries[-1].day.day) >= _SETTLED_FROM
    ]


def _curve(entries: list[ProgressEntry], straight: FloatArray) -> FloatArray:
    """Return a year's share of its own total by day, straight between its entries."""
    done = np.minimum.accumulate([e.done for e in entries][::-1])[::-1]
    start = date(entries[0].day.year, 1, 1)
    n_days = (date(start.year + 1, 1, 1) - start).days
    when = [((e.day - start).days + 1) / n_days for e in entries]
    told = [0.0, *(done / done[-1]).tolist()]
    return np.asarray(np.interp(straight, [0.0, *when], told), dtype=float)


ASSUMED_OF_COUNTS = 1 / 12  # as dispersion as twelve batches of random size a year
ASSUMED_OF_SHARES = 25.0  # squared percentage points a year
PRIOR_WEIGHT = 4.0  # so many increments is the pool worth, and the assumption to the pool
_LEAST_CLUSTERED, _MOST_CLUSTERED = 0.001, 0.9


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Variance of progress in a year, and how many increments it was learnt from.

    Of counts as a share of the squared mean; of shares in squared percentage points.
    """

    value: float
    weight: float

    def drawn(self, n_paths: int, rng: np.random.Generator) -> FloatArray:
        """Return one value a path: what may lie behind so few increments."""
        weight = self.weight
        return np.asarray(self.value * weight / rng.chisquare(weight, n_paths), dtype=float)


def count_dispersion(
    used: Sequence[float], done: Sequence[float], *, step: float
) -> Dispersion | None:
    """Return the dispersion of a count; None where fewer than two increments tell.

    `used` is the profile at each entry and `done` what was done by then. Given the total, shares of
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
    return Dispersion(used[-1] * clustered / (1 - clustered), len(found) - 1)


def share_dispersion(years: Sequence[float], share_pct: Sequence[float]) -> Dispersion | None:
    """Return the variance of a share around its own line; None with fewer than three entries."""
    if len(years) < 3:
        return None
    apart, moved = np.diff(years), np.diff(share_pct)
    line = moved.sum() / apart.sum()
    squares = float(((moved - line * apart) ** 2 / apart).sum())
    return Dispersion(squares / (len(moved) - 1), len(moved) - 1)


def shrunk(
    own: Dispersion | None, others: Iterable[Dispersion | None], assumed: float
) -> Dispersion:
    """Return one's own dispersion shrunk to that of the others, and theirs to what is assumed."""
    told = [other for other in others if other is not None]
    pooled = _mean([Dispersion(assumed, PRIOR_WEIGHT), *told]).value
    prior = Dispersion(pooled, PRIOR_WEIGHT)
    return prior if own is None else _mean([prior, own])


def _mean(parts: Sequence[Dispersion]) -> Dispersion:
    weight = sum(part.weight for part in parts)
    return Dispersion(sum(part.weight * part.value for part in parts) / weight, weight)


PLANNED_BATCHES = 2.0  # the pace is shrunk to the plan's, as if so many batches had been seen of it
_BELOW_MEAN = 1 / 3  # the median of a gamma variate lies so far below its shape
_LEAST_BATCHES, _TINY = 0.5, 1e-300


def count_paths(
    done: float,
    amount: float,
    used: float,
    ahead: ArrayLike,
    dispersion: Dispersion,
    *,
    step: float,
    n_paths: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return paths of a count, shape (paths, month ends ahead), none of which ever falls.

    `used` is the profile at the last entry and `ahead` at each month's end, `step` the smallest
    amount that is counted. Work is a gamma process of a batches a year: with U of the profile gone,
    R left and D done, the rest is (D + (n - 1/3) P / a) G(a R) / G(a U + n) where P is planned.
    """
    batches = np.maximum(1 / dispersion.drawn(n_paths, rng), _LEAST_BATCHES)[:, None]
    begun = done + step * rng.random((n_paths, 1))  # what is under way is not counted yet
    seen = rng.gamma(batches * used + PLANNED_BATCHES)
    planned = amount * (PLANNED_BATCHES - _BELOW_MEAN) / batches
    spells = np.diff(np.asarray(ahead, dtype=float), prepend=used)
    coming = rng.gamma(batches * spells).cumsum(axis=1)
    work = begun + (begun + planned) * coming / np.maximum(seen, _TINY)
    return np.asarray(np.maximum(np.floor(work / step + 1e-9) * step, done), dtype=float)


def share_paths(
    years: ArrayLike,
    share_pct: ArrayLike,
    ahead: ArrayLike,
    dispersion: Dispersion,
    *,
    n_paths: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return paths of a share in per cent, shape (paths, month ends ahead), between 0 and 100.

    A random walk along the line through the first and the last entry, whose slope is uncertain.
    """
    when, seen = np.asarray(years, dtype=float), np.asarray(share_pct, dtype=float)
    size = np.sqrt(dispersion.drawn(n_paths, rng))[:, None]
    length = when[-1] - when[0]
    slope = (seen[-1] - seen[0]) / length + size * rng.standard_normal((n_paths, 1)) / length**0.5
    spells = np.diff(np.asarray(ahead, dtype=float), prepend=when[-1])
    walk = (size * np.sqrt(spells) * rng.standard_normal((n_paths, len(spells)))).cumsum(axis=1)
    return np.asarray(np.clip(seen[-1] + slope * spells.cumsum() + walk, 0.0, 100.0), dtype=float)
