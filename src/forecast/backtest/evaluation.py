"""Replayed forecasts in the order of time: pooled and recalibrated by earlier ones, and scored.

Beside them the errors of simple rules: the planner's, and growth of related series.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.archive.archive import Snapshot
from forecast.archive.targets import Target
from forecast.base.months import MONTHS_A_YEAR, month
from forecast.combination.calibration import (
    Calibration,
    calibration_of,
    pits_of,
    series_calibration,
)
from forecast.combination.estimates import estimation_day
from forecast.combination.pool import Standing, past_scores, prior_scores, standing
from forecast.history.levels import FloatArray
from forecast.history.series import History, build_history
from forecast.models.shared import rule_of
from forecast.verification.record import (
    DENSITY_COLUMNS,
    POOL,
    RAW_POOL,
    REFERENCES,
    Record,
    no_densities,
    settled_densities,
)
from forecast.verification.scores import brier, crps, log_score, pit

NOT_POOLED = (*REFERENCES, POOL, RAW_POOL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedForecast:
    """The members' forecasts of a year's growth as of a day, and the outturn.

    `members` holds equally likely values of annual growth in per cent, sorted. `is_own_scale` tells
    whether the scale is the series' own; only then its pool is recalibrated. `announced` is the
    target in force on the day, and `announced_hit` whether it was met; None where there was none.
    `following` holds values as `members` does, of the next figure, growth since January. It came
    out as `next_pct`, which is NaN where that figure is of the whole year.
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
    series_class: str = ""
    announced: Target | None = None
    announced_hit: bool | None = None
    attained: bool | None = None
    following: Mapping[str, FloatArray] = field(default_factory=dict)
    next_pct: float = np.nan


@dataclass(frozen=True, slots=True)
class _Density:
    """The density forecast of one model or pool: sorted, equally likely values in per cent.

    Those of the next figure are None where the record does not score it.
    """

    forecast: ReplayedForecast
    model: str
    draws: FloatArray
    following: FloatArray | None = None


def score_table(forecasts: Sequence[ReplayedForecast]) -> pd.DataFrame:
    """Return the scores of every member, and of the pool as it would have been on the day.

    One row a forecast and model, in the columns of `record.DENSITY_COLUMNS`.
    """
    if not forecasts:
        return no_densities()
    ordered = sorted(forecasts, key=lambda f: (f.as_of, f.area, f.indicator))
    members = _table(
        [_Density(f, name, values) for f in ordered for name, values in f.members.items()]
    )
    raw = _raw_pools(ordered, members)
    raw_table = _table(raw)
    final = _table(_recalibrated(raw, raw_table))
    return pd.concat([members, raw_table, final], ignore_index=True)


def _raw_pools(forecasts: Sequence[ReplayedForecast], members: pd.DataFrame) -> list[_Density]:
    """Return the averages of the members' quantiles, with weights from forecasts settled before.

    The settled forecasts change on few days of a year, so weights are kept in between.
    """
    past = past_scores(settled_densities(members[~members["model"].isin(NOT_POOLED)]))
    settled_on = past.index.get_level_values("settled_on").to_numpy()
    places = past.groupby(level="reference", observed=True).indices

    @cache
    def of_all(n_settled: int, names: tuple[str, ...], months_known: int, kind: str) -> Standing:
        return standing(past.iloc[:n_settled], names, months_known, kind)

    @cache
    def weight(
        n_settled: int, names: tuple[str, ...], months_known: int, reference: str, kind: str
    ) -> FloatArray:
        own = places.get(reference, np.arange(0))
        own = own[: np.searchsorted(own, n_settled)]
        prior = prior_scores(kind, names, months_known)
        return of_all(n_settled, names, months_known, kind).weights(past.iloc[own], prior)

    pools = []
    for forecast in forecasts:
        names = tuple(name for name in forecast.members if name not in NOT_POOLED)
        before = _n_settled(settled_on, forecast)
        values = [forecast.members[name] for name in names]
        reference = f"{forecast.area}/{forecast.indicator}"
        kind = forecast.series_class
        weights = weight(before, names, forecast.months_known, reference, kind)
        average = np.average(values, axis=0, weights=weights)
        following = None
        if np.isfinite(forecast.next_pct):
            ahead = [forecast.following[name] for name in names]
            following = np.average(ahead, axis=0, weights=weights)
        pools.append(_Density(forecast, RAW_POOL, average, following))
    return pools


