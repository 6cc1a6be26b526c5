"""What a judgement of a year's growth is worth beside the pool, by how its author's past ones did.

A judgement moves the pool only where at least four settled years of the same series show that those
of its author, entered no later in the year, would have made the pool's error smaller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.archive.judgements import Judgement
from forecast.base.series import Series
from forecast.history.levels import FloatArray
from forecast.verification.record import POOL, settled_densities

FEWEST_YEARS = 4
_PRIOR_YEARS, _PRIOR_YEARS_OF_BIAS, _PRIOR_YEARS_OF_WIDTH = 8.0, 2.0, 4.0
_MOST_LEFT = 0.9  # of the squared error, in years left out: less skill than that is chance
_HIGHEST_WEIGHT = 0.9
_LEAST = 1e-12  # a pool that never missed needs no judgement
_BAND_80 = 2.563  # standard deviations between the ends of a normal 80 % band


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementWeight:
    """A judgement that counts, and by how much.

    `weight` is the part of the way from the pool's mean to the judgement less its author's usual
    error `bias_pp`, in points; `width` what is left of the pool's standard deviation. `n_years` are
    the settled years behind them.
    """

    judgement: Judgement
    n_years: int
    pool_mean_pct: float
    bias_pp: float
    weight: float
    width: float

    @property
    def mean_pct(self) -> float:
        """The mean of the outcomes with the judgement, in per cent."""
        goal = (self.judgement.growth_pct or 0.0) - self.bias_pp
        return self.pool_mean_pct + self.weight * (goal - self.pool_mean_pct)

    def moved(self, values: FloatArray) -> FloatArray:
        """Return the pool's outcomes, in per cent, as they are with the judgement."""
        return np.asarray(self.mean_pct + self.width * (values - self.pool_mean_pct))

    def without(self, values: FloatArray) -> FloatArray:
        """Return outcomes that the judgement moved as they were before."""
        return np.asarray(self.pool_mean_pct + (values - self.mean_pct) / self.width)


@dataclass(frozen=True, slots=True)
class _Past:
    """Settled judgements in units of the pool's standard deviation on their days.

    `apart` is the judgement less the pool's mean, `missed` the outturn less the pool's mean.
    """

    apart: FloatArray
    missed: FloatArray
    scale_pp: FloatArray


def judgement_weight(
    judgements: Iterable[Judgement],
    series: Series,
    year: int,
    pools: pd.DataFrame,
    outcomes: FloatArray,
) -> JudgementWeight | None:
    """Return the judgement of a series' year that counts most; None where none does.

    `judgements` are those known on the day, `pools` the settled forecasts on the record, `outcomes`
    the pool's of the day, in per cent. A judgement that the pool has since outrun, because its
    spread is smaller than on such days, weighs less.
    """
    own = [j for j in judgements if (j.area, j.indicator) == series and j.growth_pct is not None]
    of_series = settled_densities(pools)
    of_series = of_series[
        (of_series["model"] == POOL)
        & (of_series["area"] == series.area)
        & (of_series["indicator"] == series.indicator)
    ]
    found = [
        weight
        for now in _newest_of(own, year).values()
        if (weight := _weight(now, own, of_series, outcomes)) is not None
    ]
    return max(found, key=lambda one: one.weight, default=None)


def _newest_of(own: Iterable[Judgement], year: int) -> Mapping[str, Judgement]:
    """Return the newest judgement of a year by each author."""
    of_year = sorted((j for j in own if j.year == year), key=lambda j: j.entered_on)
    return {j.author: j for j in of_year}


def _weight(
    now: Judgement, own: Iterable[Judgement], pools: pd.DataFrame, outcomes: FloatArray
) -> JudgementWeight | None:
    """Return what a judgement is worth by its author's of earlier years; None without skill."""
    past = list(_past(now, own, pools))
    n, spread_pp = len(past), float(outcomes.std())
    if n < FEWEST_YEARS or spread_pp <= 0:
        return None
    of_past = _Past(*(np.array(column) for column in zip(*past, strict=True)))
    others = ~np.eye(n, dtype=bool)
    left = np.array([_left(of_past, keep, i) for i, keep in enumerate(others)])
    before, after = np.square(of_past.missed).sum(), np.square(left).sum()
    if after >= _MOST_LEFT * before:
        return None
    bias, weight = _fit(of_past, np.ones(n, dtype=bool))
    lost = 1 - (after / before * n + _PRIOR_YEARS_OF_WIDTH) / (n + _PRIOR_YEARS_OF_WIDTH)
    scale = float(np.sqrt(np.square(of_past.scale_pp).mean()))
    if weight <= 0:
        return None
    aged = 1 / (1 + (scale / spread_pp) ** 2 * (1 - weight) / weight)
    return JudgementWeight(
        judgement=now,
        n_years=n,
        pool_mean_pct=float(outcomes.mean()),
        bias_pp=bias * scale,
        weight=aged,
        width=float(np.sqrt(1 - lost * min(1.0, aged / weight))),
    )


def _past(
    now: Judgement, own: Iterable[Judgement], pools: pd.DataFrame
) -> Iterator[tuple[float, float, float]]:
    """Yield, for each settled year, the numbers of an author's newest judgement as late as now.

    One that was entered on the day of the outturn or later does not count.
    """
    earlier = [j for j in own if j.author == now.author and j.year < now.year]
    timely = [j for j in earlier if _lateness(j) <= _lateness(now)]
    for year in sorted({j.year for j in timely}):
        newest = max((j for j in timely if j.year == year), key=lambda j: j.entered_on)
        day = pd.Timestamp(newest.entered_on)
        rows = pools[
            (pools["year"] == year) & (pools["as_of"] <= day) & (pools["settled_on"] > day)
        ]
        if not len(rows) or newest.growth_pct is None:
            continue
        row = rows.sort_values("as_of").iloc[-1]
        scale = float(row["upper80_pct"] - row["lower80_pct"]) / _BAND_80
        if scale > 0:
            mean = float(row["mean_pct"])
            apart, missed = newest.growth_pct - mean, float(row["outturn_pct"]) - mean
            yield apart / scale, missed / scale, scale


def _lateness(judgement: Judgement) -> tuple[int, int, int]:
    """Return when in its year a judgement was entered: years after it, month and day."""
    day = judgement.entered_on
    return day.year - judgement.year, day.month, day.day


def _fit(past: _Past, keep: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[float, float]:
    """Return the author's bias, and the weight by regression of misses on judgements less it.

    Both are shrunk to zero: the bias by two years without any, the weight by eight on which the
    judgement was as far from the pool as the outturn usually is, and said nothing of it.
    """
    apart, missed = past.apart[keep], past.missed[keep]
    n = len(apart)
    bias = float((apart - missed).sum()) / (n + _PRIOR_YEARS_OF_BIAS)
    net = apart - bias
    usual = float(missed @ missed) / n
    weight = float(net @ missed) / max(float(net @ net) + _PRIOR_YEARS * usual, _LEAST)
    return bias, min(max(weight, 0.0), _HIGHEST_WEIGHT)


def _left(past: _Past, keep: np.ndarray[tuple[int], np.dtype[np.bool_]], place: int) -> float:
    """Return the miss that is left in a year if bias and weight come from the others."""
    bias, weight = _fit(past, keep)
    return float(past.missed[place] - weight * (past.apart[place] - bias))
