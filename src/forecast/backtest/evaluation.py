"""Calls in the order of time: pooled, recalibrated and scored with what was settled before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.archive.targets import Target
from forecast.combination.calibration import Calibration, calibration_of
from forecast.combination.estimates import learning_day
from forecast.combination.pool import Standing, past_scores, standing
from forecast.history.levels import FloatArray
from forecast.verification.record import (
    DENSITY_COLUMNS,
    POOL,
    RAW_POOL,
    REFERENCES,
    final_calls,
    no_densities,
)
from forecast.verification.scores import brier, crps, log_score, pit

NOT_POOLED = (*REFERENCES, POOL, RAW_POOL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: what each member said of a year's growth on a day, and what came of it.

    `members` holds equally likely values of annual growth in per cent, sorted. `is_own_scale` says
    whether the width is the series' own, so that its pool is recalibrated.
    """

    area: str
    indicator: str
    year: int
    as_of: date
    months_known: int
    decimals: int
    target: Target | None
    outturn_pct: float
    outturn_status: str
    settled_on: date
    restated_base: bool
    scale_pp: float
    is_own_scale: bool
    members: Mapping[str, FloatArray]
    seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Said:
    """What one model or pool said in one call: sorted, equally likely values in per cent."""

    call: Call
    model: str
    draws: FloatArray


def scored(calls: Sequence[Call]) -> pd.DataFrame:
    """Return every member's scores, and those of the pool as it would have been made on the day.

    One row a call and model, in the columns of `record.DENSITY_COLUMNS`.
    """
    if not calls:
        return no_densities()
    ordered = sorted(calls, key=lambda c: (c.as_of, c.area, c.indicator))
    members = _table(
        [_Said(c, name, values) for c in ordered for name, values in c.members.items()]
    )
    raw = _raw_pools(ordered, members)
    raw_table = _table(raw)
    final = _table(_recalibrated(raw, raw_table))
    return pd.concat([members, raw_table, final], ignore_index=True)


def _raw_pools(calls: Sequence[Call], members: pd.DataFrame) -> list[_Said]:
    """Return the weighted averages of the members' quantiles, weights learnt before each call.

    What is settled changes on few days of a year, so that weights are kept meanwhile.
    """
    past = past_scores(final_calls(members[~members["model"].isin(NOT_POOLED)]))
    settled_on = past.index.get_level_values("settled_on").to_numpy()

    places = past.groupby(level="reference").indices

    @cache
    def of_all(n_settled: int, names: tuple[str, ...], known: int) -> Standing:
        return standing(past.iloc[:n_settled], names, known)

    @cache
    def weight(n_settled: int, names: tuple[str, ...], known: int, reference: str) -> FloatArray:
        own = places.get(reference, np.arange(0))
        own = own[: np.searchsorted(own, n_settled)]
        return of_all(n_settled, names, known).weights(past.iloc[own])

    pools = []
    for call in calls:
        names = tuple(name for name in call.members if name not in NOT_POOLED)
        before = _n_settled(settled_on, call)
        values = [call.members[name] for name in names]
        reference = f"{call.area}/{call.indicator}"
        weighed = weight(before, names, call.months_known, reference)
        average = np.average(values, axis=0, weights=weighed)
        pools.append(_Said(call, RAW_POOL, average))
    return pools


def _recalibrated(pools: Sequence[_Said], table: pd.DataFrame) -> list[_Said]:
    """Return the pools recalibrated by the pools that were settled before each call."""
    ordered = final_calls(table).sort_values("settled_on")
    settled_on = ordered["settled_on"].to_numpy()

    @cache
    def calibration(n_settled: int, months_known: int) -> Calibration:
        return calibration_of(ordered[:n_settled], months_known)

    final = []
    for said in pools:
        before = _n_settled(settled_on, said.call)
        known = said.call.months_known
        chosen = calibration(before, known) if said.call.is_own_scale else Calibration()
        final.append(_Said(said.call, POOL, chosen.recalibrated(said.draws)))
    return final


def _n_settled(settled_on: NDArray[np.datetime64], call: Call) -> int:
    """Return how many of the calls, in the order of settling, teach a report of the call's day."""
    return int(np.searchsorted(settled_on, np.datetime64(learning_day(call.as_of)), side="right"))


def _table(said: Sequence[_Said]) -> pd.DataFrame:
    """Return the scores of what was said, one row each."""
    values = np.sort(np.stack([s.draws for s in said]), axis=1)
    calls = [s.call for s in said]
    outturn = np.array([c.outturn_pct for c in calls])
    chance, hit = _chances(said)
    score = log_score(np.nan_to_num(chance), np.nan_to_num(hit), values.shape[1])
    lower, upper = np.quantile(values, [0.1, 0.9], axis=1)
    kept = ("area", "indicator", "year", "as_of", "months_known", "outturn_pct", "outturn_status")
    more = ("settled_on", "restated_base", "scale_pp")
    columns: dict[str, object] = {
        name: [getattr(c, name) for c in calls] for name in (*kept, *more)
    }
    columns |= {
        "model": [s.model for s in said],
        "target_pct": [np.nan if c.target is None else c.target.bound_pct for c in calls],
        "probability": chance,
        "hit": hit,
        "brier": brier(chance, hit),
        "log_score": np.where(np.isnan(chance), np.nan, score),
        "crps": crps(values, outturn),
        "pit": pit(values, outturn),
        "mean_pct": values.mean(axis=1),
        "lower80_pct": lower,
        "upper80_pct": upper,
        "seconds": [s.call.seconds.get(s.model, 0.0) for s in said],
    }
    return pd.DataFrame(columns)[list(DENSITY_COLUMNS)].astype(DENSITY_COLUMNS)


def _chances(said: Sequence[_Said]) -> tuple[FloatArray, FloatArray]:
    """Return probability and hit of each, NaN where no target was in force."""
    chance, hit = np.full(len(said), np.nan), np.full(len(said), np.nan)
    for index, one in enumerate(said):
        target = one.call.target
        if target is not None:
            chance[index] = target.is_met(one.draws, one.call.decimals).mean()
            hit[index] = bool(target.is_met_as_published(one.call.outturn_pct))
    return chance, hit