def _recalibrated(pools: Sequence[_Density], table: pd.DataFrame) -> list[_Density]:
    """Return the pools recalibrated by the pools that were settled before each forecast."""
    ordered = settled_densities(table).sort_values("settled_on", kind="stable", ignore_index=True)
    settled_on = ordered["settled_on"].to_numpy()
    places = ordered.groupby(["area", "indicator"], observed=True).indices

    @cache
    def of_all(n_settled: int, months_known: int, of_next: bool) -> Calibration:
        return calibration_of(pits_of(ordered[:n_settled], of_next=of_next), months_known)

    @cache
    def calibration(
        n_settled: int, months_known: int, series: tuple[str, str], of_next: bool
    ) -> Calibration:
        own = places.get(series, np.arange(0))
        own = own[: np.searchsorted(own, n_settled)]
        pooled = of_all(n_settled, months_known, of_next)
        return series_calibration(pooled, pits_of(ordered.iloc[own], of_next=of_next), months_known)

    final = []
    for pool in pools:
        forecast, draws, following = pool.forecast, pool.draws, pool.following
        if forecast.is_own_scale:
            series = forecast.area, forecast.indicator
            known = _n_settled(settled_on, forecast), forecast.months_known
            draws = calibration(*known, series, of_next=False).recalibrated(draws)
            if following is not None:
                following = calibration(*known, series, of_next=True).recalibrated(following)
        final.append(_Density(forecast, POOL, draws, following))
    return final


def _n_settled(settled_on: NDArray[np.datetime64], forecast: ReplayedForecast) -> int:
    """Return how many rows, in the order of settlement, enter estimates of a forecast's day."""
    day = np.datetime64(estimation_day(forecast.as_of))
    return int(np.searchsorted(settled_on, day, side="right"))


def _table(densities: Sequence[_Density]) -> pd.DataFrame:
    """Return the scores of density forecasts, one row each."""
    values = np.sort(np.stack([d.draws for d in densities]), axis=1)
    forecasts = [d.forecast for d in densities]
    outturn = np.array([f.outturn_pct for f in forecasts])
    probability, hit = _probabilities(densities)
    score = log_score(np.nan_to_num(probability), np.nan_to_num(hit), values.shape[1])
    lower, upper = np.quantile(values, [0.1, 0.9], axis=1)
    kept = ("area", "indicator", "year", "as_of", "months_known", "outturn_pct", "outturn_status")
    more = ("series_class", "settled_on", "restated_base", "scale_pp")
    columns: dict[str, object] = {
        name: [getattr(f, name) for f in forecasts] for name in (*kept, *more)
    }
    columns |= {
        "model": [d.model for d in densities],
        "target_pct": [np.nan if f.target is None else f.target.bound_pct for f in forecasts],
        "probability": probability,
        "hit": hit,
        **_announced(forecasts, values),
        "brier": brier(probability, hit),
        "log_score": np.where(np.isnan(probability), np.nan, score),
        "crps": crps(values, outturn),
        "pit": pit(values, outturn),
        "mean_pct": values.mean(axis=1),
        "lower80_pct": lower,
        "upper80_pct": upper,
        "seconds": [d.forecast.seconds.get(d.model, 0.0) for d in densities],
        "next_pit": _next_pits(densities),
    }
    return pd.DataFrame(columns)[list(DENSITY_COLUMNS)].astype(DENSITY_COLUMNS)


def _next_pits(densities: Sequence[_Density]) -> FloatArray:
    """Return where each next figure fell in what was said of it, NaN where none is scored."""
    found = np.full(len(densities), np.nan)
    ahead = {i: d.following for i, d in enumerate(densities) if d.following is not None}
    if ahead:
        came = np.array([densities[i].forecast.next_pct for i in ahead])
        found[list(ahead)] = pit(np.sort(np.stack(list(ahead.values())), axis=1), came)
    return found


def _probabilities(densities: Sequence[_Density]) -> tuple[FloatArray, FloatArray]:
    """Return probability and hit of each forecast, NaN where no target was in force."""
    probability, hit = np.full((2, len(densities)), np.nan)
    for index, density in enumerate(densities):
        forecast, target = density.forecast, density.forecast.target
        if target is not None:
            probability[index] = target.is_met(density.draws, forecast.decimals).mean()
            met = forecast.attained
            hit[index] = target.is_met_as_published(forecast.outturn_pct) if met is None else met
    return probability, hit


def _announced(forecasts: Sequence[ReplayedForecast], values: FloatArray) -> dict[str, FloatArray]:
    """Return bound, probability and hit of the targets announced by each day, NaN without one."""
    bound, probability, hit = np.full((3, len(forecasts)), np.nan)
    for index, (forecast, draws) in enumerate(zip(forecasts, values, strict=True)):
        target = forecast.announced
        if target is not None and forecast.announced_hit is not None:
            bound[index] = target.bound_pct
            probability[index] = target.is_met(draws, forecast.decimals).mean()
            hit[index] = forecast.announced_hit
    return {
        "announced_pct": bound,
        "announced_probability": probability,
        "announced_hit": hit,
    }


ErrorRow = tuple[object, ...]


def past_errors(snapshot: Snapshot) -> Record:
    """Return the point forecasts of the planner's rule, and of related series, until the day.

    The figures are those known on the snapshot's day. National series are final vintages, so
    these errors are slightly smaller than those of forecasts from first releases.
    """
    archive = snapshot.archive
    series = [(area, name) for area in archive.areas for name in archive.indicators_of(area)]
    return Record.from_rows([row for key in series for row in errors_of(snapshot, *key)])


def errors_of(snapshot: Snapshot, area: str, indicator: str) -> list[ErrorRow]:
    """Return the rows of one series in the record of past errors."""
    has_figures = bool(snapshot.figures_of(area, indicator))
    if not has_figures or snapshot.registry.of(area, indicator).annual_rule is None:
        return []
    history = build_history(
        snapshot, area, indicator, snapshot.schedule.year_on(area, snapshot.day)
    )
    if history.newest_without_growth is not None:
        return []
    return [*_pace_errors(history), *_borrowed_errors(history)]


def _pace_errors(history: History) -> Iterator[ErrorRow]:
    """Yield, within each year, the moves between neighbouring points and until December.

    Months known 0 stand for the year before, whose growth the planner would repeat.
    """
    rule = rule_of(history.indicator)
    released = _release_days(history)
    settled = history.settled
    for row, growth in enumerate(settled):
        year = history.first_year + row
        months = np.flatnonzero(np.isfinite(growth)) + 1
        moves = {(int(k), int(j)) for k, j in pairwise(months)}
        moves |= {
            (int(k), MONTHS_A_YEAR)
            for k in months
            if months[-1] == MONTHS_A_YEAR and k < MONTHS_A_YEAR
        }
        for k, j in sorted(moves):
            yield _row(
                history, rule, year, "pace", (k, j), (growth[k - 1], growth[j - 1]), released
            )
        before = settled[row - 1, -1] if row else np.nan
        if np.isfinite(before) and np.isfinite(growth[-1]):
            yield _row(
                history, rule, year, "pace", (0, MONTHS_A_YEAR), (before, growth[-1]), released
            )


def _borrowed_errors(history: History) -> Iterator[ErrorRow]:
    """Yield, for every settled month, the mean growth of the series that would stand in for it."""
    rule = rule_of(history.indicator)
    released = _release_days(history)
    substitutes = [history.related[s] for s in history.indicator.substitute_series(history.area)]
    for row, growth in enumerate(history.settled):
        year = history.first_year + row
        for k in np.flatnonzero(np.isfinite(growth)) + 1:
            values = [v for h in substitutes if np.isfinite(v := h.at(month(year, int(k))))]
            if values:
                growths = (float(np.mean(values)), growth[k - 1])
                yield _row(history, rule, year, "borrowed", (int(k), int(k)), growths, released)


def _row(
    history: History,
    rule: str,
    year: int,
    model: str,
    months: tuple[int, int],
    growths: tuple[float, float],
    released: dict[int, date],
) -> ErrorRow:
    """Return a row of the record; `growths` are forecast and outturn in per cent."""
    months_known, until = months
    settled_on = released.get(month(year, until), history.as_of)
    return (
        history.area,
        history.indicator.id,
        rule,
        year,
        model,
        months_known,
        until,
        *map(float, growths),
        settled_on,
    )


def _release_days(history: History) -> dict[int, date]:
    """Return per month the day on which its year-to-date growth was known."""
    days: dict[int, date] = {}
    for figure in history.figures:
        if figure.settles and figure.span.is_within_a_year:
            last = figure.span.last
            days[last] = max(days.get(last, figure.released_on), figure.released_on)
    return days
